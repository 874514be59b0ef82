/* Files with odd names and in odd places: none is lost, doubled, or put where it does not belong. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"

static const char users_text[] = "name,email\nAnn,a@x.org\nBob,b@x.org\n";

static void
test_longest_names (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  char name[NAME_MAX + 1] = { 0 };
  memset (name, '1', NAME_MAX);
  memcpy (name, "users-", strlen ("users-"));                          /* NOLINT(bugprone-not-null-terminated-result) */
  memcpy (name + NAME_MAX - strlen (".csv"), ".csv", strlen (".csv")); /* NOLINT(bugprone-not-null-terminated-result) */
  g_autofree char *path = g_strconcat ("imports/", name, NULL);
  /* A refused one needs a report beside it; a loaded one its mark. */
  home_drop (home, name, "nothing\nuseful\n");
  assert_weir (home, 1, "load", path, NULL);
  assert_int_equal (home_count_files (home, "failed"), 2);
  home_drop (home, name, users_text);
  assert_weir (home, 0, "load", path, NULL);
  assert_int_equal (home_count_files (home, "archive/users"), 1);
  assert_int_equal (home_count_files (home, "imports"), 0);
}

static void
test_names_are_shown_in_one_line (void **state)
{
  Home *home = *state;
  home_drop (home, "users-1\n\033[2J.csv", users_text);
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "load", "imports/users-1\n\033[2J.csv", NULL);
  assert_contains (outcome->out, "users-1\\x0A\\x1B[2J.csv: staged");
  assert_int_equal (home_count_files (home, "archive"), 1);
}

static void
test_names_that_are_not_utf8 (void **state)
{
  Home *home = *state;
  home_drop (home, "users-\xFF.csv", users_text);
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "imports/users-\xFF.csv", NULL);
  assert_contains (outcome->err, "has a name that is not UTF-8");
  assert_contains (outcome->err, "Rename the file");
  assert_true (home_has_file (home, "imports/users-\xFF.csv"));
}

/* What a link leads to is loaded where the user says so, and is no file to be archived. A link in the drop folder was perhaps made by
 * somebody who may not read what it leads to. */
static void
test_links (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_file (home, "elsewhere/users.csv", users_text);
  home_write_file (home, "imports/.keep", "");
  home_note_file (home, "imports/.keep");
  g_autofree char *link = home_path (home, "imports/users.csv");
  g_autofree char *named = home_path (home, "elsewhere/link-users.csv");
  assert_int_equal (symlink ("../elsewhere/users.csv", link), 0);
  assert_int_equal (symlink ("users.csv", named), 0);
  g_autoptr (Outcome) refused = expect_weir (home, 2, "load", "--archive", "imports/users.csv", NULL);
  assert_contains (refused->err, "symbolic link");
  static const char *const flags[] = { "--dry-run", "--force" };
  for (size_t i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autoptr (Outcome) planted = expect_weir (home, 1, "load", flags[i], "imports/users.csv", NULL);
      assert_contains (planted->err, "could not load");
      assert_contains (planted->err, "it is a symbolic link");
    }
  assert_sql (home, "0", "select count(*) from weir.execution");
  assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));

  assert_weir (home, 0, "load", "--table", "users", "elsewhere/link-users.csv", NULL);
  assert_sql (home, "2", "select count(*) from warehouse.users");
  assert_weir (home, 0, "retry", "last", NULL);
  assert_int_equal (home_count_files (home, "archive"), 0);
  assert_true (home_has_file (home, "elsewhere/users.csv"));
  assert_int_equal (unlink (link), 0);
  assert_int_equal (unlink (named), 0);
}

static void
test_bad_table_names (void **state)
{
  Home *home = *state;
  home_write_file (home, "elsewhere/users.csv", users_text);
  static const char *const names[] = { "../../elsewhere", "Bad Name", "", "1st" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (Outcome) outcome = expect_weir (home, 2, "load", "--archive", "--table", names[i], "elsewhere/users.csv", NULL);
      assert_contains (outcome->err, "cannot be the name of a table");
      assert_true (home_has_file (home, "elsewhere/users.csv"));
    }
}

/* A table that was asked for is asked for again: by retry, and by the worker that takes up what was left undone. */
static void
test_named_table_is_kept (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_file (home, "elsewhere/export.csv", users_text);
  assert_weir (home, 0, "load", "--table", "users", "elsewhere/export.csv", NULL);
  assert_weir (home, 0, "retry", "--force", "last", NULL);
  assert_sql (home, "users", "select string_agg(distinct table_name, ',') from weir.file");

  home_drop (home, "export.csv", "name,email\nEve,e@x.org\n");
  home_set_environment (home, "WEIR_FAULT", "kill:after-commit");
  assert_weir (home, 128 + SIGKILL, "load", "--table", "users", "imports/export.csv", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  g_autoptr (Background) watch = spawn_weir (home, "watch", NULL);
  wait_until (home_count_files (home, "archive/users") == 1);
  assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
  assert_sql (home, "users", "select string_agg(distinct table_name, ',') from weir.file");
  assert_sql (home, "3", "select count(*) from warehouse.users");
}

/* Rows that are committed are never told as lost because their file cannot be moved. */
static void
test_file_that_cannot_be_moved (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_file (home, "archive/users", "a file where the folder should be");
  home_note_file (home, "archive/users");
  home_write_file (home, "elsewhere/users.csv", users_text);
  g_autoptr (Outcome) outcome = expect_weir (home, 4, "load", "--json", "--archive", "elsewhere/users.csv", NULL);
  g_autoptr (Json) published = outcome_json (outcome);
  assert_load (published, "applied", "read=2 inserted=2 staged=2");
  g_autofree char *note = json_at (published, "notes.0");
  assert_contains (note, "left where it is");
  assert_contains (note, "a file of that name is in the way");
  assert_sql (home, "left", "select disposition from weir.file");
  /* It can be retried from there. */
  assert_weir (home, 0, "retry", "--force", "last", NULL);
}

/* The worker says so, too, and the file goes its way once it can. */
static void
test_archive_in_the_way (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_file (home, "archive/users", "a file where the folder should be");
  home_drop (home, "users.csv", users_text);
  g_autoptr (Background) watch = spawn_weir (home, "watch", NULL);
  wait_until (background_said (watch, "its rows are loaded, but it cannot be moved"));
  assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
  home_remove_file (home, "archive/users");
  g_autoptr (Background) again = spawn_weir (home, "watch", NULL);
  wait_until (home_count_files (home, "archive/users") == 1);
  assert_int_equal (background_stop (again, SIGTERM, 10), 0);
  assert_sql (home, "1", "select count(*) from weir.execution");
  home->oracle = ORACLE_REPLAY;
}

static void
test_nothing_to_load_makes_no_home (void **state)
{
  Home *home = *state;
  home_remove_file (home, "weir.json");
  assert_weir (home, 2, "load", "nothing.csv", NULL);
  assert_weir (home, 2, "load", "-", NULL);
  assert_int_equal (home_count_files (home, "."), 0);
  g_autofree char *imports = home_path (home, "imports");
  assert_false (g_file_test (imports, G_FILE_TEST_EXISTS));
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_longest_names),
    TEST (test_names_are_shown_in_one_line),
    TEST (test_names_that_are_not_utf8),
    TEST (test_links),
    TEST (test_bad_table_names),
    TEST (test_named_table_is_kept),
    TEST (test_file_that_cannot_be_moved),
    TEST (test_archive_in_the_way),
    TEST (test_nothing_to_load_makes_no_home),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
