/* The file behind a log: what becomes of its lines when it is full, moved, emptied, torn, or cannot be written. */
#include "base/log_file.h"

#include "base/autoptr.h"
#include "base/text.h"
#include "tests/support/process.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs each test in a fresh folder, where the log is "log". */
static int
set_up (void **state)
{
  char *folder = g_dir_make_tmp ("weir-log-file-XXXXXX", NULL);
  assert_int_equal (g_chdir (folder), 0);
  *state = folder;
  return 0;
}

static int
tear_down (void **state)
{
  assert_int_equal (g_chdir ("/"), 0);
  remove_tree (*state);
  g_free (*state);
  return 0;
}

/* "log: a b|log.1: c|" of all files of the folder, by their names. Owned by the caller. */
static char *
folder_text (void)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = g_dir_open (".", 0, NULL);
  for (const char *name; (name = g_dir_read_name (folder)) != NULL;)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, text_compare);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *content = NULL;
      if (g_file_get_contents (names->pdata[i], &content, NULL, NULL))
        g_string_append_printf (text, "%s: %s|", (char *) names->pdata[i], g_strdelimit (content, "\n", ' '));
    }
  return g_string_free (text, FALSE);
}

static void
assert_folder (const char *expected)
{
  g_autofree char *text = folder_text ();
  assert_string_equal (text, expected);
}

static void
write_lines (LogFile *file, const char *lines)
{
  g_auto (GStrv) all = g_strsplit (lines, " ", -1);
  for (char **line = all; *line != NULL; line++)
    assert_true (log_file_write (file, *line));
}

/* The log that root makes in the home of a service is the service's. One that was there stays whose it was. */
static void
a_new_one_is_the_folders_owners (void **state)
{
  struct stat info;
  if (geteuid () != 0)
    skip (); /* nobody else may give anything away */
  uid_t owner = 12345;
  assert_int_equal (chown (*state, owner, (gid_t) -1), 0);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (LogFile) file = log_file_new ("log", 1000, 2);
      write_lines (file, "a");
      assert_int_equal (stat ("log", &info), 0);
      assert_int_equal (info.st_uid, i == 0 ? owner : geteuid ());
      assert_int_equal (chown ("log", geteuid (), (gid_t) -1), 0);
    }
}

static void
a_full_one_is_renamed_and_begun_anew (void **state)
{
  static const struct
  {
    int64_t bytes;
    int keep;
    const char *before, *lines, *after;
  } cases[] = {
    { 0, 3, "", "aaa bbb ccc", "log: aaa bbb ccc |" },
    { 8, 3, "", "aaa bbb", "log: aaa bbb |" }, /* exactly */
    { 8, 3, "", "aaa bbb ccc", "log: ccc |log.1: aaa bbb |" },
    { 7, 3, "", "aaa bbb ccc", "log: ccc |log.1: bbb |log.2: aaa |" },
    { 7, 2, "", "a1a b2b c3c d4d e5e", "log: e5e |log.1: d4d |log.2: c3c |" },
    { 7, 1, "", "a1a b2b c3c", "log: c3c |log.1: b2b |" },
    { 7, 0, "", "a1a b2b c3c", "log: c3c |" },
    { 2, 9, "", "aaaaaa bbbbbb", "log: bbbbbb |log.1: aaaaaa |" }, /* a line that is larger than that is written */
    { 4, 3, "log=old", "new", "log: new |log.1: old |" },          /* of an earlier process */
    { 4, 3, "log=x4x log.1=x3x log.3=x1x", "new",
      "log: new |log.1: x4x |log.2: x3x |log.3: x1x |" }, /* one that crashed in between */
    { 4, 2, "log=x5x log.1=x4x log.2=x3x log.3=x2x log.4=x1x", "new", "log: new |log.1: x5x |log.2: x4x |" }, /* more were kept */
    { 4, 2, "log=x4x log.4=x1x", "new", "log: new |log.1: x4x |log.4: x1x |" },
    { 4, 2, "log=x4x log.old=x1x", "new", "log: new |log.1: x4x |log.old: x1x |" }, /* somebody's own */
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      void *folder = NULL;
      set_up (&folder);
      g_auto (GStrv) files = g_strsplit (cases[i].before, " ", -1);
      for (char **named = files; *named != NULL; named++)
        {
          g_auto (GStrv) parts = g_strsplit (*named, "=", 2);
          g_autofree char *line = g_strconcat (parts[1], "\n", NULL);
          assert_true (g_file_set_contents (parts[0], line, -1, NULL));
        }
      g_autoptr (LogFile) file = log_file_new ("log", cases[i].bytes, cases[i].keep);
      write_lines (file, cases[i].lines);
      g_autofree char *text = folder_text ();
      if (strcmp (text, cases[i].after) != 0)
        fail_msg ("case %zu: %s", i, text);
      tear_down (&folder);
    }
  (void) state;
}

static void
the_new_one_is_as_readable_as_the_old (void **state)
{
  (void) state;
  struct stat info;
  g_autoptr (LogFile) file = log_file_new ("log", 7, 2);
  write_lines (file, "aaa");
  assert_int_equal (chmod ("log", 0604), 0);
  write_lines (file, "bbb");
  assert_int_equal (stat ("log", &info), 0);
  assert_int_equal (info.st_mode & 0777, 0604);
}

/* By rm; by logrotate, with and without "create"; by its copytruncate. */
static void
one_that_somebody_has_moved_or_emptied_is_gone_on_with (void **state)
{
  (void) state;
  g_autoptr (LogFile) file = log_file_new ("log", 0, 2);
  write_lines (file, "a");
  assert_int_equal (g_remove ("log"), 0);
  write_lines (file, "b c");
  assert_folder ("log: b c |");
  assert_int_equal (rename ("log", "log-2026"), 0);
  write_lines (file, "d");
  assert_folder ("log: d |log-2026: b c |");
  assert_int_equal (rename ("log", "log-2027"), 0);
  assert_true (g_file_set_contents ("log", "", -1, NULL));
  write_lines (file, "e");
  assert_folder ("log: e |log-2026: b c |log-2027: d |");
  assert_int_equal (truncate ("log", 0), 0);
  write_lines (file, "f");
  assert_folder ("log: f |log-2026: b c |log-2027: d |");
}

/* What a crash of the machine leaves, or a program that writes past the lock. */
static void
half_a_line_is_ended_before_the_next (void **state)
{
  (void) state;
  g_autoptr (LogFile) file = log_file_new ("log", 0, 2);
  assert_true (g_file_set_contents ("log", "whole\nhal", -1, NULL));
  write_lines (file, "a b");
  assert_folder ("log: whole hal a b |");
}

/* A disk that takes half a line. */
static void
half_a_line_is_taken_back (void **state)
{
  (void) state;
  g_autoptr (LogFile) file = log_file_new ("log", 0, 2);
  struct rlimit before, few = { 10, RLIM_INFINITY };
  write_lines (file, "123456");
  signal (SIGXFSZ, SIG_IGN);
  assert_int_equal (getrlimit (RLIMIT_FSIZE, &before), 0);
  few.rlim_max = before.rlim_max;
  assert_int_equal (setrlimit (RLIMIT_FSIZE, &few), 0);
  bool written = log_file_write (file, "abcdef");
  assert_int_equal (setrlimit (RLIMIT_FSIZE, &before), 0);
  assert_false (written);
  assert_string_equal (log_file_trouble (file), "could not write log file \"log\": File too large");
  assert_folder ("log: 123456 |");
  write_lines (file, "ABC");
  assert_null (log_file_trouble (file));
  assert_folder ("log: 123456 ABC |");
}

static void
one_that_cannot_be_begun_anew_goes_on (void **state)
{
  (void) state;
  g_autoptr (LogFile) file = log_file_new ("log", 7, 1);
  write_lines (file, "aaa");
  assert_int_equal (g_mkdir ("log.1", 0700), 0);
  assert_int_equal (g_mkdir ("log.1/x", 0700), 0);
  write_lines (file, "bbb");
  assert_true (g_str_has_suffix (log_file_trouble (file), "/log\": Is a directory"));
  assert_folder ("log: aaa bbb |");
  remove_tree ("log.1");
  write_lines (file, "ccc");
  assert_folder ("log: ccc |log.1: aaa bbb |");
}

/* A link is somebody's wish where the log should be: it stays, and what it leads to is renamed. */
static void
a_link_stays_one (void **state)
{
  (void) state;
  g_autoptr (LogFile) file = log_file_new ("log", 7, 2);
  assert_int_equal (g_mkdir ("var", 0700), 0);
  assert_int_equal (symlink ("var/weir.log", "log"), 0);
  write_lines (file, "aaa bbb");
  assert_true (g_file_test ("log", G_FILE_TEST_IS_SYMLINK));
  assert_folder ("log: bbb |");
  assert_true (g_file_test ("var/weir.log.1", G_FILE_TEST_IS_REGULAR));
}

static void
what_is_no_file_is_refused (void **state)
{
  (void) state;
  g_autoptr (LogFile) file = log_file_new ("log", 7, 2);
  assert_int_equal (mkfifo ("log", 0600), 0);
  assert_false (log_file_write (file, "a"));
  assert_string_equal (log_file_trouble (file), "log file \"log\" is no regular file");
}

/* Whoever is stopped with the lock in hand keeps nobody from writing. */
static void
a_lock_is_not_waited_for_long (void **state)
{
  (void) state;
  g_autoptr (LogFile) file = log_file_new ("log", 7, 2);
  write_lines (file, "aaa");
  AUTO_FD int fd = open ("log", O_RDWR | O_CLOEXEC);
  assert_int_equal (flock (fd, LOCK_EX), 0);
  AUTO_FD int reader = open ("log", O_RDONLY | O_CLOEXEC);
  assert_false (log_file_lock (reader, LOCK_SH));
  write_lines (file, "bbb ccc");
  assert_folder ("log: aaa bbb ccc |");
  assert_int_equal (flock (fd, LOCK_UN), 0);
  write_lines (file, "ddd");
  assert_folder ("log: ddd |log.1: aaa bbb ccc |");
}

#define WRITERS 3
#define LINES 400

static void
write_many (int writer)
{
  g_autoptr (LogFile) file = log_file_new ("log", 2000, 1000);
  for (int i = 0; i < LINES; i++)
    {
      g_autofree char *line =
          g_strdup_printf ("%d %d %.*s", writer, i, i % 50, "..................................................");
      if (!log_file_write (file, line))
        _exit (1);
    }
  _exit (0);
}

/* Counts the lines of each writer in one file; false: there is no such file. */
static bool
count_lines (const char *path, int counts[WRITERS][LINES])
{
  g_autofree char *content = NULL;
  if (!g_file_get_contents (path, &content, NULL, NULL))
    return false;
  assert_true (g_str_has_suffix (content, "\n"));
  g_auto (GStrv) lines = g_strsplit (content, "\n", -1);
  for (guint i = 0; i + 1 < g_strv_length (lines); i++)
    {
      int writer, number, dots = -1;
      assert_int_equal (sscanf (lines[i], "%d %d %n", &writer, &number, &dots), 2);
      assert_int_equal (strlen (lines[i] + dots), number % 50);
      counts[writer][number]++;
    }
  return true;
}

static void
of_several_writers_every_line_is_there_once_and_whole (void **state)
{
  (void) state;
  pid_t writers[WRITERS];
  static int counts[WRITERS][LINES];
  for (int i = 0; i < WRITERS; i++)
    if ((writers[i] = fork ()) == 0)
      write_many (i);
  for (int i = 0; i < WRITERS; i++)
    {
      int status;
      assert_int_equal (waitpid (writers[i], &status, 0), writers[i]);
      assert_int_equal (status, 0);
    }
  memset (counts, 0, sizeof counts);
  assert_true (count_lines ("log", counts));
  int files = 1;
  for (;; files++)
    {
      g_autofree char *path = log_file_numbered ("log", files);
      if (!count_lines (path, counts))
        break;
    }
  assert_true (files > 10);
  for (int i = 0; i < WRITERS; i++)
    for (int line = 0; line < LINES; line++)
      assert_int_equal (counts[i][line], 1);
}

int
main (void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown (test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (a_full_one_is_renamed_and_begun_anew),
    IN_FOLDER (a_new_one_is_the_folders_owners),
    IN_FOLDER (the_new_one_is_as_readable_as_the_old),
    IN_FOLDER (one_that_somebody_has_moved_or_emptied_is_gone_on_with),
    IN_FOLDER (half_a_line_is_ended_before_the_next),
    IN_FOLDER (half_a_line_is_taken_back),
    IN_FOLDER (one_that_cannot_be_begun_anew_goes_on),
    IN_FOLDER (a_link_stays_one),
    IN_FOLDER (what_is_no_file_is_refused),
    IN_FOLDER (a_lock_is_not_waited_for_long),
    IN_FOLDER (of_several_writers_every_line_is_there_once_and_whole),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
