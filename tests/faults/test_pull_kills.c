/* A pull is killed at each of its steps, and once more at the same one: the next gets what is missing, and nothing is there twice. */
#include "tests/support/oracle.h"
#include "tests/support/source.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>

/* In the order in which a pull comes to them. */
static const char *const points[] = {
  "pull-locked",  "pull-ask",       "pull-modelled", "pull-spooled", "pull-declared", "pull-dropped",
  "claim-lock",   "claim-beside",   "claim-rename",  "pull-claimed", "after-load",    "before-commit",
  "after-commit", "before-archive", "after-archive", "pull-loaded",
};

/* Facts without a key, of which each row is kept: what is loaded twice is there twice. */
#define LOG_MODEL "{\"table\": \"events\", \"kind\": \"fact\", \"append\": \"all\"}"

static void
given (Home *home)
{
  source_setup (home, "");
  source_job (home, "users",
              "\"mode\": \"sync\", \"key\": [\"id\"], \"bookmark\": \"changed\", \"overlap\": 0, \"batch\": {\"rows\": 2}");
  source_job (
      home, "events",
      "\"mode\": \"incremental\", \"bookmark\": \"changed\", \"overlap\": 0, \"to_table\": \"events\", \"batch\": {\"rows\": 2}");
  home_write_model (home, "events", LOG_MODEL);
  source_rows (home, "1 a Ann x\n2 b Bob x\n3 c Cid x\n4 d Dan x\n5 e Eve x\n");
}

/* Whether it came there. */
static bool
kill_at (Home *home, const char *job, const char *point)
{
  g_autofree char *fault = g_strconcat ("kill:", point, NULL);
  home_set_environment (home, "WEIR_FAULT", fault);
  g_autoptr (Outcome) outcome = run_weir (home, "pull", job, NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  /* A model is written once; a pull that had nothing to do comes to no step behind that. */
  if (outcome->code != 128 + SIGKILL && outcome->code != 0)
    fail_msg ("%s at %s ended with %d: %s", job, point, outcome->code, outcome->err);
  return outcome->code != 0;
}

static void
assert_all_there (Home *home)
{
  assert_sql (home, "5|5|5", "select count(*), count(distinct id), count(*) filter (where is_current) from warehouse.users");
  assert_sql (home, "5|5", "select count(*), count(distinct id) from warehouse.events");
  assert_position (home, "users", "{\"id\": 5, \"changed\": \"e\"}");
  assert_position (home, "events", "{\"id\": 5, \"changed\": \"e\"}");
  assert_nothing_left (home);
}

static void
kill_at_steps (Home *outer, size_t from, size_t to)
{
  for (size_t i = from; i < to; i++)
    {
      print_message ("  %s\n", points[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      given (home);
      int killed = 0;
      for (int again = 0; again < 2; again++)
        {
          killed += kill_at (home, "users", points[i]) ? 1 : 0;
          killed += kill_at (home, "events", points[i]) ? 1 : 0;
        }
      if (killed == 0)
        fail_msg ("no pull comes to %s", points[i]);
      assert_weir (home, 0, "pull", "--all", NULL);
      assert_all_there (home);
    }
}

static void
test_killed_before_it_is_claimed (void **state)
{
  kill_at_steps (*state, 0, 8);
}

static void
test_killed_behind (void **state)
{
  kill_at_steps (*state, 8, G_N_ELEMENTS (points));
}

/* The same where a watch runs, which takes up what the dead have left. */
static void
test_killed_beside_a_watch (void **state)
{
  Home *outer = *state;
  static const char *const some[] = { "pull-declared", "pull-dropped", "pull-claimed", "after-commit" };
  for (size_t i = 0; i < G_N_ELEMENTS (some); i++)
    {
      print_message ("  %s\n", some[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      given (home);
      g_autoptr (Background) watch = start_watch (home);
      kill_at (home, "users", some[i]);
      kill_at (home, "events", some[i]);
      assert_weir (home, 0, "pull", "--all", NULL);
      stop_watch (watch);
      assert_all_there (home);
    }
}

/* The connector ends, and ends again. */
static void
test_connector_killed (void **state)
{
  Home *home = *state;
  given (home);
  source_deed (home, "crash 2");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "pull", "--all", NULL);
  assert_contains (outcome->err, "the connector was killed by signal 9");
  g_autofree char *left = home_read_file (home, "source/deed");
  assert_string_equal (left, "crash 0\n");
  assert_all_there (home);
}

/* ---- a Singer tap ---- */

#define SCHEMA                                                                                                                     \
  "{\"type\": \"SCHEMA\", \"stream\": \"events\", \"key_properties\": [], \"schema\": {\"properties\": {\"id\": {\"type\": "       \
  "\"integer\"}}}}"

/* Five rows, with a STATE behind the second, the fourth and the last. Before the second of these, in a window that begins behind the first, it does what is in
 * "deed", and forgets it. */
static const char tap[] = "#!/bin/sh\nat=0\n"
                          "while [ $# -gt 0 ]; do\n"
                          "  case $1 in --discover) cat catalog.json; exit ;; --state) at=$(tr -cd 0-9 <\"$2\"); shift ;; esac\n"
                          "  shift\ndone\n"
                          "echo '" SCHEMA "'\n"
                          "for id in 1 2 3 4 5; do\n"
                          "  [ $id -gt $at ] || continue\n"
                          "  echo '{\"type\": \"RECORD\", \"stream\": \"events\", \"record\": {\"id\": '$id'}}'\n"
                          "  [ $id$at != 42 ] || [ ! -e deed ] || { deed=$(cat deed); rm deed; eval \"$deed\"; }\n"
                          "  case $id in 2 | 4 | 5) echo '{\"type\": \"STATE\", \"value\": {\"at\": '$id'}}' ;; esac\n"
                          "done\n";

static void
given_a_tap (Home *home)
{
  home_configure (home, ", \"connections\": {\"crm\": {\"type\": \"singer\", \"command\": [\"./tap\"], \"config\": {}}}");
  home_write_file (home, "tap", tap);
  g_autofree char *path = home_path (home, "tap");
  assert_int_equal (chmod (path, 0755), 0);
  home_write_file (
      home, "catalog.json",
      "{\"streams\": [{\"tap_stream_id\": \"events\", \"stream\": \"events\", \"schema\": {\"properties\": {\"id\": {\"type\": "
      "\"integer\"}}}, \"metadata\": [{\"breadcrumb\": [], \"metadata\": {\"valid-replication-keys\": [\"id\"]}}]}]}");
  home_write_file (
      home, "jobs/events.json",
      "{\"from\": {\"connection\": \"crm\", \"stream\": \"events\"}, \"to_table\": \"events\", \"mode\": \"incremental\", "
      "\"bookmark\": \"id\", \"overlap\": 0, \"batch\": {\"rows\": 2}}");
  home_write_model (home, "events", LOG_MODEL);
}

static void
assert_tap_was_read (Home *home)
{
  assert_sql (home, "5|5", "select count(*), count(distinct id) from warehouse.events");
  assert_position (home, "events", "{\"at\": 5}");
  assert_nothing_left (home);
}

/* It is killed between two of its STATEs, or weir is when it has a window of it: rows and STATE are together, once. */
static void
test_tap_killed (void **state)
{
  static const char *const some[] = { "pull-ask", "pull-dropped", "before-commit", "after-commit" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (some); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      given_a_tap (home);
      home_write_file (home, "deed", "kill -9 $$");
      print_message ("  %s\n", some[i]);
      assert_true (kill_at (home, "events", some[i]));
      g_autoptr (Outcome) outcome = expect_weir (home, 0, "pull", "events", NULL);
      assert_contains (outcome->err, "\"./tap\" ended with signal 9; once more");
      assert_tap_was_read (home);
    }
}

/* One that says nothing more is ended with the pull, also where it hears of nothing; what it brought before stays. */
static void
test_tap_frozen (void **state)
{
  Home *home = *state;
  given_a_tap (home);
  home_write_file (home, "deed", "kill -STOP $$");
  g_autoptr (Background) weir = spawn_weir (home, "pull", "events", NULL);
  wait_until (!home_has_file (home, "deed"));
  assert_int_equal (background_stop (weir, SIGTERM, 20), 130);
  assert_sql (home, "2|2", "select count(*), count(distinct id) from warehouse.events");
  assert_position (home, "events", "{\"at\": 2}");
  assert_weir (home, 0, "pull", "events", NULL);
  assert_tap_was_read (home);
}

#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)

int
main (void)
{
  const struct CMUnitTest tests[] = { TEST (test_killed_before_it_is_claimed),
                                      TEST (test_killed_behind),
                                      TEST (test_killed_beside_a_watch),
                                      TEST (test_connector_killed),
                                      TEST (test_tap_killed),
                                      TEST (test_tap_frozen) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
