/* scripts/torture: faults as a tool.
 *
 * A kind of fault (a file here) is tried in trials. A trial is a process of its own, which has a home and a database of its own: it
 * drops files, lets the fault happen, then starts weir without it, lets it finish, and checks what must be true whatever happened
 * (trial.h). What a trial does follows from kind, seed and its number, so that the same three repeat it; where the moment of a
 * fault depends on the clock, its choices are the same and its moments are near.
 *
 * A new kind is a file here, named in the table of options.c. */
#ifndef WEIR_TESTS_TORTURE_TORTURE_H
#define WEIR_TESTS_TORTURE_TORTURE_H

#include "trial.h"

typedef struct
{
  const char *name;
  const char *what; /* for --help */
  int trials;       /* of the long form; 0: as many as "plan" finds points */
  int quick;        /* of the short one, with --quick */
  unsigned seconds; /* after which a trial is ended, and is a violation */

  /* Why it cannot be tried here; NULL: it can. May be NULL itself. */
  const char *(*obstacle) (void);
  /* Finds the points where a fault can be, by a trial without one: numbers (int). NULL: a trial's number is only that, from 1 on.
   * Owned by the caller. */
  GArray *(*plan) (Trial *trial);
  void (*run) (Trial *trial);
  const void *own; /* what kinds with the same two are told apart by: the trial's "own" */
} Kind;

extern const Kind kind_calls;
extern const Kind kind_errors;
extern const Kind kind_kills;
extern const Kind kind_messages;
extern const Kind kind_server;
extern const Kind kind_home;
extern const Kind kind_crowd;
extern const Kind kind_memory;
extern const Kind kind_pull_calls;
extern const Kind kind_pull_errors;
extern const Kind kind_pull_messages;
extern const Kind kind_push_calls;
extern const Kind kind_push_errors;
extern const Kind kind_push_messages;

#endif
