#include "src/page/deeds.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "base/secrets.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_KEPT 16
#define MOST_RUNNING 4
#define MOST_SAID 4000

typedef struct
{
  char *command, *run;
  gint64 since; /* seconds since 1970 */
  GPid pid;     /* 0: it has ended */
  int code;
  int output; /* an unnamed file; -1: read already */
  char *said;
} Deed;

struct Deeds
{
  char *program;
  GStrv environment;
  const Settings *settings;
  GQueue deeds; /* of Deed, the newest first */
};

static void
deed_free (Deed *deed)
{
  if (deed->output >= 0)
    close (deed->output);
  g_free (deed->command);
  g_free (deed->run);
  g_free (deed->said);
  g_free (deed);
}

Deeds *
deeds_new (const char *program, GStrv environment, const Settings *settings)
{
  Deeds *deeds = g_new0 (Deeds, 1);
  deeds->program = g_strdup (program);
  deeds->environment = g_strdupv (environment);
  deeds->settings = settings;
  g_queue_init (&deeds->deeds);
  return deeds;
}

void
deeds_free (Deeds *deeds)
{
  g_queue_clear_full (&deeds->deeds, (GDestroyNotify) deed_free);
  g_strfreev (deeds->environment);
  g_free (deeds->program);
  g_free (deeds);
}

static bool
may_start (const Deeds *deeds, const char *run, GError **error)
{
  int running = 0;
  for (const GList *item = deeds->deeds.head; item != NULL; item = item->next)
    {
      const Deed *deed = item->data;
      running += deed->pid != 0;
      if (deed->pid != 0 && g_str_equal (deed->run, run))
        return weir_error (error, WEIR_ERROR_RETRY, "`weir %s %.8s` is under way", deed->command, run);
    }
  return running < MOST_RUNNING || weir_error (error, WEIR_ERROR_RETRY, "%d files are being approved or rejected", running);
}

/* Runs between fork and exec: only async-signal-safe calls. */
static void
set_up (void *data)
{
  int secrets = GPOINTER_TO_INT (data);
  sigset_t none;
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  setsid ();
  if (secrets > 0)
    fcntl (secrets, F_SETFD, 0);
  signal (SIGPIPE, SIG_DFL);
}

bool
deeds_start (Deeds *deeds, const char *command, const char *run, GError **error)
{
  if (!may_start (deeds, run, error))
    return false;
  const char *const argv[] = { deeds->program, command, "--home", deeds->settings->home, run, NULL };
  const char *secrets = g_environ_getenv (deeds->environment, SECRETS_FD);
  Deed *deed = g_new0 (Deed, 1);
  *deed = (Deed) { .command = g_strdup (command), .run = g_strdup (run), .since = g_get_real_time () / G_USEC_PER_SEC };
  deed->output = fs_open_scratch (deeds->settings->state, error);
  g_autoptr (GError) reason = NULL;
  AUTO_FD int nothing = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  if (deed->output < 0
      || !g_spawn_async_with_fds (NULL, (char **) argv, deeds->environment, G_SPAWN_DO_NOT_REAP_CHILD, set_up,
                                  GINT_TO_POINTER (secrets != NULL ? (int) g_ascii_strtoll (secrets, NULL, 10) : 0), &deed->pid,
                                  nothing, deed->output, deed->output, &reason))
    {
      if (reason != NULL)
        weir_error (error, WEIR_ERROR_LOCAL, "could not run \"%s\": %s", deeds->program, reason->message);
      return deed_free (deed), false;
    }
  g_queue_push_head (&deeds->deeds, deed);
  return true;
}

static void
note_end (Deed *deed, int wait_status)
{
  char text[MOST_SAID];
  ssize_t length = pread (deed->output, text, sizeof text, 0);
  deed->pid = 0;
  deed->code = WIFEXITED (wait_status) ? WEXITSTATUS (wait_status) : 128 + WTERMSIG (wait_status);
  deed->said = g_utf8_make_valid (text, MAX (length, 0));
  close (deed->output);
  deed->output = -1;
}

void
deeds_look (Deeds *deeds)
{
  for (GList *item = deeds->deeds.head; item != NULL; item = item->next)
    {
      Deed *deed = item->data;
      int wait_status;
      if (deed->pid != 0 && waitpid (deed->pid, &wait_status, WNOHANG) == deed->pid)
        note_end (deed, wait_status);
    }
  while (deeds->deeds.length > MOST_KEPT && ((Deed *) deeds->deeds.tail->data)->pid == 0)
    deed_free (g_queue_pop_tail (&deeds->deeds));
}

Json *
deeds_to_json (const Deeds *deeds)
{
  Json *array = json_array ();
  for (const GList *item = deeds->deeds.head; item != NULL; item = item->next)
    {
      const Deed *deed = item->data;
      g_autoptr (GDateTime) since = g_date_time_new_from_unix_utc (deed->since);
      g_autofree char *time = g_date_time_format (since, "%Y-%m-%dT%H:%M:%SZ");
      json_array_append_new (array, json_pack ("{s:s, s:s, s:s, s:o, s:o}", "command", deed->command, "run", deed->run, "since",
                                               time, "code", deed->pid == 0 ? json_integer (deed->code) : json_null (), "said",
                                               weir_json_string (deed->said)));
    }
  return array;
}
