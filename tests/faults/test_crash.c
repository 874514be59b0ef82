/* A worker killed at each point of a file's way: after a restart without the fault, the file was loaded exactly once. */
#include "tests/faults/two_files.h"

#include <sys/stat.h>

static const char *const points[] = { "before-claim", "after-claim",    "after-load",   "before-commit",
                                      "after-commit", "before-archive", "after-archive" };

/* The first point that `weir load` passes, too. */
#define FIRST_OF_LOAD 2

/* The supervisor is killed with its workers, as by a power cut, when the worker died at the point; then started again. */
static void
test_killed_and_restarted (void **state)
{
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (points); i++)
    {
      print_message ("  %s\n", points[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      prepare (home);
      set_fault (home, "stop", points[i]);
      g_autoptr (Background) doomed = spawn_weir (home, "watch", NULL);
      home_drop (home, "users.csv", second_text);
      wait_until (process_find_stopped (home->path, "--worker") != 0);
      process_kill_all (home->path);
      background_free (g_steal_pointer (&doomed));

      set_fault (home, NULL, NULL);
      g_autoptr (Background) watch = start_watch (home);
      wait_until (home_count_files (home, "archive/users") == 2 && home_count_files (home, "imports") == 0
                  && sql_number (home, "select count(*) from weir.file where disposition = 'archived'") == 2);
      assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
      assert_loaded_once (home);
    }
}

/* `weir load --archive` is killed at each point by SIGKILL itself; the command given again finishes what is left. */
static void
test_load_killed (void **state)
{
  Home *outer = *state;
  for (size_t i = FIRST_OF_LOAD; i < G_N_ELEMENTS (points); i++)
    {
      print_message ("  %s\n", points[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      prepare (home);
      home_drop (home, "users.csv", second_text);
      set_fault (home, "kill", points[i]);
      g_autoptr (Outcome) killed = run_weir (home, "load", "--archive", "imports/users.csv", NULL);
      assert_int_equal (killed->code, 128 + SIGKILL);

      set_fault (home, NULL, NULL);
      g_autoptr (Background) watch = start_watch (home);
      wait_until (home_count_files (home, "archive/users") == 2 && home_count_files (home, "imports") == 0);
      assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
      assert_sql (home, "4", "select count(*) from warehouse.users");
    }
}

/* The run that was tried again says of its file that it is a later run's, wherever the later one was killed. */
static void
test_retry_killed (void **state)
{
  static const char *const retry_points[] = { "retry-claimed", "after-load", "after-commit", "before-archive", "after-archive" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (retry_points); i++)
    {
      print_message ("  %s\n", retry_points[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      prepare (home);
      set_fault (home, "kill", retry_points[i]);
      assert_weir (home, 128 + SIGKILL, "retry", "last", NULL);
      set_fault (home, NULL, NULL);
      assert_weir (home, 0, "watch", "--once", "--rejects-ok", NULL);
      assert_int_equal (home_count_files (home, "archive/users"), 1);
      assert_sql (home, "archived|true,retried|false",
                  "select string_agg(disposition || '|' || (place <> ''), ',' order by disposition) from weir.file");
      assert_weir (home, 0, "verify", NULL);
      assert_weir (home, 0, "rebuild", "users", NULL);
    }
}

/* A file that was loaded where it lay belongs to nobody once its process is gone, whatever its folder is called. */
static void
test_load_in_place_killed (void **state)
{
  Home *outer = *state;
  static const char *const places[] = { "users.csv", "old.claimed/users.csv", ".claimed/users.csv" };
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    {
      print_message ("  %s\n", places[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      prepare (home);
      home_write_file (home, places[i], second_text);
      set_fault (home, "kill", "after-load");
      g_autoptr (Outcome) killed = run_weir (home, "load", places[i], NULL);
      assert_int_equal (killed->code, 128 + SIGKILL);
      assert_sql (home, "IN_PROGRESS|loading|f",
                  "select e.status, f.state, f.claimed from weir.file f join weir.execution e on e.execution_id = f.run_id"
                  " where f.file_name = 'users.csv' and e.status <> 'COMPLETED'");

      set_fault (home, NULL, NULL);
      assert_weir (home, 0, "load", places[i], NULL);
      assert_sql (home, "COMPLETED|applied|archived\nFAILED|failed|left\nCOMPLETED|applied|left",
                  "select e.status, f.state, f.disposition from weir.file f join weir.execution e on e.execution_id = f.run_id"
                  " order by e.created_on");
      assert_sql (home, "4", "select count(*) from warehouse.users");
    }
}

/* Under a supervisor that lives: the worker is replaced and the file tried once more, then refused. */
static void
test_crashing_twice_is_refused (void **state)
{
  Home *home = *state;
  prepare (home);
  set_fault (home, "kill", "after-load");
  g_autoptr (Background) watch = start_watch (home);
  home_drop (home, "users.csv", second_text);
  wait_until (home_count_files (home, "failed") == 2);
  /* The supervisor is well: what does not reach that point still loads. */
  home_drop (home, "empty.csv", "");
  wait_until (home_count_files (home, "failed") == 4);
  assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
  assert_sql (home, "2", "select count(*) from warehouse.users");
  oracle_check (home, 0);

  set_fault (home, NULL, NULL);
  assert_weir (home, 0, "retry", "users.csv", NULL);
  assert_sql (home, "4", "select count(*) from warehouse.users");
}

/* A, B, A: after a crash the third file must not be taken for the first, whose bytes it has. */
static void
test_same_bytes_again_after_a_crash (void **state)
{
  Home *home = *state;
  prepare (home);
  g_autoptr (Json) second = load_text (home, "users.csv", second_text, NULL);
  assert_json (second, "status", "applied");
  home_drop (home, "users.csv", first_text);
  set_fault (home, "stop", "after-claim");
  g_autoptr (Background) watch = start_watch (home);
  wait_until (process_find_stopped (home->path, "--worker") != 0);
  process_kill_all (home->path);
  background_free (g_steal_pointer (&watch));
  set_fault (home, NULL, NULL);
  g_autoptr (Background) healthy = start_watch (home);
  wait_until (home_count_files (home, "archive/users") == 3 && home_count_files (home, "imports") == 0);
  assert_int_equal (background_stop (healthy, SIGTERM, 10), 0);
  assert_sql (home, "Ann,Anna,Ann",
              "select string_agg(name, ',' order by version_number) from warehouse.users where email = 'a@x.org'");
  home->oracle = ORACLE_REPLAY;
}

/* Two supervisors share a folder and a database: each file is one of theirs. */
static void
test_two_supervisors (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Background) one = start_watch (home);
  g_autoptr (Background) two = start_watch (home);
  enum
  {
    FILES = 12
  };
  for (int i = 0; i < FILES; i++)
    {
      g_autofree char *name = g_strdup_printf ("users-%02d.csv", i);
      g_autofree char *table = g_strdup_printf ("other%02d.csv", i);
      g_autofree char *text = g_strdup_printf ("name,email\nAnn%d,a@x.org\n", i);
      home_drop (home, name, text);
      home_drop (home, table, text);
    }
  wait_until (home_count_files (home, "archive") == 2 * FILES);
  assert_int_equal (background_stop (one, SIGTERM, 10), 0);
  assert_int_equal (background_stop (two, SIGTERM, 10), 0);
  assert_int_equal (sql_number (home, "select count(*) from weir.execution"), 2 * FILES);
  assert_int_equal (sql_number (home, "select count(*) from warehouse.users"), FILES);
}

/* Two homes load into one database: their folders are their own, the tables and the ledger are shared. */
static void
test_two_homes_one_database (void **state)
{
  Home *home = *state;
  g_autoptr (Home) other = home_new (home->cluster);
  g_free (other->url);
  other->url = g_strdup (home->url);
  home_configure (other, "");
  g_autofree char *path = home_path (other, ".weir/key_secret");
  home_write_model (home, "users", USERS);
  home_write_model (other, "users", USERS);
  assert_weir (home, 0, "init", NULL);
  g_autofree char *secret = home_read_file (home, ".weir/key_secret");
  home_write_file (other, ".weir/key_secret", secret);
  assert_int_equal (chmod (path, 0600), 0);
  g_autoptr (Background) one = start_watch (home);
  g_autoptr (Background) two = start_watch (other);
  enum
  {
    FILES = 6
  };
  for (int i = 0; i < FILES; i++)
    {
      g_autofree char *name = g_strdup_printf ("users-%02d.csv", i);
      g_autofree char *text = g_strdup_printf ("name,email\nAnn%d,a@x.org\n", i);
      home_drop (i % 2 == 0 ? home : other, name, text);
    }
  wait_until (home_count_files (home, "archive") == FILES / 2 && home_count_files (other, "archive") == FILES / 2);
  assert_int_equal (background_stop (one, SIGTERM, 10), 0);
  assert_int_equal (background_stop (two, SIGTERM, 10), 0);
  assert_int_equal (sql_number (home, "select count(*) from warehouse.users"), FILES);
  home->oracle = ORACLE_MANY_HOMES;
  other->oracle = ORACLE_MANY_HOMES;
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_killed_and_restarted),
    TEST (test_load_killed),
    TEST (test_retry_killed),
    TEST (test_load_in_place_killed),
    TEST (test_crashing_twice_is_refused),
    TEST (test_same_bytes_again_after_a_crash),
    TEST (test_two_supervisors),
    TEST (test_two_homes_one_database),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
