/* The workers of `weir watch`: how many there are, who takes the place of whom, and how they end. */
#include "tests/integration/watching.h"
#include "tests/support/oracle.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define ONE_REJECT "name,email\nAnn,a@x.org\nBob,b@x.org\nEve,\n"

/* `weir watch` whose workers do this at that point. */
static Background *
watch_with_fault (Home *home, const char *fault)
{
  home_set_environment (home, "WEIR_FAULT", fault);
  Background *watch = watch_users (home);
  home_set_environment (home, "WEIR_FAULT", NULL);
  return watch;
}

static int
count_workers (Home *home)
{
  g_autoptr (GHashTable) processes = process_list (home->path);
  GHashTableIter iter;
  gpointer command;
  int workers = 0;
  g_hash_table_iter_init (&iter, processes);
  while (g_hash_table_iter_next (&iter, NULL, &command))
    workers += strstr (command, "--worker") != NULL;
  return workers;
}

/* As many as the settings say at most, and more than one where there is work for them. */
static void
test_no_more_than_allowed (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"workers\": 2");
  g_autoptr (Background) watch = watch_with_fault (home, "sleep:after-load");
  static const char *const names[] = { "a.csv", "b.csv", "c.csv", "d.csv" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    home_drop (home, names[i], "code,name\nS1,Oslo\n");
  int most = 0;
  for (int64_t deadline = deadline_new (); !is_archived (home, G_N_ELEMENTS (names)) && deadline_sleep (deadline);)
    most = MAX (most, count_workers (home));
  assert_true (is_archived (home, G_N_ELEMENTS (names)));
  stop_watch (watch);
  assert_int_equal (most, 2);
}

/* One that is at a file when the settings change finishes it and makes room for another. */
static void
test_worker_of_old_settings (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"workers\": 1");
  g_autoptr (Background) watch = watch_with_fault (home, "stop:after-load");
  home_drop (home, "users-1.csv", users_text);
  pid_t worker = weir_wait_stopped (home);
  home_configure (home, ", \"workers\": 1, \"rejects\": {\"max_percent\": 60}");
  wait_until (background_said (watch, "weir.json changed"));
  home_drop (home, "users-2.csv", ONE_REJECT);
  kill (worker, SIGCONT);
  pid_t next = weir_wait_stopped (home);
  assert_true (next != worker);
  kill (next, SIGCONT);
  wait_until (is_archived (home, 2));
  stop_watch (watch);
  assert_loaded_once (home, 2);
}

/* ---- workers that do not live ---- */

/* Workers that are killed as soon as they are there are not replaced as quickly. */
static void
test_killed_at_once (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"workers\": 1");
  g_autoptr (Background) watch = watch_users (home);
  pid_t worker = 0;
  wait_until ((worker = process_find (home->path, "--worker")) != 0);
  pid_t last = 0;
  int killed = 0;
  for (int64_t end = g_get_monotonic_time () + 3 * G_USEC_PER_SEC; g_get_monotonic_time () < end; g_usleep (5000))
    if ((worker = process_find (home->path, "--worker")) != 0 && kill (worker, SIGKILL) == 0 && worker != last)
      {
        /* One that has not got round to dying is seen once more. */
        last = worker;
        killed++;
      }
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
  if (killed > 6)
    fail_msg ("%d workers in three seconds", killed);
}

/* Nor are those that cannot begin. */
static void
test_without_a_secret (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"workers\": 1");
  g_autoptr (Background) watch = watch_users (home);
  pid_t worker = 0, last = 0;
  wait_until ((worker = process_find (home->path, "--worker")) != 0);
  g_autofree char *secret = home_read_file (home, ".weir/key_secret");
  home_write_file (home, ".weir/key_secret", "short");
  kill (worker, SIGKILL);
  wait_until (background_said (watch, "is too short"));
  int seen = 0;
  for (int64_t end = g_get_monotonic_time () + 2 * G_USEC_PER_SEC; g_get_monotonic_time () < end; g_usleep (5000))
    if ((worker = process_find (home->path, "--worker")) != 0 && worker != last)
      {
        last = worker;
        seen++;
      }
  home_write_file (home, ".weir/key_secret", secret);
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
  g_autofree char *said = background_text (watch);
  assert_null (strstr (strstr (said, "is too short") + 1, "is too short"));
  if (seen > 4)
    fail_msg ("%d workers in two seconds", seen);
}

/* ---- the end ---- */

/* A worker that waits is told to stop, too. */
static void
test_stopped_while_a_worker_waits (void **state)
{
  Home *home = *state;
  if (cluster_is_of_loader ())
    skip (); /* it makes no schema, and waits for nobody who does */
  g_autoptr (Background) watch = watch_users (home);
  sql_run_text (home, "select pg_advisory_lock(hashtextextended('weir.schema', 0))");
  home_drop (home, "users.csv", users_text);
  wait_until (is_waiting_for_lock (home));
  stop_watch (watch);
  assert_true (background_said (watch, "stopping: 1 worker is at a file"));
  assert_false (background_said (watch, "killing"));
  sql_run_text (home, "select pg_advisory_unlock_all()");
  g_autoptr (Background) again = watch_users (home);
  wait_until (is_archived (home, 1));
  stop_watch (again);
  assert_sql (home, "Ann,Bob", "select string_agg(name, ',' order by name) from warehouse.users_current");
}

static Background *
watch_with_a_stopped_worker (Home *home)
{
  Background *watch = watch_with_fault (home, "stop:after-load");
  home_drop (home, "users.csv", users_text);
  (void) weir_wait_stopped (home);
  return watch;
}

static void
assert_finished_by_the_next (Home *home)
{
  wait_until (process_find (home->path, "weir") == 0);
  g_autoptr (Background) again = watch_users (home);
  wait_until (is_archived (home, 1));
  stop_watch (again);
  assert_loaded_once (home, 1);
}

/* One that does not end is killed, and its file taken up by the next start. */
static void
test_stopped_while_a_worker_hangs (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_with_a_stopped_worker (home);
  assert_int_equal (background_stop (watch, SIGTERM, 20), 0);
  assert_true (background_said (watch, "not all processes ended in 8 s"));
  assert_finished_by_the_next (home);
}

/* At once, when it is said twice. */
static void
test_stopped_twice (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_with_a_stopped_worker (home);
  kill (watch->pid, SIGINT);
  wait_until (background_said (watch, "stopping"));
  assert_int_equal (background_stop (watch, SIGINT, 20), 130);
  assert_false (background_said (watch, "not all processes ended"));
  assert_finished_by_the_next (home);
}

/* The terminal's end is one for `weir watch`, but not under nohup. */
static void
test_hung_up (void **state)
{
  Home *home = *state;
  void (*before) (int) = signal (SIGHUP, SIG_DFL); /* the tests may run under nohup, too */
  g_autoptr (Background) plain = watch_users (home);
  assert_int_equal (background_stop (plain, SIGHUP, 10), 0);
  signal (SIGHUP, SIG_IGN);
  g_autoptr (Background) watch = watch_users (home);
  signal (SIGHUP, before);
  kill (watch->pid, SIGHUP);
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_no_more_than_allowed),
    TEST (test_worker_of_old_settings),
    TEST (test_killed_at_once),
    TEST (test_without_a_secret),
    TEST (test_stopped_while_a_worker_waits),
    TEST (test_stopped_while_a_worker_hangs),
    TEST (test_stopped_twice),
    TEST (test_hung_up),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
