/* The supervisor: `weir watch`. A GLib main loop over children (weir-notify, workers), timers and signals; it does no work on
 * files or the database itself but listing the drop folder and handing its files out. */
#ifndef WEIR_SRC_WATCH_SUPERVISOR_H
#define WEIR_SRC_WATCH_SUPERVISOR_H

#include "base/log.h"
#include "src/settings/settings.h"

typedef struct
{
  bool json;       /* print the published objects to stdout, one a line */
  bool once;       /* end when what lies in the drop folder now is done (once.h) */
  bool rejects_ok; /* with once: rejected rows alone are no reason to end with 1 */
} SupervisorOptions;

/* Watches until SIGTERM or SIGINT. program: the path of this weir, for the children. Returns the exit code: with "once" that of
 * `weir load`, otherwise 0 where it was stopped. */
int supervisor_run (const Settings *settings, const char *program, const SupervisorOptions *options, Log *log);

#endif
