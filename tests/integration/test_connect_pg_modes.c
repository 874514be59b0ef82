/* weir-connect-pg in all modes: what a destination has that took all pulls is what the source has, however large the batches are. */
#include "tests/support/pg_source.h"
#include "tests/support/weir.h"

#include "base/autoptr.h"

#include <string.h>

#define SYNC "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at'%s}"
#define LOG "{'from': {'table': 't'}, 'mode': 'log', 'key': ['id']%s}"

/* ---- batches ---- */

/* 60 rows, of which many have the same time, some none. */
static void
make_ties (const PgSource *source)
{
  pg_sql (source,
          "create table t (id bigint primary key, at timestamptz, v text); insert into t select i, case when i %% 11 > 0 then"
          " timestamptz '2026-01-01' + (i / 7) * interval '1 hour' end, repeat('x', i %% 5) from generate_series(1, 60) i");
}

static void
test_batches (void **state)
{
  static const char *const limits[] = { "'rows': 1",  "'rows': 2",    "'rows': 7",    "'rows': 59",
                                        "'rows': 60", "'rows': 1000", "'bytes': 700", "'rows': 9, 'bytes': 300, 'seconds': 100" };
  static const char *const shapes[] = {
    SYNC, LOG, "{'from': {'table': 't'}, 'mode': 'incremental', 'bookmark': 'at'%s}",
    "{'from': {'query': 'select id, at, v from t'}, 'mode': 'mirror', 'key': ['id'], 'bookmark': 'at'%s}",
    "{'from': {'query': 'select id, at, v from t where id > $1', 'params': [0]}, 'mode': 'log', 'key': ['id']%s}"
  };
  PgSource *source = *state;
  make_ties (source);
  for (size_t i = 0; i < G_N_ELEMENTS (limits); i++)
    for (size_t shape = 0; shape < G_N_ELEMENTS (shapes); shape++)
      {
        /* Small ones take long: once is enough. */
        if (shape > 0 && i <= 1)
          continue;
        g_autofree char *limit = g_strdup_printf (", 'limits': {%s}", limits[i]);
        g_autofree char *more = g_strdup_printf (shapes[shape], limit);
        g_autoptr (PgPull) pull = pg_pull_new (source, more);
        pg_pull (pull);
        pg_pull_assert (pull, more);
        assert_int_equal (pull->read, 60);
        pg_pull_quiet (pull);
      }
}

/* Rows are exactly as many as were asked for, where the order has a key. */
static void
test_batch_sizes (void **state)
{
  PgSource *source = *state;
  make_ties (source);
  g_autoptr (PgPull) pull =
      pg_pull_new (source, "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'limits': {'rows': 20}}");
  for (int i = 1; i <= 3; i++)
    {
      assert_true (pg_pull_batch (pull) == (i < 3));
      assert_int_equal (pull->read, 20 * i);
    }
}

/* A table that was emptied, and whose numbers began anew: it is told, and from then on they are read. */
static void
test_numbers_begin_anew (void **state)
{
  PgSource *source = *state;
  pg_sql (source, "create table t (id bigint primary key); insert into t values (1), (2)");
  g_autoptr (ConnectorRun) run =
      pg_expect (source, "read", "{'from': {'table': 't'}, 'mode': 'log', 'key': ['id'], 'position': {'id': 900}}");
  assert_json (connector_done (run), "rows", "0");
  assert_contains (json_string_value (connector_line (run, "note", 0)), "900");
  g_autoptr (PgPull) pull = pg_pull_new (source, "{'from': {'table': 't'}, 'mode': 'log', 'key': ['id']}");
  pull->position = json_pack ("{s:i}", "id", 900);
  pg_pull_quiet (pull);
  pg_sql (source, "insert into t values (3)");
  pg_pull (pull);
  assert_string_equal (g_hash_table_lookup (pull->rows, "3"), "3");
}

/* Keys of all types that order rows, through a view of another schema, whose own functions find what is beside them. */
static void
test_keys (void **state)
{
  static const char *const types[] = { "smallint", "numeric(6,1)", "text",  "char(5)", "date",     "timestamp", "timestamptz",
                                       "time",     "uuid",         "bytea", "boolean", "\"char\"", "oid" };
  static const char *const values[] = { "i",
                                        "i / 10.0",
                                        "repeat('ü\"', i % 4) || i",
                                        "chr(65 + i)",
                                        "date '2026-01-01' + i",
                                        "timestamp '2026-01-01' + i * interval '1 us'",
                                        "timestamptz '2026-01-01' + i * interval '1 us'",
                                        "time '10:00' + i * interval '1 s'",
                                        "md5(i::text)::uuid",
                                        "decode(md5(i::text), 'hex')",
                                        "i > 10",
                                        "chr(65 + i)::\"char\"",
                                        "i::oid" };
  PgSource *source = *state;
  pg_sql (source, "create schema shop; create table shop.names (n int, v text); create function shop.name(int) returns text "
                  "language plpgsql stable"
                  " as 'begin return (select max(v) from names where n = $1); end'");
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    {
      pg_sql (source,
              "create table shop.t (id %s not null, n int not null); insert into shop.t select %s, i from generate_series(1, 20) i;"
              " create view shop.v as select n, id, shop.name(n) as name from shop.t",
              types[i], values[i]);
      g_autoptr (PgPull) log =
          pg_pull_new (source, "{'from': {'table': 'shop.v'}, 'mode': 'log', 'key': ['id', 'n'], 'limits': {'rows': 9}}");
      pg_pull (log);
      assert_int_equal (log->read, 20);
      assert_int_equal (g_hash_table_size (log->rows), 20);
      pg_sql (source, "drop table shop.t cascade");
    }
}

/* What a job makes of the columns of the order changes nothing in it. */
static void
test_order_of_source (void **state)
{
  PgSource *source = *state;
  pg_sql (source, "create table t (id int primary key, at timestamptz not null); insert into t select i, timestamptz '2026-01-01' "
                  "- i * interval '1 hour'"
                  " from generate_series(1, 30) i");
  g_autoptr (PgPull) pull =
      pg_pull_new (source, "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'limits': {'rows': 7},"
                           " 'columns': {'at': {'type': 'date', 'rename': 'id2'}, 'id': {'rename': 'at', 'default': 0}}}");
  pg_pull (pull);
  assert_int_equal (pull->read, 30);
  assert_string_equal (g_hash_table_lookup (pull->rows, "30"), "30|2025-12-30");
}

/* What one batch has read is read again where it changes before the next. */
static void
test_changes_between_batches (void **state)
{
  PgSource *source = *state;
  make_ties (source);
  g_autoptr (PgPull) pull =
      pg_pull_new (source, "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'limits': {'rows': 7}}");
  for (int i = 0; pg_pull_batch (pull); i++)
    pg_sql (source, "update t set v = v || 'y', at = now() where id in (%d, %d, %d)", i + 1, 60 - i, 1 + i * 5 % 60);
  pg_pull (pull);
  pg_pull_assert (pull, "with changes between batches");
}

/* ---- the other modes ---- */

static void
test_mirror_keys (void **state)
{
  PgSource *source = *state;
  make_ties (source);
  pg_sql (source, "delete from t where id > 3");
  g_autoptr (ConnectorRun) run = pg_expect (
      source, "read",
      "{'from': {'table': 't'}, 'mode': 'mirror', 'key': ['id'], 'bookmark': 'at', 'part': 'keys', 'position': {'at': "
      "'2026-01-02'},"
      " 'columns': {'id': {'rename': 'number'}, 'v': {'mask': 'hash'}}, 'limits': {'rows': 1}, 'where': {'id': [1, 3, 9]}}");
  assert_string_equal (run->spool, "\"number\"\n\"1\"\n\"3\"\n");
  assert_json (connector_done (run), "complete", "true");
  assert_json (connector_done (run), "position", "null");
  assert_json (connector_line (run, "columns", 0), "0.source", "id");
}

static void
test_dump (void **state)
{
  PgSource *source = *state;
  pg_sql (source, "create table t (a int); insert into t values (1), (2)");
  g_autoptr (ConnectorRun) run = pg_expect (source, "read", "{'from': {'table': 't'}, 'mode': 'dump', 'limits': {'rows': 1}}");
  g_autoptr (GPtrArray) rows = connector_rows (run);
  assert_int_equal (rows->len, 3);
  g_autofree char *at = json_at (connector_done (run), "position.snapshot_at");
  assert_string_equal (g_ptr_array_index ((GPtrArray *) g_ptr_array_index (rows, 1), 1), at);
  assert_json (connector_done (run), "complete", "false");
}

static void
test_windows (void **state)
{
  static const struct
  {
    const char *window, *ids;
  } cases[] = {
    { "{'start': '2026-01-02', 'end': '2026-01-04'}", "2\n3" },
    { "{'start': null, 'end': '2026-01-02'}", "1" },
    { "{'start': '2026-01-04', 'end': null}", "4\n5" },
    { "{'start': '2027-01-01', 'end': '2026-01-01'}", "" },
  };
  PgSource *source = *state;
  pg_sql (source, "create table t (id int, at date); insert into t select i, date '2025-12-31' + i from generate_series(1, 5) i; "
                  "insert into t values (9, null)");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int limited = 0; limited < 2; limited++)
      {
        g_autofree char *more = g_strdup_printf (
            "{'from': {'table': 't'}, 'mode': 'incremental', 'bookmark': 'at', 'columns': {'at': {'drop': true}}, 'window': %s%s}",
            cases[i].window, limited ? ", 'limits': {'rows': 1}" : "");
        g_autoptr (PgPull) pull = pg_pull_new (source, more);
        pull->position = limited ? json_pack ("{s:s}", "at", "2026-01-05") : NULL;
        pg_pull (pull);
        g_autofree char *found = pg_pull_text (pull);
        assert_string_equal (found, cases[i].ids);
        assert_null (pull->position);
      }
}

/* A window is over by the clock that the bookmark goes by, which may be hours behind, or be set back in an hour or two. */
static void
test_windows_end_by_their_own_clock (void **state)
{
  PgSource *source = *state;
  pg_sql (source, "create table t (id int primary key, at timestamp, day date)");
  g_autoptr (DbResult) autumn = NULL;
  assert_true (db_query (source->db,
                         "select format('STD0DST,%s/0,%s/%s', extract(doy from t - interval '1 day') - 1, extract(doy from t) - 1,"
                         " extract(hour from t)) from (select (now() at time zone 'UTC') + interval '3 hours' as t) q",
                         NULL, 0, &autumn, NULL));
  const struct
  {
    const char *bookmark, *zone, *behind;
  } cases[] = { { "at", "Pacific/Honolulu", "0" },
                { "day", "Pacific/Honolulu", "0" },
                { "at", db_result_value (autumn, 0, 0), "1 hour" } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *more = g_strdup_printf ("{'from': {'table': 't', 'time_zone': '%s'}, 'mode': 'incremental', 'key': ['id'], "
                                               "'bookmark': '%s', 'window': {'start': '2026-01-01', 'end': '2026-01-02'}}",
                                               cases[i].zone, cases[i].bookmark);
      g_autoptr (ConnectorRun) run = pg_expect (source, "read", more);
      g_autofree char *until = json_at (connector_done (run), "until");
      g_autofree char *sql = g_strdup_printf ("select ((now() at time zone '%s') - '%s'::timestamp - interval '%s'"
                                              " between '0' and '50 minutes')::int",
                                              cases[i].zone, until, cases[i].behind);
      assert_int_equal (pg_number (source, sql), 1);
    }
}

/* Rows without a bookmark come once; "overlap" reads the last stretch again, and leaves the position where it is. */
static void
test_overlap_and_nulls (void **state)
{
  PgSource *source = *state;
  pg_sql (source, "create table t (id int primary key, at timestamp, v text); insert into t select i, timestamp '2026-01-01' + i * "
                  "interval '1 hour' from generate_series(1, 10) i;"
                  " insert into t values (11, null), (12, null)");
  g_autoptr (ConnectorRun) run =
      pg_expect (source, "read", "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'overlap': 7200}");
  assert_json (connector_done (run), "rows", "12");
  assert_contains (json_string_value (connector_line (run, "note", 0)), "2 rows have no value in \"at\"");
  g_autofree char *position = json_at (connector_done (run), "position");
  g_autofree char *more = g_strdup_printf (
      "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'overlap': 7200, 'position': %s}", position);
  g_autoptr (ConnectorRun) again = pg_expect (source, "read", more);
  assert_json (connector_done (again), "rows", "3");
  assert_json (connector_done (again), "position", position);
  g_autoptr (ConnectorRun) log =
      pg_expect (source, "read", "{'from': {'table': 't'}, 'mode': 'log', 'key': ['id'], 'overlap': 3, 'position': {'id': 10}}");
  assert_json (connector_done (log), "rows", "5");
  /* A clock that shows a time that has passed. */
  pg_sql (source, "create table u (id int primary key, at timestamptz)");
  g_autoptr (ConnectorRun) back =
      pg_expect (source, "read",
                 "{'from': {'table': 'u'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'position': {'at': '2099-01-01'}}");
  assert_contains (json_string_value (connector_line (back, "note", 0)), "the server's clock is at");
  /* Behind the beginning of whoever is open, and not behind the clock. */
  g_autofree char *now = pg_value (source, "select clock_timestamp()");
  g_autofree char *ahead =
      g_strdup_printf ("{'from': {'table': 'u'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'position': {'at': '%s'}}", now);
  g_autoptr (ConnectorRun) same = pg_expect (source, "read", ahead);
  g_autofree char *said = connector_text (same);
  assert_null (strstr (said, "the server's clock"));
}

/* 1.0 and 1.00 are one number, so that no batch ends between them; and where nothing has passed yet rows without one come again as they came first. */
static void
test_numbers_alike (void **state)
{
  PgSource *source = *state;
  g_autoptr (Db) other = pg_session (source);
  g_autoptr (PgPull) pull =
      pg_pull_new (source, "{'from': {'table': 't'}, 'mode': 'incremental', 'bookmark': 'n', 'limits': {'rows': 2}}");
  pg_sql (source,
          "create table t (v int, n numeric); insert into t select i, case i %% 4 when 0 then 1.0 when 1 then 1.00 when 2 then 1 "
          "else 10 + i end from generate_series(1, 12) i; insert into t values (13), (14), (15)");
  assert_true (db_exec (other, "begin", NULL));
  for (int i = 1; i <= 2; i++)
    {
      pg_pull (pull);
      assert_int_equal (g_hash_table_size (pull->rows), 15);
      assert_int_equal (pull->read, 15 * i);
    }
  assert_true (db_exec (other, "commit", NULL));
  pg_pull (pull);
  assert_json (pull->position, "n", "21");
}

int
main (void)
{
#define CASE(test) cmocka_unit_test_setup_teardown (test, pg_source_setup, pg_source_teardown)
  const struct CMUnitTest tests[] = {
    CASE (test_batches),
    CASE (test_batch_sizes),
    CASE (test_keys),
    CASE (test_numbers_begin_anew),
    CASE (test_order_of_source),
    CASE (test_changes_between_batches),
    CASE (test_mirror_keys),
    CASE (test_dump),
    CASE (test_windows),
    CASE (test_windows_end_by_their_own_clock),
    CASE (test_overlap_and_nulls),
    CASE (test_numbers_alike),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
