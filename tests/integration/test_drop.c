/* `weir drop`: what it would remove is said before, nothing else goes, and the table can begin anew with another key. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <signal.h>

#define USERS(key) "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"" key "\"]}"
#define SALES                                                                                                                      \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": "      \
  "\"user_id\"}]}"

static const char users_text[] = "name,email\nAnn,a@x.org\nBob,b@x.org\n";
static const char sales_text[] = "email,amount\na@x.org,1\nb@x.org,2\n";

/* A dimension and its fact, loaded and archived, and a second file of the dimension that was refused. */
static void
given_tables (Home *home)
{
  home->oracle |= ORACLE_BY_HAND; /* runs of a table that is gone have no rows */
  home_write_model (home, "users", USERS ("email"));
  home_write_model (home, "sales", SALES);
  g_autoptr (Json) users = load_text (home, "users.csv", users_text, NULL);
  assert_json (users, "status", "applied");
  g_autoptr (Json) sales = load_text (home, "sales.csv", sales_text, NULL);
  assert_json (sales, "status", "applied");
  g_autoptr (Json) refused = load_text (home, "users.csv", "name\nAnn\n", NULL);
  assert_json (refused, "status", "failed");
}

static void
assert_all_there (Home *home)
{
  assert_sql (home, "2", "select count(*) from warehouse.users_current");
  assert_sql (home, "1", "select count(*) from weir.table where table_name = 'users'");
  assert_sql (home, "2", "select count(*) from weir.file where table_name = 'users'");
  assert_int_equal (home_count_files (home, "archive/users"), 1);
}

static void
test_says_first (void **state)
{
  Home *home = *state;
  given_tables (home);
  g_autoptr (Outcome) dry = expect_weir (home, 0, "drop", "users", "--dry-run", "--archive", NULL);
  static const char *const says[] = { "warehouse.users, with 2 rows\n",
                                      "warehouse.users_current",
                                      "staging.users\n",
                                      "2 files in archive and failed",
                                      "2 runs in the ledger (--ledger removes them)",
                                      "models/users.json",
                                      "warehouse.sales, whose rows keep ids" };
  for (size_t i = 0; i < G_N_ELEMENTS (says); i++)
    assert_contains (dry->out, says[i]);
  g_autoptr (Outcome) asked = expect_weir (home, 0, "drop", "users", "--dry-run", "--json", NULL);
  g_autoptr (Json) told = outcome_json (asked);
  assert_json (told, "removed", "false");
  assert_json (told, "removes.rows", "2");
  assert_json (told, "removes.staging.0", "staging.users");
  assert_json (told, "referring.0", "sales");
  assert_all_there (home);

  /* Nobody to ask, and nobody who said yes. */
  g_autoptr (Outcome) mute = expect_weir (home, 2, "drop", "users", NULL);
  assert_contains (mute->err, "--yes");
  g_autoptr (Outcome) unknown = expect_weir (home, 2, "drop", "uses", "--yes", NULL);
  assert_contains (unknown->err, "no table \"uses\"");
  assert_all_there (home);
}

static void
test_drops (void **state)
{
  Home *home = *state;
  given_tables (home);
  assert_weir (home, 0, "drop", "users", "--yes", NULL);
  assert_sql (home, "0", "select count(*) from pg_class where relname in ('users', 'users_current')");
  assert_sql (home, "0", "select count(*) from weir.table where table_name = 'users'");
  assert_sql (home, "2", "select count(*) from weir.file where table_name = 'users' and disposition in ('archived', 'failed')");
  assert_int_equal (home_count_files (home, "archive/users"), 1);
  assert_sql (home, "2", "select count(*) from warehouse.sales");

  /* It comes again, and whom the fact refers to is known again. */
  assert_weir (home, 1, "status", NULL); /* the refused file is there still */
  g_autofree char *run = sql_scalar (home, "select run_id from weir.file where table_name = 'users' and state = 'applied'");
  assert_weir (home, 0, "retry", run, NULL);
  assert_sql (home, "2", "select count(*) from warehouse.sales s join warehouse.users_current u using (user_id)");
}

static void
test_leaves_nothing (void **state)
{
  Home *home = *state;
  given_tables (home);
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "drop", "users", "--yes", "--archive", "--ledger", "--json", NULL);
  g_autoptr (Json) told = outcome_json (outcome);
  assert_json (told, "removed", "true");
  assert_json (told, "removes.files", "2");
  assert_json (told, "removes.runs", "2");
  assert_sql (home, "1", "select count(*) from weir.execution"); /* that of sales */
  assert_sql (home, "0", "select count(*) from weir.file where table_name = 'users'");
  assert_false (home_has_file (home, "archive/users"));
  assert_int_equal (home_count_files (home, "failed"), 0);
  assert_int_equal (home_count_files (home, "archive/sales"), 1);
}

static void
test_dependents (void **state)
{
  Home *home = *state;
  given_tables (home);
  sql_run_text (home, "create schema mine");
  sql_run_text (home, "create view mine.ann as select * from warehouse.users_current where name = 'Ann'");
  sql_run_text (home, "create view mine.one as select count(*) from mine.ann");
  sql_run_text (home, "create view mine.staged as select * from staging.users");
  g_autoptr (Outcome) refused = expect_weir (home, 2, "drop", "users", "--yes", NULL);
  assert_contains (refused->err, "view mine.ann, view mine.one, view mine.staged");
  assert_contains (refused->err, "--cascade");
  assert_all_there (home);
  assert_weir (home, 0, "drop", "users", "--yes", "--cascade", NULL);
  assert_sql (home, "0", "select count(*) from pg_views where schemaname = 'mine'");
  sql_run_text (home, "drop schema mine");
}

/* A first model with a wrong business key is corrected. */
static void
test_another_key (void **state)
{
  Home *home = *state;
  home->oracle |= ORACLE_BY_HAND;
  home_write_model (home, "users", USERS ("name"));
  g_autoptr (Json) first = load_text (home, "users.csv", users_text, NULL);
  g_autofree char *run = json_at (first, "run");
  home_write_model (home, "users", USERS ("email"));
  g_autoptr (Outcome) refused = expect_weir (home, 2, "retry", run, NULL);
  assert_contains (refused->err, "weir drop users");
  assert_weir (home, 0, "drop", "users", "--yes", NULL);
  assert_weir (home, 0, "retry", run, NULL);
  assert_sql (home, "[\"email\"]", "select key -> 'columns' from weir.table where table_name = 'users'");
}

/* What a person has dropped, or emptied, by hand has no ids any more. */
static void
test_by_hand (void **state)
{
  Home *home = *state;
  home->oracle |= ORACLE_BY_HAND;
  static const char *const ways[] = { "delete from warehouse.users", "drop table warehouse.users cascade" };
  for (size_t i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      home_write_model (home, "users", USERS ("name"));
      g_autoptr (Json) first = load_text (home, "users.csv", users_text, NULL);
      assert_load (first, "applied", "read=2 inserted=2 staged=2");
      home_write_model (home, "users", USERS ("email"));
      home_write_file (home, "more/users.csv", users_text);
      g_autoptr (Outcome) outcome = expect_weir (home, 2, "load", "--json", "more/users.csv", NULL);
      g_autoptr (Json) refused = outcome_json (outcome);
      assert_json (refused, "error.code", "key_changed");
      sql_run_text (home, "%s", ways[i]);
      g_autoptr (Json) anew = load_text (home, "users.csv", users_text, NULL);
      assert_load (anew, "applied", "read=2 inserted=2 staged=2");
      assert_sql (home, "[\"email\"]", "select key -> 'columns' from weir.table where table_name = 'users'");
      sql_run_text (home, "drop table warehouse.users cascade");
    }
  /* Another kind needs another table. */
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"fact\"}");
  g_autoptr (Json) fact = load_text (home, "users.csv", users_text, NULL);
  assert_load (fact, "applied", "read=2 inserted=2 staged=2");
  assert_sql (home, "fact", "select kind from weir.table where table_name = 'users'");
}

/* Rows without a key: no file that was in the table counts as loaded. */
static void
test_keyless_again (void **state)
{
  Home *home = *state;
  home->oracle |= ORACLE_BY_HAND;
  home_write_model (home, "hits", "{\"table\": \"hits\", \"kind\": \"fact\"}");
  static const char *const texts[] = { "page\n/a\n", "page\n/b\n" };
  for (int round = 0; round < 2; round++)
    {
      for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
        {
          g_autoptr (Json) published = load_text (home, "hits.csv", texts[i], NULL);
          assert_load (published, "applied", "read=1 inserted=1 staged=1");
        }
      assert_weir (home, 0, "drop", "hits", "--yes", NULL);
    }
}

/* While its file is in work nothing is removed. */
static void
test_in_work (void **state)
{
  Home *home = *state;
  given_tables (home);
  home_set_environment (home, "WEIR_FAULT", "stop:after-load");
  home_write_file (home, "more/users.csv", "name,email\nCyd,c@x.org\n");
  g_autoptr (Background) load = spawn_weir (home, "load", "more/users.csv", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  wait_until (process_find_stopped (home->path, "load") != 0);
  g_autoptr (Outcome) busy = expect_weir (home, 3, "drop", "users", "--yes", NULL);
  assert_contains (busy->err, "another session works on the table \"users\"");
  assert_sql (home, "2", "select count(*) from warehouse.users_current");
  kill (process_find_stopped (home->path, "load"), SIGCONT);
  assert_int_equal (background_stop (load, 0, DEADLINE_SECONDS), 0);
  assert_weir (home, 0, "drop", "users", "--yes", NULL);
}

/* A file that is held lies in neither archive nor failed, and is told by itself. */
static void
test_held_files_are_told (void **state)
{
  Home *home = *state;
  home_write_model (home, "shops",
                    "{\"table\": \"shops\", \"kind\": \"dimension\", \"business_key\": [\"key\"], \"absent\": \"close\"}");
  g_autoptr (Json) one = load_text (home, "shops-1.csv", "key,v\na,1\nb,1\n", NULL);
  g_autoptr (Json) two = load_text (home, "shops-2.csv", "key,v\na,1\n", NULL);
  assert_json (two, "status", "held");
  g_autoptr (Outcome) dry = expect_weir (home, 0, "drop", "shops", "--dry-run", "--archive", NULL);
  assert_contains (dry->out, "1 file in archive and failed\n");
  assert_contains (dry->out, "1 held file in imports/.held\n");
  g_autoptr (Outcome) told = expect_weir (home, 0, "drop", "shops", "--dry-run", "--archive", "--json", NULL);
  g_autoptr (Json) json = outcome_json (told);
  assert_json (json, "removes.files", "1");
  assert_json (json, "removes.held", "1");
  assert_weir (home, 0, "discard", "last", NULL);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_says_first, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_held_files_are_told, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_drops, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_leaves_nothing, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_dependents, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_another_key, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_by_hand, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_keyless_again, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_in_work, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
