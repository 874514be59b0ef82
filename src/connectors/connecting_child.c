#include "src/connectors/connecting_private.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "src/server/program.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define SPOOL 3
#define RESULTS 4
#define FIRST_FREE 16 /* descriptors that a child gets are first moved out of the way of those that it is to have */

/* All that a child needs, made before the fork. */
typedef struct
{
  const char *const *argv;
  const char *const *environment;
  const char *folder;
  int request, spool, results, said;
  pid_t parent;
} Birth;

static bool
place (int from, int to)
{
  return from < 0 ? close (to) == 0 || errno == EBADF : dup2 (from, to) >= 0;
}

/* In the child. Returns only on failure, which is errno. Killed with its parent; that may be gone already, and is then not waited for. */
static void
become (const Birth *birth)
{
  program_begin_anew ();
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid () != birth->parent || chdir (birth->folder) != 0)
    return;
  if (!place (birth->request, STDIN_FILENO) || !place (birth->said, STDOUT_FILENO) || !place (birth->said, STDERR_FILENO)
      || !place (birth->spool, SPOOL) || !place (birth->results, RESULTS))
    return;
  close_range (RESULTS + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  execve (birth->argv[0], (char *const *) birth->argv, (char *const *) birth->environment);
}

/* What a connector may know of our environment: no secret is among it. Owned by the caller. */
static GStrv
make_environment (void)
{
  static const char *const names[] = { "PATH", "HOME", "LANG", "TZ", "TMPDIR", NULL };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (size_t i = 0; names[i] != NULL; i++)
    {
      const char *value = g_getenv (names[i]);
      g_autofree char *text = value != NULL ? g_strconcat (names[i], "=", value, NULL) : NULL;
      if (text != NULL)
        g_strv_builder_add (builder, text);
    }
  return g_strv_builder_end (builder);
}

/* A duplicate that is closed on exec and stands where no other is to be. -1: with an error. */
static int
move_up (int fd, GError **error)
{
  int moved = fcntl (fd, F_DUPFD_CLOEXEC, FIRST_FREE);
  if (moved < 0)
    weir_system_error (error, errno, "could not duplicate a descriptor for a connector");
  return moved;
}

/* The request as a file without a name: its reader finds an end, and nobody waits for a reader. */
static int
open_request (const char *text, GError **error)
{
  AUTO_FD int fd = memfd_create ("request", MFD_CLOEXEC);
  if (fd < 0)
    return weir_system_error (error, errno, "could not make a temporary file"), -1;
  if (!fs_write_all (fd, text, strlen (text), "a connector's request", error))
    return -1;
  lseek (fd, 0, SEEK_SET);
  return move_up (fd, error);
}

static bool
open_pipe (int ends[2], GError **error)
{
  int pair[2];
  if (pipe2 (pair, O_CLOEXEC) != 0)
    return weir_system_error (error, errno, "could not make a pipe");
  AUTO_FD int first = move_up (pair[0], error);
  AUTO_FD int second = first >= 0 ? move_up (pair[1], error) : -1;
  close (pair[0]);
  close (pair[1]);
  if (second < 0)
    return false;
  ends[0] = fd_steal (&first);
  ends[1] = fd_steal (&second);
  return true;
}

/* The errno of a child that could not become the program; 0: it did. */
static int
read_failure (int fd)
{
  int number = 0;
  ssize_t got;
  do
    got = read (fd, &number, sizeof number);
  while (got < 0 && errno == EINTR);
  return got == sizeof number ? number : 0;
}

static bool
fork_child (Birth *birth, ConnectorChild *ret_child, GError **error)
{
  AUTO_FD int failure_read = -1;
  AUTO_FD int failure_write = -1;
  int ends[2] = { -1, -1 };
  if (!open_pipe (ends, error))
    return false;
  failure_read = ends[0];
  failure_write = ends[1];
  birth->parent = getpid ();
  pid_t pid = fork ();
  if (pid < 0)
    return weir_system_error (error, errno, "could not start a process");
  if (pid == 0)
    {
      become (birth);
      int number = errno;
      if (write (failure_write, &number, sizeof number) < 0)
        _exit (126);
      _exit (127);
    }
  close (fd_steal (&failure_write));
  int number = read_failure (failure_read);
  if (number != 0)
    {
      while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
        continue;
      return weir_system_error (error, number, "could not run \"%s\"", birth->argv[0]);
    }
  ret_child->pid = pid;
  ret_child->pidfd = pidfd_open (pid, 0);
  return true;
}

static void
set_nonblocking (int fd)
{
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
}

bool
connector_spawn (const Settings *settings, const char *program, const char *verb, const char *request, int spool_fd,
                 ConnectorChild *ret_child, GError **error)
{
  g_auto (GStrv) environment = make_environment ();
  const char *argv[] = { program, verb, NULL };
  *ret_child = (ConnectorChild) { .pidfd = -1, .results = -1, .said = -1 };
  AUTO_FD int input = open_request (request, error);
  AUTO_FD int results = -1;
  AUTO_FD int said = -1;
  AUTO_FD int spool = -1;
  int ends[2] = { -1, -1 };
  if (input < 0 || !open_pipe (ends, error))
    return false;
  ret_child->results = ends[0];
  results = ends[1];
  if (!open_pipe (ends, error))
    return connector_child_clear (ret_child), false;
  ret_child->said = ends[0];
  said = ends[1];
  if (spool_fd >= 0 && (spool = move_up (spool_fd, error)) < 0)
    return connector_child_clear (ret_child), false;
  if (spool >= 0)
    lseek (spool, 0, SEEK_SET);
  Birth birth = { argv, (const char *const *) environment, settings->home, input, spool, results, said, 0 };
  if (!fork_child (&birth, ret_child, error))
    return connector_child_clear (ret_child), false;
  set_nonblocking (ret_child->results);
  set_nonblocking (ret_child->said);
  return true;
}

void
connector_child_clear (ConnectorChild *child)
{
  fd_cleanup (&child->pidfd);
  fd_cleanup (&child->results);
  fd_cleanup (&child->said);
  child->pidfd = child->results = child->said = -1;
}
