#include "shared.h"

#include "base/autoptr.h"
#include "cluster.h"
#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The keeper's file: locked while it lives, with its pid and its folder. It is named after ctest, the parent of all concerned, so
 * that several ctests of a build folder have their own. */
static char *
keeper_path (void)
{
  g_autofree char *name = g_strdup_printf ("test-server.%d", (int) getppid ());
  return g_build_filename (g_getenv ("WEIR_BUILD"), name, NULL);
}

/* false: there is no keeper any more, or never was. */
static bool
read_keeper (pid_t *ret_pid, char **ret_folder)
{
  g_autofree char *path = keeper_path ();
  AUTO_FD int file = open (path, O_RDONLY | O_CLOEXEC);
  g_autofree char *text = NULL;
  if (file < 0 || flock (file, LOCK_SH | LOCK_NB) == 0 || !g_file_get_contents (path, &text, NULL, NULL))
    return false;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_assert (g_strv_length (lines) == 3);
  *ret_pid = atoi (lines[0]);
  *ret_folder = g_strdup (lines[1]);
  return true;
}

char *
shared_find (void)
{
  pid_t keeper;
  char *folder = NULL;
  return read_keeper (&keeper, &folder) ? folder : NULL;
}

/* Killed here, it leaves the rest to its janitor, as every test executable does. */
static void
keep (int ctest, const char *path, int ready)
{
  prctl (PR_SET_NAME, "test-keeper");
  setsid ();
  int file = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  g_assert (file >= 0 && flock (file, LOCK_EX) == 0);
  void *state = NULL;
  cluster_setup_own (&state);
  const Cluster *cluster = state;
  dprintf (file, "%d\n%s\n", (int) getpid (), cluster->folder);
  g_assert (write (ready, "", 1) == 1);
  close (ready);
  process_silence ();
  struct pollfd gone = { .fd = ctest, .events = POLLIN };
  while (poll (&gone, 1, -1) < 0)
    ;
  cluster_teardown (&state);
  unlink (path);
}

bool
shared_start (void)
{
  g_autofree char *there = shared_find ();
  if (there != NULL)
    return true; /* ctest --repeat begins fixtures again, too */
  int ctest = (int) syscall (SYS_pidfd_open, getppid (), 0);
  int ends[2];
  if (ctest < 0 || pipe2 (ends, O_CLOEXEC) != 0)
    g_error ("cannot watch over ctest: %s", g_strerror (errno));
  g_autofree char *path = keeper_path ();
  pid_t keeper = fork ();
  g_assert (keeper >= 0);
  if (keeper == 0)
    {
      keep (ctest, path, ends[1]);
      _exit (0);
    }
  close (ctest);
  close (ends[1]);
  char byte;
  bool started = read (ends[0], &byte, 1) == 1;
  close (ends[0]);
  return started;
}

void
shared_stop (void)
{
  pid_t keeper = 0;
  g_autofree char *folder = NULL;
  g_autofree char *path = keeper_path ();
  if (!read_keeper (&keeper, &folder))
    return;
  kill (keeper, SIGTERM);
  int64_t deadline = deadline_new ();
  while (access (folder, F_OK) == 0 && g_getenv ("WEIR_TEST_KEEP") == NULL && deadline_sleep (deadline))
    ;
  unlink (path);
}
