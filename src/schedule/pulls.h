/* The pulls of jobs (src/jobs/job.h) as timed work: each is `weir pull JOB`, as a process of its own. */
#ifndef WEIR_SRC_SCHEDULE_PULLS_H
#define WEIR_SRC_SCHEDULE_PULLS_H

#include "src/schedule/jobs.h"

typedef struct
{
  char *name;     /* the job's */
  TimedJob job;   /* borrows from here */
  JobTimes times; /* the same */
  char *cron, *zone, *cut_off;
} Pull;

void pull_free (Pull *pull);

/* Of all jobs that pull and say when, of Pull; row: what they have in common. Jobs that cannot be read are left out. NULL with an error (LOCAL)
 * where the folder cannot be. Owned by the caller. */
GPtrArray *pulls_of (const Settings *settings, const TimedJob *row, GError **error);
bool pulls_any (const Settings *settings, const TimedJob *row);

/* The names of jobs that cannot be read now, and of all, of char *. Where none can be listed they are empty. Owned by the caller. */
GPtrArray *pulls_broken (const Settings *settings);
GPtrArray *pulls_jobs (const Settings *settings);

#endif
