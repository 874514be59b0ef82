/* What to hand out next. Pure: everything that waits or is in work goes in, an order comes out.
 *
 * - At most one file of a table is in work at a time; its files go in their order (models/order.h).
 * - A fact waits while a dimension that it references has anything pending (models/waiting.h).
 * - A ready job that may not be handed out yet keeps its table's younger files behind it: history has an order.
 * - So does an older file that cannot go at all (it is not complete, held, or cannot be read), but only until the younger one's
 *   passes_at. */
#ifndef WEIR_SRC_WATCH_DISPATCH_H
#define WEIR_SRC_WATCH_DISPATCH_H

#include "src/watch/job.h"

#include <stddef.h>

#define STEP_NO_OLDER UINT_MAX

/* A job, and the oldest file of its table that comes before it and cannot go, as indexes. */
typedef struct
{
  unsigned job;
  unsigned older; /* STEP_NO_OLDER: none */
} Step;

typedef struct
{
  GArray *steps;   /* of Step: the jobs that may be handed out now, in that order, at most one of each table; past "older" */
  GArray *waits;   /* of Step: those that would be next, and wait for "older" */
  int64_t wait_us; /* how long until a not_before or a passes_at passes that changes the answer, -1: none does */
} Plan;

void plan_clear (Plan *plan);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

/* *ret_plan is the caller's to clear. */
void dispatch_plan (const Job *jobs, size_t n_jobs, int64_t now, Plan *ret_plan);

#endif
