/* `weir approve RUN` and `weir discard RUN`, which the page only starts: each a process of its own, as if somebody had typed it. */
#ifndef WEIR_SRC_PAGE_DEEDS_H
#define WEIR_SRC_PAGE_DEEDS_H

#include "base/json.h"
#include "src/settings/settings.h"

typedef struct Deeds Deeds;

/* program: weir. environment: as secrets_pass gives it. Borrows the settings. */
Deeds *deeds_new (const char *program, GStrv environment, const Settings *settings);
/* Those that run go on. */
void deeds_free (Deeds *deeds);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Deeds, deeds_free)

/* command: "approve" or "discard". Errors: RETRY where one of this run is under way or too many are, LOCAL. */
bool deeds_start (Deeds *deeds, const char *command, const char *run, GError **error);

/* Notes what has ended. To be called now and then. */
void deeds_look (Deeds *deeds);

/* The last 16, the newest first: [{"command", "run", "since", "code": null while it runs, "said": what it wrote}]. A new reference. */
Json *deeds_to_json (const Deeds *deeds);

#endif
