/* The supervisor and its workers: order, several tables at once, models that change, processes that die, and the end. */
#include "tests/integration/watching.h"
#include "tests/support/oracle.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

static void
test_two_tables_at_once (void **state)
{
  Home *home = *state;
  home_write_model (home, "shops", "{\"table\": \"shops\", \"kind\": \"dimension\", \"business_key\": [\"code\"]}");
  g_autoptr (Background) watch = watch_users (home);
  home_drop (home, "users.csv", users_text);
  home_drop (home, "shops.csv", "code,name\nS1,Oslo\n");
  wait_until (is_archived (home, 2));
  stop_watch (watch);
  assert_loaded_once (home, 2);
  assert_sql (home, "S1", "select code from warehouse.shops_current");
  home->oracle = ORACLE_REPLAY;
}

static void
test_oldest_first (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"settle\": 0.3");
  home_write_model (home, "users", USERS);
  static const struct
  {
    const char *name, *text;
    time_t mtime;
  } files[] = {
    { "users-1.csv", "name,email\nthird,a@x.org\n", 1700000300 },
    { "users-2.csv", "name,email\nfirst,a@x.org\n", 1700000100 },
    { "users-3.csv", "name,email\nsecond,a@x.org\n", 1700000200 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      home_drop (home, files[i].name, files[i].text);
      g_autofree char *relative = g_build_filename ("imports", files[i].name, NULL);
      g_autofree char *path = home_path (home, relative);
      struct timespec times[] = { { .tv_sec = files[i].mtime }, { .tv_sec = files[i].mtime } };
      assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
    }
  g_autoptr (Background) watch = watch_users (home);
  wait_until (is_archived (home, 3));
  stop_watch (watch);
  assert_sql (home, "first,second,third", "select string_agg(name, ',' order by version_number) from warehouse.users");
  home->oracle = ORACLE_REPLAY;
}

static void
test_model_edited_while_running (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_users (home);
  /* A broken model stops its own table only, and its file waits. */
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimention\", \"business_key\": [\"email\"]}");
  home_drop (home, "users.csv", users_text);
  home_drop (home, "shops.csv", "code,name\nS1,Oslo\n");
  wait_until (is_archived (home, 1));
  wait_until (background_said (watch, "dimention"));
  assert_true (home_has_file (home, "imports/users.csv"));
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", "--json", NULL);
  g_autoptr (Json) told = outcome_json (status);
  assert_json (told, "waiting.0.file", "users.csv");
  assert_json (told, "waiting.0.state", "blocked");
  /* Mended: taken up without a restart. */
  home_write_model (home, "users", USERS);
  wait_until (is_archived (home, 2));
  stop_watch (watch);
  assert_loaded_once (home, 2);
}

static void
test_worker_killed (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"workers\": 1");
  g_autoptr (Background) watch = watch_users (home);
  pid_t worker = 0;
  wait_until ((worker = process_find (home->path, "--worker")) != 0);
  assert_int_equal (kill (worker, SIGKILL), 0);
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
}

static void
test_no_secret_in_arguments (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_users (home);
  wait_until (process_find (home->path, "--worker") != 0);
  assert_int_equal (process_find (home->path, CLUSTER_PASSWORD), 0);
  /* In two parts: the server's log of statements must not have it from us. */
  assert_sql (home, "0",
              "select count(*) from pg_stat_activity where datname = current_database() and position('%.6s' || '%s' in "
              "application_name) > 0",
              CLUSTER_PASSWORD, &CLUSTER_PASSWORD[6]);
  stop_watch (watch);
}

static void
test_interrupted (void **state)
{
  Home *home = *state;
  static const int signals[] = { SIGINT, SIGTERM };
  for (size_t i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr (Background) watch = watch_users (home);
      g_autofree char *name = g_strdup_printf ("users-%zu.csv", i);
      home_drop (home, name, users_text);
      assert_int_equal (background_stop (watch, signals[i], 10), 0);
      assert_int_equal (process_find (home->path, "weir"), 0);
    }
  /* Whatever was in work or not begun then is finished by the next start. */
  g_autoptr (Background) watch = watch_users (home);
  wait_until (is_archived (home, 2));
  stop_watch (watch);
  g_autofree char *names = ask_psql (home, "select string_agg(name, ',' order by name) from warehouse.users");
  assert_string_equal (names, "Ann,Bob");
}

static void
test_notifier_dies (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"settle\": 0.2");
  g_autoptr (Background) watch = watch_users (home);
  pid_t notifier = 0;
  wait_until ((notifier = process_find (home->path, "weir-notify")) != 0);
  assert_int_equal (kill (notifier, SIGKILL), 0);
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
}

/* Nothing is lost when a file that was committed cannot be put away: it stays claimed, and goes on once the obstacle is gone. */
static void
test_obstacle_in_the_archive (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_file (home, "archive/users", "this should be a folder");
  g_autoptr (Background) watch = watch_users (home);
  home_drop (home, "users.csv", users_text);
  wait_until (background_said (watch, "archive/users"));
  assert_sql (home, "2", "select count(*) from warehouse.users");
  stop_watch (watch);
  assert_int_equal (home_count_files (home, "imports"), 1);

  home_remove_file (home, "archive/users");
  g_autoptr (Background) again = watch_users (home);
  wait_until (is_archived (home, 1));
  stop_watch (again);
  assert_loaded_once (home, 1);
  home->oracle = ORACLE_REPLAY;
}

/* Said in so many words, and once for as long as it waits. */
static void
test_fact_before_its_dimension (void **state)
{
  Home *home = *state;
  home_write_model (home, "sales",
                    "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"sale\"],"
                    "\"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": \"user_id\"}]}");
  g_autoptr (Background) watch = watch_users (home);
  const char *line = "sales.csv: waits for users, which was never loaded";
  home_drop (home, "sales.csv", "sale,email\nS1,a@x.org\n");
  wait_until (background_said (watch, line));
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
  assert_contains (status->out, "waits  for users, which was never loaded");
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 2));
  stop_watch (watch);
  g_autofree char *said = background_text (watch);
  const char *first = strstr (said, line);
  assert_null (strstr (first + 1, line));
  assert_sql (home, "Ann", "select name from warehouse.sales join warehouse.users_current using (user_id)");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_two_tables_at_once),     TEST (test_oldest_first),  TEST (test_model_edited_while_running),
    TEST (test_worker_killed),          TEST (test_notifier_dies), TEST (test_obstacle_in_the_archive),
    TEST (test_no_secret_in_arguments), TEST (test_interrupted),   TEST (test_fact_before_its_dimension),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
