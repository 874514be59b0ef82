/* What keeps one file or one table waiting, while the others go on: locks, sessions that end, files that grow, workers that crash. */
#include "tests/integration/watching.h"
#include "tests/support/oracle.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const char shops_text[] = "shop,city\none,Oslo\n";

/* `weir watch` with one worker, whose workers do this at that point (NULL: nothing). */
static Background *
watch_with (Home *home, const char *fault)
{
  home_configure (home, ", \"workers\": 1, \"settle\": 0.3");
  home_set_environment (home, "WEIR_FAULT", fault);
  Background *watch = watch_users (home);
  home_set_environment (home, "WEIR_FAULT", NULL);
  return watch;
}

static void
append_to (Home *home, const char *name, const char *text)
{
  g_autofree char *path = home_path (home, name);
  int fd = open (path, O_WRONLY | O_APPEND | O_CLOEXEC);
  assert_true (fd >= 0);
  assert_int_equal (write (fd, text, strlen (text)), strlen (text));
  close (fd);
}

/* The only file that is claimed, as a path in the home. Owned by the caller; NULL: there is none. */
static char *
find_claimed (Home *home)
{
  g_autoptr (GPtrArray) files = home_list_files (home, "imports/.claimed");
  return files->len == 1 ? g_strdup (files->pdata[0]) : NULL;
}

/* Loads another table to its end. */
static void
expect_others_go_on (Home *home, const char *name)
{
  int before = home_count_files (home, "archive/shops");
  home_drop (home, name, shops_text);
  wait_until (home_count_files (home, "archive/shops") == before + 1);
}

/* Somebody has it open still, and writes on after it was claimed. */
static void
test_a_file_that_grows_while_claimed (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_with (home, "sleep:after-claim,sleep:after-load");
  home_write_file (home, "imports/users.csv", users_text);
  g_autofree char *claimed = NULL;
  wait_until ((claimed = find_claimed (home)) != NULL);
  for (int64_t deadline = deadline_new (); !background_said (watch, "users.csv: is tried again") && deadline_sleep (deadline);)
    append_to (home, claimed, "Cyd,c@x.org\n");
  assert_true (background_said (watch, "changed while it was read"));
  expect_others_go_on (home, "shops.csv");
  g_autofree char *whole = home_read_file (home, claimed);
  home_note_dropped (home, whole, strlen (whole));
  wait_until (home_count_files (home, "archive/users") == 1);
  stop_watch (watch);
  assert_false (background_said (watch, "the database is away"));
}

/* One backend is terminated in the middle of a COPY: its session is gone, the database is not. */
static void
test_a_terminated_backend_is_no_outage (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_with (home, "sleep:after-load");
  home_drop (home, "users.csv", users_text);
  wait_until (sql_number (home, "select count (*) from weir.execution_step where step_name = 'LOAD' and status = 'COMPLETED'")
              == 1);
  sql_run_text (home, "select pg_terminate_backend (pid, 5000) from pg_stat_activity"
                      " where datname = current_database () and pid <> pg_backend_pid () and application_name like 'weir%%'");
  wait_until (background_said (watch, "users.csv: is tried again"));
  expect_others_go_on (home, "shops.csv");
  wait_until (home_count_files (home, "archive/users") == 1);
  stop_watch (watch);
  assert_false (background_said (watch, "the database is away"));
  assert_loaded_once (home, 2);
}

/* Its rows are in the warehouse, so there is nothing to refuse: it is placed, and if that crashes workers too, left alone. */
static void
test_workers_that_crash_behind_commit (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_with (home, "kill:before-archive");
  home_drop (home, "users.csv", users_text);
  wait_until (background_said (watch, "it is left where it is until it changes"));
  home_write_model (home, "shops", "{\"table\": \"shops\", \"kind\": \"dimension\", \"business_key\": [\"shop\"]}");
  g_autoptr (Json) shops = load_text (home, "shops.csv", shops_text, NULL);
  assert_json (shops, "status", "applied");
  assert_false (background_said (watch, "the database is away"));
  stop_watch (watch);
  g_autoptr (Background) again = start_watch (home);
  wait_until (home_count_files (home, "archive/users") == 1);
  stop_watch (again);
  assert_loaded_once (home, 2);
  home->oracle = ORACLE_REPLAY;
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_a_file_that_grows_while_claimed),
    TEST (test_a_terminated_backend_is_no_outage),
    TEST (test_workers_that_crash_behind_commit),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
