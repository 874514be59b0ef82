/* A process killed while it takes up rows that waited: afterwards each of them is in the fact once. */
#include "tests/faults/two_files.h"

#define SALES(more)                                                                                                                \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\":"       \
  " \"user_id\"}]" more "}"

/* Behind the dimension's COMMIT, before anything is taken up, and before the COMMIT of that. */
static const char *const points[] = { "after-commit", "after-archive", "take-up" };
static const char *const models[] = { SALES (""), SALES (", \"business_key\": [\"day\"]") };

static void
prepare_waiting (Home *home, const char *model)
{
  prepare (home);
  home_write_model (home, "sales", model);
  g_autoptr (Json) sales = load_text (home, "sales.csv", "day,email\n1,c@x.org\n2,a@x.org\n3,c@x.org\n", NULL);
  assert_load (sales, "applied", "read=3 inserted=1 staged=1 waiting=2");
}

static void
assert_taken_up_once (Home *home)
{
  assert_sql (home, "1|Cyd\n2|Anna\n3|Cyd",
              "select day, name from warehouse.sales join warehouse.users_current using (user_id) order by day");
  assert_sql (home, "3|0|0",
              "select rows_inserted, rows_waiting, (select count(*) from weir.waiting) from weir.file where table_name = 'sales'");
  assert_sql (home, "4", "select count(*) from warehouse.users");
  home->oracle = ORACLE_REPLAY;
}

/* Nobody brings another file: whoever comes next finds what is owed. */
static void
test_watch_killed (void **state)
{
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (points) * G_N_ELEMENTS (models); i++)
    {
      const char *point = points[i / G_N_ELEMENTS (models)];
      print_message ("  %s\n", point);
      g_autoptr (Home) home = home_new (outer->cluster);
      prepare_waiting (home, models[i % G_N_ELEMENTS (models)]);
      home_drop (home, "users.csv", second_text);
      set_fault (home, "kill", point);
      g_autoptr (Outcome) killed = run_weir (home, "load", "--archive", "imports/users.csv", NULL);
      assert_int_equal (killed->code, 128 + SIGKILL);
      assert_sql (home, "2", "select count(*) from weir.waiting");

      set_fault (home, NULL, NULL);
      g_autoptr (Background) watch = start_watch (home);
      wait_until (sql_number (home, "select count(*) from weir.waiting") == 0 && home_count_files (home, "archive/users") == 2);
      stop_watch (watch);
      assert_taken_up_once (home);
    }
}

/* The server crashes while rows wait: they are logged, unlike staging. */
static void
test_server_crash (void **state)
{
  Home *home = *state;
  prepare_waiting (home, models[0]);
  cluster_stop (home->cluster);
  cluster_start (home->cluster);
  assert_sql (home, "2", "select count(*) from weir.waiting");
  g_autoptr (Json) users = load_text (home, "users.csv", second_text, NULL);
  assert_json (users, "status", "applied");
  assert_taken_up_once (home);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_watch_killed), TEST (test_server_crash) };
  return cmocka_run_group_tests (tests, cluster_setup_own, cluster_teardown);
}
