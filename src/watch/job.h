/* One file in front of the supervisor: dropped, claimed by a dead worker, or in work. */
#ifndef WEIR_SRC_WATCH_JOB_H
#define WEIR_SRC_WATCH_JOB_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef enum
{
  JOB_INCOMPLETE, /* it settles, or somebody writes to it */
  JOB_HELD,       /* left alone until somebody mends something */
  JOB_UNREADABLE, /* we may not read it: nothing of its table is pending because of it */
  JOB_STUCK,      /* a claim that nobody can take up, or whose run is over and which cannot be moved: no file waits for it */
  JOB_READY,      /* complete: it may be handed out from not_before on */
  JOB_ORPHAN,     /* a claim whose worker died; the same, and before the ready ones of its table */
  JOB_IN_WORK,    /* a worker has it, of ours or of somebody else */
} JobState;

typedef struct
{
  char *key;   /* what it is known by: the name of a dropped file, the run of a claim */
  char *name;  /* the file's name */
  char *shown; /* the same for messages: one line, nothing that moves a cursor */
  char *table; /* where it goes */
  bool is_claim;
  JobState state;
  dev_t device;
  ino_t inode;
  int64_t size;                /* bytes */
  int64_t mtime_ns;            /* since 1970 */
  int64_t instant_ns;          /* and since when it is true: models/order.h */
  char *order_key;             /* the same */
  int64_t not_before;          /* monotonic microseconds; 0: at once */
  int64_t passes_at;           /* the same: from then on it goes past older files of its table that cannot go */
  int64_t given;               /* the same: when a worker got it; 0: none has it */
  bool ended;                  /* its worker died when it had left the drop folder: what became of it has to be asked */
  const GPtrArray *references; /* of ModelReference, borrowed from the catalog in force; NULL: none */
} Job;

/* Which comes first: order_compare. */
int job_compare (const Job *left, const Job *right);

/* What is known of files is kept in tables by their keys (or names), and goes when no job has them any more: the keys of jobs (of Job),
 * borrowed from these; and what of a table is not among the keys is removed from it. */
GHashTable *job_keys (const GPtrArray *jobs);
void job_keep_only (GHashTable *known, GHashTable *keys);

/* The strings are copied, and freed with it. */
Job *job_new (const char *key, const char *name, const char *table);
Job *job_copy (const Job *job); /* without what is borrowed */
void job_free (Job *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

#endif
