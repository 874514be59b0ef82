/* End to end: the real binaries, from a file dropped into the folder to rows read back with psql. */
#include "tests/integration/watching.h"
#include "tests/support/oracle.h"

#include "base/autoptr.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void
test_present_at_start (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"settle\": 0.3");
  home_drop (home, "users.csv", users_text);
  home_write_file (home, "failed/.weir-try-killed", "");
  g_autoptr (Background) watch = watch_users (home);
  /* What a start left that was killed while it tried the folders. */
  assert_false (home_has_file (home, "failed/.weir-try-killed"));
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
  home->oracle = ORACLE_REPLAY;
}

/* What is in a claim's folder and is no file is nobody's to load: it is told, and the other files pass. */
static void
test_claimed_link (void **state)
{
  static const char folder[] = "imports/.claimed/11111111-2222-4333-8444-555555555555";
  Home *home = *state;
  home_write_file (home, "elsewhere/secret.csv", users_text);
  g_autofree char *path = home_path (home, folder);
  g_autofree char *link = g_build_filename (path, "users.csv", NULL);
  assert_int_equal (g_mkdir_with_parents (path, 0755), 0);
  assert_int_equal (symlink ("../../../elsewhere/secret.csv", link), 0);
  g_autoptr (Background) watch = watch_users (home);
  home_drop (home, "users-1.csv", users_text);
  wait_until (is_archived (home, 1));
  wait_until (background_said (watch, "it is a symbolic link"));
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
  assert_contains (status->out, "it cannot be taken up: it is a symbolic link");
  stop_watch (watch);
  assert_int_equal (unlink (link), 0);
  assert_int_equal (rmdir (path), 0);
  assert_loaded_once (home, 1);
}

static void
test_moved_in (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_users (home);
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
  /* The published object is what the worker logs. */
  g_autofree char *log = home_read_file (home, ".weir/weir.log");
  assert_contains (log, "\"status\":\"applied\"");
}

static void
test_moved_in_from_a_folder_below (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_users (home);
  home_write_file (home, "imports/.staging/users.csv", users_text);
  home_note_dropped (home, users_text, strlen (users_text));
  g_usleep (300000);
  assert_true (home_has_file (home, "imports/.staging/users.csv"));
  g_autofree char *from = home_path (home, "imports/.staging/users.csv");
  g_autofree char *to = home_path (home, "imports/users.csv");
  assert_int_equal (rename (from, to), 0);
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
}

/* Written in pieces with pauses far longer than the stillness after a close, by one open descriptor. */
static void
test_written_slowly (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_users (home);
  g_autofree char *path = home_path (home, "imports/users.csv");
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  assert_true (fd >= 0);
  home_note_dropped (home, users_text, strlen (users_text));
  for (const char *at = users_text; *at != '\0'; at += MIN (8, strlen (at)))
    {
      size_t piece = MIN (8, strlen (at));
      assert_int_equal (write (fd, at, piece), piece);
      g_usleep (150000);
      assert_true (home_has_file (home, "imports/users.csv"));
    }
  close (fd);
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
}

/* A writer that closes and opens again within the stillness: several closes, one file. */
static void
test_appended_to (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_users (home);
  g_autofree char *path = home_path (home, "imports/users.csv");
  home_note_dropped (home, users_text, strlen (users_text));
  for (const char *at = users_text; *at != '\0'; at += MIN (20, strlen (at)))
    {
      g_autoptr (FILE) file = fopen (path, "ae");
      fwrite (at, 1, MIN (20, strlen (at)), file);
    }
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
}

/* cp -p sets the old mtime before it closes. */
static void
test_copied (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_users (home);
  g_autofree char *from = g_strdup_printf ("%s.original", home->path);
  g_autofree char *to = home_path (home, "imports/users.csv");
  assert_true (g_file_set_contents (from, users_text, -1, NULL));
  struct timespec old[] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
  assert_int_equal (utimensat (AT_FDCWD, from, old, 0), 0);
  home_note_dropped (home, users_text, strlen (users_text));
  assert_int_equal (
      process_wait (process_start (&(ProcessSetup) { .folder = "/" }, (const char *[]) { "/bin/cp", "-p", from, to, NULL })), 0);
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
}

/* Hard links give no close and no move: stillness has to do. */
static void
test_linked_in (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"settle\": 0.3");
  g_autoptr (Background) watch = watch_users (home);
  g_autofree char *from = g_strdup_printf ("%s.original", home->path);
  g_autofree char *to = home_path (home, "imports/users.csv");
  assert_true (g_file_set_contents (from, users_text, -1, NULL));
  home_note_dropped (home, users_text, strlen (users_text));
  assert_int_equal (link (from, to), 0);
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
}

static void
test_part_is_renamed (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_users (home);
  home_drop (home, "users.csv.part", users_text);
  g_usleep (500000);
  assert_true (home_has_file (home, "imports/users.csv.part"));
  g_autofree char *from = home_path (home, "imports/users.csv.part");
  g_autofree char *to = home_path (home, "imports/users.csv");
  assert_int_equal (rename (from, to), 0);
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
}

static void
test_folder_recreated (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"settle\": 0.3");
  g_autoptr (Background) watch = watch_users (home);
  g_autofree char *imports = home_path (home, "imports");
  remove_tree (imports);
  assert_false (home_has_file (home, "imports/users.csv"));
  g_usleep (200000);
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 1));
  /* And moved away, with a new one in its place. */
  g_autofree char *away = g_strconcat (home->path, ".away", NULL);
  assert_int_equal (rename (imports, away), 0);
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\nBob,b2@x.org\n");
  wait_until (is_archived (home, 2));
  stop_watch (watch);
  assert_sql (home, "3", "select count(*) from warehouse.users_current");
}

static void
test_poll_mode (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"watch\": \"poll\", \"settle\": 0.2");
  g_autoptr (Background) watch = watch_users (home);
  assert_int_equal (process_find (home->path, "weir-notify"), 0);
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
}

static int
count_said (Background *watch, const char *word)
{
  g_autofree char *said = background_text (watch);
  int times = 0;
  for (const char *at = said; (at = strstr (at, word)) != NULL; at++)
    times++;
  return times;
}

static void
test_others_are_left_alone (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"settle\": 0.2");
  g_autoptr (Background) watch = watch_users (home);
  home_drop (home, "notes.txt", "hello\n");
  g_autofree char *folder = home_path (home, "imports/folder.csv");
  g_autofree char *pipe = home_path (home, "imports/pipe.csv");
  assert_int_equal (mkdir (folder, 0755), 0);
  assert_int_equal (mkfifo (pipe, 0600), 0);
  wait_until (background_said (watch, "notes.txt") && background_said (watch, "folder.csv") && background_said (watch, "pipe.csv"));
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 1));
  unlink (pipe);
  stop_watch (watch);
  assert_true (home_has_file (home, "imports/notes.txt"));
  assert_true (home_has_file (home, "imports/folder.csv"));
  assert_int_equal (count_said (watch, "notes.txt"), 1);
  assert_int_equal (count_said (watch, "folder.csv"), 1);
  assert_loaded_once (home, 1);
}

/* What is gone, and comes again, is said again. */
static void
test_left_alone_once_more (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"settle\": 0.2");
  g_autoptr (Background) watch = watch_users (home);
  g_autofree char *folder = home_path (home, "imports/folder.csv");
  assert_int_equal (mkdir (folder, 0755), 0);
  wait_until (background_said (watch, "folder.csv"));
  assert_int_equal (rmdir (folder), 0);
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 1));
  assert_int_equal (mkdir (folder, 0755), 0);
  wait_until (count_said (watch, "folder.csv") == 2);
  stop_watch (watch);
}

/* That the folder is missing is said once, however long it is. */
static void
test_folder_missing_for_a_while (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_users (home);
  g_autofree char *imports = home_path (home, "imports");
  remove_tree (imports);
  wait_until (background_said (watch, "imports/ is missing"));
  g_usleep (2500000); /* several looks */
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_int_equal (count_said (watch, "imports/ is missing"), 1);
  assert_int_equal (count_said (watch, "imports/ is there again"), 1);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_claimed_link),
    TEST (test_present_at_start),
    TEST (test_moved_in),
    TEST (test_moved_in_from_a_folder_below),
    TEST (test_written_slowly),
    TEST (test_appended_to),
    TEST (test_copied),
    TEST (test_linked_in),
    TEST (test_part_is_renamed),
    TEST (test_folder_recreated),
    TEST (test_poll_mode),
    TEST (test_others_are_left_alone),
    TEST (test_left_alone_once_more),
    TEST (test_folder_missing_for_a_while),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
