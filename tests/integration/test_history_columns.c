/* The columns that tell versions apart: their names, and what an open end is, from the first load on or from a later one. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"key\"]"
#define DBT "\"names\": {\"start\": \"dbt_valid_from\", \"end\": \"dbt_valid_to\", \"current\": \"is_valid\", \"version\": \"nr\"}"
#define DATED ", \"effective\": \"file_name\""

static void
refuse (Home *home, const char *says)
{
  home_write_file (home, "more/users.csv", "key,v\nann,z\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "load", "--json", "more/users.csv", NULL);
  g_autoptr (Json) refused = outcome_json (outcome);
  assert_json (refused, "error.code", "history_changed");
  assert_contains (outcome->out, says);
  g_autoptr (Outcome) check = expect_weir (home, 1, "check", "--json", NULL);
  assert_contains (check->out, says);
}

/* Each open end, undated and dated: a version, the next one, who comes back, what is late. */
static void
test_every_open_end (void **state)
{
  static const struct
  {
    const char *word, *open;
  } ends[] = { { "null", "-" }, { "infinity", "infinity" }, { "9999-12-31", "9999-12-31 00:00:00+00" } };
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *model = g_strdup_printf (USERS DATED ", " DBT ", \"open_end\": \"%s\"}", ends[i].word);
      g_autofree char *expected = g_strdup_printf (
          "a|2026-01-01 00:00:00+00|2026-01-02 00:00:00+00|f|1\nx|2026-01-02 00:00:00+00|2026-01-03 00:00:00+00|f|2\n"
          "b|2026-01-03 00:00:00+00|%s|t|3\nc|2026-01-03 00:00:00+00|%s|t|1",
          ends[i].open, ends[i].open);
      home_write_model (home, "users", model);
      load_and_count (home, "users_2026-01-01.csv", "key,v\nann,a\n", "read=1 inserted=1 staged=1");
      load_and_count (home, "users_2026-01-03.csv", "key,v\nann,b\nbob,c\n", "read=2 inserted=1 updated=1 deactivated=1 staged=2");
      load_and_count (home, "users_2026-01-02.csv", "key,v\nann,x\n", "read=1 late=1 staged=1");
      load_and_count (home, "users_2026-01-04.csv", "key,v\nann,b\nbob,c\n", "read=2 unchanged=2 staged=2");
      assert_sql (home, expected, "select v, dbt_valid_from, dbt_valid_to, is_valid, nr from warehouse.users order by key, nr");
      assert_sql (home, "b\nc", "select v from warehouse.users_current order by key");
      assert_sql (
          home, "user_id,key,v,dbt_valid_from,nr,row_hash,opened_by",
          "select string_agg(attname, ',' order by attnum) from pg_attribute where attrelid = 'warehouse.users_current'::regclass"
          " and attnum > 0");
      g_autoptr (Outcome) status = expect_weir (home, 0, "status", "--json", NULL);
      assert_contains (status->out, "\"rows\": 2");
      assert_contains (status->out, "\"versions\": 4");
      oracle_check (home, 0);
      assert_weir (home, 0, "drop", "users", "--yes", NULL);
    }
}

static void
test_other_names_later (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load_and_count (home, "users.csv", "key,v\nann,a\nbob,a\n", "read=2 inserted=2 staged=2");
  load_and_count (home, "users.csv", "key,v\nann,b\nbob,a\n", "read=2 updated=1 deactivated=1 unchanged=1 staged=2");
  sql_run_text (home, "create view public.theirs as select v, effective_start_date as since from warehouse.users_current");
  home_write_model (home, "users", USERS ", " DBT "}");
  load_and_note (
      home, "users.csv", "key,v\nann,c\nbob,a\n", "read=2 updated=1 deactivated=1 unchanged=1 staged=2",
      "warehouse.users: effective_start_date is now dbt_valid_from, effective_end_date is now dbt_valid_to, is_current is now "
      "is_valid, version_number is now nr, as models/users.json says");
  assert_sql (home, "a|1|f\nb|2|f\nc|3|t", "select v, nr, is_valid from warehouse.users where key = 'ann' order by dbt_valid_from");
  assert_sql (home, "2", "select count(*) from public.theirs where since is not null");
  assert_sql (home, "c", "select v from warehouse.users_asof(now()) where key = 'ann'");
  /* What two columns were called, each other's. */
  home_write_model (home, "users", USERS ", \"names\": {\"start\": \"dbt_valid_to\", \"end\": \"dbt_valid_from\"}}");
  load_and_note (home, "users.csv", "key,v\nann,c\nbob,b\n", "read=2 updated=1 deactivated=1 unchanged=1 staged=2",
                 "dbt_valid_from is now dbt_valid_to, dbt_valid_to is now dbt_valid_from, is_valid is now is_current");
  assert_sql (home, "t", "select bool_and(dbt_valid_to < dbt_valid_from) from warehouse.users where not is_current");
  assert_sql (home, "c", "select v from warehouse.users_asof(now()) where key = 'ann'");
  sql_run_text (home, "drop view public.theirs");
  home_write_model (home, "users", USERS "}");
  load_and_note (home, "users.csv", "key,v\nann,c\nbob,b\n", "read=2 unchanged=2 staged=2",
                 "dbt_valid_to is now effective_start_date");
  assert_sql (home,
              "{\"end\": \"effective_end_date\", \"start\": \"effective_start_date\", \"changed\": \"changed\", \"current\": "
              "\"is_current\", \"version\": "
              "\"version_number\", \"inferred\": \"is_inferred\"}",
              "select history -> 'names' from weir.table");
}

static void
test_another_open_end_later (void **state)
{
  static const char *const ends[] = { "infinity", "9999-12-31", "null" };
  static const char *const open[] = { "infinity", "9999-12-31 00:00:00+00", "-" };
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load_and_count (home, "users.csv", "key,v\nann,a\nbob,a\n", "read=2 inserted=2 staged=2");
  load_and_count (home, "users.csv", "key,v\nann,b\nbob,a\n", "read=2 updated=1 deactivated=1 unchanged=1 staged=2");
  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *model = g_strdup_printf (USERS ", \"open_end\": \"%s\"}", ends[i]);
      g_autofree char *says =
          g_strdup_printf ("effective_end_date of a version without an end is now %s, as models/users.json says", ends[i]);
      home_write_model (home, "users", model);
      load_and_note (home, "users.csv", i % 2 == 0 ? "key,v\nann,c\nbob,a\n" : "key,v\nann,d\nbob,a\n",
                     "read=2 updated=1 deactivated=1 unchanged=1 staged=2", says);
      g_autofree char *bob = g_strdup (open[i]);
      assert_sql (home, bob, "select effective_end_date from warehouse.users where key = 'bob'");
      assert_sql (home, "2", "select count(*) from warehouse.users_asof(now())");
      assert_sql (home, "1",
                  "select count(*) from pg_constraint where conrelid = 'warehouse.users'::regclass and contype = 'c' and"
                  " pg_get_constraintdef(oid) like '%%is_current%%'");
      oracle_check (home, 0);
    }
  home->oracle = ORACLE_REPLAY;
}

static void
test_a_name_that_is_taken (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load_and_count (home, "users.csv", "key,v,valid_from\nann,a,1\n", "read=1 inserted=1 staged=1");
  home_write_model (home, "users", USERS ", \"names\": {\"start\": \"valid_from\"}}");
  refuse (home, "has a column \\\"valid_from\\\" of its files already");
  assert_sql (home, "1", "select count(*) from warehouse.users where effective_start_date is not null");
  /* In a table to come the file's column is called otherwise. */
  home->oracle = ORACLE_BY_HAND;
  assert_weir (home, 0, "drop", "users", "--yes", NULL);
  load_and_count (home, "users.csv", "key,v,valid_from\nann,a,1\n", "read=1 inserted=1 staged=1");
  assert_sql (home, "1|t", "select valid_from_, valid_from < now() from warehouse.users");
}

static void
test_names_given_by_hand (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load_and_count (home, "users.csv", "key,v\nann,a\n", "read=1 inserted=1 staged=1");
  sql_run_text (home, "alter table warehouse.users rename effective_start_date to since");
  home->oracle = ORACLE_BY_HAND;
  home_write_file (home, "more/users.csv", "key,v\nann,z\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "load", "--json", "more/users.csv", NULL);
  assert_contains (outcome->out, "has no column \\\"effective_start_date\\\", which tells its versions apart");
  home_write_model (home, "users", USERS ", \"names\": {\"start\": \"since\"}}");
  load_and_count (home, "users.csv", "key,v\nann,z\n", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "a|f\nz|t", "select v, is_current from warehouse.users order by since");
}

#define WHAT "select v, changed from warehouse.users order by key, version_number"

/* Undated files: what opened each version. */
static void
test_what_changed (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load_and_count (home, "users.csv", "key,v,w\nann,a,1\n", "read=1 inserted=1 staged=1");
  load_and_count (home, "users.csv", "key,v,w\nann,b,1\n", "read=1 updated=1 deactivated=1 staged=1");
  load_and_count (home, "users.csv", "key,v,w\nann,c,\n", "read=1 updated=1 deactivated=1 staged=1");
  load_and_count (home, "users.csv", "key,v,w\nann,c,2\n", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "a|-\nb|{v}\nc|{v,w}\nc|{w}", WHAT);
  /* Without w, which stays; with x, which is new and changes nothing by itself. */
  load_and_count (home, "users.csv", "key,v\nann,d\n", "read=1 updated=1 deactivated=1 staged=1");
  load_and_count (home, "users.csv", "key,v,w,x\nann,d,2,y\n", "read=1 unchanged=1 staged=1");
  load_and_count (home, "users.csv", "key,v,w,x,z\nann,e,2,y,1\n", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "a|-\nb|{v}\nc|{v,w}\nc|{w}\nd|{v}\ne|{v,z}", WHAT);
  /* Who was closed comes back as they were, or otherwise. */
  sql_run_text (
      home, "update warehouse.users set is_current = false, effective_end_date = now(), closed_by = opened_by where is_current");
  load_and_count (home, "users.csv", "key,w,v,x,z\nann,2,e,y,1\n", "read=1 inserted=1 staged=1");
  assert_sql (home, "{}|7", "select changed, version_number from warehouse.users where is_current");
  sql_run_text (
      home, "update warehouse.users set is_current = false, effective_end_date = now(), closed_by = opened_by where is_current");
  load_and_count (home, "users.csv", "key,v,w,x\nann,f,2,q\n", "read=1 inserted=1 staged=1");
  assert_sql (home, "{v,x}|1", "select changed, z from warehouse.users where is_current");
  /* What is called otherwise by now. */
  home_write_model (home, "users", USERS ", \"columns\": {\"value\": {\"from\": [\"v\"]}}}");
  load_and_count (home, "users.csv", "key,value,w,x,z\nann,f,3,q,1\n", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "{value}\n{value,w}\n{w}\n{value}\n{value,z}\n{}\n{value,x}\n{w}",
              "select changed from warehouse.users where version_number > 1 order by version_number");
  home->oracle = ORACLE_BY_HAND;
}

/* A table of before has the column with its next load, and what becomes of its versions is told in it. */
static void
test_a_table_of_before (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS DATED "}");
  load_and_count (home, "users_2026-01-01.csv", "key,v,w\nann,a,1\nbob,a,1\n", "read=2 inserted=2 staged=2");
  load_and_count (home, "users_2026-01-03.csv", "key,v,w\nann,b,1\nbob,a,2\n", "read=2 updated=2 deactivated=2 staged=2");
  sql_run_text (home, "alter table warehouse.users drop column changed");
  sql_run_text (home, "update weir.table set history = null");
  g_autofree char *file = sql_scalar (home, "select pg_relation_filenode('warehouse.users')");
  load_and_count (home, "users_2026-01-04.csv", "key,v,w\nann,b,1\nbob,a,2\n", "read=2 unchanged=2 staged=2");
  assert_sql (home, "0", "select count(*) from warehouse.users where changed is not null");
  assert_sql (home, file, "select pg_relation_filenode('warehouse.users')"); /* it was not written anew */
  load_and_count (home, "users_2026-01-05.csv", "key,v,w\nann,c,2\nbob,a,2\n",
                  "read=2 updated=1 deactivated=1 unchanged=1 staged=2");
  assert_sql (home, "a|-\nb|-\nc|{v,w}\na|-\na|-", WHAT);
  load_and_count (home, "users_2026-01-02.csv", "key,v,w\nann,a,2\n", "read=1 late=1 staged=1");
  assert_sql (home, "a|-\na|{w}\nb|{v,w}\nc|{v,w}\na|-\na|-", WHAT);
}

/* A column of the files that had the name first. */
static void
test_a_column_called_changed (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"names\": {\"changed\": \"what\"}}");
  load_and_count (home, "users.csv", "key,v,changed\nann,a,yes\n", "read=1 inserted=1 staged=1");
  load_and_count (home, "users.csv", "key,v,changed\nann,a,no\n", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "yes|-\nno|{changed}", "select changed, what from warehouse.users order by version_number");
  home_write_model (home, "users", USERS "}");
  refuse (home, "has a column \\\"changed\\\" of its files already");
  home_write_model (home, "users", USERS ", \"names\": {\"changed\": \"which\"}}");
  load_and_note (home, "users.csv", "key,v,changed\nann,b,no\n", "read=1 updated=1 deactivated=1 staged=1", "what is now which");
  assert_sql (home, "{v}", "select which from warehouse.users where is_current");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_every_open_end),       TEST (test_other_names_later),       TEST (test_another_open_end_later),
    TEST (test_a_name_that_is_taken), TEST (test_names_given_by_hand),     TEST (test_what_changed),
    TEST (test_a_table_of_before),    TEST (test_a_column_called_changed),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
