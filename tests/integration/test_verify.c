/* `weir verify`: what must always be true, of the user's own tables, ledger and folders; and what is told where it is not. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 60}}"
#define SALES                                                                                                                      \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"no\"], \"references\": [{\"dimension\": \"users\", "            \
  "\"columns\": "                                                                                                                  \
  "[\"email\"], \"as\": \"user_id\"}]}"

/* Archived files of a dimension and a fact, a reject, a row that waits, one refused file, one without a model. */
static void
set_up (Home *home)
{
  static const struct
  {
    const char *name, *text;
  } files[] = {
    { "users.csv", "email,name\na@x,Ann\nb@x,Bob\n,Nobody\n" },
    { "users-2.csv", "email,name\na@x,Anna\n" },
    { "sales.csv", "no,email,amount\n1,a@x,5\n2,z@x,6\n" },
    { "users-3.csv", "name\nAnna\n" },
    { "loose.csv", "a,b\n1,2\n" },
  };
  home_write_model (home, "users", USERS);
  home_write_model (home, "sales", SALES);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      home_drop (home, files[i].name, files[i].text);
      g_autofree char *path = g_strconcat ("imports/", files[i].name, NULL);
      g_autoptr (Outcome) outcome = run_weir (home, "load", "--rejects-ok", path, NULL);
      assert_int_equal (outcome->code, strcmp (files[i].name, "users-3.csv") == 0 ? 1 : 0);
    }
}

static void
test_all_is_well (void **state)
{
  Home *home = *state;
  g_autoptr (Outcome) empty = expect_weir (home, 0, "verify", NULL);
  assert_contains (empty->out, "0 tables and 0 files");
  set_up (home);
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "verify", NULL);
  assert_contains (outcome->out, "2 tables and 5 files");
  assert_contains (outcome->out, ": all is well");
  g_autoptr (Outcome) json = expect_weir (home, 0, "verify", "--json", NULL);
  g_autoptr (Json) verified = outcome_json (json);
  assert_json (verified, "findings", "[]");
  assert_weir (home, 0, "verify", "users", NULL);
  assert_weir (home, 0, "verify", "--quick", NULL);
  assert_weir (home, 2, "verify", "nobody", NULL);
}

/* One on top of the other. */
static const struct
{
  const char *sql;
  const char *what;
  const char *table; /* "null": of none */
} damages[] = {
  { "update warehouse.users set version_number = 3 where version_number = 2", "numbers", "users" },
  { "update warehouse.users set closed_by = opened_by where is_current", "openers", "users" },
  { "update warehouse.users set effective_end_date = effective_end_date + interval '1 hour' where not is_current", "overlap",
    "users" },
  { "alter table warehouse.users drop constraint users_check; update warehouse.users set effective_end_date = effective_start_date "
    "where "
    "not is_current",
    "interval", "users" },
  { "alter table warehouse.users drop constraint users_check1; update warehouse.users set is_current = false where email = 'b@x'",
    "current_end", "users" },
  { "drop index warehouse.users_user_id_idx; update warehouse.users set is_current = true, effective_end_date = null",
    "current_twice", "users" },
  { "update warehouse.users set opened_by = gen_random_uuid() where email = 'b@x'", "run", "users" },
  { "update warehouse.sales set loaded_by = gen_random_uuid()", "run", "sales" },
  { "update warehouse.sales set user_id = gen_random_uuid()", "reference", "sales" },
  { "update weir.file set rows_staged = 7 where file_name = 'loose.csv'", "counts", "null" },
  { "delete from weir.reject where not waiting", "rejects", "null" },
  { "delete from weir.waiting", "waiting", "null" },
  { "drop table warehouse.sales", "gone", "sales" },
  { "update weir.file set sha256 = repeat('0', 64) where file_name = 'users-2.csv'", "file_changed", "null" },
  { "update weir.file set place = 'archive/users/nothing.csv' where file_name = 'users.csv'", "file_gone", "null" },
};

static bool
is_found (Home *home, const char *what, const char *table)
{
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "verify", "--json", NULL);
  g_autoptr (Json) verified = outcome_json (outcome);
  size_t i;
  Json *finding;
  json_array_foreach (json_object_get (verified, "findings"), i, finding)
    {
      g_autofree char *word = json_at (finding, "what"), *of = json_at (finding, "table"), *hint = json_at (finding, "hint");
      if (strcmp (word, what) == 0 && strcmp (of, table) == 0)
        return strlen (hint) > 10 && json_integer_value (json_object_get (finding, "count")) > 0;
    }
  return false;
}

static void
test_each_damage_is_found (void **state)
{
  Home *home = *state;
  home->oracle = ORACLE_BY_HAND;
  set_up (home);
  for (size_t i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      assert_false (i > 0 && is_found (home, damages[i].what, damages[i].table));
      g_auto (GStrv) statements = g_strsplit (damages[i].sql, "; ", -1);
      for (char **statement = statements; *statement != NULL; statement++)
        sql_run_text (home, "%s", *statement);
      if (!is_found (home, damages[i].what, damages[i].table))
        fail_msg ("verify does not see: %s", damages[i].sql);
    }
}

static void
test_files_in_both_directions (void **state)
{
  Home *home = *state;
  home->oracle = ORACLE_BY_HAND;
  set_up (home);
  g_autofree char *place = sql_scalar (home, "select place from weir.file where file_name = 'users.csv'");
  g_autofree char *bytes = home_read_file (home, place);
  home_write_file (home, place, "something else\n");
  g_autoptr (Outcome) changed = expect_weir (home, 1, "verify", "users", NULL);
  assert_contains (changed->out, "files that are not what their run has read: 1\n  ");
  assert_contains (changed->out, place);
  assert_weir (home, 0, "verify", "--quick", NULL);
  home_remove_file (home, place);
  g_autoptr (Outcome) gone = expect_weir (home, 1, "verify", NULL);
  assert_contains (gone->out, "files that a run has kept and that are not there: 1");
  assert_contains (gone->out, "HINT:  Put it back from a backup");
  assert_weir (home, 1, "verify", "--quick", NULL);
  home_write_file (home, place, bytes);
  home_write_file (home, "archive/users/stranger.csv", "x\n");
  home_write_file (home, "archive/users/.stranger.csv", "on its way\n");
  home_write_file (home, "failed/stranger.csv", "x\n");
  g_autoptr (Outcome) unknown = expect_weir (home, 1, "verify", NULL);
  assert_contains (unknown->out, "no run of the ledger has: 2\n  archive/users/stranger.csv\n  failed/stranger.csv\n");
  assert_weir (home, 0, "verify", "sales", NULL);
  /* A refused file is there to be mended. */
  home_remove_file (home, "archive/users/stranger.csv");
  home_remove_file (home, "failed/stranger.csv");
  g_autofree char *refused = sql_scalar (home, "select place from weir.file where disposition = 'failed'");
  home_write_file (home, refused, "email,name\nc@x,Cai\n");
  assert_weir (home, 0, "verify", NULL);
}

/* The database as it was before the last files: what the ledger then lacks is in the archive, and can be loaded again. */
static void
test_a_database_of_an_earlier_time (void **state)
{
  Home *home = *state;
  home->oracle = ORACLE_BY_HAND;
  set_up (home);
  g_autofree char *run = sql_scalar (home, "select run_id from weir.file where file_name = 'sales.csv'");
  g_autofree char *place = sql_scalar (home, "select place from weir.file where file_name = 'sales.csv'");
  sql_run_text (home, "drop view if exists warehouse.sales_at");
  sql_run_text (home, "drop table warehouse.sales");
  sql_run_text (home, "delete from weir.table where table_name = 'sales'");
  sql_run_text (home, "delete from weir.waiting");
  sql_run_text (home, "delete from weir.reject where run_id = '%s'", run);
  sql_run_text (home,
                "delete from weir.execution_step_model where execution_step_id in (select execution_step_id from "
                "weir.execution_step where execution_id = '%s')",
                run);
  sql_run_text (home, "delete from weir.execution_step where execution_id = '%s'", run);
  sql_run_text (home, "delete from weir.file where run_id = '%s'", run);
  sql_run_text (home, "delete from weir.execution where execution_id = '%s'", run);
  g_autoptr (Outcome) found = expect_weir (home, 1, "verify", NULL);
  assert_contains (found->out, place);
  g_autofree char *name = g_path_get_basename (place), *again = g_strconcat ("imports/", name, NULL),
                  *bytes = home_read_file (home, place);
  home_remove_file (home, place);
  home_write_file (home, again, bytes); /* mv, as the hint says */
  assert_weir (home, 0, "load", again, NULL);
  assert_weir (home, 0, "verify", NULL);
  assert_sql (home, "1", "select count(*) from warehouse.sales");
}

static void
test_rows_that_may_refer_to_nobody (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_model (
      home, "sales",
      "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], "
      "\"as\": \"user_id\", \"missing\": \"allow\"}]}");
  home_write_file (home, "users.csv", "email,name\na@x,Ann\n");
  home_write_file (home, "sales.csv", "email,amount\nz@x,5\n");
  assert_weir (home, 0, "load", "users.csv", "sales.csv", NULL);
  assert_weir (home, 0, "verify", NULL);
}

static void
test_other_names_of_history (void **state)
{
  Home *home = *state;
  home->oracle = ORACLE_BY_HAND;
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"names\": {\"start\": \"valid_from\", "
      "\"version\": \"nr\"}, \"open_end\": \"infinity\"}");
  home_write_file (home, "users.csv", "email,name\na@x,Ann\n");
  home_write_file (home, "users-2.csv", "email,name\na@x,Eve\n");
  assert_weir (home, 0, "load", "users.csv", "users-2.csv", NULL);
  assert_weir (home, 0, "verify", NULL);
  sql_run_text (home, "update warehouse.users set nr = 5 where nr = 2");
  assert_true (is_found (home, "numbers", "users"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_all_is_well, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_each_damage_is_found, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_files_in_both_directions, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_a_database_of_an_earlier_time, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_rows_that_may_refer_to_nobody, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_other_names_of_history, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
