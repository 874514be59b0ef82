#include "src/schedule/work.h"

#include "base/error.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* From asking it to end until that is not asked any more. */
#define GENTLE_US (10 * G_USEC_PER_SEC)

struct Work
{
  GPid pid;
  int most_seconds;
  int64_t until; /* monotonic */
  bool asked;    /* to end */
  bool over;
};

/* Runs between fork and exec: only async-signal-safe calls. */
static void
set_up (void *data)
{
  const pid_t *parent = data;
  sigset_t none;
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  signal (SIGPIPE, SIG_DFL);
  /* What it does is written down by us: nobody would know of its end. */
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (getppid () != *parent)
    raise (SIGTERM);
}

Work *
work_start (const TimedJob *job, const char *program, const char *home, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) reason = NULL;
  pid_t ours = getpid (), pid;
  g_ptr_array_add (argv, (char *) program);
  for (const char *const *word = job->words; *word != NULL; word++)
    g_ptr_array_add (argv, (char *) *word);
  g_ptr_array_add (argv, (char *) "--home");
  g_ptr_array_add (argv, (char *) home);
  g_ptr_array_add (argv, NULL);
  if (!g_spawn_async (NULL, (char **) argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, set_up, &ours, &pid, &reason))
    return weir_error (error, WEIR_ERROR_LOCAL, "could not run \"%s\": %s", program, reason->message), NULL;
  Work *work = g_new0 (Work, 1);
  work->pid = pid;
  work->most_seconds = job->most_seconds;
  work->until = g_get_monotonic_time () + (int64_t) job->most_seconds * G_USEC_PER_SEC;
  return work;
}

void
work_free (Work *work)
{
  if (!work->over)
    {
      kill (work->pid, SIGKILL);
      waitpid (work->pid, NULL, 0);
    }
  g_free (work);
}

static char *
describe (const Work *work, int status)
{
  if (work->asked)
    return g_strdup_printf ("ended after %d s, its longest time", work->most_seconds);
  if (WIFSIGNALED (status))
    return g_strdup_printf ("ended by signal %d", WTERMSIG (status));
  return WEXITSTATUS (status) == 0 ? NULL : g_strdup_printf ("exit code %d", WEXITSTATUS (status));
}

bool
work_is_over (Work *work, char **ret_failure)
{
  int status;
  if (waitpid (work->pid, &status, WNOHANG) == work->pid)
    {
      work->over = true;
      *ret_failure = describe (work, status);
      return true;
    }
  if (g_get_monotonic_time () < work->until)
    return false;
  kill (work->pid, work->asked ? SIGKILL : SIGTERM);
  work->asked = true;
  work->until = g_get_monotonic_time () + GENTLE_US;
  return false;
}
