#include "process.h"

#include "base/autoptr.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define GROUPS 64

typedef struct
{
  uid_t id;
  gid_t group;
  gid_t groups[GROUPS];
  int n_groups;
} User;

static User *
find_user (const char *name)
{
  const struct passwd *entry = getpwnam (name);
  if (entry == NULL)
    g_error ("there is no user \"%s\"", name);
  User *user = g_new0 (User, 1);
  user->id = entry->pw_uid;
  user->group = entry->pw_gid;
  user->n_groups = GROUPS;
  g_assert (getgrouplist (name, entry->pw_gid, user->groups, &user->n_groups) >= 0);
  return user;
}

static int
open_output (const char *path)
{
  return open (path != NULL ? path : "/dev/null", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

/* Nothing but system calls: the child still has our memory. "ends": stdin, stdout and stderr. */
static void
run_child (const ProcessSetup *setup, const User *user, const int *ends, pid_t parent, const char *const *argv)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (dup2 (ends[fd], fd) < 0)
      _exit (127);
  close_range (STDERR_FILENO + 1, ~0U, 0);
  if (user != NULL
      && (setgroups ((size_t) user->n_groups, user->groups) != 0 || setgid (user->group) != 0 || setuid (user->id) != 0))
    _exit (127);
  /* After the change of user, which clears it. SIGQUIT ends a postmaster at once with its children. */
  prctl (PR_SET_PDEATHSIG, SIGQUIT);
  if (getppid () != parent || chdir (setup->folder) != 0 || (setup->traced && ptrace (PTRACE_TRACEME, 0, NULL, NULL) != 0))
    _exit (127);
  execve (argv[0], (char *const *) argv, setup->environment != NULL ? (char *const *) setup->environment : environ);
  _exit (127);
}

pid_t
process_start (const ProcessSetup *setup, const char *const *argv)
{
  g_autofree User *user = setup->user != NULL && geteuid () == 0 ? find_user (setup->user) : NULL;
  AUTO_FD int nothing = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  AUTO_FD int out = open_output (setup->out);
  AUTO_FD int err = setup->err != NULL ? open_output (setup->err) : -1;
  const int ends[] = { setup->in > 0 ? setup->in : nothing, out, err >= 0 ? err : out };
  pid_t parent = getpid ();
  /* fork would copy the page tables of a sanitizer's memory, which takes as long as the program that is started. */
  pid_t pid = vfork ();
  g_assert (pid >= 0);
  if (pid == 0)
    run_child (setup, user, ends, parent, argv);
  return pid;
}

bool
process_ended (pid_t pid, int *ret_code)
{
  int status = 0;
  if (waitpid (pid, &status, WNOHANG) != pid)
    return false;
  if (ret_code != NULL)
    *ret_code = WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
  return true;
}

int
process_wait (pid_t pid)
{
  return process_wait_for (pid, 1);
}

int
process_wait_for (pid_t pid, unsigned commands)
{
  struct pollfd end = { .fd = (int) syscall (SYS_pidfd_open, pid, 0), .events = POLLIN };
  g_assert (end.fd >= 0);
  int64_t deadline = g_get_monotonic_time () + (int64_t) commands * DEADLINE_SECONDS * G_USEC_PER_SEC;
  while (poll (&end, 1, 1000) <= 0 && g_get_monotonic_time () < deadline)
    ;
  close (end.fd);
  int code = -1;
  if (process_ended (pid, &code))
    return code;
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  return -1;
}

/* A file of /proc with its NULs replaced, NULL when the process is gone or another user's. */
static char *
read_proc (const char *pid, const char *name, char separator)
{
  g_autofree char *path = g_build_filename ("/proc", pid, name, NULL);
  char *text = NULL;
  gsize length = 0;
  if (!g_file_get_contents (path, &text, &length, NULL))
    return NULL;
  for (gsize i = 0; i + 1 < length; i++)
    if (text[i] == '\0')
      text[i] = separator;
  return text;
}

/* Whether a process has that in its environment. By plain calls: each process of the machine is asked, and most are others'. */
static bool
has_in_environment (int proc, const char *pid, const char *mark)
{
  static char bytes[1 << 17];
  char path[64];
  snprintf (path, sizeof path, "%s/environ", pid);
  AUTO_FD int file = openat (proc, path, O_RDONLY | O_CLOEXEC);
  size_t length = 0;
  for (ssize_t n; file >= 0 && length < sizeof bytes && (n = read (file, bytes + length, sizeof bytes - length)) > 0;)
    length += (size_t) n;
  return memmem (bytes, length, mark, strlen (mark)) != NULL;
}

GHashTable *
process_list (const char *folder)
{
  GHashTable *list = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_autofree char *mark = g_strdup_printf (PROCESS_MARK "=%s/", folder);
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  AUTO_FD int proc = open ("/proc", O_PATH | O_CLOEXEC);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      int pid = atoi (name);
      if (pid <= 0 || pid == getpid () || !has_in_environment (proc, name, mark))
        continue;
      g_autofree char *arguments = read_proc (name, "cmdline", ' ');
      if (arguments != NULL && *arguments != '\0')
        g_hash_table_insert (list, GINT_TO_POINTER (pid), g_steal_pointer (&arguments));
    }
  return list;
}

static bool
is_stopped (int pid)
{
  g_autofree char *name = g_strdup_printf ("%d", pid);
  g_autofree char *text = read_proc (name, "stat", ' ');
  const char *state = text != NULL ? strrchr (text, ')') : NULL;
  return state != NULL && state[2] == 'T';
}

static pid_t
find (const char *folder, const char *text, bool stopped)
{
  g_autoptr (GHashTable) list = process_list (folder);
  GHashTableIter iter;
  gpointer pid;
  gpointer arguments;
  g_hash_table_iter_init (&iter, list);
  while (g_hash_table_iter_next (&iter, &pid, &arguments))
    if (strstr (arguments, text) != NULL && (!stopped || is_stopped (GPOINTER_TO_INT (pid))))
      return GPOINTER_TO_INT (pid);
  return 0;
}

pid_t
process_find (const char *folder, const char *text)
{
  return find (folder, text, false);
}

pid_t
process_find_stopped (const char *folder, const char *text)
{
  return find (folder, text, true);
}

void
process_kill_all (const char *folder)
{
  /* Again until none is left: one that was just forked may have been missed. */
  for (int round = 0; round < 20; round++)
    {
      g_autoptr (GHashTable) list = process_list (folder);
      if (g_hash_table_size (list) == 0)
        return;
      GHashTableIter iter;
      gpointer pid;
      g_hash_table_iter_init (&iter, list);
      while (g_hash_table_iter_next (&iter, &pid, NULL))
        {
          kill (GPOINTER_TO_INT (pid), SIGKILL);
          waitpid (GPOINTER_TO_INT (pid), NULL, WNOHANG);
        }
      g_usleep (10000);
    }
}

void
process_silence (void)
{
  AUTO_FD int nothing = open ("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    dup2 (nothing, fd);
}

static int
remove_entry (const char *path, const struct stat *status, int type, struct FTW *ftw)
{
  (void) status, (void) type, (void) ftw;
  return remove (path), 0;
}

void
remove_tree (const char *folder)
{
  nftw (folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int64_t
deadline_new (void)
{
  return g_get_monotonic_time () + DEADLINE_SECONDS * G_USEC_PER_SEC;
}

bool
deadline_sleep (int64_t deadline)
{
  g_usleep (20000);
  return g_get_monotonic_time () < deadline;
}
