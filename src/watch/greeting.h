/* What `weir watch` says first: which database, which folder, and what to try. */
#ifndef WEIR_SRC_WATCH_GREETING_H
#define WEIR_SRC_WATCH_GREETING_H

#include "base/log.h"
#include "src/settings/settings.h"

/* database: which one, and why. method: how the folder is watched (inbox_method). */
void greeting_tell (Log *log, const Settings *settings, const char *database, const char *method);

#endif
