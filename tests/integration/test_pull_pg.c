/* Pulls of a PostgreSQL that goes on meanwhile: rows are written, changed and deleted, and transactions commit late. Each mode keeps what it promises. */
#include "tests/support/pg_source.h"
#include "tests/support/weir.h"

#include <stdlib.h>
#include <string.h>

#define SEEDS 2
#define ROUNDS 4

/* Where each row of the source is, and what became of it. */
#define TABLE                                                                                                                      \
  "create table items (id bigint primary key, changed timestamptz not null default now(), name text, price numeric);"              \
  " create index on items (changed)"

#define DIMENSION(table)                                                                                                           \
  "{\"table\": \"" table "\", \"kind\": \"dimension\", \"business_key\": [\"id\"], \"absent\": \"close\","                         \
  " \"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}}"

#define JOB(table, more)                                                                                                           \
  "{\"from\": {\"connection\": \"app\", \"table\": \"public.items\"}, \"to_table\": \"" table                                      \
  "\", \"batch\": {\"rows\": 7}, " more "}"

static void
given (Home *home, const PgSource *source)
{
  g_autofree char *members =
      g_strdup_printf (", \"connections\": {\"app\": {\"type\": \"postgresql\", \"url\": \"%s\"}}", source->url);
  home_configure (home, members);
  home_write_model (home, "mirrored", DIMENSION ("mirrored"));
  home_write_model (home, "whole", DIMENSION ("whole"));
  home_write_file (home, "jobs/mirrored.json",
                   JOB ("mirrored", "\"mode\": \"mirror\", \"key\": [\"id\"], \"bookmark\": \"changed\""));
  home_write_file (home, "jobs/whole.json", JOB ("whole", "\"mode\": \"full\", \"key\": [\"id\"]"));
  home_write_file (home, "jobs/synced.json", JOB ("synced", "\"mode\": \"sync\", \"key\": [\"id\"], \"bookmark\": \"changed\""));
  pg_sql (source, TABLE);
}

/* Some rows are written, changed and deleted, each with a name that nobody else has. */
static char *
some_changes (GRand *random, int *next)
{
  GString *sql = g_string_new (NULL);
  int count = g_rand_int_range (random, 1, 12);
  for (int i = 0; i < count; i++)
    {
      int id = g_rand_int_range (random, 1, *next + 1), what = g_rand_int_range (random, 0, 5);
      if (what < 2)
        g_string_append_printf (sql, "insert into items values (%d, now(), '%x', %d.%02d);", (*next)++, g_rand_int (random), id,
                                id % 100);
      else if (what < 4)
        g_string_append_printf (sql, "update items set name = '%x', changed = now() where id = %d;", g_rand_int (random), id);
      else
        g_string_append_printf (sql, "delete from items where id = %d;", id);
    }
  return g_string_free (sql, FALSE);
}

#define ROWS "select coalesce(string_agg(id || '|' || coalesce(name, '-') || '|' || price, ' ' order by id), '') from "

/* Of mode sync: what was deleted stays as a pull has seen it last, and plays no part here. */
static bool
is_same (Home *home, const PgSource *source, const char *table, bool has_deleted)
{
  g_autofree char *ids = pg_value (source, "select coalesce(string_agg(id::text, ','), '0') from items");
  g_autofree char *condition = has_deleted ? g_strdup_printf ("id in (%s)", ids) : g_strdup ("true");
  g_autofree char *wanted = pg_value (source, ROWS "items"),
                  *found = sql_scalar (home, ROWS "warehouse.%s where is_current and %s", table, condition);
  if (g_strcmp0 (wanted, found) != 0)
    print_message ("%s: the source has\n%s\nand the table\n%s\n", table, wanted, found);
  return g_strcmp0 (wanted, found) == 0;
}

static bool
pull_and_compare (Home *home, const PgSource *source)
{
  assert_weir (home, 0, "pull", "--all", NULL);
  return is_same (home, source, "mirrored", false) && is_same (home, source, "whole", false)
         && is_same (home, source, "synced", true);
}

static void
go_on (Home *home, const PgSource *source, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  int next = 1;
  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr (Db) late = pg_session (source);
      g_autofree char *late_sql = some_changes (random, &next), *sql = some_changes (random, &next);
      g_autofree char *begun = g_strconcat ("begin; ", late_sql, NULL);
      bool is_late = g_rand_boolean (random) && db_exec (late, begun, NULL);
      g_autofree char *patient = g_strconcat ("set lock_timeout = 200; ", sql, NULL);
      (void) db_exec (source->db, patient, NULL);
      assert_weir (home, 0, "pull", "--all", NULL);
      if (is_late)
        assert_true (db_exec (late, "commit", NULL));
    }
  /* Whoever else has a transaction open on the server is waited for. */
  wait_until (pull_and_compare (home, source));
  assert_sql (home, "t", "select count(*) = count(distinct id) from warehouse.mirrored where is_current");
}

static void
test_modes (void **state)
{
  Home *outer = *state;
  for (guint32 seed = 1; seed <= SEEDS; seed++)
    {
      print_message ("  seed %u\n", seed);
      void *place = outer->cluster;
      g_autoptr (Home) home = home_new (outer->cluster);
      assert_int_equal (pg_source_setup (&place), 0);
      given (home, place);
      go_on (home, place, seed);
      assert_int_equal (pg_source_teardown (&place), 0);
    }
}

/* What a source says of types comes over exactly, and a table without a model gets one with its key. */
static void
test_types (void **state)
{
  Home *home = *state;
  void *place = home->cluster;
  assert_int_equal (pg_source_setup (&place), 0);
  PgSource *source = place;
  g_autofree char *members =
      g_strdup_printf (", \"connections\": {\"app\": {\"type\": \"postgresql\", \"url\": \"%s\"}}", source->url);
  home_configure (home, members);
  home_write_file (home, "jobs/exact.json",
                   "{\"from\": {\"connection\": \"app\", \"table\": \"public.exact\"}, \"to_table\": \"exact\","
                   " \"mode\": \"full\", \"key\": [\"code\"], \"verify\": \"count\"}");
  pg_sql (source, "create table exact (code text primary key, version text, empty text, day text, amount numeric, at timestamptz, "
                  "tags text[], doc jsonb);"
                  " insert into exact values ('007', '1.10', '', '2026-01-01', 'NaN', '2026-11-29 08:00:00.123456+01', '{a,\"b "
                  "c\"}', '{\"a\": 1}'),"
                  " ('7', '2.20', null, 'x', 1.10, 'infinity', null, null)");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "pull", "exact", NULL);
  assert_null (strstr (outcome->err, "and the source"));
  assert_sql (home, "text|text|numeric|timestamp with time zone",
              "select string_agg(data_type, '|' order by ordinal_position) from information_schema.columns"
              " where table_schema = 'warehouse' and table_name = 'exact' and column_name in ('code', 'version', 'amount', 'at')");
  assert_sql (
      home, "1.10|t|NaN|7.123456",
      "select version || '|' || (empty = '')::text::char(1) || '|' || amount || '|' || extract(hour from at at time zone 'UTC')"
      " || substr(extract(second from at)::text, 2) from warehouse.exact where code = '007'");
  assert_sql (home, "t", "select empty is null from warehouse.exact where code = '7'");
  assert_int_equal (pg_source_teardown (&place), 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown (test_modes, home_setup, home_teardown),
                                      cmocka_unit_test_setup_teardown (test_types, home_setup, home_teardown) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
