/* A program that runs beside the workers for as long as `weir watch` does: started again when it ends, after pauses that grow. On the
 * main loop.
 *
 * It is told to end by the end of its stdin and SIGTERM. Each line of its stdout goes into the log behind its name, as
 * information or with the priority that it begins with (log_take_priority); its stderr is ours. */
#ifndef WEIR_SRC_WATCH_COMPANION_H
#define WEIR_SRC_WATCH_COMPANION_H

#include "base/log.h"

typedef struct Companion Companion;

/* argv begins with a path. argv and environment end with NULL and are copied; the log is borrowed. gone: called when it has ended and
 * will not be started again; not from within these functions. Starts it at once; what cannot be run is said to the log, and tried again. */
Companion *companion_new (const char *name, const char *const *argv, const char *const *environment, Log *log,
                          void (*gone) (void *data), void *data);

/* Kills nobody: behind "gone", or with the supervisor's own end, which a companion sees by its stdin. */
void companion_free (Companion *companion);

/* Ends it, and starts it anew, also one that was stopped: it reads the settings once more. */
void companion_renew (Companion *companion);

/* Ends it for good: "gone" follows, unless companion_is_gone says that it is already. */
void companion_stop (Companion *companion);
void companion_kill (Companion *companion); /* SIGKILL, and for good */
bool companion_is_gone (const Companion *companion);

#endif
