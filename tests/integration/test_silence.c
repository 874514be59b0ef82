/* Connections that fall silent or are cut, servers that stand still, supervisors that are gone: every wait ends, or gives a sign of life. */
#include "tests/integration/watching.h"
#include "tests/support/oracle.h"
#include "tests/support/relay.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Leads the home's weir through a relay. */
static Relay *
lead_through_relay (Home *home)
{
  g_autofree char *folder = g_build_filename (home->cluster->folder, "x", NULL);
  Relay *relay = relay_start (home->cluster->socket, folder);
  g_autofree char *url =
      g_strdup_printf ("host=%s port=5432 dbname=%s user=weir password=%s", folder, home->database, CLUSTER_PASSWORD);
  home_set_environment (home, "WEIR_DATABASE", url);
  return relay;
}

/* What `weir status --json` says of the file. A new reference; NULL: nothing. */
static Json *
ask_status (Home *home, const char *file)
{
  g_autoptr (Outcome) status = run_weir (home, "status", "--json", NULL);
  g_autoptr (Json) root = outcome_json (status);
  const Json *files = json_object_get (root, "waiting");
  for (size_t i = 0; i < json_array_size (files); i++)
    if (g_strcmp0 (json_string_value (json_object_get (json_array_get (files, i), "file")), file) == 0)
      return json_incref (json_array_get (files, i));
  return NULL;
}

static bool
is_waiting_for_the_server (Home *home, const char *file)
{
  g_autoptr (Json) told = ask_status (home, file);
  return json_integer_value (json_object_get (json_object_get (told, "progress"), "waits_seconds")) > 0;
}

/* Nothing is answered to the commit of the first file, and the connection is cut at that of the second. */
static void
check_commits (Home *home, RelayMode mute, RelayMode cut)
{
  const RelayMode modes[] = { mute, cut };
  home_configure (home, ", \"workers\": 2, \"settle\": 0.3");
  Relay *relay = lead_through_relay (home);
  home_set_environment (home, "WEIR_FAULT", "stop:after-load"); /* before the COMMIT of TRANSFORM */
  g_autoptr (Background) watch = watch_users (home);
  for (size_t i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *name = g_strdup_printf ("users-%zu.csv", i + 1);
      g_autofree char *text = g_strdup_printf ("name,email\nAnn %zu,a@x.org\n", i);
      home_drop (home, name, text);
      pid_t worker = weir_wait_stopped (home);
      relay_set (relay, modes[i], "commit");
      kill (worker, SIGCONT);
      wait_until (relay_triggered (relay));
      wait_until ((weir_let_go_on (home), home_count_files (home, "archive/users") == (int) i + 1));
    }
  stop_watch (watch);
  assert_false (background_said (watch, "the database is away"));
  assert_sql (home, "Ann 0|1|f\nAnn 1|2|t", "select name, version_number, is_current from warehouse.users order by 2");
  relay_stop (relay);
}

static void
test_a_commit_that_is_not_answered (void **state)
{
  check_commits (*state, RELAY_MUTE_BEHIND, RELAY_CUT_BEHIND);
}

static void
test_a_commit_that_does_not_arrive (void **state)
{
  check_commits (*state, RELAY_MUTE_BEFORE, RELAY_CUT_BEFORE);
}

/* Its rows do not come through: neither the connection nor the table's lock are held for ever. */
static void
test_rows_that_do_not_go_through (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"workers\": 1, \"settle\": 0.3");
  Relay *relay = lead_through_relay (home);
  g_autoptr (Background) watch = watch_users (home);
  relay_set (relay, RELAY_MUTE_BEFORE, "PGCOPY");
  home_drop (home, "users.csv", users_text);
  wait_until (is_waiting_for_the_server (home, "users.csv"));
  wait_until (home_count_files (home, "archive/users") == 1);
  stop_watch (watch);
  assert_false (background_said (watch, "the database is away"));
  relay_stop (relay);
}

/* Nobody takes its answer any more: the table is free for the next supervisor's worker. */
static void
test_a_worker_that_is_left_alone_in_a_wait (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"workers\": 1, \"settle\": 0.3");
  home_write_model (home, "users", USERS);
  g_autoptr (Json) first = load_text (home, "users.csv", users_text, NULL);
  sql_run_text (home, "create function public.wait() returns trigger language plpgsql as"
                      " $$ begin perform pg_sleep(60); return new; end $$");
  sql_run_text (home, "create trigger wait before insert on warehouse.users for each row execute function public.wait()");
  g_autoptr (Background) watch = start_watch (home);
  home_drop (home, "users-2.csv", "name,email\nCyd,c@x.org\n");
  wait_until (is_waiting_for_the_server (home, "users-2.csv"));
  kill (watch->pid, SIGKILL);
  wait_until (process_find (home->path, "--worker") == 0);
  sql_run_text (home, "drop trigger wait on warehouse.users");
  g_autoptr (Background) again = start_watch (home);
  wait_until (home_count_files (home, "archive/users") == 2);
  stop_watch (again);
  assert_sql (home, "Ann,Bob,Cyd", "select string_agg(name, ',' order by name) from warehouse.users_current");
}

/* A statement may take long: status says since when it is waited for, and where the file stands. */
static void
test_a_backend_that_stands_still (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"workers\": 1, \"settle\": 0.3");
  home_set_environment (home, "WEIR_FAULT", "stop:after-load");
  g_autoptr (Background) watch = watch_users (home);
  home_drop (home, "users.csv", users_text);
  pid_t worker = weir_wait_stopped (home);
  pid_t backend = (pid_t) sql_number (home, "select pid from pg_stat_activity where application_name = 'weir'"
                                            " and datname = current_database()");
  assert_int_equal (kill (backend, SIGSTOP), 0);
  kill (worker, SIGCONT);
  wait_until (is_waiting_for_the_server (home, "users.csv"));
  g_autoptr (Json) told = ask_status (home, "users.csv");
  assert_json (told, "state", "in work");
  assert_json (told, "cause", "in_work");
  assert_int_equal (kill (backend, SIGCONT), 0);
  wait_until (home_count_files (home, "archive/users") == 1);
  stop_watch (watch);
  assert_loaded_once (home, 1);
}

/* Whose lock a load waits for is told while it waits, not only when its time is over. */
static void
test_who_is_waited_for_in_work (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"workers\": 1, \"settle\": 0.3, \"lock_timeout\": 60");
  g_autoptr (Background) watch = watch_users (home);
  home_drop (home, "users.csv", users_text);
  wait_until (home_count_files (home, "archive/users") == 1);
  sql_run_text (home, "begin");
  sql_run_text (home, "lock table warehouse.users in share mode");
  home_drop (home, "users-2.csv", "name,email\nAnna,a@x.org\n");
  g_autofree char *pid = sql_scalar (home, "select pg_backend_pid()");
  g_autofree char *seen = NULL;
  for (int64_t deadline = deadline_new (); g_strcmp0 (seen, pid) != 0 && deadline_sleep (deadline);)
    {
      g_autoptr (Json) told = ask_status (home, "users-2.csv");
      g_free (seen);
      seen = told != NULL ? json_at (told, "progress.session.pid") : NULL;
    }
  assert_string_equal (seen, pid);
  wait_until (background_said (watch, "waits since"));
  sql_run_text (home, "commit");
  wait_until (home_count_files (home, "archive/users") == 2);
  stop_watch (watch);
}

/* A worker whose answers reach nobody does not go on as if they did. */
static void
test_an_answer_that_cannot_be_written (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  /* All that it needs to be ready is there. */
  g_autoptr (Json) first = load_text (home, "users.csv", "name,email\nAnn,a@x.org\n", NULL);
  assert_json (first, "status", "applied");
  int requests[2];
  assert_int_equal (pipe2 (requests, O_CLOEXEC), 0);
  g_autofree char *program = g_build_filename (g_getenv ("WEIR_BUILD"), "weir", NULL);
  const ProcessSetup setup = { .folder = home->path, .in = requests[0], .out = "/dev/full" };
  const char *const argv[] = { program, "load", "--worker", "--home", home->path, NULL };
  pid_t worker = process_start (&setup, argv);
  assert_int_equal (process_wait (worker), 4);
  close (requests[0]);
  close (requests[1]);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_a_commit_that_is_not_answered),    TEST (test_a_commit_that_does_not_arrive),
    TEST (test_rows_that_do_not_go_through),      TEST (test_a_worker_that_is_left_alone_in_a_wait),
    TEST (test_a_backend_that_stands_still),      TEST (test_who_is_waited_for_in_work),
    TEST (test_an_answer_that_cannot_be_written),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
