/* What to hand out next. Pure: everything that waits or is in work goes in, an order comes out.
 *
 * - At most one file of a table is in work at a time; its files go in order of age (mtime, then name), orphans first.
 * - A fact waits while a dimension that it references has anything pending: settling, held, ready, in work.
 * - A ready item that may not be handed out yet keeps its table's younger files behind it: history has an order. */
#ifndef WEIR_SRC_WATCH_DISPATCH_H
#define WEIR_SRC_WATCH_DISPATCH_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef enum
{
  WORK_SETTLING, /* not complete yet; younger files of its table do not wait for it */
  WORK_HELD,     /* left alone until something changes; the same */
  WORK_READY,    /* may be handed out from not_before on */
  WORK_ORPHAN,   /* a claim whose worker died; the same, and before the ready ones of its table */
  WORK_BUSY,     /* in work, by a worker of ours or of somebody else */
} WorkState;

typedef struct
{
  WorkState state;
  const char *table;
  const char *name;
  int64_t mtime_ns;
  int64_t not_before;          /* monotonic microseconds; 0: at once */
  const GPtrArray *references; /* of ModelReference; NULL: none */
} WorkItem;

/* The indexes (of unsigned) of the items that may be handed out now, in that order: at most one of each table. *ret_wait_us is
 * how long until a not_before passes that changes the answer, -1: none does. Owned by the caller. */
GArray *dispatch_plan (const WorkItem *items, size_t n_items, int64_t now, int64_t *ret_wait_us);

/* One file in front of the supervisor: dropped, claimed by a dead worker, or in work. */
typedef struct
{
  char *key;   /* what it is known by: the name of a dropped file, the run of a claim */
  char *name;  /* the file's name */
  char *shown; /* the same for messages: one line, nothing that moves a cursor */
  char *table; /* where it goes */
  bool is_claim;
  WorkState state;
  ino_t inode;
  int64_t size;
  int64_t mtime_ns;
  const GPtrArray *references; /* borrowed from the catalog in force */
} Job;

Job *job_new (const char *key, const char *name, const char *table);
Job *job_copy (const Job *job); /* without what is borrowed */
void job_free (Job *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

#endif
