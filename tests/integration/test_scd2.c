/* History: intervals, instants and version numbers, whatever the clock does. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"

static void
load_name (Home *home, const char *name)
{
  g_autofree char *text = g_strdup_printf ("name,email\n%s,a@x.org\nBob,b@x.org\n", name);
  g_autoptr (Json) published = load_text (home, "users.csv", text, NULL);
  assert_json (published, "status", "applied");
}

static void
test_columns_and_constraints (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load_name (home, "Ann");

  assert_sql (
      home,
      "user_id uuid|name text|email text|effective_start_date timestamp with time zone|effective_end_date timestamp with time zone"
      "|is_current boolean|version_number integer|changed text[]|row_hash uuid|opened_by uuid|closed_by uuid",
      "select string_agg(attname || ' ' || format_type(atttypid, null), '|' order by attnum) from pg_attribute"
      " where attrelid = 'warehouse.users'::regclass and attnum > 0 and not attisdropped");
  assert_sql (home, "PRIMARY KEY (user_id, effective_start_date)",
              "select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'warehouse.users'::regclass and contype = 'p'");
  assert_sql (home, "2", "select count(*) from pg_constraint where conrelid = 'warehouse.users'::regclass and contype = 'c'");
  assert_sql (home, "1",
              "select count(*) from pg_indexes where schemaname = 'warehouse' and tablename = 'users' and indexdef like 'CREATE "
              "UNIQUE%%WHERE is_current'");
  /* Every unique index contains the id, so that the table can be distributed by it. */
  assert_sql (
      home, "0",
      "select count(*) from pg_indexes where schemaname = 'warehouse' and tablename = 'users' and indexdef like 'CREATE UNIQUE%%'"
      " and indexdef not like '%%(user_id%%'");
}

static void
test_two_files_in_one_second (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\n");
  home_drop (home, "users-1.csv", "name,email\nAnna,a@x.org\n");
  home_drop (home, "users-2.csv", "name,email\nAnne,a@x.org\n");

  assert_weir (home, 0, "load", "--archive", "imports/users.csv", "imports/users-1.csv", "imports/users-2.csv", NULL);

  assert_sql (home, "Ann|1|f\nAnna|2|f\nAnne|3|t",
              "select name, version_number, is_current from warehouse.users order by effective_start_date");
  assert_sql (home, "0",
              "select count(*) from warehouse.users a join warehouse.users b on b.version_number = a.version_number + 1"
              " where a.effective_end_date <> b.effective_start_date");
  home->oracle = ORACLE_REPLAY;
}

static void
test_clock_steps_back (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load_name (home, "Ann");
  /* As if the first load had happened on a clock that was an hour ahead: its instants are in what is now the future. */
  sql_run_text (home, "update weir.table set last_instant = last_instant + interval '1 hour'");
  sql_run_text (home, "update warehouse.users set effective_start_date = effective_start_date + interval '1 hour'");

  load_name (home, "Anna");
  load_name (home, "Anne");

  assert_sql (home, "Ann|1|00:00:00.000001\nAnna|2|00:00:00.000001\nAnne|3|-",
              "select name, version_number, effective_end_date - effective_start_date from warehouse.users where email = 'a@x.org' "
              "order by 2");
}

static void
test_version_numbers_count_closed_ones (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load_name (home, "Ann");
  load_name (home, "Anna");
  /* Somebody closed the entity by hand: it is no current one, but its numbers go on. */
  sql_run_text (home, "update warehouse.users set is_current = false, effective_end_date = clock_timestamp(), closed_by = opened_by"
                      " where is_current and email = 'a@x.org'");
  load_name (home, "Anne");
  assert_sql (home, "Ann|1|f\nAnna|2|f\nAnne|3|t",
              "select name, version_number, is_current from warehouse.users where email = 'a@x.org' order by version_number");
  home->oracle = ORACLE_BY_HAND;
}

static void
test_history_of_a_day (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load_name (home, "Ann");
  g_autofree char *instant = sql_scalar (home, "select clock_timestamp()");
  load_name (home, "Anna");
  /* As of an instant, exactly one version holds: half-open intervals. */
  assert_sql (home, "Ann",
              "select name from warehouse.users where email = 'a@x.org' and effective_start_date <= '%s' and"
              " (effective_end_date is null or effective_end_date > '%s')",
              instant, instant);
  assert_sql (home, "1",
              "select count(*) from warehouse.users v join warehouse.users w on v.email = 'a@x.org' and w.email = 'a@x.org'"
              " and v.effective_end_date = w.effective_start_date");
  assert_sql (home, "Anna", "select name from warehouse.users_current where email = 'a@x.org'");
  home->oracle = ORACLE_REPLAY;
}

static void
test_current_view_follows_columns (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load_name (home, "Ann");
  g_autoptr (Json) published = load_text (home, "users.csv", "name,email,city\nAnn,a@x.org,Oslo\n", NULL);
  /* The export has changed, not the world: the value is filled in, and no version opens. */
  assert_load (published, "applied", "read=1 unchanged=1 staged=1");
  assert_sql (home, "Oslo|1", "select city, version_number from warehouse.users_current where email = 'a@x.org'");
  g_autoptr (Json) moved = load_text (home, "users.csv", "name,email,city\nAnn,a@x.org,Rome\n", NULL);
  assert_load (moved, "applied", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "Oslo|Rome", "select string_agg(city, '|' order by version_number) from warehouse.users");
  home->oracle = ORACLE_REPLAY;
}

static void
test_grants_are_kept (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load_name (home, "Ann");
  sql_run_text (home, "grant select on staging.users to " CLUSTER_GUARDED_ROLE);
  sql_run_text (home, "grant select on warehouse.users_current to " CLUSTER_GUARDED_ROLE);
  g_autoptr (Json) published = load_text (home, "users.csv", "name,email,city\nAnn,a@x.org,Oslo\n", NULL);
  assert_json (published, "status", "applied");
  assert_sql (home, "t|t",
              "select has_table_privilege('" CLUSTER_GUARDED_ROLE "', 'staging.users', 'select'),"
              " has_table_privilege('" CLUSTER_GUARDED_ROLE "', 'warehouse.users_current', 'select')");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_columns_and_constraints), TEST (test_two_files_in_one_second),
    TEST (test_clock_steps_back),        TEST (test_version_numbers_count_closed_ones),
    TEST (test_history_of_a_day),        TEST (test_current_view_follows_columns),
    TEST (test_grants_are_kept),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
