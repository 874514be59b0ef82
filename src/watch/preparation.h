/* Making the database ready before the first worker: starting the embedded server, connecting, migrating the ledger, the key
 * secret. That can take long and cannot be interrupted, so a child does it (`weir watch --prepare`) and the supervisor stays able
 * to stop. */
#ifndef WEIR_SRC_WATCH_PREPARATION_H
#define WEIR_SRC_WATCH_PREPARATION_H

#include "base/log.h"
#include "src/settings/settings.h"

/* The child's side: does it, and prints {"outcome":"ready","database":"why this one"} or an error (src/load/outcome.h) on stdout.
 * Returns the exit code of the error. */
int preparation_main (const Settings *settings);

typedef struct Preparation Preparation;

typedef struct
{
  void (*ready) (const char *database, void *data);
  void (*failed) (int exit_code, void *data); /* for good: it was said to the log */
  void (*stopped) (void *data);               /* after preparation_stop, or when a killed child was stopped for us */
  void (*waiting) (void *data);               /* the database is away, and it is tried again; not with "once" */
  bool once;                                  /* a database that is away is "failed", too */
} PreparationEvents;

/* Begins. An unreachable database is tried again with growing pauses (but "once"), which is said once to the log, and once when it
 * is over. */
Preparation *preparation_new (const Settings *settings, const char *program, const char *const *environment, Log *log,
                              const PreparationEvents *events, void *data);
void preparation_free (Preparation *preparation);

/* Ends it: "stopped" follows, at once or when the child is gone. */
void preparation_stop (Preparation *preparation);
void preparation_kill (Preparation *preparation);

#endif
