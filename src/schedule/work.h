/* A job under way: a weir of its own, which ends with us, and after its time. Nobody is waited for but in work_end. */
#ifndef WEIR_SRC_SCHEDULE_WORK_H
#define WEIR_SRC_SCHEDULE_WORK_H

#include "src/schedule/jobs.h"

typedef struct Work Work;

typedef struct
{
  const TimedJob *job;
  const char *program; /* the path of this weir */
  const char *home;
  char *const *environment; /* as secrets_pass has it */
} WorkSetup;

/* Its stdout and stderr are ours. Errors: LOCAL. */
Work *work_start (const WorkSetup *setup, GError **error);
void work_free (Work *work); /* kills it, if it still runs */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_free)

/* Asks it to end, and waits for that, though not for long. */
void work_stop (Work *work);

/* Whether it is over, and how: *ret_failure NULL: well; borrowed. Ends it, gently and then not, when its time has passed. */
bool work_is_over (Work *work, const char **ret_failure);

#endif
