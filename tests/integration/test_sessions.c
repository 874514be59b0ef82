/* Others at the same table, the same file and the same rows while a load is at work: what it must notice, and what it must leave
 * alone. The load is stopped at a point on its way, somebody does something, and it goes on. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include "base/autoptr.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"

static const char users_text[] = "name,email\nAnn,a@x.org\nBob,b@x.org\n";

/* `weir load` of a file, stopped behind its LOAD: its rows are in staging, and nothing is in the warehouse. */
static Background *
load_and_stop (Home *home, const char *file)
{
  home_set_environment (home, "WEIR_FAULT", "stop:after-load");
  Background *load = spawn_weir (home, "load", "--archive", file, NULL);
  wait_until (process_find_stopped (home->path, "load") != 0);
  home_set_environment (home, "WEIR_FAULT", NULL);
  return load;
}

static int
go_on (Background *load)
{
  return background_stop (load, SIGCONT, DEADLINE_SECONDS);
}

/* As a worker that looks into its file, and waits for whoever makes the first schema before it reads the rest: until let_go. */
static void
hold_loads (Home *home)
{
  sql_run_text (home, "select pg_advisory_lock(hashtextextended('weir.schema', 0))");
}

/* The schemas of a loader are there, and it has no others: it waits for nobody who makes them. */
static void
leave_out_as_loader (void)
{
  if (cluster_is_of_loader ())
    skip ();
}

static void
let_go (Home *home)
{
  sql_run_text (home, "select pg_advisory_unlock(hashtextextended('weir.schema', 0))");
}

static void
assert_no_warehouse (Home *home)
{
  assert_sql (home, "0", "select count(*) from pg_tables where schemaname = 'warehouse'");
}

/* The file is loaded as if nothing had been, once whatever was in its way is gone. */
static void
assert_loads (Home *home, const char *file)
{
  if (!g_str_has_prefix (file, "imports/"))
    home_note_file (home, file);
  assert_weir (home, 0, "load", "--archive", file, NULL);
  assert_sql (home, "Ann,Bob", "select string_agg(name, ',' order by name) from warehouse.users_current");
}

/* ---- the run and the table ---- */

/* A worker that is slower than its locks are kept: another has taken its run over, and decides about it. */
static void
test_run_that_was_taken_over (void **state)
{
  Home *outer = *state;
  for (int model = 0; model <= 1; model++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      if (model)
        home_write_model (home, "users", USERS);
      home_write_file (home, "elsewhere/users.csv", users_text);
      g_autoptr (Background) load = load_and_stop (home, "elsewhere/users.csv");
      sql_run_text (home, "update weir.execution set status = 'FAILED', error = 'given up by another'");

      assert_int_equal (go_on (load), 3);

      assert_true (background_said (load, "another worker has taken it over"));
      assert_no_warehouse (home);
      assert_sql (home, "0", "select count(*) from weir.file where state in ('applied', 'staged')");
      assert_true (home_has_file (home, "elsewhere/users.csv"));
    }
}

/* Another weir has made the table meanwhile. */
static void
test_table_that_became_another (void **state)
{
  leave_out_as_loader ();
  static const struct
  {
    const char *change, *schema, *says; /* schema: where its rows are */
  } cases[] = {
    { "kind = 'fact', warehouse_schema = 'warehouse'", "warehouse", "was loaded as a fact" },
    { "key = '{\"hash\": \"md5\", \"columns\": [\"name\"], \"normalize\": \"\"}'", "warehouse",
      "is not the one its rows were loaded with" },
    { "kind = 'dimension', warehouse_schema = 'marts'", "marts", "was loaded into schema \"marts\"" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].change);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS);
      home_drop (home, "users.csv", users_text);
      g_autoptr (Background) load = load_and_stop (home, "imports/users.csv");
      sql_run_text (home, "update weir.\"table\" set %s", cases[i].change);
      sql_run_text (home, "create schema %s", cases[i].schema);
      sql_run_text (home, "create table %s.users as select 1 as mine", cases[i].schema);

      assert_int_equal (go_on (load), 2);

      assert_true (background_said (load, cases[i].says));
      assert_sql (home, "1", "select sum(mine) from %s.users", cases[i].schema);
      sql_run_text (home, "drop schema %s cascade", cases[i].schema);
      assert_no_warehouse (home);
      assert_true (home_has_file (home, "imports/users.csv"));
    }
}

/* The table is somebody else's for a while: its file waits, and no other. */
static void
test_table_in_other_hands (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Background) watch = start_watch (home);
  wait_until (sql_number (home, "select count(*) from pg_tables where schemaname = 'weir' and tablename = 'file'") == 1);
  sql_run_text (home, "select pg_advisory_lock(hashtextextended('weir.table users', 0))");
  home_drop (home, "users.csv", users_text);
  home_drop (home, "shops.csv", "code,name\nS1,Oslo\n");
  wait_until (home_count_files (home, "archive/shops") == 1);
  home_drop (home, "shops-2.csv", "code,name\nS2,Rome\n");
  wait_until (home_count_files (home, "archive/shops") == 2);
  assert_true (home_has_file (home, "imports/users.csv"));
  assert_no_warehouse (home);
  g_autoptr (Background) load = spawn_weir (home, "load", "imports/users.csv", NULL);
  wait_until (is_waiting_for_lock (home));
  assert_no_warehouse (home);

  sql_run_text (home, "select pg_advisory_unlock(hashtextextended('weir.table users', 0))");

  /* Whoever is first; the other finds it gone. */
  wait_until (home_count_files (home, "archive/users") == 1);
  (void) background_stop (load, 0, DEADLINE_SECONDS);
  /* And given back: a worker that stands by holds nothing. */
  wait_until (!is_locking (home));
  stop_watch (watch);
  assert_sql (home, "2", "select count(*) from warehouse.users");
}

/* ---- what is left of processes that died ---- */

static void
kill_watch (Home *home, Background *watch)
{
  process_kill_all (home->path);
  background_free (watch);
}

/* A claimed file is its worker's, or its next worker's: a load of the same table has no say in it. */
static void
test_claimed_run_is_left_alone (void **state)
{
  leave_out_as_loader ();
  Home *home = *state;
  const char *runs = "select e.status, s.status, f.state from weir.execution e join weir.execution_step s using (execution_id)"
                     " join weir.file f on run_id = execution_id where f.place like '%%.claimed/%%'";
  home_write_model (home, "users", USERS);
  hold_loads (home);
  Background *watch = start_watch (home);
  home_drop (home, "users.csv", users_text);
  wait_until (is_waiting_for_lock (home));
  kill_watch (home, watch);
  let_go (home);
  assert_sql (home, "IN_PROGRESS|IN_PROGRESS|loading", "%s", runs);

  home_write_file (home, "elsewhere/users.csv", "name,email\nCyd,c@x.org\n");
  assert_weir (home, 0, "load", "elsewhere/users.csv", NULL);

  assert_sql (home, "IN_PROGRESS|IN_PROGRESS|loading", "%s", runs);
  g_autoptr (Background) again = start_watch (home);
  wait_until (home_count_files (home, "archive/users") == 1);
  stop_watch (again);
  assert_sql (home, "Ann,Bob,Cyd", "select string_agg(name, ',' order by name) from warehouse.users_current");
}

/* A load of a file elsewhere has no claim that anybody would take up: it is over when the next one of its table begins. */
static void
test_dead_load_is_over (void **state)
{
  leave_out_as_loader ();
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_file (home, "elsewhere/users.csv", users_text);
  hold_loads (home);
  g_autoptr (Background) load = spawn_weir (home, "load", "elsewhere/users.csv", NULL);
  wait_until (is_waiting_for_lock (home));
  (void) background_stop (load, SIGKILL, DEADLINE_SECONDS);
  let_go (home);

  assert_loads (home, "elsewhere/users.csv");

  assert_sql (
      home, "FAILED|FAILED|failed|left\nCOMPLETED|COMPLETED|applied|archived",
      "select e.status, s.status, f.state, f.disposition from weir.execution e join weir.execution_step s using (execution_id)"
      " join weir.file f on run_id = execution_id where s.step_name = 'LOAD' order by e.created_on");
}

/* One that is told to stop is over at once, and the ledger knows. */
static void
test_stopped_load_is_over (void **state)
{
  leave_out_as_loader ();
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  hold_loads (home);
  g_autoptr (Background) load = spawn_weir (home, "load", "imports/users.csv", NULL);
  wait_until (is_waiting_for_lock (home));
  assert_int_equal (background_stop (load, SIGTERM, DEADLINE_SECONDS), 130);
  let_go (home);
  assert_sql (home, "FAILED|FAILED|failed",
              "select e.status, s.status, f.state from weir.execution e join weir.execution_step s using (execution_id)"
              " join weir.file f on run_id = execution_id");
  assert_true (home_has_file (home, "imports/users.csv"));
  assert_loads (home, "imports/users.csv");
  home->oracle = ORACLE_IN_WORK; /* of the load that was stopped the ledger does not say that its file was left */
}

/* ---- the file ---- */

/* What somebody does to the file between its first look and its last. */
typedef struct
{
  const char *title;
  const char *append;
  int64_t mtime_ns; /* it had 1700000000 seconds */
} Change;

static void
change_file (int fd, const Change *change)
{
  assert_int_equal (write (fd, change->append, strlen (change->append)), strlen (change->append));
  const struct timespec time = { .tv_sec = change->mtime_ns / 1000000000, .tv_nsec = change->mtime_ns % 1000000000 };
  assert_int_equal (futimens (fd, (const struct timespec[]) { time, time }), 0);
}

static void
test_file_that_changes (void **state)
{
  leave_out_as_loader ();
  static const Change before = { "before", "", 1700000000000000000 };
  static const Change changes[] = {
    { "longer", "Eve,e@x.org\n", 1700000000000000000 },
    { "another second", "", 1700000001000000000 },
    { "another nanosecond", "", 1700000000000000001 },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      print_message ("  %s\n", changes[i].title);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS);
      home_write_file (home, "imports/users.csv", users_text);
      g_autofree char *path = home_path (home, "imports/users.csv");
      AUTO_FD int fd = open (path, O_WRONLY | O_APPEND | O_CLOEXEC); /* somebody has it open wherever it goes */
      change_file (fd, &before);
      hold_loads (home);
      g_autoptr (Background) load = spawn_weir (home, "load", "--json", "imports/users.csv", NULL);
      wait_until (is_waiting_for_lock (home));
      change_file (fd, &changes[i]);
      let_go (home);

      assert_int_equal (background_stop (load, 0, DEADLINE_SECONDS), 3);

      assert_true (background_said (load, "\"code\":\"file_changed\""));
      assert_true (home_has_file (home, "imports/users.csv"));
      home_note_file (home, "imports/users.csv");
      assert_no_warehouse (home);
      assert_sql (home, "0", "select count(*) from pg_tables where schemaname = 'staging'");
      assert_sql (home, "FAILED|failed|left",
                  "select status, state, disposition from weir.execution join weir.file on run_id = execution_id");
      assert_weir (home, 0, "load", "imports/users.csv", NULL);
    }
}

/* ---- the rows: what was read, staged and written is counted, and must be the same ---- */

static void
test_staged_rows_that_vanish (void **state)
{
  static const char *const thefts[] = { "delete from staging.users where _line = 2", "truncate staging.users",
                                        "insert into staging.users select * from staging.users where _line = 2" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (thefts); i++)
    {
      print_message ("  %s\n", thefts[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS);
      home_write_file (home, "elsewhere/users.csv", users_text);
      g_autoptr (Background) load = load_and_stop (home, "elsewhere/users.csv");
      sql_run_text (home, "%s", thefts[i]);

      assert_int_equal (go_on (load), 3);

      assert_true (background_said (load, "of the 2 rows of \"users.csv\""));
      assert_no_warehouse (home);
      assert_loads (home, "elsewhere/users.csv");
    }
}

/* Somebody's triggers keep rows out of the warehouse. */
static void
test_rows_that_the_warehouse_does_not_take (void **state)
{
  static const struct
  {
    const char *model, *event, *second;
  } cases[] = {
    { USERS, "insert", "name,email\nAnn,a@x.org\nCyd,c@x.org\nBob,b@x.org\n" },
    { "{\"table\": \"users\", \"kind\": \"fact\", \"business_key\": [\"email\"]}", "update",
      "name,email\nAnna,a@x.org\nBob,b@x.org\n" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].event);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", cases[i].model);
      expect_load (home, users_text, "applied", "read=2 inserted=2 staged=2");
      sql_run_text (home, "create function warehouse.keep_out() returns trigger language plpgsql as 'begin return null; end'");
      sql_run_text (home, "create trigger keep_out before %s on warehouse.users for each row execute function warehouse.keep_out()",
                    cases[i].event);
      home_drop (home, "users.csv", cases[i].second);
      g_autoptr (Outcome) outcome = expect_weir (home, 3, "load", "imports/users.csv", NULL);
      assert_contains (outcome->err, "the counts do not add up");
      assert_sql (home, "Ann,Bob", "select string_agg(name, ',' order by name) from warehouse.users");
    }
}

/* And out of staging, where an event trigger of the database is before any row. */
static void
test_rows_that_staging_does_not_take (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_file (home, "elsewhere/users.csv", users_text);
  sql_run_as_superuser (home, "create schema audit; grant usage on schema audit to weir;"
                              " create function audit.keep_out() returns trigger language plpgsql as"
                              " 'begin if new._line = 2 then return null; end if; return new; end';"
                              " create function audit.watch() returns event_trigger language plpgsql as $$ declare made text; begin"
                              " for made in select object_identity from pg_event_trigger_ddl_commands()"
                              "  where schema_name = 'staging' and command_tag = 'CREATE TABLE' loop"
                              " execute 'create trigger keep_out before insert on ' || made ||"
                              "  ' for each row execute function audit.keep_out()'; end loop; end $$;"
                              " create event trigger watch on ddl_command_end execute function audit.watch()");
  g_autoptr (Outcome) outcome = run_weir (home, "load", "elsewhere/users.csv", NULL);
  sql_run_as_superuser (home, "drop event trigger watch; drop schema audit cascade");
  assert_int_equal (outcome->code, 3);
  assert_contains (outcome->err, "the server took 1 of 2 rows of \"users.csv\"");
  assert_no_warehouse (home);
  assert_loads (home, "elsewhere/users.csv");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_run_that_was_taken_over),
    TEST (test_table_that_became_another),
    TEST (test_table_in_other_hands),
    TEST (test_claimed_run_is_left_alone),
    TEST (test_dead_load_is_over),
    TEST (test_stopped_load_is_over),
    TEST (test_file_that_changes),
    TEST (test_staged_rows_that_vanish),
    TEST (test_rows_that_the_warehouse_does_not_take),
    TEST (test_rows_that_staging_does_not_take),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
