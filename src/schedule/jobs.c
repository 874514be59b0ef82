#include "src/schedule/jobs.h"

#include "src/load/gc.h"

/* At night, where that is UTC's: whatever is older is older by a day at most. */
static bool
is_gc_wanted (const Settings *settings, JobTimes *ret_times)
{
  *ret_times = (JobTimes) { .cron = "17 3 * * *", .zone = "UTC", .catch_up = CATCH_UP_ONCE };
  return gc_is_wanted (settings);
}

/* A new piece of timed work is a row here. */
const TimedJob schedule_jobs[] = {
  { .name = "pull", .words = { "pull", NULL }, .most_seconds = 24 * 3600, .is_pulls = true },
  { .name = "gc", .is_wanted = is_gc_wanted, .words = { "gc", NULL }, .most_seconds = 4 * 3600 },
  { NULL },
};
