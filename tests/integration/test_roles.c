/* schema/roles.sql: what owner, loader and reader may do, and what they may not. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>

#define DIMENSION "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"
#define FACT                                                                                                                       \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"sale\"], \"references\": [{\"as\": \"user\", \"dimension\": "   \
  "\"users\", \"columns\": [\"email\"]}]}"

/* A home whose database is somebody else's, in which weir is the loader. */
static Home *
home_of_loader (Cluster *cluster)
{
  Home *home = home_new_empty (cluster);
  g_autofree char *sql = g_strdup_printf ("alter database %s owner to postgres", home->database);
  g_autoptr (GError) error = NULL;
  assert_true (db_exec (cluster->db, sql, &error));
  cluster_give_roles (cluster, home->database);
  return home;
}

static Db *
connect_as (Home *home, const char *role)
{
  g_autofree char *url = cluster_url (home->cluster, home->database, role, CLUSTER_PASSWORD);
  g_autoptr (GError) error = NULL;
  Db *db = db_connect (url, "test", -1, &error);
  assert_non_null (db);
  return db;
}

static void
assert_may (Db *db, const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DbResult) result = NULL;
  if (!db_query (db, sql, NULL, 0, &result, &error))
    fail_msg ("%s: %s", sql, error->message);
}

static void
assert_may_not (Db *db, const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DbResult) result = NULL;
  if (db_query (db, sql, NULL, 0, &result, &error))
    fail_msg ("%s is allowed", sql);
  assert_string_equal (weir_error_get_sqlstate (error), "42501");
}

/* Everything that a load does to the database, in its tables' order: made, filled, widened, given new columns, refused rows. */
static void
load_all (Home *home)
{
  home_write_model (home, "users", DIMENSION);
  home_write_model (home, "sales", FACT);
  expect_load (home, "email,points\na@x.org,1\nb@x.org,2\n", "applied", "read=2 inserted=2 staged=2");
  expect_load (home, "email,points,city\na@x.org,1.5,Oslo\nb@x.org,2,Rome\n,3,Bonn\n", "failed", "read=3 rejected=1 staged=2");
  expect_load (home, "email,points,city\na@x.org,1.5,Oslo\nb@x.org,2,Rome\n", "applied",
               "read=2 unchanged=1 updated=1 deactivated=1 staged=2");
  expect_load (home, "email,points,city\na@x.org,much,Oslo\n", "applied", "read=1 updated=1 deactivated=1 staged=1");
  g_autoptr (Json) sales = load_text (home, "sales.csv", "sale,email,amount\n1,a@x.org,3\n2,b@x.org,4\n", NULL);
  assert_load (sales, "applied", "read=2 inserted=2 staged=2");
  json_decref (load_text (home, "other.csv", "a,b\n1,2\n", NULL));
  assert_weir (home, 0, "retry", "last", NULL);
  assert_weir (home, 0, "migrate", "up", NULL);
  assert_weir (home, 1, "status", NULL); /* there is the refused one */
  assert_weir (home, 0, "rejects", "last", NULL);
  assert_weir (home, 0, "runs", NULL);
}

static void
test_the_loader_loads (void **state)
{
  g_autoptr (Home) home = home_of_loader (*state);
  load_all (home);
  assert_sql (home, "2", "select count(*) from warehouse.sales");
  assert_sql (home, "weir|weir_owner",
              "select (select tableowner from pg_tables where schemaname = 'warehouse' and tablename = 'users'),"
              " (select tableowner from pg_tables where schemaname = 'weir' and tablename = 'file')");
}

/* What weir does beside loads: the schedule, alerts, and what gc takes away. */
static void
test_the_loader_watches (void **state)
{
  g_autoptr (Home) home = home_of_loader (*state);
  home_configure (
      home, ", \"retention\": {\"ledger\": \"1 hour\", \"rejects\": \"1 hour\", \"undo\": \"1 hour\"}, \"notify\": {\"targets\": "
            "{\"ops\": {\"type\": \"command\", \"command\": [\"/bin/cat\"]}}, \"rules\": [{\"on\": [\"applied\"]}]}");
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"expect\": {\"every\": \"0 6 * * *\"}}");
  assert_weir (home, 0, "notify", "send", NULL); /* of what comes from now on */
  home_drop (home, "users.csv", "email,points\na@x.org,1\n");
  assert_weir (home, 0, "watch", "--once", NULL);
  assert_sql (home, "applied|sent", "select rule, state from weir.alerts");
  assert_sql (home, "1", "select count(*) from weir.schedule where kind = 'expect'");
  assert_weir (home, 0, "schedule", "pause", "expect.users", NULL);
  sql_run_text (home,
                "update weir.execution set created_on = created_on - interval '1 day', started_on = started_on - interval '1 day',"
                " completed_on = completed_on - interval '1 day'");
  home->oracle |= ORACLE_TRIMMED;
  assert_weir (home, 0, "gc", NULL);
  assert_sql (home, "1", "select count(*) from weir.file where trimmed is not null");
}

static void
test_nobody_may_more (void **state)
{
  g_autoptr (Home) home = home_of_loader (*state);
  load_all (home);
  g_autoptr (Db) loader = connect_as (home, "weir"), reader = connect_as (home, "weir_reader");

  assert_may_not (loader, "create schema other");
  assert_may_not (loader, "alter table weir.file add column x int");
  assert_may_not (loader, "drop table weir.reject");
  assert_may_not (loader, "update weir.migration set checksum = ''");
  assert_may_not (loader, "drop trigger file_ended on weir.file");
  assert_may_not (loader, "create role x");
  assert_may_not (loader, "create database x");
  assert_may_not (loader, "set role weir_owner");

  assert_may (reader, "select * from warehouse.users_current");
  assert_may (reader, "select * from warehouse.sales");
  assert_may (reader, "select * from weir.runs");
  assert_may_not (reader, "select * from weir.reject");
  assert_may_not (reader, "select * from weir.file");
  assert_may_not (reader, "select * from staging.users");
  assert_may_not (reader, "select * from weir.alerts");
  assert_may_not (reader, "insert into weir.tally values ('users', 'applied', 1)");
  assert_may_not (reader, "update weir.schedule set paused_on = now()");
  assert_may_not (reader, "delete from warehouse.users");
  assert_may_not (reader, "create table warehouse.x ()");
  assert_may_not (reader, "create table staging.x ()");
}

/* Where weir worked as one role before, and the script is run again later. */
static void
test_roles_for_what_is_there (void **state)
{
  Home *home = *state;
  load_all (home);
  g_autofree char *sql = g_strdup_printf ("alter database %s owner to postgres", home->database);
  assert_true (db_exec (home->cluster->db, sql, NULL));
  cluster_give_roles (home->cluster, home->database);
  cluster_give_roles (home->cluster, home->database);
  json_decref (load_text (home, "users.csv", "email,points,city,phone\na@x.org,much,Oslo,7\n", NULL));
  assert_sql (home, "1", "select count(*) from warehouse.users_current where phone = 7");
  g_autoptr (Db) loader = connect_as (home, "weir"), reader = connect_as (home, "weir_reader");
  assert_may_not (loader, "alter table weir.file add column x int");
  assert_may (reader, "select * from warehouse.users_current");
}

/* A newer weir than the ledger: the loader says who has to act. */
static void
test_the_owner_migrates (void **state)
{
  g_autoptr (Home) home = home_of_loader (*state);
  home->oracle = ORACLE_BY_HAND;
  g_autoptr (Db) admin = connect_as (home, "postgres");
  assert_may (admin, "delete from weir.migration where version > 1");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "migrate", "up", NULL);
  assert_contains (outcome->err, "Let whoever owns the schema weir run `weir migrate up`");
}

/* What an administrator's migration has made is not the loader's before roles.sql ran again. */
static void
test_check_names_what_is_withheld (void **state)
{
  g_autoptr (Home) home = home_of_loader (*state);
  assert_weir (home, 0, "init", NULL);
  g_autoptr (Db) admin = connect_as (home, "postgres");
  assert_may (admin, "revoke insert on weir.waiting from weir");
  assert_may (admin, "revoke all on weir.runs from weir");
  g_autoptr (Outcome) check = expect_weir (home, 1, "check", NULL);
  assert_contains (check->out, "this role may not use weir.runs, weir.waiting");
  assert_contains (check->out, "schema/roles.sql");
  g_autoptr (Outcome) runs = expect_weir (home, 2, "runs", NULL);
  assert_contains (runs->err, "permission denied for view runs");
  assert_contains (runs->err, "schema/roles.sql");
  cluster_give_roles (home->cluster, home->database);
  assert_weir (home, 0, "check", NULL);
}

/* Of an older ledger nothing is asked that it cannot answer. */
static void
test_an_older_ledger_is_told_once (void **state)
{
  g_autoptr (Home) home = home_of_loader (*state);
  home->oracle = ORACLE_BY_HAND;
  home_write_model (home, "users", DIMENSION);
  assert_weir (home, 0, "init", NULL);
  g_autoptr (Db) admin = connect_as (home, "postgres");
  assert_may (admin, "delete from weir.migration where version = (select max(version) from weir.migration)");
  assert_may (admin, "alter table weir.\"table\" rename column waiting to waiting_before");
  g_autoptr (Outcome) check = expect_weir (home, 1, "check", NULL);
  assert_contains (check->out, "1 migration is not applied");
  assert_contains (check->out, "1 check failed");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_the_loader_loads),
    cmocka_unit_test (test_the_loader_watches),
    cmocka_unit_test (test_nobody_may_more),
    cmocka_unit_test_setup_teardown (test_roles_for_what_is_there, home_setup_empty, home_teardown),
    cmocka_unit_test (test_the_owner_migrates),
    cmocka_unit_test (test_check_names_what_is_withheld),
    cmocka_unit_test (test_an_older_ledger_is_told_once),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
