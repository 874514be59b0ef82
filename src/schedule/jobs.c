#include "src/schedule/jobs.h"

/* A new piece of timed work is a row here. */
const TimedJob schedule_jobs[] = {
  { NULL },
};
