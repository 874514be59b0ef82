/* The nominal run, traced: by a worker, or by `weir watch` from its start to its stop. What kinds calls and errors have in common. */
#ifndef WEIR_TESTS_TORTURE_TRACED_H
#define WEIR_TESTS_TORTURE_TRACED_H

#include "trace.h"
#include "trial.h"

typedef enum
{
  TRACED_WORKER,
  TRACED_SUPERVISOR,
  TRACED_ELSEWHERE, /* a worker whose archive is on another file system; left out where none can be mounted */
  N_TRACED,
} Traced;

/* The calls (long) of such a run without a fault, in their order; none where it is left out. Owned by the caller. */
GArray *traced_calls (Trial *trial, Traced who);

/* A trial that kills or fails that one call: what "answer" says of it (its number is "call"), the others go on. Checks all. */
typedef int (*TracedAnswer) (void *data, long call);
void traced_trial (Trial *trial, Traced who, int nth, TracedAnswer answer, void *data);

#endif
