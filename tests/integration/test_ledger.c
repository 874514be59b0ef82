/* The ledger as people ask it, and the versions of its schema. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"

/* Three files of users, the last of them refused; their runs, oldest first. Owned by the caller. */
static GStrv
load_three (Home *home)
{
  static const char *const texts[] = { "name,email\nAnn,a@x.org\n", "name,email\nAnna,a@x.org\n", "name\nAnne\n" };
  GStrv runs = g_new0 (char *, 4);
  home_write_model (home, "users", USERS);
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("users-%d.csv", i + 1);
      g_autoptr (Json) published = load_text (home, name, texts[i], NULL);
      runs[i] = json_at (published, "run");
    }
  return runs;
}

static void
test_newest_first (void **state)
{
  Home *home = *state;
  g_auto (GStrv) runs = load_three (home);
  g_autoptr (Outcome) all = expect_weir (home, 0, "runs", "--json", NULL);
  g_autoptr (Json) list = outcome_json (all);
  assert_int_equal (json_array_size (list), 3);
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *path = g_strdup_printf ("%d.run", i);
      assert_json (list, path, runs[2 - i]);
    }
  g_autoptr (Outcome) some = expect_weir (home, 0, "runs", "--json", "--limit", "2", NULL);
  g_autoptr (Json) newest = outcome_json (some);
  assert_int_equal (json_array_size (newest), 2);
  assert_json (newest, "0.run", runs[2]);
  g_autoptr (Outcome) one = expect_weir (home, 0, "runs", "--json", "last", NULL);
  g_autoptr (Json) last = outcome_json (one);
  assert_json (last, "run", runs[2]);
}

/* A run by the beginning of its id, where that says which. */
static void
test_beginnings (void **state)
{
  static const struct
  {
    const char *text;
    int code;
    const char *says;
  } cases[] = {
    { "abcd00", 0, "one.csv" }, { "ABCD00", 0, "one.csv" },
    { "abcd11", 0, "two.csv" }, { "abcd", 2, "more than one run begins with \"abcd\"" },
    { "ef01", 0, "three.csv" }, { "ef0", 2, "no run \"ef0\"" }, /* so short it may be a file's name */
    { "three.csv", 0, "ef01" }, { "abcd22", 2, "no run \"abcd22\"" },
  };
  static const char *const made[][2] = { { "abcd0000", "one.csv" }, { "abcd1111", "two.csv" }, { "ef010000", "three.csv" } };
  Home *home = *state;
  assert_weir (home, 0, "init", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (made); i++)
    {
      sql_run_text (home,
                    "insert into weir.execution (execution_id, status) values ('%s-0000-4000-8000-000000000001', 'COMPLETED')",
                    made[i][0]);
      sql_run_text (home,
                    "insert into weir.file (run_id, table_name, file_name, place, size_bytes, mtime_ns, state)"
                    " values ('%s-0000-4000-8000-000000000001', 'users', '%s', 'archive/users', 1, 1, 'applied')",
                    made[i][0], made[i][1]);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].text);
      g_autoptr (Outcome) outcome = expect_weir (home, cases[i].code, "runs", cases[i].text, NULL);
      assert_contains (cases[i].code == 0 ? outcome->out : outcome->err, cases[i].says);
    }
  home->oracle = ORACLE_BY_HAND;
}

/* A file that went the same way twice is found as it is now. */
static void
test_same_name_twice (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  json_decref (load_text (home, "users.csv", "name,email\nAnn,a@x.org\n", NULL));
  g_autoptr (Json) second = load_text (home, "users.csv", "name,email\nAnna,a@x.org\n", NULL);
  g_autofree char *run = json_at (second, "run");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "runs", "--json", "users.csv", NULL);
  g_autoptr (Json) found = outcome_json (outcome);
  assert_json (found, "run", run);
}

/* The step that failed did, and the one before it did not. */
static void
test_failed_step (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  json_decref (load_text (home, "users.csv", "name,email\nAnn,a@x.org\n", NULL));
  sql_run_text (home, "create function warehouse.refuse() returns trigger language plpgsql as"
                      " 'begin raise exception ''not today''; end'");
  sql_run_text (home, "create trigger refuse before insert on warehouse.users execute function warehouse.refuse()");
  home_drop (home, "users.csv", "name,email\nBob,b@x.org\n");
  g_autoptr (Outcome) outcome = run_weir (home, "load", "imports/users.csv", NULL);
  assert_int_not_equal (outcome->code, 0);
  assert_sql (home, "COMPLETED|LOAD|FAILED",
              "select s.status, s.step_name, e.status from weir.execution e join weir.execution_step s"
              " using (execution_id) where e.status = 'FAILED' order by s.started_on");
}

/* ---- its schema ---- */

/* A ledger that this weir did not make, or that a newer one has: nothing is written into it. */
static void
test_ledger_of_another_weir (void **state)
{
  static const struct
  {
    const char *change, *says;
  } cases[] = {
    { "update weir.migration set checksum = 'another' where version = 1", "the ledger was made by another migration 0001_ledger" },
    { "insert into weir.migration (version, name, checksum) values (9999, 'of_later', 'x')",
      "the ledger is at version 9999 (of_later), which this weir does not know" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].change);
      g_autoptr (Home) home = home_new (outer->cluster);
      assert_weir (home, 0, "init", NULL);
      sql_run_text (home, "%s", cases[i].change);
      home_write_model (home, "users", USERS);
      home_drop (home, "users.csv", "name,email\nAnn,a@x.org\n");
      g_autoptr (Outcome) load = expect_weir (home, 2, "load", "imports/users.csv", NULL);
      assert_contains (load->err, cases[i].says);
      assert_weir (home, 2, "migrate", "up", NULL);
      assert_true (home_has_file (home, "imports/users.csv"));
      assert_sql (home, "0", "select count(*) from weir.execution");
    }
}

/* Down goes one version, the newest; and one that is not known is not taken back, nor any below it. */
static void
test_down_from_a_newer_version (void **state)
{
  Home *home = *state;
  assert_weir (home, 0, "init", NULL);
  sql_run_text (home, "insert into weir.migration (version, name, checksum) values (9999, 'of_later', 'x')");
  g_autoptr (Outcome) down = expect_weir (home, 2, "migrate", "down", NULL);
  assert_contains (down->err, "of_later");
  assert_sql (home, "1", "select count(*) from weir.migration where version = 1");
  assert_sql (home, "t", "select to_regclass('weir.execution') is not null");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_newest_first),           TEST (test_beginnings),  TEST (test_same_name_twice),
    TEST (test_ledger_of_another_weir), TEST (test_failed_step), TEST (test_down_from_a_newer_version),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
