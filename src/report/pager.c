#include "src/report/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A pager takes Ctrl-C and broken pipes as any program does. */
static void
set_signals (gpointer data G_GNUC_UNUSED)
{
  sigset_t none;
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  signal (SIGPIPE, SIG_DFL);
}

/* As git starts it: what fits on the screen is just shown, colours are, and the screen is not cleared. Owned by the caller. */
static char **
make_environment (void)
{
  char **environment = g_get_environ ();
  return g_environ_getenv (environment, "LESS") != NULL ? environment : g_environ_setenv (environment, "LESS", "FRX", TRUE);
}

/* NULL: there is none. Owned by the caller. */
static char *
find_program (void)
{
  const char *said = g_getenv ("PAGER");
  if (said == NULL)
    return g_find_program_in_path ("less");
  return said[0] == '\0' || strcmp (said, "cat") == 0 ? NULL : g_strdup (said);
}

bool
pager_begin (GPid *ret_pager)
{
  g_autofree char *program = isatty (STDOUT_FILENO) ? find_program () : NULL;
  int ends[2];
  if (program == NULL || pipe2 (ends, O_CLOEXEC) != 0)
    return false;
  char *argv[] = { (char *) "/bin/sh", (char *) "-c", program, NULL };
  g_auto (GStrv) environment = make_environment ();
  fflush (stdout);
  bool started = g_spawn_async_with_fds (NULL, argv, environment, G_SPAWN_DO_NOT_REAP_CHILD, set_signals, NULL, ret_pager, ends[0],
                                         -1, -1, NULL);
  close (ends[0]);
  if (started)
    dup2 (ends[1], STDOUT_FILENO);
  close (ends[1]);
  return started;
}

void
pager_end (GPid pager)
{
  fflush (stdout);
  close (STDOUT_FILENO);
  while (waitpid (pager, NULL, 0) < 0 && errno == EINTR)
    continue;
  g_spawn_close_pid (pager);
}
