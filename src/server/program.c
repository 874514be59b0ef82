#include "src/server/program.h"

#include "base/autoptr.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_LIMIT 65536

void
program_begin_anew (void)
{
  for (int number = 1; number < NSIG; number++)
    signal (number, SIG_DFL);
  sigset_t none;
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  setsid ();
}

/* In the child. Returns only on failure. */
static void
become (const char *const *argv, const char *folder, const struct passwd *user, int output)
{
  int null = open ("/dev/null", O_RDWR);
  if (dup2 (null, STDIN_FILENO) < 0 || dup2 (output, STDOUT_FILENO) < 0 || dup2 (output, STDERR_FILENO) < 0)
    return;
  close_range (STDERR_FILENO + 1, ~0U, 0);
  program_begin_anew ();
  umask (077);
  bool other = user->pw_uid != geteuid ();
  if (other && (initgroups (user->pw_name, user->pw_gid) != 0 || setgid (user->pw_gid) != 0 || setuid (user->pw_uid) != 0))
    return;
  if (chdir (folder) != 0)
    return;
  /* Nothing of the caller's environment may redirect PostgreSQL's programs. */
  const char *path = getenv ("PATH");
  g_autofree char *search = g_strconcat ("PATH=", path != NULL ? path : "/usr/bin:/bin", NULL);
  char *environment[] = { search, (char *) "LC_ALL=C.UTF-8", NULL };
  execve (argv[0], (char *const *) argv, environment);
}

static char *
read_output (int fd)
{
  struct stat status;
  off_t size = fstat (fd, &status) == 0 ? status.st_size : 0;
  size_t wanted = (size_t) MIN (size, OUTPUT_LIMIT);
  char *text = g_malloc0 (wanted + 1);
  ssize_t got = pread (fd, text, wanted, size - (off_t) wanted);
  text[MAX (got, 0)] = '\0';
  return g_strchomp (text);
}

static bool
check_end (const char *program, int status, const char *output, GError **error)
{
  g_autofree char *name = g_path_get_basename (program);
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return true;
  const Failure failure = { WEIR_ERROR_LOCAL, .detail = output[0] != '\0' ? output : NULL };
  if (WIFEXITED (status))
    return weir_fail (error, &failure, "%s ended with status %d", name, WEXITSTATUS (status));
  return weir_fail (error, &failure, "%s was ended by signal %d", name, WTERMSIG (status));
}

char *
program_find (const char *name)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (self != NULL ? self : "");
  g_autofree char *beside = g_build_filename (folder, name, NULL);
  return g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer (&beside) : g_find_program_in_path (name);
}

bool
program_run (const char *const *argv, const char *folder, uid_t owner, char **ret_output, GError **error)
{
  const struct passwd *user = getpwuid (owner);
  struct passwd nameless = { .pw_uid = owner };
  if (user == NULL && owner != geteuid ())
    return weir_error (error, WEIR_ERROR_LOCAL, "user %d has no name on this machine", (int) owner);
  if (user == NULL)
    user = &nameless;
  AUTO_FD int output = memfd_create ("output", MFD_CLOEXEC);
  if (output < 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not make a temporary file: %s", g_strerror (errno));
  pid_t child = fork ();
  if (child < 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not start a process: %s", g_strerror (errno));
  if (child == 0)
    {
      become (argv, folder, user, output);
      dprintf (STDERR_FILENO, "could not run \"%s\" in \"%s\": %s", argv[0], folder, strerror (errno));
      _exit (127);
    }
  int status = 0;
  while (waitpid (child, &status, 0) < 0)
    if (errno != EINTR)
      return weir_error (error, WEIR_ERROR_LOCAL, "could not wait for %s: %s", argv[0], g_strerror (errno));
  g_autofree char *text = read_output (output);
  bool ended_well = check_end (argv[0], status, text, error);
  if (ret_output != NULL)
    *ret_output = g_steal_pointer (&text);
  return ended_well;
}
