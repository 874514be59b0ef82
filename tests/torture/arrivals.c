#include "arrivals.h"

#include "base/autoptr.h"
#include "tests/support/weir.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAUSE_US 30000
#define OLD_SECONDS 100000

static void
write_all (int fd, const char *text, size_t length)
{
  assert_true (fd >= 0);
  assert_int_equal (write (fd, text, length), length);
}

/* A file beside the home. Owned by the caller: its path. */
static char *
write_aside (const Home *home, const char *text)
{
  char *path = g_strconcat (home->path, ".aside", NULL);
  AUTO_FD int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  write_all (fd, text, strlen (text));
  return path;
}

static void
arrive_moved (const Home *home, const char *target, const char *text)
{
  g_autofree char *aside = write_aside (home, text);
  assert_int_equal (rename (aside, target), 0);
}

/* In two parts with this pause; 0: at once. */
static void
arrive_copied (const char *target, const char *text, useconds_t pause)
{
  size_t length = strlen (text), half = pause > 0 ? length / 2 : length;
  AUTO_FD int fd = open (target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  write_all (fd, text, half);
  g_usleep (pause);
  write_all (fd, text + half, length - half);
}

static void
arrive_linked (const Home *home, const char *target, const char *text)
{
  g_autofree char *aside = write_aside (home, text);
  assert_int_equal (link (aside, target), 0);
  g_usleep (PAUSE_US);
  unlink (aside);
}

static void
arrive_unnamed (const Home *home, const char *target, const char *text)
{
  g_autofree char *imports = home_path (home, "imports");
  int fd = open (imports, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644);
  write_all (fd, text, strlen (text));
  g_autofree char *unnamed = g_strdup_printf ("/proc/self/fd/%d", fd);
  assert_int_equal (linkat (AT_FDCWD, unnamed, AT_FDCWD, target, AT_SYMLINK_FOLLOW), 0);
  close (fd);
}

static void
arrive_old (const char *target, const char *text, bool before_close)
{
  const struct timespec times[2] = { { time (NULL) - OLD_SECONDS, 0 }, { time (NULL) - OLD_SECONDS, 0 } };
  int fd = open (target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  write_all (fd, text, strlen (text));
  if (before_close)
    futimens (fd, times);
  close (fd);
  if (!before_close)
    utimensat (AT_FDCWD, target, times, 0); /* in vain where weir was quicker */
}

static void
note_replaced (Home *home, const char *target, GPtrArray *replaced)
{
  g_autofree char *bytes = NULL;
  gsize length = 0;
  if (!g_file_get_contents (target, &bytes, &length, NULL))
    return;
  home_note_dropped (home, bytes, length);
  g_ptr_array_add (replaced, g_ptr_array_steal_index (home->dropped, home->dropped->len - 1));
}

void
arrive (Home *home, Arrival how, const char *name, const char *text, GPtrArray *replaced)
{
  g_autofree char *relative = g_build_filename ("imports", name, NULL);
  g_autofree char *target = home_path (home, relative);
  if (how == ARRIVE_OVER || how == ARRIVE_REWRITTEN)
    note_replaced (home, target, replaced);
  home_note_dropped (home, text, strlen (text));
  if (how == ARRIVE_MOVED || how == ARRIVE_OVER)
    arrive_moved (home, target, text);
  else if (how == ARRIVE_LINKED)
    arrive_linked (home, target, text);
  else if (how == ARRIVE_UNNAMED)
    arrive_unnamed (home, target, text);
  else if (how == ARRIVE_KEPT || how == ARRIVE_UNPACKED)
    arrive_old (target, text, how == ARRIVE_KEPT);
  else
    arrive_copied (target, text, how == ARRIVE_SLOWLY ? PAUSE_US : 0);
}

void
arrivals_settle (Home *home, const GPtrArray *replaced)
{
  for (guint i = 0; i < replaced->len; i++)
    {
      const char *sha256 = replaced->pdata[i];
      guint index;
      if (sql_number (home, "select count(*) from weir.file where sha256 = '%s' and disposition = 'archived'", sha256) == 0
          && g_ptr_array_find_with_equal_func (home->dropped, sha256, g_str_equal, &index))
        g_ptr_array_remove_index (home->dropped, index);
    }
}

static int
queue_length (void)
{
  g_autofree char *text = NULL;
  return g_file_get_contents ("/proc/sys/fs/inotify/max_queued_events", &text, NULL, NULL) ? atoi (text) : 16384;
}

void
arrivals_overflow (Home *home)
{
  pid_t notify = process_find (home->path, "weir-notify");
  if (notify == 0 || kill (notify, SIGSTOP) != 0)
    return;
  g_autofree char *name = home_path (home, "imports/.busy");
  for (int events = queue_length (); events > 0; events -= 2)
    {
      close (open (name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
      unlink (name);
    }
  kill (notify, SIGCONT);
}
