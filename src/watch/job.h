/* One file in front of the supervisor: dropped, claimed by a dead worker, or in work. */
#ifndef WEIR_SRC_WATCH_JOB_H
#define WEIR_SRC_WATCH_JOB_H

#include "src/watch/dispatch.h"

#include <sys/types.h>

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
