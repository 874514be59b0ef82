/* The server stops, crashes or is not there yet: nothing is lost, and weir goes on when it is back. */
#include "tests/faults/two_files.h"

/* The server goes away in the middle of a load and comes back: the file stays, and is loaded afterwards. */
static void
test_server_restarted (void **state)
{
  Home *home = *state;
  prepare (home);
  set_fault (home, "sleep", "after-load");
  g_autoptr (Background) watch = start_watch (home);
  home_drop (home, "users.csv", second_text);
  wait_until (sql_number (home, "select count(*) from weir.execution_step where step_name = 'LOAD' and status = 'COMPLETED'") == 2);
  cluster_stop (home->cluster);
  g_usleep (300000);
  home_drop (home, "users-2.csv", "name,email\nDan,d@x.org\n");
  g_usleep (700000);
  assert_true (home_has_file (home, "imports/users-2.csv"));
  cluster_start (home->cluster);
  wait_until (home_count_files (home, "archive/users") == 3 && home_count_files (home, "imports") == 0);
  assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
  assert_sql (home, "a@x.org|Ann|1|f\na@x.org|Anna|2|t\nb@x.org|Bob|1|t\nc@x.org|Cyd|1|t\nd@x.org|Dan|1|t",
              "select email, name, version_number, is_current from warehouse.users order by 1, 3");
  home->oracle = ORACLE_REPLAY;
}

static int
count_in (const char *text, const char *word)
{
  int times = 0;
  for (const char *at = text; (at = strstr (at, word)) != NULL; at++)
    times++;
  return times;
}

/* Started while the server is away: it waits and says so, once. */
static void
test_server_away_at_start (void **state)
{
  Home *home = *state;
  prepare (home);
  cluster_stop (home->cluster);
  home_drop (home, "users.csv", second_text);
  g_autoptr (Background) watch = spawn_weir (home, "watch", NULL);
  wait_until (background_said (watch, "waiting for the database"));
  g_usleep (2500000); /* several tries */
  assert_true (home_has_file (home, "imports/users.csv"));
  cluster_start (home->cluster);
  wait_until (home_count_files (home, "archive/users") == 2);
  assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
  g_autofree char *said = background_text (watch);
  assert_int_equal (count_in (said, "waiting for the database"), 1);
  assert_int_equal (count_in (said, "the database is there"), 1);
  assert_loaded_once (home);
}

/* And stops within its ten seconds although there is nobody to talk to. */
static void
test_stop_while_the_server_is_away (void **state)
{
  Home *home = *state;
  prepare (home);
  g_autoptr (Background) watch = start_watch (home);
  wait_until (process_find (home->path, "--worker") != 0);
  cluster_stop (home->cluster);
  home_drop (home, "users.csv", second_text);
  g_usleep (500000);
  assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
  cluster_start (home->cluster);
  g_autoptr (Background) again = start_watch (home);
  wait_until (home_count_files (home, "archive/users") == 2);
  assert_int_equal (background_stop (again, SIGTERM, 10), 0);
  assert_loaded_once (home);
}

/* The crash of PostgreSQL empties the unlogged staging table: status says how to fill it again. */
static void
test_server_crash_empties_staging (void **state)
{
  Home *home = *state;
  prepare (home);
  cluster_stop (home->cluster);
  cluster_start (home->cluster);
  assert_sql (home, "0", "select count(*) from staging.users");
  assert_sql (home, "2", "select count(*) from warehouse.users");
  g_autoptr (Outcome) status = run_weir (home, "status", NULL);
  assert_contains (status->out, "weir retry");
}

static void
test_retry_fills_staging (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Json) published = load_text (home, "users.csv", "name,email\nAnn,a@x.org\nBob,b@x.org\n", NULL);
  assert_load (published, "applied", "read=2 inserted=2 staged=2");
  g_autofree char *run = json_at (published, "run");
  g_autofree char *advice = g_strdup_printf ("weir retry %.8s", run);
  cluster_stop (home->cluster);
  cluster_start (home->cluster);
  assert_sql (home, "0", "select count(*) from staging.users");
  g_autoptr (Outcome) emptied = expect_weir (home, 1, "status", NULL);
  assert_contains (emptied->out, advice);

  /* A file that is refused before it is staged changes nothing about that. */
  g_autoptr (Json) failed = load_text (home, "users.csv", "name,email\n", NULL);
  assert_json (failed, "status", "failed");
  g_autoptr (Outcome) still = expect_weir (home, 1, "status", NULL);
  assert_contains (still->out, advice);

  g_autoptr (Outcome) retry = expect_weir (home, 0, "retry", "--json", run, NULL);
  g_autoptr (Json) again = outcome_json (retry);
  assert_load (again, "applied", "read=2 unchanged=2 staged=2");
  assert_sql (home, "2", "select count(*) from staging.users");
  assert_sql (home, "2", "select count(*) from warehouse.users");
  g_autoptr (Outcome) filled = run_weir (home, "status", NULL);
  assert_null (strstr (filled->out, "emptied"));
}

/* A server that was started anew while a worker stood by is no outage for the next file. */
static void
test_server_started_anew (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Background) watch = spawn_weir (home, "watch", NULL);
  home_drop (home, "users.csv", first_text);
  wait_until (home_count_files (home, "archive/users") == 1);
  cluster_stop (home->cluster);
  cluster_start (home->cluster);
  home_drop (home, "users.csv", "name,email\nEve,e@x.org\n");
  wait_until (home_count_files (home, "archive/users") == 2);
  assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
  assert_false (background_said (watch, "is away"));
  home->oracle = ORACLE_REPLAY;
}

/* A server that is away is tried again and again, and told once. */
static void
test_outage_is_told_once (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Background) watch = start_watch (home);
  wait_until (process_find (home->path, "--worker") != 0);
  home_drop (home, "users-1.csv", first_text);
  wait_until (home_count_files (home, "archive/users") == 1);
  cluster_stop (home->cluster);
  home_drop (home, "users-2.csv", "name,email\nCyd,c@x.org\n");
  wait_until (background_said (watch, "the database is away;"));
  g_usleep (2500000); /* several tries */
  cluster_start (home->cluster);
  wait_until (home_count_files (home, "archive/users") == 2);
  stop_watch (watch);
  g_autofree char *said = background_text (watch);
  assert_int_equal (count_in (said, "the database is away;"), 1);
  assert_int_equal (count_in (said, "the database is back"), 1);
  home->oracle = ORACLE_REPLAY;
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_server_restarted),
    TEST (test_server_away_at_start),
    TEST (test_stop_while_the_server_is_away),
    TEST (test_server_crash_empties_staging),
    TEST (test_retry_fills_staging),
    TEST (test_server_started_anew),
    TEST (test_outage_is_told_once),
  };
  return cmocka_run_group_tests (tests, cluster_setup_own, cluster_teardown);
}
