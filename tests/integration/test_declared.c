/* Files that say what they are: their columns and types, and what they must be. */
#include "tests/support/declared.h"
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>
#include <unistd.h>

#define USERS_MODEL "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}"
#define ID "{\"name\": \"id\", \"type\": \"bigint\", \"nullable\": false, \"key\": true}"
#define USERS_COLUMNS "\"columns\": [" ID ", {\"name\": \"name\"}]"

/* What is in failed/ of a refused file, and its reason. */
static void
expect_refused (Home *home, const char *name, const char *members, const char *text, const char *reason, const char *said)
{
  g_autoptr (Json) published = load_declared (home, name, members, text);
  g_autofree char *shown = weir_json_text (published);
  const char *code = json_string_value (json_object_get (json_object_get (published, "error"), "code"));
  if (g_strcmp0 (code, reason) != 0 || strstr (shown, said) == NULL)
    fail_msg ("%s: not refused with %s and \"%s\": %s", name, reason, said, shown);
}

/* ---- values ---- */

/* Values of PostgreSQL, in pairs with their types. */
static const struct
{
  const char *column, *type, *source, *values;
} columns[] = {
  { "flag", "boolean", "boolean", "(true), (false), (null)" },
  { "big", "bigint", "bigint", "(9223372036854775807), (-9223372036854775808), (0), (null)" },
  { "num", "numeric", "numeric",
    "('NaN'), ('Infinity'), ('-Infinity'), (1.10), (0.00), (-0.000000000000000000000000000001), "
    "(123456789012345678901234567890.12), (null)" },
  { "dbl", "double precision", "float8",
    "('NaN'), ('Infinity'), ('-Infinity'), ('-0'), (1e300), (5e-324), (0.1), (1e22), (1e23), (123456.789), (null)" },
  { "day", "date", "date",
    "('infinity'), ('-infinity'), ('4713-01-01 BC'), ('0044-03-15 BC'), ('0001-12-31 BC'), ('12026-02-28'), ('5874897-12-31'), "
    "('2024-02-29'), (null)" },
  { "clock", "time", "time", "('24:00:00'), ('23:59:59.999999'), ('00:00:00'), (null)" },
  { "moment", "timestamp", "timestamp",
    "('infinity'), ('-infinity'), ('4713-01-01 00:00:00 BC'), ('294276-12-31 23:59:59.999999'), ('0044-03-15 12:00:00 BC'), "
    "('10000-01-01 00:00:00.5'), ('2026-11-29 08:00:00.123456'), (null)" },
  { "instant", "timestamptz", "timestamptz",
    "('infinity'), ('-infinity'), ('4713-01-01 00:00:00+00 BC'), ('294276-12-31 23:59:59.999999+00'), ('0044-03-15 12:00:00+00 "
    "BC'), "
    "('12026-11-29 08:00:00+00'), ('2026-11-29 08:00:00.123456+02'), (null)" },
  { "ident", "uuid", "uuid", "('0190e6f2-0000-7000-8000-000000000000'), (null)" },
  { "doc", "jsonb", "jsonb",
    "('5'), ('\"x\"'), ('null'), ('true'), ('[]'), ('{\"a\": 123456789012345678901234567890.5, \"b\": \"\\u00e4\\\"\\n\"}'), "
    "(null)" },
  { "txt", "text", "text",
    "('NULL'), ('N/A'), (''), (' '), ('  led'), ('trailed  '), (E'two\\nlines\\r\\nand, \"more\"'), ('\\.'), ('\\N'), (E'\\t'), "
    "('0012'), ('2026-01-01'), ('#'), ('null'), ('-'), (null)" },
  { "arr", "text", "text[]", "('{a,b}'), ('{}'), ('{NULL,\"NULL\",\"a b\"}'), (null)" },
  { "bin", "text", "bytea", "('\\x00ff'), ('\\x'), (null)" },
  { "span", "text", "interval", "('1 year 2 days 03:04:05'), (null)" },
  { "zoned", "text", "timetz", "('08:00:00+02'), (null)" },
};

/* src.source has each value in a row; what it is as a text is the canonical cell. */
static char *
make_source (Home *home, char **ret_members)
{
  g_autoptr (GString) names = g_string_new ("id bigint"), cells = g_string_new ("'\"' || id || '\"'"),
                      header = g_string_new ("\"id\"");
  g_autoptr (GString) members = g_string_new ("\"columns\": [" ID);
  for (size_t i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      const char *column = columns[i].column;
      g_string_append_printf (names, ", %s %s", column, columns[i].source);
      g_string_append_printf (header, ",\"%s\"", column);
      g_string_append_printf (cells, " || ',' || coalesce('\"' || replace(%s::text, '\"', '\"\"') || '\"', '')", column);
      g_string_append_printf (members, ", {\"name\": \"%s\", \"type\": \"%s\"}", column, columns[i].type);
    }
  sql_run_text (home, "create schema src");
  sql_run_text (home, "create table src.source (%s)", names->str);
  for (size_t i = 0; i < G_N_ELEMENTS (columns); i++)
    sql_run_text (home, "insert into src.source (id, %s) select %zu + row_number() over (), v::%s from (values %s) x (v)",
                  columns[i].column, 100 * (i + 1), columns[i].source, columns[i].values);
  sql_run_text (home, "set time zone 'UTC'");
  g_autofree char *rows = sql_text_rows (home, "select string_agg(%s || E'\\n', '' order by id) from src.source", cells->str);
  g_autofree char *text = g_strdup_printf ("%s\n%s", header->str, rows);
  g_string_append (members, "]");
  declare (home, "users.csv", members->str);
  *ret_members = g_strdup (members->str);
  return g_steal_pointer (&text);
}

/* Which values are others in the table: '' is none. */
static char *
find_others (Home *home, const char *table)
{
  g_autoptr (GString) sql = g_string_new (NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (columns); i++)
    g_string_append_printf (
        sql,
        "%sselect '%s ' || s.id || ': ' || coalesce(s.%s::text, 'NULL') || ' is ' || coalesce(t.%s::text, 'NULL') from src.source s"
        " left join %s t using (id) where t.id is null or t.%s::text is distinct from s.%s::text",
        i > 0 ? " union all " : "", columns[i].column, columns[i].column, columns[i].column, table, columns[i].column,
        columns[i].column);
  return sql_text_rows (home, "%s", sql->str);
}

/* Each value of PostgreSQL's types comes as it is, into staging and warehouse; the same once more is no change, and neither is it for a rebuild. */
static void
test_values (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  g_autofree char *members = NULL, *text = make_source (home, &members);
  g_autoptr (Json) published = load_text (home, "users.csv", text, NULL);
  g_autofree char *shown = weir_json_text (published);
  if (g_strcmp0 (json_string_value (json_object_get (published, "status")), "applied") != 0)
    fail_msg ("%s", shown);
  assert_json (published, "rows.rejected", "0");
  g_autofree char *staged = find_others (home, "staging.users"), *kept = find_others (home, "warehouse.users");
  assert_string_equal (staged, "");
  assert_string_equal (kept, "");
  /* Other bytes, of the same values. */
  g_autofree char *again = g_strdup_printf ("%s\n", text);
  declare (home, "users-2.csv", members);
  g_autoptr (Json) same = load_text (home, "users-2.csv", again, NULL);
  assert_json (same, "rows.unchanged", "91");
  assert_weir (home, 0, "rebuild", "users", NULL);
  sql_run_text (home, "drop schema src cascade");
  home->oracle = ORACLE_REPLAY;
}

/* ---- what cells are ---- */

/* Nothing is guessed and nothing is NULL but what says so; what is not of its type is a reject. */
static void
test_cells (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  expect_declared (home, "users.csv",
                   "\"columns\": [" ID ", {\"name\": \"name\", \"type\": \"text\"}, {\"name\": \"n\", \"type\": \"bigint\"}]",
                   "\"id\",\"name\",\"n\"\n\"1\",\"\",\"7\"\n\"2\",,\n\"3\",\" N/A \",\"8\"\n", "applied", "read=3 inserted=3");
  assert_sql (home, "1|<>|7\n2|-|-\n3|< N/A >|8",
              "select id, coalesce('<' || name || '>', '-'), n from warehouse.users order by id");
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"], \"rejects\": {\"max_percent\": 100}}");
  expect_declared (home, "users-2.csv",
                   "\"columns\": [" ID ", {\"name\": \"name\", \"type\": \"text\"}, {\"name\": \"n\", \"type\": \"bigint\"}]",
                   "\"id\",\"name\",\"n\"\n\"4\",\"a\",\"x\"\n\"5\",\"b\",\"\"\n\"6\",\"c\",\" 7\"\n\"7\",\"d\",\"9\"\n", "applied",
                   "read=4 rejected=3 inserted=1");
  assert_sql (home, "bad_value", "select distinct reason from weir.reject");
}

/* Where the only column is NULL its line is empty. */
static void
test_one_column (void **state)
{
  Home *home = *state;
  expect_declared (home, "notes.csv", "\"columns\": [{\"name\": \"note\"}], \"count\": 5", "\"note\"\n\n\"\"\n\"a\"\n\n\" \"\n",
                   "staged", "read=5 staged=5");
  assert_sql (home, "2|-\n3|<>\n4|<a>\n5|-\n6|< >", "select _line, '<' || note || '>' from staging.notes order by _line");
}

/* Rows without a key are known by their values: an empty text is one there, too. */
static void
test_bag (void **state)
{
  Home *home = *state;
  home_write_model (home, "notes", "{\"table\": \"notes\", \"kind\": \"fact\"}");
  expect_declared (home, "notes.csv", "\"columns\": [{\"name\": \"a\"}, {\"name\": \"b\"}]", "\"a\",\"b\"\n\"1\",\n", "applied",
                   "inserted=1");
  expect_declared (home, "notes-2.csv", "\"columns\": [{\"name\": \"a\"}, {\"name\": \"b\"}]", "\"a\",\"b\"\n\"1\",\"\"\n",
                   "applied", "inserted=1");
  expect_declared (home, "notes-3.csv", "\"columns\": [{\"name\": \"a\"}, {\"name\": \"b\"}]", "\"a\",\"b\"\n\"1\",\n\"1\",\"\"\n",
                   "applied", "unchanged=2");
  assert_sql (home, "1|<>\n1|-", "select a, coalesce('<' || b || '>', '-') from warehouse.notes order by 2 desc");
}

/* A cell may have as many lines as it likes, also such as look like rows. */
static void
test_long_cells (void **state)
{
  Home *home = *state;
  g_autoptr (GString) text = g_string_new ("\"id\",\"name\"\n\"1\",\"");
  for (int i = 0; i < 12000; i++)
    g_string_append (text, "7,8\n");
  g_string_append (text, "\"\n\"2\",\"b\"\n");
  home_write_model (home, "users", USERS_MODEL);
  expect_declared (home, "users.csv", USERS_COLUMNS ", \"count\": 2", text->str, "applied", "read=2 inserted=2");
  assert_sql (home, "48000", "select length(name) from warehouse.users where id = 1");
}

/* A model's word comes before the file's: its types, how they are written in texts, names, what is required. */
static void
test_models_rule (void **state)
{
  Home *home = *state;
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"], \"contract\": {\"columns\": \"discard\"},"
      " \"columns\": {\"born\": {\"type\": \"date\", \"format\": \"DD/MM/YYYY\"}, \"since\": {\"type\": \"date\", \"format\": "
      "\"DD/MM/YYYY\"}, \"total\": {\"type\": \"numeric\", \"from\": [\"amount\"]}}}");
  expect_declared (home, "users.csv",
                   "\"columns\": [" ID
                   ", {\"name\": \"born\"}, {\"name\": \"since\", \"type\": \"date\"}, {\"name\": \"amount\", \"type\": "
                   "\"bigint\"}]",
                   "\"id\",\"born\",\"since\",\"amount\"\n\"1\",\"29/11/2026\",\"2026-11-28\",\"5\"\n", "applied", "inserted=1");
  assert_sql (home, "2026-11-29|2026-11-28|5|numeric", "select born, since, total, pg_typeof(total) from warehouse.users");
  expect_declared (home, "users-2.csv",
                   "\"columns\": [" ID
                   ", {\"name\": \"born\"}, {\"name\": \"since\", \"type\": \"date\"}, {\"name\": \"amount\", \"type\": "
                   "\"bigint\"}, {\"name\": \"fresh\"}]",
                   "\"id\",\"born\",\"since\",\"amount\",\"fresh\"\n\"2\",,,,\"x\"\n", "applied", "inserted=1");
  assert_sql (home, "0", "select count(*) from pg_attribute where attname = 'fresh' and attrelid = 'warehouse.users'::regclass");
}

/* What earlier files have settled holds, and is widened where the file is declared to have more. */
static void
test_pins (void **state)
{
  Home *home = *state;
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"], \"rejects\": {\"max_percent\": 100}}");
  g_autoptr (Json) sniffed = load_text (home, "users.csv", "id,n,day\n1,5,29/11/2026\n2,6,30/11/2026\n", NULL);
  assert_json (sniffed, "status", "applied");
  expect_declared (home, "users-2.csv",
                   "\"columns\": [" ID ", {\"name\": \"n\", \"type\": \"numeric\"}, {\"name\": \"day\", \"type\": \"date\"}]",
                   "\"id\",\"n\",\"day\"\n\"1\",\"5.5\",\"2026-11-29\"\n\"3\",\"NaN\",\"x\"\n", "applied", "updated=1 rejected=1");
  assert_sql (home, "1|5.5|2026-11-29\n2|6|2026-11-30", "select id, n, day from warehouse.users_current order by id");
  g_autoptr (Json) later = load_text (home, "users-3.csv", "id,n,day\n1,7,01/12/2026\n2,6,30/11/2026\n", NULL);
  assert_json (later, "rows.updated", "1");
}

#define FREE                                                                                                                       \
  "\"columns\": [" ID ", {\"name\": \"day\", \"type\": \"any\"}, {\"name\": \"n\", \"type\": \"any\"}, {\"name\": \"code\"}]"

/* Columns of type "any" are as their cells say, and earlier files; those beside them as they are declared. */
static void
test_any_type (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  expect_declared (home, "users.csv", FREE,
                   "\"id\",\"day\",\"n\",\"code\"\n\"1\",\"29/11/2026\",\" 5\",\"12\"\n\"2\",\"N/A\",\"7\",\" 13\"\n", "applied",
                   "inserted=2");
  assert_sql (home, "1|2026-11-29|5|12\n2|-|7| 13",
              "select id, coalesce(day::text, '-'), n, code from warehouse.users order by id");
  assert_sql (home, "date|bigint|text", "select pg_typeof(day), pg_typeof(n), pg_typeof(code) from warehouse.users limit 1");
  expect_declared (home, "users-2.csv", FREE, "\"id\",\"day\",\"n\",\"code\"\n\"3\",,\"7.5\",\n", "applied", "inserted=1");
  assert_sql (home, "numeric", "select pg_typeof(n) from warehouse.users limit 1");
  expect_declared (home, "others.csv", FREE ", \"count\": 0", "\"id\",\"day\",\"n\",\"code\"\n", "staged", "read=0");
}

/* ---- what a file must be ---- */

static void
test_refused (void **state)
{
  static const struct
  {
    const char *members, *text, *reason, *said;
  } cases[] = {
    { USERS_COLUMNS, "\"name\",\"id\"\n\"a\",\"1\"\n", "not_as_declared", "cell 1 of its header is not" },
    { USERS_COLUMNS, "\"id\"\n\"1\"\n", "not_as_declared", "its header has 1 cell, and 2 columns are declared" },
    { USERS_COLUMNS, "", "not_as_declared", "it is empty" },
    { USERS_COLUMNS, "\"id\",\"name\"\n", "no_rows", "has a header but no rows" },
    { USERS_COLUMNS ", \"count\": 2", "\"id\",\"name\"\n\"1\",\"a\"\n", "not_as_declared", "it has 1 rows, and 2 are declared" },
    { USERS_COLUMNS ", \"sha256\": \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"",
      "\"id\",\"name\"\n\"1\",\"a\"\n", "not_as_declared", "its checksum is another" },
    { "\"sha256\": \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"", "id,name\n1,a\n2,b\n", "not_as_declared",
      "its checksum is another" },
    { "\"table\": \"others\", " USERS_COLUMNS, "\"id\",\"name\"\n\"1\",\"a\"\n", "not_as_declared", "its declaration says" },
    { "\"colums\": [], \"count\": -1, \"rows\": \"all\"", "\"id\"\n\"1\"\n", "bad_declaration", "$.count: must be a whole number" },
    { "\"columns\": [{\"name\": \"id\", \"type\": \"int3\"}, {\"name\": \"id\"}]", "\"id\"\n\"1\"\n", "bad_declaration",
      "$.columns[1]: column \\\"id\\\" is there twice" },
    { "\"bookmark\": {\"source\": \"x\"}", "\"id\"\n\"1\"\n", "bad_declaration", "$.bookmark: \\\"to\\\" is missing" },
    { "nonsense", "\"id\"\n\"1\"\n", "bad_declaration", "expected near 'nonsense'" },
  };
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    expect_refused (home, "users.csv", cases[i].members, cases[i].text, cases[i].reason, cases[i].said);
  assert_sql (home, "0", "select count(*) from pg_class where relname = 'users' and relnamespace = to_regnamespace('warehouse')");
  /* Nothing of a declaration is left. */
  assert_int_equal (home_count_files (home, "imports"), 0);
  assert_int_equal (home_count_files (home, "failed"), 2 * (int) G_N_ELEMENTS (cases));
}

/* A file that is declared to be empty is. */
static void
test_no_rows (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  expect_declared (home, "users.csv", USERS_COLUMNS ", \"count\": 0, " JOB_BOOKMARK ("null", "5"), "\"id\",\"name\"\n", "applied",
                   "read=0");
  assert_sql (home, "5", "select position from weir.bookmark");
  /* Known bytes are held to their declaration, too. */
  expect_declared (home, "users-2.csv", USERS_COLUMNS ", \"count\": 1", "\"id\",\"name\"\n\"1\",\"a\"\n", "applied", "read=1");
  expect_refused (home, "users-3.csv", USERS_COLUMNS ", \"count\": 2, " JOB_BOOKMARK ("5", "6"), "\"id\",\"name\"\n\"1\",\"a\"\n",
                  "not_as_declared", "it has 1 rows, and 2 are declared");
  assert_sql (home, "5", "select position from weir.bookmark");
}

/* A link beside a file leads to what its dropper may not read: the file stays where it is until that is mended. */
static void
test_a_link_beside (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  home_write_file (home, "secret.json", "{\"declared\": 1, " USERS_COLUMNS "}");
  g_autofree char *link = home_path (home, "imports/.users.csv.json");
  home_drop (home, "users.csv", "\"id\",\"name\"\n\"1\",\"N/A\"\n");
  assert_int_equal (symlink ("../secret.json", link), 0);
  g_autoptr (Outcome) refused = expect_weir (home, 1, "load", "imports/users.csv", NULL);
  assert_contains (refused->err, "it is a symbolic link");
  g_autoptr (Outcome) once = run_weir (home, "watch", "--once", NULL);
  assert_int_not_equal (once->code, 0);
  assert_true (home_has_file (home, "imports/users.csv"));
  assert_int_equal (unlink (link), 0);
  declare (home, "users.csv", USERS_COLUMNS);
  assert_weir (home, 0, "watch", "--once", NULL);
  assert_sql (home, "N/A", "select name from warehouse.users");
}

/* A file that is loaded where it lies has what lies beside it there; so has one that is only looked at. */
static void
test_in_place (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  home_write_file (home, "data/.users.csv.json", "{\"declared\": 1, " USERS_COLUMNS ", \"count\": 1}");
  home_write_file (home, "data/users.csv", "\"id\",\"name\"\n\"1\",\"N/A\"\n");
  g_autoptr (Outcome) diff = expect_weir (home, 0, "diff", "data/users.csv", NULL);
  assert_contains (diff->out, "N/A");
  assert_weir (home, 0, "load", "data/users.csv", NULL);
  assert_sql (home, "N/A", "select name from warehouse.users");
  assert_true (home_has_file (home, "data/.users.csv.json"));
  assert_weir (home, 0, "load", "--force", "--archive", "data/users.csv", NULL);
  assert_false (home_has_file (home, "data/.users.csv.json"));
  home->oracle = ORACLE_BY_HAND;
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_values),     TEST (test_cells),       TEST (test_one_column),    TEST (test_bag),
    TEST (test_long_cells), TEST (test_models_rule), TEST (test_pins),          TEST (test_any_type),
    TEST (test_refused),    TEST (test_no_rows),     TEST (test_a_link_beside), TEST (test_in_place),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
