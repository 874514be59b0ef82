/* The targets of alerts as people see them: what each is told of, what waits, what could not be delivered. */
#ifndef WEIR_SRC_REPORT_ALERTED_H
#define WEIR_SRC_REPORT_ALERTED_H

#include "base/db.h"
#include "src/settings/settings.h"
#include "src/settings/settings_notify.h"

typedef struct Alerted Alerted;

/* db NULL: the database is away, and what it has is not told. The plan is borrowed. */
Alerted *alerted_read (Db *db, const Settings *settings, const AlertPlan *plan, GError **error);
void alerted_free (Alerted *alerted);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Alerted, alerted_free)

/* `weir notify`: on stdout. */
void alerted_print (const Alerted *alerted);
/* The same. away: why the database is; NULL: it is not. A new reference. */
Json *alerted_to_json (const Alerted *alerted, const GError *away);

/* `weir status`: a line for each target that did not take what it was sent; whether there is one. */
bool alerted_is_troubled (const Alerted *alerted);
void alerted_print_troubles (const Alerted *alerted);
Json *alerted_troubles_to_json (const Alerted *alerted);

#endif
