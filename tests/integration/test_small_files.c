/* Many small files: what each one costs the server, what it leaves in the catalog, and who may see what of staging meanwhile. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <signal.h>
#include <string.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"

/* File "i" of the table, dropped. Its path in the home, owned by the caller. */
static char *
drop_one (Home *home, int i)
{
  g_autofree char *text = g_strdup_printf ("name,email\nAnn %d,a@x.org\nBob,b%d@x.org\n", i, i);
  g_autofree char *name = g_strdup_printf ("users_%d.csv", i);
  home_drop (home, name, text);
  return g_strconcat ("imports/", name, NULL);
}

/* Loads so many files in one session. */
static void
load_some (Home *home, int from, int count)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  for (int i = 0; i < count; i++)
    g_ptr_array_add (paths, drop_one (home, from + i));
  g_ptr_array_add (paths, NULL);
  char **path = (char **) paths->pdata;
  g_assert (count == 3 || count == 13);
  if (count == 3)
    assert_weir (home, 0, "load", "--archive", path[0], path[1], path[2], NULL);
  else
    assert_weir (home, 0, "load", "--archive", path[0], path[1], path[2], path[3], path[4], path[5], path[6], path[7], path[8],
                 path[9], path[10], path[11], path[12], NULL);
}

static int
count_in (const char *text, const char *what)
{
  int count = 0;
  for (const char *at = text; (at = strstr (at, what)) != NULL; at += strlen (what))
    count++;
  return count;
}

/* What was sent since, as the server logged it. Owned by the caller. */
static char *
sent_since (Home *home, size_t before)
{
  return g_strdup (statement_log_read (&home->log) + before);
}

/* The budget: who needs more statements for a file says why here. */
#define MOST_STATEMENTS 60
/* Those that the server is told anew for each file, for their plans must fit its rows: TRANSFORM's, and no others. */
#define MOST_TOLD 5

static void
test_statements_of_a_file (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load_some (home, 100, 3);
  size_t start = strlen (statement_log_read (&home->log));
  load_some (home, 200, 3);
  g_autofree char *few = sent_since (home, start);
  start = strlen (statement_log_read (&home->log));
  load_some (home, 300, 13);
  g_autofree char *many = sent_since (home, start);
  int executed = count_in (many, " execute ") - count_in (few, " execute ");
  int alone = count_in (many, " statement: ") - count_in (few, " statement: ");
  int told = count_in (many, " execute <unnamed>") - count_in (few, " execute <unnamed>");
  print_message ("  %d statements for 10 files, %d told\n", executed + alone, told);
  assert_true (executed + alone <= 10 * MOST_STATEMENTS);
  assert_true (told <= 10 * MOST_TOLD);
  /* One COMMIT for the run's beginning, one for LOAD, one for TRANSFORM. */
  assert_int_equal (count_in (many, ": commit\n") - count_in (few, ": commit\n"), 30);
  /* Of which one waits for the disk. */
  static const char *const durable[] = { "'synchronous_commit', 'off'", "$1 = 'off', $2 = ", "$1 = 'on', $2 = " };
  for (size_t i = 0; i < G_N_ELEMENTS (durable); i++)
    assert_int_equal (count_in (many, durable[i]) - count_in (few, durable[i]), 10);
  /* None of them writes into the catalog, but for the comment that names the file. */
  static const char *const none[] = { "create unlogged", "create temporary", "alter table", "drop table", "truncate", "analyze" };
  for (size_t i = 0; i < G_N_ELEMENTS (none); i++)
    assert_null (strstr (many, none[i]));
  home->oracle = ORACLE_REPLAY;
}

/* The staging table is the same one, and so are the rows of the catalog that describe it. */
static void
test_catalog_stays (void **state)
{
  static const char *const of_staging =
      "select c.oid, c.relfilenode, (select count(*) from pg_class), (select count(*) from pg_attribute),"
      " (select count(*) from pg_depend), (select count(*) from pg_type), (select count(*) from pg_description)"
      " from pg_class c where c.oid = 'staging.users'::regclass";
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load_some (home, 100, 3);
  g_autofree char *before = sql_text_rows (home, of_staging);
  load_some (home, 200, 13);
  assert_sql (home, before, "%s", of_staging);
  assert_sql (home, "2|users_212.csv",
              "select (select count(*) from staging.users), left(obj_description('staging.users'::regclass, 'pg_class'), 13)");
  home->oracle = ORACLE_REPLAY;
}

/* What makes a table another one than weir would make it is not taken over: it gives its place to a new one, as ever. */
static void
test_what_gets_a_new_table (void **state)
{
  static const struct
  {
    const char *before;
    bool same;
  } cases[] = {
    { "select 1", true },
    { "grant select on staging.users to public", true },
    { "create view public.seen as select name from staging.users", true },
    { "create index on staging.users (name)", false },
    { "create unique index on staging.users (name)", false },
    { "alter table staging.users add check (name <> '')", false },
    { "alter table staging.users add note text", false },
    { "alter table staging.users drop name", false },
    { "alter table staging.users rename name to called", false },
    { "alter table staging.users alter name set not null", false },
    { "alter table staging.users alter name type varchar(80)", false },
    { "alter table staging.users enable row level security", false },
    { "create rule nothing as on delete to staging.users do instead nothing", false },
    { "alter table staging.users set logged", false },
    { "insert into staging.users select repeat('x', 900), e::text, e, null, gen_random_uuid() from generate_series(1, 3000) e",
      false },
  };
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].before);
      sql_run_text (home, "drop table if exists staging.users cascade");
      load_some (home, 1000 + 10 * (int) i, 3);
      sql_run_text (home, "%s", cases[i].before);
      g_autofree char *oid = sql_scalar (home, "select 'staging.users'::regclass::oid");
      load_some (home, 1003 + 10 * (int) i, 3);
      g_autofree char *now = sql_scalar (home, "select 'staging.users'::regclass::oid");
      assert_true (g_str_equal (oid, now) == cases[i].same);
      assert_sql (home, "2|text", "select count(*), min(pg_typeof(name)::text) from staging.users");
    }
}

/* Whoever reads it sees one file or the next, and keeps nobody waiting; whoever locks it against writers finds it untouched, and the rows
 * beside it. */
static void
test_readers (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"swap_timeout\": 0.2");
  load_some (home, 1, 3);
  sql_run_text (home, "begin isolation level repeatable read");
  assert_sql (home, "2|Ann 3", "select count(*), min(name) from staging.users");
  load_some (home, 11, 3);
  assert_sql (home, "2|Ann 3", "select count(*), min(name) from staging.users");
  sql_run_text (home, "commit");
  assert_sql (home, "2|Ann 13", "select count(*), min(name) from staging.users");

  sql_run_text (home, "begin");
  sql_run_text (home, "lock table staging.users in share mode");
  g_autofree char *path = drop_one (home, 21);
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "load", "--archive", path, NULL);
  g_autofree char *said = g_strconcat (outcome->out, outcome->err, NULL);
  assert_contains (said, "somebody is reading it");
  assert_sql (home, "2|Ann 13", "select count(*), min(name) from staging.users");
  sql_run_text (home, "commit");

  /* Whoever has locked rows of it keeps nobody waiting, either. */
  sql_run_text (home, "begin");
  sql_run_text (home, "select name from staging.users for update");
  g_autofree char *another = drop_one (home, 22);
  g_autoptr (Outcome) beside = expect_weir (home, 0, "load", "--archive", another, NULL);
  sql_run_text (home, "commit");
  load_some (home, 31, 3);
  assert_sql (home, "users", "select string_agg(tablename, ',') from pg_tables where schemaname = 'staging'");
}

/* A refused file's good rows stay, and the next file's take their place. What its columns were said to be goes with them. */
static void
test_refused_and_comments (void **state)
{
  static const char *const columns = "select coalesce(col_description('staging.users'::regclass, 1), '-'),"
                                     " coalesce(col_description('staging.users'::regclass, 2), '-')";
  Home *home = *state;
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"columns\": {\"age\": {\"type\": "
      "\"bigint\"}}, \"rejects\": {\"max_percent\": 60}}");
  expect_load (home, "Email,age\na@x.org,1\nb@x.org,n/a\n", "applied", "read=2 rejected=1 inserted=1 staged=1");
  g_autofree char *oid = sql_scalar (home, "select 'staging.users'::regclass::oid");
  g_autofree char *first = sql_text_rows (home, columns);
  assert_contains (first, "header Email");
  home_drop (home, "users_2.csv", "email,age\nc@x.org,x\nd@x.org,y\ne@x.org,3\n");
  assert_weir (home, 1, "load", "--archive", "imports/users_2.csv", NULL);
  assert_sql (home, "1|users_2.csv",
              "select count(*), left(obj_description('staging.users'::regclass, 'pg_class'), 11) from staging.users");
  assert_sql (home, "-|-", "%s", columns);
  expect_load (home, "email,age\nf@x.org,4\n", "applied", "read=1 inserted=1 staged=1");
  assert_sql (home, "f@x.org", "select email from staging.users");
  assert_sql (home, oid, "select 'staging.users'::regclass::oid");
}

/* A contradiction to the sample begins anew, in the same table or in one with another type. */
static void
test_second_pass (void **state)
{
  Home *home = *state;
  g_autoptr (GString) text = g_string_new ("email,n\n");
  for (int i = 0; i < 3000; i++)
    g_string_append_printf (text, "u%d@x.org,%d\n", i, i);
  expect_load (home, text->str, "staged", "read=3000 staged=3000");
  g_string_append (text, "last@x.org,word\n");
  expect_load (home, text->str, "staged", "read=3001 staged=3001");
  assert_sql (home, "3001|text", "select count(*), min(pg_typeof(n)::text) from staging.users");
}

/* ---- crashes of the server ---- */

static void
forget_run (Home *home, const char *run)
{
  sql_run_text (home,
                "delete from weir.execution_step_model where execution_step_id in"
                " (select execution_step_id from weir.execution_step where execution_id = '%s')",
                run);
  sql_run_text (home, "delete from weir.execution_step where execution_id = '%s'", run);
  sql_run_text (home, "delete from weir.file where run_id = '%s'", run);
  sql_run_text (home, "delete from weir.execution where execution_id = '%s'", run);
}

/* What the COMMITs of a run's beginning and of LOAD said is lost with the server, if none that waits for the disk came behind them: the
 * claim is then one that the ledger does not know, and its file keeps its place. */
static void
test_lost_beginning (void **state)
{
  static const char *const place = "select instant_ns, order_key, again, retry_of from weir.file where file_name = 'users.csv'";
  Home *home = *state;
  home_configure (home, ", \"workers\": 1");
  home_write_model (home, "users", USERS);
  load_some (home, 1, 3);
  home_set_environment (home, "WEIR_FAULT", "stop:after-load");
  g_autoptr (Background) watch = start_watch (home);
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\nEve,e@x.org\n");
  pid_t worker = weir_wait_stopped (home);
  g_autofree char *before = sql_text_rows (home, place);
  g_autofree char *run = sql_scalar (home, "select run_id from weir.file where file_name = 'users.csv'");
  kill (worker, SIGKILL);
  forget_run (home, run);
  sql_run_text (home, "truncate staging.users");
  assert_sql (home, "0", "select count(*) from weir.file where file_name = 'users.csv'");
  kill (weir_wait_stopped (home), SIGCONT);
  wait_until (home_count_files (home, "archive") == 4);
  stop_watch (watch);
  assert_sql (home, before, "%s", place);
  assert_sql (home, run, "select run_id from weir.file where file_name = 'users.csv' and state = 'applied'");
  home->oracle = ORACLE_REPLAY;
}

/* While TRANSFORM compares the rows, a load that has lost its right to the table cannot take them away. */
static void
test_held (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"workers\": 1");
  home_write_model (home, "users", USERS);
  load_some (home, 1, 3);
  home_set_environment (home, "WEIR_FAULT", "stop:before-commit");
  g_autoptr (Background) watch = start_watch (home);
  g_free (drop_one (home, 4));
  pid_t worker = weir_wait_stopped (home);
  sql_run_text (home, "set lock_timeout = 100");
  g_autoptr (GError) error = NULL;
  assert_false (db_exec (home->db, "begin; lock table staging.users in share row exclusive mode", &error));
  assert_string_equal (weir_error_get_sqlstate (error), "55P03");
  sql_run_text (home, "rollback");
  assert_sql (home, "2|Ann 4", "select count(*), min(name) from staging.users");
  kill (worker, SIGCONT);
  wait_until (home_count_files (home, "archive") == 4);
  stop_watch (watch);
}

/* Whose place in the order claiming would change is told durably. */
static void
test_durable_beginning (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load_some (home, 1, 3);
  size_t start = strlen (statement_log_read (&home->log));
  g_autofree char *plain = drop_one (home, 2);
  assert_weir (home, 0, "load", plain, NULL);
  g_autofree char *of_plain = sent_since (home, start);
  assert_non_null (strstr (of_plain, "set_config('synchronous_commit', 'off', true)"));
  g_autofree char *ahead = drop_one (home, 3), *path = home_path (home, ahead);
  g_autofree char *touch = g_strdup_printf ("touch -d '+30 seconds' '%s'", path);
  assert_int_equal (g_spawn_command_line_sync (touch, NULL, NULL, NULL, NULL), true);
  start = strlen (statement_log_read (&home->log));
  assert_weir (home, 0, "load", ahead, NULL);
  g_autofree char *of_ahead = sent_since (home, start);
  assert_null (strstr (of_ahead, "set_config('synchronous_commit', 'off', true)"));
}

/* A file that is loaded where it lies waits for the disk once, and the ledger knows then where it is. */
static void
test_where_it_lies (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load_some (home, 1, 3);
  home_write_file (home, "users.csv", "name,email\nAnn 2,a@x.org\n");
  g_autofree char *path = home_path (home, "users.csv");
  for (int again = 0; again < 2; again++)
    {
      size_t start = strlen (statement_log_read (&home->log));
      assert_weir (home, 0, "load", path, NULL);
      g_autofree char *sent = sent_since (home, start);
      assert_int_equal (count_in (sent, ": commit\n"), again ? 2 : 3);
      assert_int_equal (count_in (sent, "set_config('synchronous_commit', 'off', true)"), 1);
      assert_int_equal (count_in (sent, "$1 = 'on', $2 = "), 1);
      assert_int_equal (count_in (sent, "set place = "), 0); /* alone, behind the COMMIT */
      assert_sql (home, again ? "duplicate|users.csv|left|duplicate" : "applied|users.csv|left|applied",
                  "select state, place, disposition, summary->>'status' from weir.file order by updated_on desc limit 1");
    }
}

/* ---- behind a large file ---- */

#define LEFT_OVER "select count(*) from pg_class where relname ~ '^users__[0-9a-f]{8}$'"

/* As if the file before had been a large one. */
static void
make_large (Home *home)
{
  sql_run_text (home, "insert into staging.users select repeat('x', 900), e::text, e, null, gen_random_uuid()"
                      " from generate_series(1, 20000) e");
}

static bool
is_swept (Home *home)
{
  g_autofree char *count = sql_scalar (home, LEFT_OVER);
  return g_str_equal (count, "0");
}

/* The large table's files go when the small file's answer is out, and nobody waits for that. */
static void
test_behind_a_large_file (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load_some (home, 1, 3);
  make_large (home);
  size_t start = strlen (statement_log_read (&home->log));
  g_autofree char *oid = sql_scalar (home, "select 'staging.users'::regclass::oid");
  g_autofree char *path = drop_one (home, 4);
  assert_weir (home, 0, "load", path, NULL);
  wait_until (is_swept (home));
  g_autofree char *sent = sent_since (home, start);
  const char *unlocked = strstr (sent, "pg_advisory_unlock(hashtextextended('weir.table"), *drop = strstr (sent, "drop table");
  assert_true (unlocked != NULL && drop != NULL && unlocked < drop);
  assert_sql (home, "f|2|Ann 4", "select '%s' = 'staging.users'::regclass::oid, count(*), min(name) from staging.users", oid);
}

/* A worker has it done before it takes the next file; and whoever died first has left it to the next one. */
static void
test_left_by_the_dead (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"workers\": 1");
  home_write_model (home, "users", USERS);
  load_some (home, 1, 3);
  make_large (home);
  home_set_environment (home, "WEIR_FAULT", "kill:after-commit");
  g_autofree char *path = drop_one (home, 4);
  g_autoptr (Outcome) killed = run_weir (home, "load", path, NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  assert_sql (home, "1", LEFT_OVER);
  g_autoptr (Background) watch = start_watch (home);
  g_free (drop_one (home, 5));
  wait_until (home_count_files (home, "archive") == 5);
  assert_sql (home, "0", LEFT_OVER);
  make_large (home);
  g_free (drop_one (home, 6));
  wait_until (home_count_files (home, "archive") == 6 && is_swept (home));
  stop_watch (watch);
  assert_sql (home, "2", "select count(*) from staging.users");
}

/* Somebody's view goes on with the new rows: the large table is emptied, not put aside. */
static void
test_large_with_a_view (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load_some (home, 1, 3);
  make_large (home);
  sql_run_text (home, "create view public.seen as select name from staging.users");
  load_some (home, 4, 3);
  assert_sql (home, "2|Ann 6|0", "select count(*), min(name), (" LEFT_OVER ") from public.seen");
  sql_run_text (home, "create function public.f(staging.users) returns int return 1");
  sql_run_text (home, "drop view public.seen");
  make_large (home);
  load_some (home, 7, 3);
  assert_sql (home, "2|1|0", "select count(*), min(public.f(u)), (" LEFT_OVER ") from staging.users u");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_statements_of_a_file),  TEST (test_catalog_stays),
    TEST (test_what_gets_a_new_table), TEST (test_readers),
    TEST (test_refused_and_comments),  TEST (test_second_pass),
    TEST (test_lost_beginning),        TEST (test_held),
    TEST (test_behind_a_large_file),   TEST (test_left_by_the_dead),
    TEST (test_large_with_a_view),     TEST (test_durable_beginning),
    TEST (test_where_it_lies),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
