/* The real weir-notify on a real folder. What it says is read line by line; a line that does not come fails by a deadline. */
#include "base/autoptr.h"
#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  char *folder; /* the watched one is below it */
  char *watched;
  pid_t pid;
  int output;
  GString *said; /* not yet given out */
} Watch;

static int
set_up (void **state)
{
  g_autofree char *program = g_build_filename (g_getenv ("WEIR_BUILD") ? g_getenv ("WEIR_BUILD") : ".", "weir-notify", NULL);
  Watch *watch = g_new0 (Watch, 1);
  watch->folder = g_dir_make_tmp ("weir-notify-XXXXXX", NULL);
  watch->watched = g_build_filename (watch->folder, "imports", NULL);
  watch->said = g_string_new (NULL);
  int ends[2];
  if (mkdir (watch->watched, 0755) != 0 || pipe (ends) != 0)
    return -1;
  watch->pid = fork ();
  if (watch->pid == 0)
    {
      dup2 (ends[1], STDOUT_FILENO);
      close (ends[0]);
      close (ends[1]);
      execl (program, program, watch->watched, NULL);
      _exit (127);
    }
  close (ends[1]);
  watch->output = ends[0];
  *state = watch;
  return 0;
}

static int
tear_down (void **state)
{
  Watch *watch = *state;
  fd_cleanup (&watch->output);
  remove_tree (watch->folder); /* which is its end, too */
  if (watch->pid > 0)
    waitpid (watch->pid, NULL, 0);
  g_string_free (watch->said, TRUE);
  g_free (watch->watched);
  g_free (watch->folder);
  g_free (watch);
  return 0;
}

/* The next line, or NULL at the end of its output. Owned by the caller. */
static char *
next_line (Watch *watch)
{
  int64_t deadline = deadline_new ();
  for (;;)
    {
      char *newline = strchr (watch->said->str, '\n');
      if (newline)
        {
          char *line = g_strndup (watch->said->str, (gsize) (newline - watch->said->str));
          g_string_erase (watch->said, 0, newline - watch->said->str + 1);
          return line;
        }
      struct pollfd readable = { .fd = watch->output, .events = POLLIN };
      if (poll (&readable, 1, 100) > 0)
        {
          char piece[4096];
          ssize_t got = read (watch->output, piece, sizeof piece);
          if (got <= 0)
            return NULL;
          g_string_append_len (watch->said, piece, got);
        }
      else if (!deadline_sleep (deadline))
        fail_msg ("weir-notify said nothing more, after \"%s\"", watch->said->str);
    }
}

/* Reads until this line comes. */
static void
expect_line (Watch *watch, const char *expected)
{
  for (;;)
    {
      g_autofree char *line = next_line (watch);
      if (!line)
        fail_msg ("weir-notify ended before it said \"%s\"", expected);
      if (strcmp (line, expected) == 0)
        return;
    }
}

/* And it is the very next one. */
static void
expect_next (Watch *watch, const char *expected)
{
  g_autofree char *line = next_line (watch);
  assert_non_null (line);
  assert_string_equal (line, expected);
}

static void
expect_end (Watch *watch, int code)
{
  assert_int_equal (process_wait (watch->pid), code);
  watch->pid = 0;
}

static char *
in_watched (const Watch *watch, const char *name)
{
  return g_build_filename (watch->watched, name, NULL);
}

static void
write_file (const char *path)
{
  g_autoptr (FILE) file = fopen (path, "we");
  assert_non_null (file);
  fputs ("a\n1\n", file);
}

static void
a_file_written_in_place_is_created_then_closed (void **state)
{
  Watch *watch = *state;
  expect_next (watch, "ready");
  g_autofree char *path = in_watched (watch, "users.csv");
  write_file (path);
  expect_next (watch, "changed users.csv");
  expect_next (watch, "closed users.csv");
}

static void
a_file_moved_in_out_and_removed_is_told (void **state)
{
  Watch *watch = *state;
  expect_next (watch, "ready");
  g_autofree char *outside = g_build_filename (watch->folder, "users.csv", NULL);
  g_autofree char *inside = in_watched (watch, "users.csv");
  write_file (outside);
  assert_int_equal (rename (outside, inside), 0);
  expect_next (watch, "moved users.csv");
  assert_int_equal (rename (inside, outside), 0);
  expect_next (watch, "changed users.csv");
  assert_int_equal (rename (outside, inside), 0);
  expect_next (watch, "moved users.csv");
  assert_int_equal (unlink (inside), 0);
  expect_next (watch, "changed users.csv");
}

static void
a_hard_link_is_only_created (void **state)
{
  Watch *watch = *state;
  expect_next (watch, "ready");
  g_autofree char *outside = g_build_filename (watch->folder, "users.csv", NULL);
  g_autofree char *inside = in_watched (watch, "users.csv");
  write_file (outside);
  assert_int_equal (link (outside, inside), 0);
  expect_next (watch, "changed users.csv");
}

static void
dot_names_are_left_out (void **state)
{
  Watch *watch = *state;
  expect_next (watch, "ready");
  g_autofree char *hidden = in_watched (watch, ".users.csv.Xy12Z");
  g_autofree char *shown = in_watched (watch, "users.csv");
  write_file (hidden);
  assert_int_equal (rename (hidden, shown), 0);
  expect_next (watch, "moved users.csv");
}

static void
names_that_fit_no_line_ask_for_a_listing (void **state)
{
  Watch *watch = *state;
  expect_next (watch, "ready");
  static const struct
  {
    const char *name, *line;
  } names[] = {
    { "a b  c.csv", "changed a b  c.csv" },
    { "\xC3\xA4pfel.csv", "changed \xC3\xA4pfel.csv" },
    { "new\nline.csv", "rescan" },
    { "bad\xFF.csv", "rescan" },
  };
  g_autofree char *outside = g_build_filename (watch->folder, "users.csv", NULL);
  write_file (outside);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = in_watched (watch, names[i].name);
      assert_int_equal (link (outside, path), 0);
      expect_next (watch, names[i].line);
    }
}

static void
many_events_are_all_told (void **state)
{
  Watch *watch = *state;
  expect_next (watch, "ready");
  for (int i = 0; i < 500; i++)
    {
      g_autofree char *name = g_strdup_printf ("users-%d.csv", i);
      g_autofree char *path = in_watched (watch, name);
      write_file (path);
    }
  for (int i = 0; i < 500; i++)
    {
      g_autofree char *line = g_strdup_printf ("closed users-%d.csv", i);
      expect_line (watch, line);
    }
}

static void
a_removed_folder_is_the_end (void **state)
{
  Watch *watch = *state;
  expect_next (watch, "ready");
  assert_int_equal (rmdir (watch->watched), 0);
  expect_next (watch, "gone");
  assert_null (next_line (watch));
  expect_end (watch, 0);
}

static void
a_folder_moved_away_is_the_end (void **state)
{
  Watch *watch = *state;
  expect_next (watch, "ready");
  g_autofree char *away = g_build_filename (watch->folder, "away", NULL);
  assert_int_equal (rename (watch->watched, away), 0);
  expect_next (watch, "gone");
  expect_end (watch, 0);
}

static void
without_a_reader_it_ends (void **state)
{
  Watch *watch = *state;
  expect_next (watch, "ready");
  fd_cleanup (&watch->output);
  watch->output = -1;
  expect_end (watch, 0);
}

/* A parent that is killed cannot end its children; the kernel tells them. */
static void
without_a_parent_it_ends (void **state)
{
  Watch *watch = *state;
  g_autofree char *program = g_build_filename (g_getenv ("WEIR_BUILD") ? g_getenv ("WEIR_BUILD") : ".", "weir-notify", NULL);
  expect_next (watch, "ready");
  /* Orphaned, the second one becomes this process's child, and can be waited for. */
  assert_int_equal (prctl (PR_SET_CHILD_SUBREAPER, 1), 0);
  int ends[2];
  assert_int_equal (pipe (ends), 0);
  pid_t parent = fork ();
  if (parent == 0)
    {
      if (fork () == 0)
        {
          dup2 (ends[1], STDOUT_FILENO);
          execl (program, program, watch->watched, NULL);
          _exit (127);
        }
      pause ();
    }
  char ready[6];
  size_t length = 0;
  while (length < sizeof ready)
    {
      ssize_t got = read (ends[0], ready + length, sizeof ready - length);
      assert_true (got > 0);
      length += (size_t) got;
    }
  assert_memory_equal (ready, "ready\n", 6);
  kill (parent, SIGKILL);
  assert_int_equal (waitpid (parent, NULL, 0), parent);
  /* Only the orphan is left besides the fixture's own. */
  int status = 0;
  pid_t orphan = 0;
  wait_until ((orphan = waitpid (-1, &status, WNOHANG)) != 0);
  assert_true (orphan > 0 && orphan != watch->pid);
  assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGTERM);
  close (ends[0]);
  close (ends[1]);
}

/* Words or folders that it cannot do anything with. */
static void
what_it_cannot_watch_it_says (void **state)
{
  Watch *watch = *state;
  g_autofree char *program = g_build_filename (g_getenv ("WEIR_BUILD") ? g_getenv ("WEIR_BUILD") : ".", "weir-notify", NULL);
  g_autofree char *missing = g_build_filename (watch->folder, "missing", NULL),
                  *out = g_build_filename (watch->folder, "out", NULL);
  const struct
  {
    const char *word;
    int code;
    const char *says;
  } cases[] = { { NULL, 2, "Usage: weir-notify DIR" },
                { "--help", 2, "Usage: weir-notify DIR" },
                { missing, 1, "could not watch" },
                { out, 1, "could not watch" } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *said = NULL;
      unlink (out);
      const char *const argv[] = { program, cases[i].word, NULL };
      assert_int_equal (process_wait (process_start (&(ProcessSetup) { .folder = "/", .out = out }, argv)), cases[i].code);
      assert_true (g_file_get_contents (out, &said, NULL, NULL));
      assert_non_null (strstr (said, cases[i].says));
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST (a_file_written_in_place_is_created_then_closed),
    TEST (a_file_moved_in_out_and_removed_is_told),
    TEST (a_hard_link_is_only_created),
    TEST (dot_names_are_left_out),
    TEST (names_that_fit_no_line_ask_for_a_listing),
    TEST (many_events_are_all_told),
    TEST (a_removed_folder_is_the_end),
    TEST (a_folder_moved_away_is_the_end),
    TEST (without_a_reader_it_ends),
    TEST (without_a_parent_it_ends),
    TEST (what_it_cannot_watch_it_says),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
