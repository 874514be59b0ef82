/* Work that has its times and is a command of weir: the one table of it is in jobs.c. */
#ifndef WEIR_SRC_SCHEDULE_JOBS_H
#define WEIR_SRC_SCHEDULE_JOBS_H

#include "base/timing.h"
#include "src/settings/settings.h"

/* When, as the settings say; texts are borrowed from them, or static. */
typedef struct
{
  const char *cron, *zone;
  const char *cut_off; /* NULL: none */
  CatchUp catch_up;
} JobTimes;

typedef struct
{
  const char *name; /* by which people call it; its kind, too */
  /* Whether the settings want it, and when. */
  bool (*is_wanted) (const Settings *settings, JobTimes *ret_times);
  const char *words[6]; /* of its command line, behind the program and before --home; end with NULL */
  int most_seconds;     /* after which it is ended */
  bool
      is_pulls; /* it stands for the pulls of all jobs that have their times (pulls.h), each a piece of its own; is_wanted is NULL */
} TimedJob;

/* Ends with a name of NULL. */
extern const TimedJob schedule_jobs[];

#endif
