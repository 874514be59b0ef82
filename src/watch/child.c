#include "src/watch/child.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/secrets.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

struct Child
{
  GPid pid;
  int input;  /* to its stdin, -1: none or closed */
  int output; /* from its stdout, -1: at its end */
  unsigned output_source;
  unsigned end_source;
  GString *pending; /* the beginning of a line */
  const ChildEvents *events;
  void *data;
};

/* Runs between fork and exec: only async-signal-safe calls. */
static void
set_up (void *data)
{
  int secrets = GPOINTER_TO_INT (data);
  setpgid (0, 0);
  if (secrets > 0)
    fcntl (secrets, F_SETFD, 0);
  signal (SIGPIPE, SIG_DFL);
}

static void
give_lines (Child *child)
{
  char *newline;
  while ((newline = memchr (child->pending->str, '\n', child->pending->len)))
    {
      size_t length = (size_t) (newline - child->pending->str);
      g_autofree char *line = g_strndup (child->pending->str, length);
      g_string_erase (child->pending, 0, (gssize) length + 1);
      child->events->line (child, line, child->data);
    }
}

/* Reads what is there. False at the end of the output. */
static bool
read_output (Child *child)
{
  char piece[16384];
  for (;;)
    {
      ssize_t got = read (child->output, piece, sizeof piece);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0 && errno == EAGAIN)
        return true;
      /* What cannot be read any more would be waited for in vain. */
      if (got < 0)
        kill (child->pid, SIGKILL);
      if (got <= 0)
        return false;
      g_string_append_len (child->pending, piece, got);
      give_lines (child);
    }
}

static gboolean
on_output (int fd, GIOCondition condition, void *data)
{
  (void) fd;
  (void) condition;
  Child *child = data;
  if (read_output (child))
    return G_SOURCE_CONTINUE;
  fd_cleanup (&child->output);
  child->output = -1;
  child->output_source = 0;
  return G_SOURCE_REMOVE;
}

static void
on_end (GPid pid, int wait_status, void *data)
{
  (void) pid;
  Child *child = data;
  child->end_source = 0;
  if (child->output >= 0)
    read_output (child);
  child->events->ended (child, wait_status, child->data);
}

Child *
child_spawn (const char *const *argv, const char *const *environment, bool with_input, const ChildEvents *events, void *data,
             GError **error)
{
  GPid pid;
  int input = -1, output = -1;
  g_autoptr (GError) reason = NULL;
  const char *secrets = g_environ_getenv ((char **) environment, SECRETS_FD);
  void *inherited = GINT_TO_POINTER (secrets != NULL ? (int) g_ascii_strtoll (secrets, NULL, 10) : 0);
  if (!g_spawn_async_with_pipes (NULL, (char **) argv, (char **) environment, G_SPAWN_DO_NOT_REAP_CHILD, set_up, inherited, &pid,
                                 with_input ? &input : NULL, &output, NULL, &reason))
    return weir_error (error, WEIR_ERROR_LOCAL, "could not run \"%s\": %s", argv[0], reason->message), NULL;
  Child *child = g_new0 (Child, 1);
  child->pid = pid;
  child->input = input;
  child->output = output;
  child->pending = g_string_new (NULL);
  child->events = events;
  child->data = data;
  g_unix_set_fd_nonblocking (output, TRUE, NULL);
  child->output_source = g_unix_fd_add (output, G_IO_IN | G_IO_HUP | G_IO_ERR, on_output, child);
  child->end_source = g_child_watch_add (pid, on_end, child);
  return child;
}

void
child_free (Child *child)
{
  if (child->output_source)
    g_source_remove (child->output_source);
  if (child->end_source)
    g_source_remove (child->end_source);
  fd_cleanup (&child->input);
  fd_cleanup (&child->output);
  g_string_free (child->pending, TRUE);
  g_free (child);
}

/* It made its group before its program was run, which child_spawn has waited for. */
void
child_kill (Child *child)
{
  kill (-child->pid, SIGKILL);
}

void
child_destroy (Child *child)
{
  pid_t pid = child->pid;
  child_kill (child);
  child_free (child);
  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    ;
}

bool
child_write_line (Child *child, const char *text)
{
  if (child->input < 0)
    return false;
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  size_t length = strlen (line);
  for (size_t done = 0; done < length;)
    {
      ssize_t written = write (child->input, line + done, length - done);
      if (written < 0 && errno != EINTR)
        return false;
      done += written > 0 ? (size_t) written : 0;
    }
  return true;
}

void
child_close_input (Child *child)
{
  fd_cleanup (&child->input);
  child->input = -1;
}

void
child_signal (Child *child, int signal_number)
{
  kill (child->pid, signal_number);
}

char *
child_describe_end (int wait_status)
{
  if (WIFSIGNALED (wait_status))
    return g_strdup_printf ("was killed by signal %d (%s)", WTERMSIG (wait_status), g_strsignal (WTERMSIG (wait_status)));
  return g_strdup_printf ("ended with exit code %d", WEXITSTATUS (wait_status));
}
