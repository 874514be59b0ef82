/* A command that runs under our eyes: what it writes goes on to our own stdout and stderr, and is kept; signals are passed on; it ends when we
 * are killed. Its stdin is ours. */
#ifndef WEIR_SRC_WORDS_SUPERVISED_H
#define WEIR_SRC_WORDS_SUPERVISED_H

#include "src/words/kept_output.h"

#include <stdbool.h>

typedef struct
{
  char *const *argv;        /* argv[0] is looked for in PATH; ends with NULL */
  char *const *environment; /* the same */
  KeptOutput *kept;
  bool (*beat) (void *data); /* called now and then as long as it runs; false: it is to end, and gets a SIGTERM */
  int beat_seconds;
  void *data;
} Supervised;

/* Runs it to its end; *ret_wait_status as of waitpid (2). What it leaves running in the background is not waited for. Errors: LOCAL with its
 * errno, where it could not be started. */
bool supervised_run (const Supervised *supervised, int *ret_wait_status, GError **error);

#endif
