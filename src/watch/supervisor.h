/* The supervisor: `weir watch`. A GLib main loop over children (weir-notify, workers), timers and signals; it does no work on
 * files or the database itself but listing the drop folder and handing its files out. */
#ifndef WEIR_SRC_WATCH_SUPERVISOR_H
#define WEIR_SRC_WATCH_SUPERVISOR_H

#include "base/log.h"
#include "src/settings/settings.h"

/* Watches until SIGTERM or SIGINT. program: the path of this weir, for the children. json: print the published objects to stdout,
 * one a line. Returns the exit code. */
int supervisor_run (const Settings *settings, const char *program, bool json, Log *log);

#endif
