/* base/db.h against a server: statements that are known to it by name, and those that go with the next one. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include "base/db.h"
#include "base/error.h"

#include <string.h>

static Db *
connect_to (Home *home)
{
  g_autoptr (GError) error = NULL;
  Db *db = db_connect (home->url, "test", -1, &error);
  assert_non_null (db);
  assert_true (db_exec (db, "create temporary table t (n int not null)", &error));
  return db;
}

static void
post (Db *db, const char *sql)
{
  assert_true (db_post (db, sql, NULL, 0, sql, NULL));
}

static int64_t
number (Db *db, const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DbResult) result = NULL;
  if (!db_query (db, sql, NULL, 0, &result, &error))
    fail_msg ("%s", error->message);
  return db_result_int64 (result, 0, 0);
}

/* The server has nothing before somebody waits, and then all, in order. */
static void
test_posted_in_order (void **state)
{
  Home *home = *state;
  g_autoptr (Db) db = connect_to (home);
  statement_log_read (&home->log);
  size_t before = strlen (home->log.ours->str);
  post (db, "begin");
  post (db, "insert into t values (1)");
  post (db, "update t set n = 2");
  assert_null (strstr (statement_log_read (&home->log) + before, "update t"));
  assert_int_equal (number (db, "select sum(n) from t"), 2);
  post (db, "insert into t values (3)");
  assert_true (db_exec (db, "commit", NULL));
  assert_int_equal (number (db, "select sum(n) from t"), 5);
}

/* Each way of asking takes them along: one statement, several, a COPY. */
static void
test_everything_takes_them_along (void **state)
{
  g_autoptr (Db) db = connect_to (*state);
  post (db, "begin");
  post (db, "insert into t values (1)");
  assert_true (db_exec (db, "insert into t values (10); insert into t values (100)", NULL));
  post (db, "insert into t values (1000)");
  assert_true (db_copy_begin (db, "copy t from stdin", NULL));
  assert_true (db_copy_write (db, "10000\n", 6, NULL));
  assert_true (db_copy_end (db, NULL, NULL));
  post (db, "delete from t where n = 1");
  assert_true (db_query_again (db, "commit", NULL, 0, NULL, NULL));
  assert_int_equal (number (db, "select sum(n) from t"), 11110);
}

/* The next call fails with it, says whose error it is, and does nothing itself; then the transaction is over. */
static void
test_a_posted_one_fails (void **state)
{
  static const char *const asks[] = { "insert into t values (7)", "insert into t values (7); insert into t values (8)", "commit" };
  g_autoptr (Db) db = connect_to (*state);
  for (size_t i = 0; i < G_N_ELEMENTS (asks); i++)
    {
      g_autoptr (GError) error = NULL;
      post (db, "begin");
      post (db, "insert into t values (5)");
      post (db, "insert into t values (null)");
      post (db, "insert into t values (6)");
      assert_false (db_exec (db, asks[i], &error));
      assert_string_equal (weir_error_get_sqlstate (error), "23502");
      assert_string_equal (db_culprit (db), "insert into t values (null)");
      assert_true (db_exec (db, "rollback", NULL));
      assert_int_equal (number (db, "select count(*) from t"), 0);
    }
  assert_null (db_culprit (db));
}

/* What is rolled back may have failed, and nobody was told. */
static void
test_rolled_back (void **state)
{
  g_autoptr (Db) db = connect_to (*state);
  post (db, "begin");
  post (db, "insert into t values (null)");
  assert_true (db_exec (db, "rollback", NULL));
  assert_int_equal (number (db, "select count(*) from t"), 0);
  assert_true (db_exec (db, "insert into t values (1)", NULL));
}

static void
ask (Db *db, const char *sql, int64_t expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DbResult) result = NULL;
  if (!db_query_again (db, sql, NULL, 0, &result, &error))
    fail_msg ("%s", error->message);
  assert_int_equal (db_result_int64 (result, 0, 0), expected);
}

/* Told once, and anew after a while, for its plan must follow tables that grow; never two at the server for one. */
static void
test_known_by_name (void **state)
{
  g_autoptr (Db) db = connect_to (*state);
  for (int i = 0; i < 500; i++)
    ask (db, "select count(*) from t", 0);
  assert_int_equal (number (db, "select count(*) from pg_prepared_statements"), 1);
  assert_int_equal (number (db, "select count(*) from pg_prepared_statements where generic_plans + custom_plans <= 200"), 1);
}

/* One that cannot be run as it was planned any more fails once. One that was never known is told again. */
static void
test_forgotten (void **state)
{
  g_autoptr (Db) db = connect_to (*state);
  g_autoptr (GError) error = NULL;
  ask (db, "select max(n) from t", 0);
  assert_true (db_exec (db, "alter table t alter n type bigint", NULL));
  assert_false (db_query_again (db, "select max(n) from t", NULL, 0, NULL, &error));
  assert_string_equal (weir_error_get_sqlstate (error), "0A000");
  ask (db, "select max(n) from t", 0);
  assert_int_equal (number (db, "select count(*) from pg_prepared_statements"), 1);

  assert_false (db_query_again (db, "select count(*) from later", NULL, 0, NULL, NULL));
  assert_true (db_exec (db, "create temporary table later ()", NULL));
  ask (db, "select count(*) from later", 0);
}

/* Each parameter is its own call's. */
static void
test_parameters (void **state)
{
  g_autoptr (Db) db = connect_to (*state);
  post (db, "begin");
  for (int i = 1; i <= 3; i++)
    {
      g_autofree char *n = g_strdup_printf ("%d", i);
      const char *params[] = { n };
      assert_true (db_post (db, "insert into t values ($1)", params, 1, "one", NULL));
    }
  assert_true (db_exec (db, "commit", NULL));
  assert_int_equal (number (db, "select sum(n) + 10 * count(*) from t"), 36);
}

/* However often: nothing that takes a snapshot goes before it, which another default isolation would not bear. */
static void
test_begin_again_and_again (void **state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Db) db = connect_to (*state);
  assert_true (db_exec (db, "set default_transaction_isolation = serializable", &error));
  for (int i = 0; i < 450; i++)
    {
      post (db, "begin isolation level read committed");
      if (!db_query (db, "select 1", NULL, 0, NULL, &error) || !db_exec (db, "commit", &error))
        fail_msg ("time %d: %s", i + 1, error->message);
    }
}

/* Outside of a transaction the end of the round trip is the COMMIT. */
static void
test_the_end_fails (void **state)
{
  Home *home = *state;
  g_autoptr (GError) error = NULL;
  g_autoptr (Db) db = connect_to (home);
  assert_true (
      db_exec (db,
               "create function pg_temp.refuse () returns trigger language plpgsql as $$ begin raise 'no'; end $$;"
               "create constraint trigger late after insert on t deferrable initially deferred for each row execute function "
               "pg_temp.refuse ()",
               &error));
  for (int i = 0; i < 2; i++)
    {
      assert_false (db_query_again (db, "insert into t values (1)", NULL, 0, NULL, &error));
      assert_non_null (strstr (error->message, "an error was raised"));
      assert_null (strstr (error->message, "lost the connection"));
      g_clear_error (&error);
      assert_int_equal (number (db, "select count(*) from t"), 0);
    }
}

/* Reads a COPY to its end, or its error. Returns how many rows there were. */
static int
read_all (Db *db, GError **error)
{
  const void *bytes;
  size_t length;
  int rows = 0;
  while (db_read_next (db, &bytes, &length, error) && bytes != NULL)
    rows++;
  return rows;
}

/* A second connection; one that is given up in the middle, or fails, can be used again. */
static void
test_read (void **state)
{
  const void *bytes;
  size_t length;
  g_autoptr (GError) error = NULL;
  g_autoptr (Db) db = connect_to (*state);
  g_autoptr (Db) beside = db_connect_beside (db, NULL);
  assert_non_null (beside);
  assert_int_not_equal (db_backend (beside), db_backend (db));

  assert_true (db_read_begin (beside, "copy (select n from generate_series (1, 3) n) to stdout", NULL));
  assert_true (db_read_next (beside, &bytes, &length, NULL));
  assert_int_equal (length, 2);
  assert_memory_equal (bytes, "1\n", 2);
  assert_int_equal (read_all (beside, &error), 2);
  assert_null (error);

  assert_true (db_read_begin (beside, "copy (select generate_series (1, 1000000)) to stdout", NULL));
  assert_true (db_read_next (beside, &bytes, &length, NULL));
  db_read_cancel (beside);
  assert_int_equal (number (beside, "select 6"), 6);

  assert_true (db_read_begin (beside, "copy (select 10 / (n - 5) from generate_series (1, 9) n) to stdout", NULL));
  assert_int_equal (read_all (beside, &error), 4);
  assert_string_equal (weir_error_get_sqlstate (error), "22012");
  g_clear_error (&error);
  assert_false (db_read_begin (beside, "select 1", &error));
  assert_non_null (strstr (error->message, "is not the expected COPY"));
  assert_int_equal (number (beside, "select 7"), 7);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_posted_in_order),    TEST (test_everything_takes_them_along),
    TEST (test_a_posted_one_fails), TEST (test_rolled_back),
    TEST (test_known_by_name),      TEST (test_forgotten),
    TEST (test_parameters),         TEST (test_begin_again_and_again),
    TEST (test_the_end_fails),      TEST (test_read),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
