/* What people do in the schemas that weir writes to: tables and views of theirs are not touched, and a load goes on where it can. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <sys/stat.h>
#include <unistd.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"

static const char first_text[] = "name,email,points\nAnn,a@x.org,1\n";

static void
load_first (Home *home)
{
  home_write_model (home, "users", USERS);
  expect_load (home, first_text, "applied", "read=1 inserted=1 staged=1");
}

/* The rows of a load that staging.users was not given to are beside it, and the load says where. */
static void
assert_beside (const Json *published, const char *why)
{
  g_autofree char *run = json_at (published, "run");
  g_autofree char *note = json_at (published, "notes.0");
  g_autofree char *says =
      g_strdup_printf ("staging.users was left as it is, for %s: this load's rows are in staging.users__%.8s", why, run);
  assert_contains (note, says);
}

static void
test_somebodys_warehouse_table (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  sql_run_text (home, "create schema if not exists warehouse");
  sql_run_text (home, "create table warehouse.users as select 1 as mine");
  home_drop (home, "users.csv", first_text);
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "load", "imports/users.csv", NULL);
  assert_contains (outcome->err, "warehouse.users exists, but weir did not make it");
  assert_sql (home, "1", "select mine from warehouse.users");
  assert_true (home_has_file (home, "imports/users.csv"));
  sql_run_text (home, "drop table warehouse.users");
  assert_weir (home, 0, "load", "imports/users.csv", NULL);
}

static void
test_somebodys_staging_table (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  sql_run_text (home, "create schema if not exists staging");
  sql_run_text (home, "create table staging.users as select 1 as mine");
  g_autoptr (Json) published = load_text (home, "users.csv", first_text, NULL);
  assert_load (published, "applied", "read=1 inserted=1 staged=1");
  assert_beside (published, "weir did not make it");
  assert_sql (home, "1", "select mine from staging.users");
}

/* Nor is one that is only called as what a load leaves beside, whether somebody made it or another file's rows are in it. */
static void
test_names_like_leftovers (void **state)
{
  Home *home = *state;
  load_first (home);
  sql_run_text (home, "create table staging.users__20260101 as select 1 as mine");
  sql_run_text (home, "create table staging.users__20260102 as select 2 as mine");
  sql_run_text (
      home, "comment on table staging.users__20260102 is 'of users__20260102.csv (weir run 01234567-0123-8123-8123-012345678901)'");
  expect_load (home, "name,email,points\nAnna,a@x.org,1\n", "applied", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "1|2", "select one.mine, two.mine from staging.users__20260101 one, staging.users__20260102 two");
}

/* A view that somebody made on a staging table shows each load, whose rows go into the table that it was made on. */
static void
test_a_view_on_staging (void **state)
{
  Home *home = *state;
  load_first (home);
  sql_run_text (home, "create view public.looks as select name from staging.users");
  sql_run_text (home, "grant select on staging.users to " CLUSTER_GUARDED_ROLE);
  expect_load (home, "name,email,points\nAnna,a@x.org,1\nBob,b@x.org,2\n", "applied",
               "read=2 inserted=1 updated=1 deactivated=1 staged=2");
  assert_sql (home, "Anna,Bob", "select string_agg(name, ',' order by name) from public.looks");
  assert_sql (home, "users", "select string_agg(tablename, ',') from pg_tables where schemaname = 'staging'");
  assert_sql (home, "t", "select has_table_privilege('" CLUSTER_GUARDED_ROLE "', 'staging.users', 'select')");
  assert_sql (home, "t",
              "select obj_description('staging.users'::regclass) like 'users.csv (weir run ' || run_id || ')' from weir.file"
              " order by seen_on desc limit 1");
  /* TRANSFORM takes out of it what does not go on, as always. */
  expect_load (home, "name,email,points\nAnne,a@x.org,1\nAnn,a@x.org,1\n", "applied",
               "read=2 duplicate=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "Ann", "select name from public.looks");
  g_autoptr (Outcome) status = expect_weir (home, 0, "status", NULL);
  assert_null (strstr (status->out, "older file"));
  sql_run_text (home, "drop view public.looks");
}

/* Where the columns are others, the view keeps its rows, and status says where the others are; the next load removes these. */
static void
test_a_view_on_other_columns (void **state)
{
  Home *home = *state;
  load_first (home);
  sql_run_text (home, "create view public.looks as select name from staging.users");
  g_autoptr (Json) second = load_text (home, "users.csv", "name,email,points,city\nAnna,a@x.org,1,Oslo\n", NULL);
  assert_json (second, "status", "applied");
  assert_sql (home, "Ann", "select name from public.looks");
  assert_sql (home, "Anna", "select name from warehouse.users_current");
  g_autofree char *run = json_at (second, "run");
  g_autofree char *beside = g_strdup_printf ("the last one's rows are in staging.users__%.8s", run);
  g_autoptr (Outcome) status = expect_weir (home, 0, "status", NULL);
  assert_contains (status->out, beside);
  sql_run_text (home, "drop view public.looks");
  expect_load (home, "name,email,points,city\nAnne,a@x.org,1,Oslo\n", "applied", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "Anne", "select name from staging.users");
  assert_sql (home, "users", "select string_agg(tablename, ',') from pg_tables where schemaname = 'staging'");
}

/* The view of current rows comes back, and who may read it stays, whatever happens to it. */
static void
test_the_view_of_current_rows (void **state)
{
  static const struct
  {
    const char *title, *before, *text, *columns;
    bool granted;
  } cases[] = {
    { "it was dropped", "drop view warehouse.users_current", "name,email,points\nAnna,a@x.org,1\n", "points bigint", false },
    { "a type grows", NULL, "name,email,points\nAnna,a@x.org,1.5\n", "points numeric", true },
    { "a column is new", NULL, "name,email,points,city\nAnna,a@x.org,1,Oslo\n", "city text,points bigint", true },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].title);
      g_autoptr (Home) home = home_new (outer->cluster);
      load_first (home);
      sql_run_text (home, "grant select on warehouse.users_current to " CLUSTER_GUARDED_ROLE);
      if (cases[i].before != NULL)
        sql_run_text (home, "%s", cases[i].before);
      expect_load (home, cases[i].text, "applied", "read=1 updated=1 deactivated=1 staged=1");
      assert_sql (home, cases[i].columns,
                  "select string_agg(attname || ' ' || format_type(atttypid, null), ',' order by attname) from pg_attribute"
                  " where attrelid = 'warehouse.users_current'::regclass and attname in ('city', 'points')");
      assert_sql (home, cases[i].granted ? "t" : "f",
                  "select has_table_privilege('" CLUSTER_GUARDED_ROLE "', 'warehouse.users_current', 'select')");
    }
}

/* And what is no file cannot be loaded as one. */
static void
test_no_files (void **state)
{
  Home *home = *state;
  g_autofree char *folder = home_path (home, "elsewhere/folder.csv");
  g_autofree char *pipe = home_path (home, "elsewhere/pipe.csv");
  assert_int_equal (g_mkdir_with_parents (folder, 0755), 0);
  assert_int_equal (mkfifo (pipe, 0600), 0);
  g_autoptr (Outcome) a_folder = expect_weir (home, 1, "load", "elsewhere/folder.csv", NULL);
  assert_contains (a_folder->err, "it is a directory");
  assert_contains (a_folder->err, "weir load elsewhere/folder.csv/*.csv");
  g_autoptr (Outcome) a_pipe = expect_weir (home, 1, "load", "elsewhere/pipe.csv", NULL);
  assert_contains (a_pipe->err, "it is not a regular file");
  assert_sql (home, "0", "select count(*) from weir.execution");
  unlink (pipe);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_somebodys_warehouse_table),
    TEST (test_somebodys_staging_table),
    TEST (test_names_like_leftovers),
    TEST (test_a_view_on_staging),
    TEST (test_a_view_on_other_columns),
    TEST (test_the_view_of_current_rows),
    TEST (test_no_files),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
