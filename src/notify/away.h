/* What is to be said while nobody reaches the database: it cannot hold the outbox then. One small file, .weir/alerts.json, replaced as a whole
 * and on the disk before anything is sent, so that it is told after a crash too, and under the same id. Of several couriers of a home one has it.
 *
 *   away_take        whether it is ours; all of the below is for whoever has it
 *   away_failed      the database could not be reached; makes the messages when it has lasted for long enough
 *   away_is_back     it was reached; how long it was away, if that was told or would have been
 *   away_next        a message of a target
 *   away_remove      it was taken, or given up */
#ifndef WEIR_SRC_NOTIFY_AWAY_H
#define WEIR_SRC_NOTIFY_AWAY_H

#include "base/json.h"
#include "src/settings/settings_notify.h"

typedef struct Away Away;

/* folder: the home's .weir. A file that cannot be read is no file. away_count needs no more than that. */
Away *away_open (const char *folder);
void away_free (Away *away);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Away, away_free)

/* False: another courier of this home has it, or its lock cannot be made. Once taken it stays ours until away_free; what is in it then is read
 * anew. */
bool away_take (Away *away);

/* now: seconds since 1970; why: one line. At most one message a target in "every" seconds of the plan. Errors: LOCAL. */
bool away_failed (Away *away, const AlertPlan *plan, int64_t now, const char *why, GError **error);

/* *ret_since: since when it was away, in seconds since 1970; 0: it was not, or too short to speak of. away_forget when that is told. */
void away_is_back (const Away *away, const AlertPlan *plan, int64_t now, int64_t *ret_since);
bool away_forget (Away *away, GError **error);

/* The target's first message, {"id", "target", "made", "text"}; NULL: none. Borrowed until it is removed. */
const Json *away_next (const Away *away, const char *target);
bool away_remove (Away *away, const Json *message, GError **error);

/* How many there are. */
size_t away_count (const Away *away);

#endif
