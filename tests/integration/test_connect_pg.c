/* weir-connect-pg by its protocol: every type's text, what a job says of columns, streams and checks. */
#include "tests/support/pg_source.h"
#include "tests/support/weir.h"

#include "base/autoptr.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void
write_file (const PgSource *source, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (source->path, name, NULL);
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* ---- values ---- */

/* A value, the type of weir's, and the text in the file; NULL: NULL. */
static const struct
{
  const char *type, *value, *declared, *text;
} values[] = {
  { "boolean", "true", "boolean", "true" },
  { "boolean", "false", "boolean", "false" },
  { "boolean", "null", "boolean", NULL },
  { "smallint", "-32768", "bigint", "-32768" },
  { "bigint", "9223372036854775807", "bigint", "9223372036854775807" },
  { "numeric", "'NaN'", "numeric", "NaN" },
  { "numeric(30,10)", "12345678901234567890.0100000000", "numeric", "12345678901234567890.0100000000" },
  { "real", "'-Infinity'", "double precision", "-Infinity" },
  { "double precision", "0.1::float8 + 0.2", "double precision", "0.30000000000000004" },
  { "money", "'1234.5'", "numeric", "1234.50" },
  { "text", "''", "text", "" },
  { "text", "null", "text", NULL },
  { "text", "E'a\\r\\nb\\t\"c\",\\\\. \\\\N é'", "text", "a\r\nb\t\"c\",\\. \\N é" },
  { "varchar(3)", "'NUL'", "text", "NUL" },
  { "char(4)", "'ab'", "text", "ab  " },
  { "date", "'infinity'", "date", "infinity" },
  { "date", "'0044-03-15 BC'", "date", "0044-03-15 BC" },
  { "time", "'24:00'", "time", "24:00:00" },
  { "timetz", "'10:00+02'", "text", "10:00:00+02" },
  { "timestamp", "'2026-02-28 23:59:59.123456'", "timestamp", "2026-02-28 23:59:59.123456" },
  { "timestamptz", "'2026-07-01 12:00+02'", "timestamptz", "2026-07-01 10:00:00+00" },
  { "timestamptz", "'-infinity'", "timestamptz", "-infinity" },
  { "interval", "'1 mon 2 days 3:04:05.6'", "text", "P1M2DT3H4M5.6S" },
  { "uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11" },
  { "json", "'{\"b\": 1,  \"a\": 1.10}'", "jsonb", "{\"b\": 1,  \"a\": 1.10}" },
  { "jsonb", "'{\"b\": 1,  \"a\": 1.10}'", "jsonb", "{\"a\": 1.10, \"b\": 1}" },
  { "bytea", "'\\x00ff0a22'", "text", "\\x00ff0a22" },
  { "text[]", "array['a', 'b,c', null, 'NULL', '']", "text", "{a,\"b,c\",NULL,\"NULL\",\"\"}" },
  { "boolean[]", "'{t,f}'", "text", "{t,f}" },
  { "inet", "'10.0.0.1/8'", "text", "10.0.0.1/8" },
  { "int4range", "'[1,5)'", "text", "[1,5)" },
  { "mood", "'so so'", "text", "so so" },
  { "positive", "7", "bigint", "7" },
  { "many.state", "'{1,2}'", "text", "{1,2}" },
  { "pair", "row(1, 'x y')", "text", "(1,\"x y\")" },
};

static void
make_values (PgSource *source)
{
  g_autoptr (GString) columns = g_string_new (NULL), list = g_string_new (NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_string_append_printf (columns, "%sc%zu %s", i > 0 ? ", " : "", i, values[i].type);
      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", values[i].value);
    }
  pg_sql (source, "create type mood as enum ('so so'); create domain positive as int check (value > 0); create schema many;"
                  " create domain many.state as int[]; create type pair as (a int, b text)");
  pg_sql (source, "create table \"Odd \"\"name\" (%s)", columns->str);
  pg_sql (source, "insert into \"Odd \"\"name\" values (%s)", list->str);
  /* Whatever the defaults of role and database are. */
  pg_sql (source, "do $$ begin execute format('alter database %%I set datestyle = ''German''', current_database());"
                  " execute format('alter database %%I set timezone = ''Asia/Kolkata''', current_database());"
                  " execute format('alter database %%I set intervalstyle = ''sql_standard''', current_database());"
                  " execute format('alter database %%I set bytea_output = ''escape''', current_database());"
                  " execute format('alter database %%I set extra_float_digits = -5', current_database());"
                  " execute format('alter database %%I set statement_timeout = 100', current_database()); end $$");
}

static void
assert_values (PgSource *source, const char *more)
{
  g_autoptr (ConnectorRun) run = pg_expect (source, "read", more);
  g_autoptr (GPtrArray) rows = connector_rows (run);
  const Json *columns = connector_line (run, "columns", 0);
  assert_int_equal (rows->len, 2);
  assert_int_equal (json_array_size (columns), G_N_ELEMENTS (values));
  const GPtrArray *row = g_ptr_array_index (rows, 1);
  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    {
      const char *cell = g_ptr_array_index (row, i);
      if (g_strcmp0 (cell, values[i].text) != 0)
        fail_msg ("%s %s is \"%s\"", values[i].type, values[i].value, cell);
      assert_json (json_array_get (columns, i), "type", values[i].declared);
    }
}

/* By COPY, and by a cursor, which is what a query with parameters has. */
static void
test_values (void **state)
{
  PgSource *source = *state;
  make_values (source);
  assert_values (source, "{'from': {'table': 'public.\\'Odd \\'\\'name\\''}, 'mode': 'full'}");
  assert_values (source,
                 "{'from': {'query': 'select * from \\'Odd \\'\\'name\\' where 1 = $1 -- all', 'params': [1]}, 'mode': 'full'}");
}

/* A single column has lines that are empty, or look like the end of a COPY. */
static void
test_single_column (void **state)
{
  PgSource *source = *state;
  pg_sql (source, "create table t (a text); insert into t values (null), (''), ('\\.'), (E'\\n'), ('\"')");
  g_autoptr (ConnectorRun) run = pg_expect (source, "read", "{'from': {'table': 't'}, 'mode': 'full'}");
  assert_string_equal (run->spool, "\"a\"\n\n\"\"\n\"\\.\"\n\"\n\"\n\"\"\"\"\n");
  g_autoptr (ConnectorRun) again =
      pg_expect (source, "read", "{'from': {'query': 'select * from t where $1', 'params': [true]}, 'mode': 'full'}");
  assert_string_equal (again->spool, run->spool);
}

static void
test_columns (void **state)
{
  PgSource *source = *state;
  pg_sql (
      source,
      "create table t (id int primary key, email text, note text, amount text, at timestamptz, ok boolean, n numeric);"
      " insert into t values (1, 'å@x', null, '1.10', '2026-01-01 23:00-05', null, 1.5), (2, 'abcdef', 'x', 'abc', null, true, 2)");
  g_autoptr (ConnectorRun) run = pg_expect (source, "read",
                                            "{'from': {'table': 't'}, 'mode': 'full', 'key': ['id'], 'columns': {'email': {'mask': "
                                            "'hash', 'rename': 'who'}, 'note': {'mask': 'last4', 'default': "
                                            "'12345'}, 'amount': {'type': 'numeric'}, 'at': {'type': 'date', 'default': "
                                            "'2026-02-03'}, 'ok': {'default': false}, 'n': {'type': 'bigint'}}}");
  g_autofree char *rows = pg_rows (run);
  assert_string_equal (rows, "1|484f81b5c58545f2da058bad978a4a80ca413331890da0f57bc9534269e483d5|*2345|1.10|2026-01-02|false|2\n"
                             "2|bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721|*|abc|2026-02-03|true|2");
  g_autoptr (ConnectorRun) dropped =
      pg_expect (source, "read",
                 "{'from': {'table': 't'}, 'mode': 'full', 'key': ['id'], 'columns': {'email': {'drop': true}, 'note': {'mask': "
                 "'null'}, 'amount': {'drop': true}, 'at': {'drop': true}, 'ok': {'drop': true}, 'n': {'drop': true}}, 'where': "
                 "{'id': [2, null], 'ok': true, 'email': 'abcdef'}}");
  assert_string_equal (dropped->spool, "\"id\",\"note\"\n\"2\",\n");
  assert_json (connector_line (dropped, "columns", 0), "1.mask", "null");
  /* What is no text of weir's, and no number of its own. */
  g_autoptr (ConnectorRun) cast =
      pg_expect (source, "read",
                 "{'from': {'query': 'select array[1, null] as a, $1::money as m, int4range(1, 3) as r', 'params': ['12.50']}, "
                 "'mode': 'full', "
                 "'columns': {'a': {'type': 'jsonb'}, 'm': {'type': 'bigint'}, 'r': {'type': 'jsonb'}}}");
  g_autofree char *casts = pg_rows (cast);
  assert_string_equal (casts, "[1, null]|13|\"[1,3)\"");
  pg_sql (source, "insert into t values (3, null, null, null, null, null, 1e30)");
  g_autoptr (ConnectorRun) large =
      pg_run (source, "read", "{'from': {'table': 't'}, 'mode': 'full', 'columns': {'n': {'type': 'bigint'}}}");
  assert_connector_error (large, 78, "configuration", NULL, "the server casts \"n\" to bigint, as \"columns\" says: ");
}

static void
test_where (void **state)
{
  static const struct
  {
    const char *where, *ids;
  } cases[] = {
    { "{'a': 'x'}", "1\n4" },
    { "{'a': ['x', 'o\\u0027; drop table t; --']}", "1\n2\n4" },
    { "{'a': null}", "3" },
    { "{'a': ['x', null]}", "1\n3\n4" },
    { "{'a': []}", "" },
    { "{'n': 1.1}", "1" },
    { "{'n': ['1.10', 2], 'a': 'x'}", "1\n4" },
    { "{'d': '2026-01-01'}", "1" },
    { "{'a': 'back\\\\\\\\slash'}", "5" },
  };
  PgSource *source = *state;
  pg_sql (source,
          "create table t (id int primary key, a text, n numeric, d date); insert into t values (1, 'x', 1.1, '2026-01-01'),"
          " (2, 'o''; drop table t; --', 2, null), (3, null, null, null), (4, 'x', 2, null), (5, 'back\\\\slash', 3, null)");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *more = g_strdup_printf ("{'from': {'query': 'select id, a, n, d from t order by id'}, 'mode': 'full', "
                                               "'columns': {'a': {'drop': true}, 'n': {'drop': "
                                               "true}, 'd': {'drop': true}}, 'where': %s}",
                                               cases[i].where);
      g_autoptr (ConnectorRun) run = pg_expect (source, "read", more);
      g_autofree char *rows = pg_rows (run);
      if (strcmp (rows, cases[i].ids) != 0)
        fail_msg ("%s: %s", cases[i].where, rows);
    }
}

static void
test_queries (void **state)
{
  PgSource *source = *state;
  pg_sql (source, "create table t (id int, a text); insert into t select i, 'v' || i from generate_series(1, 9) i");
  write_file (source, "q.sql",
              "\xEF\xBB\xBFselect id, a from t where a <> $2 and id = any ($1) and '$3' <> ';' order by id -- $4\n");
  g_autoptr (ConnectorRun) run =
      pg_expect (source, "read", "{'from': {'query_file': 'q.sql', 'params': [[1, 2, 3], 'v2']}, 'mode': 'dump'}");
  g_autoptr (GPtrArray) rows = connector_rows (run);
  assert_int_equal (rows->len, 3);
  assert_string_equal (g_ptr_array_index ((GPtrArray *) g_ptr_array_index (rows, 2), 1), "v3");
  assert_string_equal (g_ptr_array_index ((GPtrArray *) g_ptr_array_index (rows, 0), 2), "snapshot_at");
  g_autoptr (ConnectorRun) named =
      pg_expect (source, "read", "{'from': {'query_file': 'q.sql', 'params': {'ids': [], 'not': null}}, 'mode': 'full'}");
  assert_string_equal (named->spool, "\"id\",\"a\"\n");
}

/* ---- discover, check ---- */

static void
test_discover (void **state)
{
  PgSource *source = *state;
  pg_sql (source, "create schema shop; create table shop.\"Odd\" (b int, a bigint generated always as identity, updated_at "
                  "timestamptz not null, made date,"
                  " primary key (a, b)); create table shop.parts (id uuid not null, at timestamptz) partition by list (at);"
                  " create view shop.v as select a from shop.\"Odd\"; create materialized view shop.m as select 1 as one;"
                  " insert into shop.\"Odd\" (b, updated_at) select 1, now() from generate_series(1, 50); analyze shop.\"Odd\"");
  g_autoptr (ConnectorRun) run = pg_expect (source, "discover", "{'from': {'schema': 'shop'}}");
  const Json *odd = connector_line (run, "stream", 0);
  assert_json (odd, "name", "shop.\"Odd\"");
  assert_json (odd, "rows", "50");
  assert_json (odd, "key", "[\"a\",\"b\"]");
  assert_json (odd, "bookmarks", "[\"updated_at\",\"a\"]");
  assert_json (odd, "columns.1.nullable", "false");
  assert_json (connector_line (run, "stream", 1), "kind", "view");
  assert_json (connector_line (run, "stream", 3), "name", "shop.v");
  assert_null (connector_line (run, "stream", 4));
  /* What it is called there is what a job may write. */
  pg_expect_mistake (source, "read", "{'from': {'table': 'shop.\\'odd\\''}}", "from.table", "Odd");
  g_autoptr (ConnectorRun) read = pg_expect (source, "read", "{'from': {'table': 'shop.\\'Odd\\''}, 'mode': 'full'}");
  assert_json (connector_done (read), "rows", "50");
  assert_json (connector_done (read), "complete", "true");
  /* A function of a view looks for its tables where the role does. */
  pg_sql (source, "create table public.found (v text); insert into public.found values ('here');"
                  " create function shop.look () returns text language plpgsql as 'begin return (select v from found); end';"
                  " create view shop.looking as select shop.look () as v");
  g_autoptr (ConnectorRun) looking = pg_expect (source, "read", "{'from': {'table': 'shop.looking'}, 'mode': 'full'}");
  assert_string_equal (looking->spool, "\"v\"\n\"here\"\n");
}

static void
test_check (void **state)
{
  PgSource *source = *state;
  pg_sql (source,
          "create table t (\"schlüssel\" int primary key, at timestamptz not null); alter table t enable row level security;"
          " alter table t force row level security");
  g_autoptr (ConnectorRun) run =
      pg_expect (source, "check", "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['schlüssel'], 'bookmark': 'at'}");
  assert_json (connector_line (run, "checked", 0), "what", "connect");
  assert_json (connector_line (run, "checked", 1), "what", "read");
  assert_json (connector_line (run, "columns", 0), "1.name", "at");
  g_autofree char *text = connector_text (run);
  assert_contains (text, "pg_read_all_stats");
  assert_contains (text, "public.t has no index that begins with at: the server reads all of it for each pull");
  assert_contains (text, "row security of \\\"t\\\"");
  assert_null (strstr (text, "no unique index"));
  /* Who takes for gone what does not come says it each time. */
  static const char *const whole[] = { "'mode': 'full'", "'mode': 'mirror', 'bookmark': 'at', 'part': 'keys'" };
  for (size_t i = 0; i < G_N_ELEMENTS (whole); i++)
    {
      g_autofree char *more = g_strdup_printf ("{'from': {'table': 't'}, 'key': ['schlüssel'], %s}", whole[i]);
      g_autoptr (ConnectorRun) all = pg_expect (source, "read", more);
      assert_contains (json_string_value (connector_line (all, "note", 0)), "row security of \"t\"");
    }

  /* A schema that the first delivery makes: twice, for it is not left there. */
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (ConnectorRun) there = pg_expect (source, "check", "{'to': {'schema': 'shop'}}");
      g_autofree char *said = connector_text (there);
      assert_contains (said, "the schema is not there yet, the first delivery makes it");
    }
}

/* Numbers and times that may come behind others, whoever is open. */
static void
test_check_overlap (void **state)
{
  PgSource *source = *state;
  g_autofree char *superuser = cluster_url (source->cluster, source->database, "postgres", CLUSTER_PASSWORD);
  g_autoptr (Db) db = db_connect (superuser, "test", -1, NULL);
  pg_sql (source,
          "create table t (id bigint generated always as identity (cache 20) primary key, n int default 1); create sequence s "
          "cache 30; alter table t alter n set default nextval('s')");
  assert_true (
      db_exec (db, "set allow_system_table_mods = on; insert into pg_subscription_rel values (1, 't'::regclass, 'r', null)", NULL));
  static const struct
  {
    const char *more, *wanted;
  } cases[] = {
    { "'mode': 'log'", "sets 20 numbers" },     { "'mode': 'sync', 'bookmark': 'n'", "sets 30 numbers" },
    { "'mode': 'log'", "logical replication" }, { "'mode': 'full'", NULL },
    { "'mode': 'log', 'overlap': 100", NULL },
  };
  for (size_t i = 0; i < 2 * G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *more = g_strdup_printf ("{'from': {'table': 't'}, 'key': ['id'], %s}", cases[i / 2].more);
      g_autoptr (ConnectorRun) run = pg_expect (source, i % 2 == 0 ? "check" : "read", more);
      g_autofree char *text = connector_text (run);
      if (cases[i / 2].wanted != NULL)
        assert_contains (text, cases[i / 2].wanted);
      else
        assert_null (strstr (text, "overlap\\\" that"));
    }
  assert_true (db_exec (db,
                        "create extension file_fdw; create server files foreign data wrapper file_fdw; create foreign table f (id "
                        "bigint not null) server files options (filename '/dev/null'); grant select on f to public",
                        NULL));
  g_autoptr (ConnectorRun) foreign = pg_expect (source, "check", "{'from': {'table': 'f'}, 'key': ['id'], 'mode': 'log'}");
  g_autofree char *text = connector_text (foreign);
  assert_contains (text, "a table of another server");
}

/* What can be held of Redshift: by a cursor, with the catalog of old, and without what it does not know. */
static void
test_as_redshift (void **state)
{
  PgSource *source = *state;
  pg_sql (source, "create table t (id bigint primary key, at timestamptz not null, ok boolean, n numeric(20,4), v varchar(100));"
                  " insert into t select i, timestamptz '2026-01-01' + i * interval '1 hour', i %% 2 = 0, i, case when i %% 3 > 0 "
                  "then 'v\"' || i end"
                  " from generate_series(1, 40) i");
  static const char *const modes[] = { "'mode': 'full'", "'mode': 'log', 'overlap': 0",
                                       "'mode': 'sync', 'bookmark': 'at', 'limits': {'rows': 7}",
                                       "'mode': 'log', 'overlap': 0, 'limits': {'rows': 39}" };
  g_autoptr (ConnectorRun) all = pg_expect (source, "read", "{'from': {'table': 't'}, 'mode': 'full', 'key': ['id']}");
  for (size_t i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *more =
          g_strdup_printf ("{'connection': {'type': 'redshift', 'url': 'redshift://weir:%s@/%s?host=%s&port=5432'}, 'from': "
                           "{'table': 't'}, 'key': ['id'], %s}",
                           CLUSTER_PASSWORD, source->database, source->cluster->socket, modes[i]);
      g_autoptr (PgPull) pull = pg_pull_new (source, more);
      pg_pull (pull);
      g_autofree char *found = pg_pull_text (pull), *rows = pg_rows (all);
      g_auto (GStrv) wanted = g_strsplit (rows, "\n", -1);
      qsort (wanted, g_strv_length (wanted), sizeof *wanted, text_compare);
      g_autofree char *sorted = g_strjoinv ("\n", wanted);
      assert_string_equal (found, sorted);
      assert_int_equal (pull->read, 40);
    }
  g_autofree char *more = g_strdup_printf ("{'connection': {'type': 'redshift', 'url': "
                                           "'redshift+psycopg2://weir@/%s?host=%s&port=5432'}, 'from': {'table': 'public.t'}}",
                                           source->database, source->cluster->socket);
  g_autoptr (ConnectorRun) discovered = pg_expect (source, "discover", more);
  assert_json (connector_line (discovered, "stream", 0), "key", "[\"id\"]");
  g_autoptr (ConnectorRun) checked = pg_expect (source, "check", more);
  assert_json (connector_line (checked, "checked", 1), "what", "read");
  /* Nobody knows who is open there: whoever wants numbers has to say what is read again. */
  static const char *const verbs[] = { "check", "read" }, *const numbers[] = { "'log'", "'sync', 'bookmark': 'n'" };
  for (size_t i = 0; i < 4; i++)
    {
      g_autofree char *said = g_strdup_printf ("%.*s, 'key': ['id'], 'mode': %s}", (int) strlen (more) - 1, more, numbers[i / 2]);
      pg_expect_mistake (source, verbs[i % 2], said, "overlap", "0 if");
    }
}

/* Of several rows of one key the last counts, also where that has expired. */
static void
test_expired_is_the_last (void **state)
{
  PgSource *source = *state;
  pg_sql (source, "create table t (id int, day date) partition by range (day); create table t_p_other partition of t default");
  g_autofree char *spool = pg_value (source, "select format(E'\"id\",\"day\"\\n\"1\",\"%%1$s\"\\n\"1\",\"2001-01-01\"\\n"
                                             "\"2\",\"2001-01-01\"\\n\"2\",\"%%1$s\"\\n', now()::date)");
  g_autoptr (Json) request = pg_request (
      source,
      "{'to': {'partition_by': {'column': 'day', 'by': 'month', 'expire': '24 months'}}, 'job': 'j', 'run': 'r', 'delivery': {"
      "'run': 'r', 'table': 't', 'mode': 'upsert', 'key': ['id'], 'rows': 4, 'columns': [{'name': 'id', 'type': 'integer'},"
      " {'name': 'day', 'type': 'date'}]}}");
  g_autoptr (ConnectorRun) run = connector_run (source->path, "weir-connect-pg", "write", request, spool);
  assert_connector_done (run);
  assert_contains (json_string_value (connector_line (run, "note", 0)), "1 row is older than 24 months");
  assert_int_equal (pg_number (source, "select sum(id) from t"), 2);
}

int
main (void)
{
#define CASE(test) cmocka_unit_test_setup_teardown (test, pg_source_setup, pg_source_teardown)
  const struct CMUnitTest tests[] = {
    CASE (test_values),        CASE (test_single_column),
    CASE (test_columns),       CASE (test_where),
    CASE (test_queries),       CASE (test_discover),
    CASE (test_check),         CASE (test_as_redshift),
    CASE (test_check_overlap), CASE (test_expired_is_the_last),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
