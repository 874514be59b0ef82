/* weir-connect-pg where something is wrong: with the request, the connection, or the other side; and ends in the middle. */
#include "tests/support/pg_source.h"
#include "tests/support/weir.h"

#include "base/autoptr.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

/* ---- mistakes ---- */

/* Only the rows show that a function writes. */
static void
expect_no_writing (PgSource *source)
{
  pg_sql (source, "create function sneak () returns int language sql as 'insert into orders values (1) returning id'");
  g_autoptr (ConnectorRun) run = pg_run (source, "read", "{'from': {'query': 'select sneak () as id'}, 'mode': 'full'}");
  assert_connector_error (run, 78, "configuration", NULL, "read-only");
}

static void
test_mistakes (void **state)
{
  static const struct
  {
    const char *more, *path, *text;
  } cases[] = {
    { "{'from': {'tabel': 't'}}", "from.tabel", "\"table\"" },
    { "{'from': {'table': 'public.ordrs'}}", "from.table", "\"public.orders\"" },
    { "{'from': {'table': 'ordrs'}}", "from.table", "\"orders\"" },
    { "{'from': {'table': 'a.b.c'}}", "from.table", "no name" },
    { "{'from': {'table': 'orders', 'query': 'select 1'}}", "from", "one of" },
    { "{'from': {'table': 'orders', 'params': [1]}}", "from.params", "\"where\"" },
    { "{'from': {'query': 'select 1 as a, 2 as a'}}", "from.query", "two columns" },
    { "{'from': {'query': 'selec 1'}}", "from.query", "syntax error" },
    { "{'from': {'query': 'select 1; drop table orders'}}", "from.query", "syntax error" },
    { "{'from': {'query': 'delete from orders returning id'}}", "from.query", "syntax error" },
    { "{'from': {'query': 'select * from orders for update'}}", "from.query", "read-only" },
    { "{'from': {'query': 'select $1::int as a, $2::int as b', 'params': [1]}}", "from.params",
      "has 1 values, which are not those of the query" },
    { "{'from': {'query': 'select 1 as a', 'params': [1, 2]}}", "from.params", "has 2 values" },
    { "{'from': {'query': 'select $1::int as a'}}", "from.params", "has 0 values" },
    { "{'from': {'query': 'select bind message', 'params': []}}", "from.query", "bind" },
    { "{'from': {'query_file': 'none.sql'}}", "from.query_file", "none.sql" },
    { "{'from': {'query_file': '.'}}", "from.query_file", "no file" },
    { "{'from': {'table': 'orders'}, 'mode': 'snyc'}", "mode", "\"sync\"" },
    { "{'from': {'table': 'orders'}, 'mode': 'sync', 'key': ['id']}", "bookmark", "needed" },
    { "{'from': {'table': 'orders'}, 'mode': 'sync', 'bookmark': 'at'}", "key", "needed" },
    { "{'from': {'table': 'orders'}, 'mode': 'sync', 'key': ['idd'], 'bookmark': 'at'}", "key", "\"id\"" },
    { "{'from': {'table': 'orders'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'name'}", "bookmark", "timestamp" },
    { "{'from': {'table': 'orders'}, 'mode': 'log', 'key': ['doc']}", "key", "equality" },
    { "{'from': {'table': 'orders'}, 'mode': 'full', 'key': ['id'], 'columns': {'id': {'mask': 'hash'}}}", "columns.id.mask",
      "masked" },
    { "{'from': {'table': 'orders'}, 'mode': 'full', 'key': ['id'], 'columns': {'id': {'drop': true}}}", "columns.id.drop",
      "dropped" },
    { "{'from': {'table': 'orders'}, 'mode': 'full', 'columns': {'doc': {'type': 'date'}}}", "columns.doc.type", "date" },
    { "{'from': {'table': 'orders'}, 'mode': 'full', 'columns': {'name': {'type': 'bigin'}}}", "columns.name.type", "\"bigint\"" },
    { "{'from': {'table': 'orders'}, 'mode': 'full', 'columns': {'id': {'default': 'x'}}}", "columns.id.default", "bigint" },
    { "{'from': {'table': 'orders'}, 'mode': 'full', 'columns': {'nam': {}}}", "columns.nam", "\"name\"" },
    { "{'from': {'table': 'orders'}, 'mode': 'dump', 'columns': {'name': {'rename': 'snapshot_at'}}}", "columns", "snapshot_at" },
    { "{'from': {'table': 'orders'}, 'where': {'idd': 1}}", "where.idd", "\"id\"" },
    { "{'from': {'table': 'orders'}, 'where': {'id': 'x'}}", "where.id", "integer" },
    { "{'from': {'table': 'orders'}, 'where': {'id': {'a': 1}}}", "where.id", "list" },
    { "{'from': {'table': 'orders', 'time_zone': 'Mars/Base'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'day'}", "from.time_zone",
      "Mars" },
    { "{'from': {'table': 'orders'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'position': {'at': 'soon'}}", "position.at",
      "value" },
    { "{'from': {'table': 'orders'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'position': {'day': '2026-01-01'}}",
      "position", "\"at\"" },
    { "{'from': {'table': 'orders'}, 'mode': 'incremental', 'bookmark': 'at', 'window': {'start': 'x', 'end': null}}",
      "window.start", "value" },
    { "{'connection': {'type': 'postgresql', 'hots': 'x', 'sslmode': 'ful'}}", "connection.sslmode", "verify-full" },
    { "{'connection': {'type': 'postgresql', 'hots': 'x', 'sslmode': 'ful'}}", "connection.hots", "\"host\"" },
    { "{'connection': {'type': 'postgresql', 'url': 'mysql://a/b'}}", "connection.url", "mysql" },
    { "{'connection': {'type': 'postgresql', 'port': 'x1'}}", "connection.port", "number" },
    { "{'connection': {'type': 'postgresql', 'host': 'db.invalid', 'sslrootcert': 'none.pem'}}", "connection.sslrootcert", "read" },
  };
  PgSource *source = *state;
  pg_sql (source, "create table orders (id int primary key, name text, doc json, at timestamptz not null, day date not null)");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    pg_expect_mistake (source, "read", cases[i].more, cases[i].path, cases[i].text);
  expect_no_writing (source);
}

/* Whatever is wrong, in one answer. */
static void
test_all_at_once (void **state)
{
  PgSource *source = *state;
  pg_sql (source, "create table orders (id int primary key, name text, at timestamptz)");
  g_autoptr (ConnectorRun) run = pg_run (source, "check",
                                         "{'from': {'table': 'orders'}, 'mode': 'sync', 'key': ['idd'], 'bookmark': 'name', "
                                         "'where': {'x': 1}, 'columns': {'name': {'type': 'txt'}}}");
  static const char *const paths[] = { "key", "bookmark", "where.x", "columns.name.type" };
  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    assert_connector_error (run, 78, "configuration", paths[i], "");
}

static void
test_connections (void **state)
{
  static const struct
  {
    const char *connection;
    int code;
    const char *error_class, *text;
  } cases[] = {
    { "'user': 'guarded', 'password': 'wrong'", 77, "credentials", "password authentication failed" },
    { "'user': 'guarded'", 77, "credentials", "no password" },
    { "'user': 'nobody'", 77, "credentials", "nobody" },
    { "'user': 'weir', 'database': 'none'", 78, "configuration", "none" },
    { "'user': 'weir', 'port': 1", 75, "transient", "" },
    { "'user': 'weir', 'sslmode': 'require', 'host': '127.0.0.1', 'port': 1", 75, "transient", "" },
  };
  PgSource *source = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *more = g_strdup_printf ("{'connection': {'type': 'postgresql', 'url': 'postgresql:///%s?host=%s', %s}}",
                                               source->database, source->cluster->socket, cases[i].connection);
      g_autoptr (ConnectorRun) run = pg_run (source, "check", more);
      assert_connector_error (run, cases[i].code, cases[i].error_class, NULL, cases[i].text);
      g_autofree char *text = connector_text (run);
      assert_null (strstr (text, "wrong\""));
    }
}

/* Whatever is wrong with an address, no part of it that may be a password is told. */
static void
test_secrets (void **state)
{
  static const char *const urls[] = { "postgresql://weir:secret1@h:secret2@x/y",
                                      "postgresql://weir:secret1/secret2@h:5x/y",
                                      "host=h password='secret1",
                                      "postgresql://weir:secret1@127.0.0.1:1/x?password=secret2",
                                      "secret1=secret2",
                                      "postgresql://weir:%secret1@h/x" };
  PgSource *source = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (Json) request = json_pack ("{s:{s:s, s:s}}", "connection", "type", "postgresql", "url", urls[i]);
      g_autoptr (ConnectorRun) run = connector_run (source->path, "weir-connect-pg", "check", request, NULL);
      g_autofree char *text = connector_text (run);
      assert_true (run->code == 78 || run->code == 75);
      if (strstr (text, "secret") != NULL)
        fail_msg ("%s: %s", urls[i], text);
    }
}

/* ---- ends ---- */

/* Started so that it stops at the point; *ret_backend is its session at the server. */
static ConnectorJob *
start_and_stop (PgSource *source, const char *fault, int64_t *ret_backend)
{
  const char *environment[] = { fault, NULL };
  g_autoptr (Json) request =
      pg_request (source, "{'from': {'query': 'select i from generate_series(1, 3000000) i'}, 'mode': 'full'}");
  ConnectorJob *job = connector_start (source->path, "weir-connect-pg", "read", request, NULL, environment);
  wait_until (process_find_stopped (source->path, "weir-connect-pg") == connector_pid (job));
  *ret_backend =
      pg_number (source, "select pid from pg_stat_activity where application_name = 'weir' and datname = current_database()"
                         " and pid <> pg_backend_pid()");
  return job;
}

/* What arrived is no proof of a whole result. */
static void
test_server_ends_it (void **state)
{
  PgSource *source = *state;
  int64_t backend;
  ConnectorJob *job = start_and_stop (source, "WEIR_FAULT=stop:connect-pg-first-row", &backend);
  pg_number (source, "select pg_terminate_backend(%" PRIi64 ")::int", backend);
  kill (connector_pid (job), SIGCONT);
  g_autoptr (ConnectorRun) run = connector_finish (job);
  assert_connector_error (run, 75, "transient", NULL, "server closed the connection unexpectedly");
  assert_true (run->length > 0);
  /* What libpq says in several lines is one. */
  g_autofree char *text = connector_text (run);
  assert_null (strstr (text, "\\t"));
}

static void
test_cancelled_there (void **state)
{
  PgSource *source = *state;
  int64_t backend;
  ConnectorJob *job = start_and_stop (source, "WEIR_FAULT=stop:connect-pg-first-row", &backend);
  pg_number (source, "select pg_cancel_backend(%" PRIi64 ")::int", backend);
  kill (connector_pid (job), SIGCONT);
  g_autoptr (ConnectorRun) run = connector_finish (job);
  assert_connector_error (run, 75, "transient", NULL, "cancel");
}

/* It ends, and so does its statement. */
static void
test_asked_to_end (void **state)
{
  PgSource *source = *state;
  g_autoptr (Json) request = pg_request (source, "{'from': {'query': 'select pg_sleep(600)'}, 'mode': 'full'}");
  ConnectorJob *job = connector_start (source->path, "weir-connect-pg", "read", request, NULL, NULL);
  wait_until (
      pg_number (source,
                 "select count(*) from pg_stat_activity where datname = current_database() and query like '%%pg_sleep(600)%%'"
                 " and query like 'copy%%' and state = 'active'")
      == 1);
  kill (connector_pid (job), SIGTERM);
  g_autoptr (ConnectorRun) run = connector_finish (job);
  assert_connector_error (run, 75, "transient", NULL, "");
  wait_until (
      pg_number (source, "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
      == 0);
}

static void
test_killed (void **state)
{
  static const char *const points[] = { "connect-pg-before-snapshot", "connect-pg-first-row", "connect-pg-after-rows",
                                        "connect-pg-before-done" };
  PgSource *source = *state;
  pg_sql (
      source,
      "create table t (id int primary key, at timestamptz not null default now()); insert into t select generate_series(1, 100)");
  for (size_t i = 0; i < G_N_ELEMENTS (points); i++)
    {
      g_autofree char *fault = g_strdup_printf ("WEIR_FAULT=kill:%s", points[i]);
      const char *environment[] = { fault, NULL };
      g_autoptr (Json) request =
          pg_request (source, "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'limits': {'rows': 60}}");
      g_autoptr (ConnectorRun) run = connector_run_with (source->path, "weir-connect-pg", "read", request, NULL, environment);
      assert_int_equal (run->code, 128 + SIGKILL);
      assert_null (connector_done (run));
    }
}

int
main (void)
{
#define CASE(test) cmocka_unit_test_setup_teardown (test, pg_source_setup, pg_source_teardown)
  const struct CMUnitTest tests[] = {
    CASE (test_mistakes), CASE (test_all_at_once),    CASE (test_connections),     CASE (test_secrets),
    CASE (test_killed),   CASE (test_server_ends_it), CASE (test_cancelled_there), CASE (test_asked_to_end),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
