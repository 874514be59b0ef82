/* What to hand out next. Pure: everything that waits or is in work goes in, an order comes out.
 *
 * - At most one file of a table is in work at a time; its files go in order of age (mtime, then name), orphans first.
 * - A fact waits while a dimension that it references has anything pending (models/waiting.h).
 * - A ready job that may not be handed out yet keeps its table's younger files behind it: history has an order. */
#ifndef WEIR_SRC_WATCH_DISPATCH_H
#define WEIR_SRC_WATCH_DISPATCH_H

#include "src/watch/job.h"

#include <stddef.h>

/* The indexes (of unsigned) of the jobs that may be handed out now, in that order: at most one of each table. *ret_wait_us is
 * how long until a not_before passes that changes the answer, -1: none does. Owned by the caller. */
GArray *dispatch_plan (const Job *jobs, size_t n_jobs, int64_t now, int64_t *ret_wait_us);

#endif
