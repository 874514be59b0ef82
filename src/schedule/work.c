#include "src/schedule/work.h"

#include "base/error.h"
#include "base/secrets.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* From asking it to end until that is not asked any more. */
#define GENTLE_US (10 * G_USEC_PER_SEC)

/* How long whoever is stopped waits for it. */
#define STOP_MS 5000
#define LOOK_AGAIN_MS 20

struct Work
{
  GPid pid;
  int most_seconds;
  int64_t until; /* monotonic */
  bool asked;    /* to end */
  bool over;
  char *failure; /* of one that is over; NULL: it went well */
};

typedef struct
{
  pid_t parent;
  int secrets; /* descriptor; 0: none */
} Inherited;

/* Runs between fork and exec: only async-signal-safe calls. */
static void
set_up (void *data)
{
  const Inherited *inherited = data;
  sigset_t none;
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  signal (SIGPIPE, SIG_DFL);
  if (inherited->secrets > 0)
    fcntl (inherited->secrets, F_SETFD, 0);
  /* What it does is written down by us: nobody would know of its end. */
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (getppid () != inherited->parent)
    raise (SIGTERM);
}

/* The job's command line; borrows all of it. */
static GPtrArray *
make_argv (const WorkSetup *setup)
{
  GPtrArray *argv = g_ptr_array_new ();
  g_ptr_array_add (argv, (char *) setup->program);
  for (const char *const *word = setup->job->words; *word != NULL; word++)
    g_ptr_array_add (argv, (char *) *word);
  g_ptr_array_add (argv, (char *) "--home");
  g_ptr_array_add (argv, (char *) setup->home);
  g_ptr_array_add (argv, NULL);
  return argv;
}

Work *
work_start (const WorkSetup *setup, GError **error)
{
  g_autoptr (GPtrArray) argv = make_argv (setup);
  g_autoptr (GError) reason = NULL;
  const char *secrets = g_environ_getenv ((char **) setup->environment, SECRETS_FD);
  Inherited inherited = { getpid (), secrets != NULL ? (int) g_ascii_strtoll (secrets, NULL, 10) : 0 };
  pid_t pid;
  if (!g_spawn_async (NULL, (char **) argv->pdata, (char **) setup->environment, G_SPAWN_DO_NOT_REAP_CHILD, set_up, &inherited,
                      &pid, &reason))
    return weir_error (error, WEIR_ERROR_LOCAL, "could not run \"%s\": %s", setup->program, reason->message), NULL;
  Work *work = g_new0 (Work, 1);
  work->pid = pid;
  work->most_seconds = setup->job->most_seconds;
  work->until = g_get_monotonic_time () + (int64_t) work->most_seconds * G_USEC_PER_SEC;
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
  g_free (work->failure);
  g_free (work);
}

void
work_stop (Work *work)
{
  kill (work->pid, SIGTERM);
  for (int waited = 0; !work->over && waited < STOP_MS; waited += LOOK_AGAIN_MS)
    {
      work->over = waitpid (work->pid, NULL, WNOHANG) == work->pid;
      if (!work->over)
        g_usleep (LOOK_AGAIN_MS * 1000);
    }
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

/* Its time has passed. */
static void
ask_to_end (Work *work)
{
  kill (work->pid, work->asked ? SIGKILL : SIGTERM);
  work->asked = true;
  work->until = g_get_monotonic_time () + GENTLE_US;
}

bool
work_is_over (Work *work, const char **ret_failure)
{
  int status;
  if (!work->over && waitpid (work->pid, &status, WNOHANG) == work->pid)
    {
      work->over = true;
      work->failure = describe (work, status);
    }
  else if (!work->over && g_get_monotonic_time () >= work->until)
    ask_to_end (work);
  *ret_failure = work->failure;
  return work->over;
}
