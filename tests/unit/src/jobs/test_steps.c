/* Streams of steps before they run: places of parameters, macros at the borders of years, and all mistakes at once. */
#include "src/jobs/job.h"
#include "src/jobs/placeholders.h"

#include "tests/support/process.h"

#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- places ---- */

static const struct
{
  const char *text, *sql, *names, *first;
} queries[] = {
  { "select :a, :b_2", "select $1, $2", "a b_2", "select" },
  { "select :a, :a", "select $1, $2", "a a", "select" },
  { "select ':a', \":b\", 'it''s :c', e'\\':d', E'x\\\\' || :e", "select ':a', \":b\", 'it''s :c', e'\\':d', E'x\\\\' || $1", "e",
    "select" },
  { "select $$:a$$, $x$ $$ :b $x$, $1, a$b, :c", "select $$:a$$, $x$ $$ :b $x$, $1, a$b, $1", "c", "select" },
  { "select x::date, y := :z, :v::text", "select x::date, y := $1, $2::text", "z v", "select" },
  { "-- :a\nselect /* :b /* :c */ ' */ :d", "-- :a\nselect /* :b /* :c */ ' */ $1", "d", "select" },
  { "select a[1: n], a[1:n]", "select a[1: n], a[1$1]", "n", "select" },
  { "select 1 ; -- end\n", "select 1 ", "", "select" },
  { "  ((VALUES (1)))", "  ((VALUES (1)))", "", "values" },
  { "/* x */ With a as (select 1) table a;", "/* x */ With a as (select 1) table a", "", "with" },
  { "'select'", "'select'", "", "" },
  { "select '\xC3\xA9' || :\xC3\xA9 || :a", "select '\xC3\xA9' || :\xC3\xA9 || $1", "a", "select" },
  { "", "", "", "" },
  { ":a", "$1", "a", "" },
};

static void
test_places (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (Placeholders) places = { 0 };
      g_autoptr (GString) sql = g_string_new (NULL), names = g_string_new (NULL);
      print_message ("  %s\n", queries[i].text);
      assert_true (placeholders_read (queries[i].text, &places, &error));
      placeholders_append (&places, sql, NULL, NULL);
      for (guint p = 0; p < placeholders_count (&places); p++)
        g_string_append_printf (names, "%s%s", p > 0 ? " " : "", placeholders_name (&places, p));
      assert_string_equal (sql->str, queries[i].sql);
      assert_string_equal (names->str, queries[i].names);
      assert_string_equal (places.first, queries[i].first);
    }
}

static void
test_bad_places (void **state)
{
  static const char *const bad[][2] = {
    { "select 'x", "line 1, column 8: what is quoted here does not end" },
    { "select\n  \"x", "line 2, column 3: what is quoted here does not end" },
    { "select $q$ $x$", "line 1, column 8: what is quoted here does not end" },
    { "select '\xC3\xA9', /* /* */", "line 1, column 13: the comment does not end" },
    { "select 1; select 2", "line 1, column 11: another statement begins here; one query is taken" },
    { "select 1;;", "line 1, column 10: another statement begins here; one query is taken" },
    { "select :'a'", "line 1, column 8: a parameter is written :name, without quotes" },
    { "select e'\\'", "line 1, column 9: what is quoted here does not end" },
  };
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (Placeholders) places = { 0 };
      assert_false (placeholders_read (bad[i][0], &places, &error));
      assert_string_equal (error->message, bad[i][1]);
    }
}

/* Each byte of what is not replaced comes from where it was; one of a place from the place's colon. */
static void
test_origin (void **state)
{
  static const char text[] = "select :a, x, :long_name from t where :b";
  g_auto (Placeholders) places = { 0 };
  g_autoptr (GString) sql = g_string_new (NULL);
  (void) state;
  assert_true (placeholders_read (text, &places, NULL));
  placeholders_append (&places, sql, NULL, NULL);
  for (size_t i = 0; i < sql->len; i++)
    {
      size_t origin = placeholders_origin (&places, i, NULL, NULL);
      bool replaced = sql->str[i] == '$' || (i > 0 && sql->str[i - 1] == '$');
      assert_int_equal (text[origin], replaced ? ':' : sql->str[i]);
    }
  assert_int_equal (placeholders_origin (&places, sql->len + 5, NULL, NULL), strlen (text));
}

/* ---- macros ---- */

static const struct
{
  const char *time, *zone;
  YearStart school, fiscal;
  const char *word, *value;
} macros[] = {
  { "2026-11-29T12:00:00Z", "UTC", { 8, 1 }, { 7, 1 }, "TODAY", "2026-11-29" },
  { "2026-11-29T12:00:00Z", "UTC", { 8, 1 }, { 7, 1 }, "YESTERDAY", "2026-11-28" },
  { "2026-03-01T12:00:00Z", "UTC", { 8, 1 }, { 7, 1 }, "YESTERDAY", "2026-02-28" },
  { "2026-12-31T23:30:00Z", "Europe/Oslo", { 8, 1 }, { 7, 1 }, "TODAY", "2027-01-01" },
  { "2026-12-31T23:30:00Z", "America/New_York", { 8, 1 }, { 7, 1 }, "TODAY", "2026-12-31" },
  { "2024-02-10T00:00:00Z", "UTC", { 8, 1 }, { 7, 1 }, "MONTH_END", "2024-02-29" },
  { "2026-02-10T00:00:00Z", "UTC", { 8, 1 }, { 7, 1 }, "MONTH_START", "2026-02-01" },
  { "2026-07-31T21:59:59Z", "Europe/Oslo", { 8, 1 }, { 7, 1 }, "SCHOOL_YEAR", "2025" },
  { "2026-07-31T22:00:00Z", "Europe/Oslo", { 8, 1 }, { 7, 1 }, "SCHOOL_YEAR", "2026" },
  { "2026-07-31T22:00:00Z", "Europe/Oslo", { 8, 1 }, { 7, 1 }, "SCHOOL_YEAR_START", "2026-08-01" },
  { "2026-07-31T22:00:00Z", "Europe/Oslo", { 8, 1 }, { 7, 1 }, "SCHOOL_YEAR_END", "2027-07-31" },
  { "2026-07-31T22:00:00Z", "UTC", { 8, 1 }, { 7, 1 }, "SCHOOL_YEAR_END", "2026-07-31" },
  { "2026-06-30T23:59:59Z", "UTC", { 8, 1 }, { 7, 1 }, "FISCAL_YEAR", "2026" },
  { "2026-07-01T00:00:00Z", "UTC", { 8, 1 }, { 7, 1 }, "FISCAL_YEAR", "2027" },
  { "2026-07-01T00:00:00Z", "UTC", { 8, 1 }, { 1, 1 }, "FISCAL_YEAR", "2026" },
  { "2026-07-01T00:00:00Z", "UTC", { 8, 1 }, { 10, 1 }, "FISCAL_YEAR_START", "2025-10-01" },
  { "2027-06-30T00:00:00Z", "UTC", { 8, 1 }, { 7, 1 }, "FISCAL_YEAR_END", "2027-06-30" },
  { "2026-07-01T00:00:00Z", "UTC", { 8, 1 }, { 7, 1 }, "JOB", "weekly" },
  { "2026-07-01T00:00:00Z", "UTC", { 8, 1 }, { 7, 1 }, "RUN", "1-2" },
  { "2026-07-01T00:00:00Z", "UTC", { 8, 1 }, { 7, 1 }, "SCHOOL", NULL },
};

static void
test_macros (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (macros); i++)
    {
      g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (macros[i].time, NULL);
      g_autoptr (Zone) zone = zone_open (macros[i].zone, NULL);
      const MacroFacts facts = { g_date_time_to_unix (time), zone, macros[i].school, macros[i].fiscal, "1-2", "weekly" };
      g_autofree char *value = macro_value (macros[i].word, &facts);
      print_message ("  %s %s %s\n", macros[i].word, macros[i].time, macros[i].zone);
      if (macros[i].value == NULL)
        assert_null (value);
      else
        assert_string_equal (value, macros[i].value);
    }
}

static void
test_starts (void **state)
{
  static const char *const bad[] = { "", "8-1", "02-29", "13-01", "00-10", "08-32", "08-01x", "2026-08-01" };
  YearStart start;
  (void) state;
  assert_true (macro_read_start ("10-31", &start));
  assert_int_equal (start.month * 100 + start.day, 1031);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_false (macro_read_start (bad[i], &start));
}

/* ---- mistakes ---- */

#define CONNECTIONS                                                                                                                \
  "{\"connections\": {\"app\": {\"type\": \"postgresql\"}, \"sftp1\": {\"type\": \"sftp\"}, \"mail\": {\"type\": \"smtp\"}}}"
#define A "{\"name\": \"a\", \"from\": {\"connection\": \"app\", \"table\": \"t\"}}"
#define B "{\"name\": \"b\", \"sql_file\": \"b.sql\"}"

static const struct
{
  const char *steps, *mistakes; /* NULL: none */
} cases[] = {
  { A "," B ",{\"deliver\": \"b\", \"to\": \"mail\"}", NULL },
  { "{}", "$.steps[0]: must be an object with one of \"from\", \"sql_file\" and \"deliver\"" },
  { "1", "$.steps[0]: must be an object with one of \"from\", \"sql_file\" and \"deliver\"" },
  { "{\"name\": \"a\", \"from\": {\"connection\": \"ap\"}, \"form\": 1}",
    "$.steps[0].form: unknown member \"form\"; did you mean \"from\"?\n"
    "$.steps[0].from.connection: unknown connection \"ap\"; did you mean \"app\"?" },
  { "{\"from\": {\"table\": \"x\"}}",
    "$.steps[0]: \"name\" is missing: what the step's result is called\n"
    "$.steps[0].from: must be an object with a \"connection\": the name of a connection of weir.json" },
  { A "," A, "$.steps[1].name: \"a\" is the name of step 1, too" },
  { "{\"name\": \"A b\", \"sql_file\": \"b.sql\"}",
    "$.steps[0].name: \"A b\" must be of a-z, 0-9 and _, at most 63 of them, and not begin with a digit" },
  { B "," A
      ",{\"name\": \"c\", \"sql_file\": \"b.sql\", \"inputs\": [\"d\", \"bb\", \"c\"]}, {\"name\": \"d\", \"sql_file\": \"b.sql\"}",
    "$.steps[2].inputs[0]: \"d\" is a later step: steps run in their order\n"
    "$.steps[2].inputs[1]: unknown step \"bb\"; did you mean \"b\"?\n"
    "$.steps[2].inputs[2]: \"c\" is this step itself" },
  { "{\"deliver\": \"a\", \"to\": \"mial\"}", "$.steps[0].to: unknown connection \"mial\"; did you mean \"mail\"?\n"
                                              "$.steps[0].deliver: unknown step \"a\"; there is none before this one" },
  { A ",{\"deliver\": \"a\"}", "$.steps[1]: \"to\" is missing: the name of a connection of weir.json" },
  { A ",{\"deliver\": \"a\", \"to\": \"mail\", \"body_file\": \"none.txt\"}", "$.steps[1].body_file: could not open" },
  { "{\"name\": \"b\", \"sql_file\": \"none.sql\"}", "$.steps[0].sql_file: could not open" },
  { "{\"name\": \"b\", \"sql_file\": \"two.sql\"}",
    "$.steps[0].sql_file: two.sql: line 1, column 11: another statement begins here; one query is taken" },
  { "{\"name\": \"b\", \"sql_file\": \"delete.sql\"}", "$.steps[0].sql_file: delete.sql must be one query: SELECT or WITH" },
  { A ",{\"name\": \"b\", \"sql_file\": \"params.sql\", \"params\": {\"x\": \"macro:SCHOOLYEAR\", \"z\": 1,"
      " \"y\": {\"step\": \"aa\", \"column\": \"id\"}}}",
    "$.steps[1].params.x: unknown macro \"SCHOOLYEAR\"; did you mean \"SCHOOL_YEAR\"?\n"
    "$.steps[1].params.y.step: unknown step \"aa\"; did you mean \"a\"?\n"
    "$.steps[1].params.z: is of no use: params.sql has no :z" },
  { "{\"name\": \"b\", \"sql_file\": \"params.sql\", \"params\": {\"x\": [\"macro:TODAI\"]}}",
    "$.steps[0].params.x[0]: unknown macro \"TODAI\"; did you mean \"TODAY\"?\n"
    "$.steps[0].sql_file: params.sql has :y, which \"params\" does not have" },
  { "{\"name\": \"b\", \"sql_file\": \"params.sql\", \"params\": {\"x\": {\"a\": 1}, \"y\": {\"value\": 1, \"type\": \"int); "
    "drop\"}}}",
    "$.steps[0].params.x.a: unknown member \"a\"; expected one of: value, step, column, type\n"
    "$.steps[0].params.x: must have a \"value\", or a \"step\" and the \"column\" of its result\n"
    "$.steps[0].params.y.type: must be a type of PostgreSQL, as \"bigint\"; of a list that of its values" },
  { "{\"name\": \"a\", \"from\": {\"connection\": \"app\", \"query_file\": \"params.sql\", \"params\": {\"x\": 1}}}",
    "$.steps[0].from.query_file: params.sql has :y, which \"params\" does not have" },
  { "{\"name\": \"a\", \"from\": {\"connection\": \"app\", \"query_file\": \"own.sql\", \"params\": {\"x\": 1}}}", NULL },
  { "{\"name\": \"a\", \"from\": {\"connection\": \"sftp1\", \"path\": \"out/*.csv\"}}", NULL },
  { "{\"name\": \"a_2\", \"from\": {\"connection\": \"app\", \"table\": \"t\"}}",
    "$.steps[0].name: must not have a digit behind a \"_\": a file's number or date begins so" },
  { "{\"name\": \"taken\", \"from\": {\"connection\": \"app\", \"table\": \"t\"}}",
    "$.steps[0].name: the step's table would be x__taken, of which there is a model" },
  { A "],\"from\": {\"connection\": \"app\"}, \"mode\": \"full\", \"school_year_starts\": \"02-30\", \"x\": [1",
    "$.school_year_starts: must be a month and a day that each year has, as \"08-01\"\n"
    "$.x: unknown member \"x\"; expected one of" },
};

static void
put (const char *home, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (home, name, NULL), *folder = g_path_get_dirname (path);
  assert_int_equal (g_mkdir_with_parents (folder, 0700), 0);
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

static int
folder_setup (void **state)
{
  g_autofree char *path = g_dir_make_tmp ("weir-steps-XXXXXX", NULL);
  *state = realpath (path, NULL);
  put (*state, "weir.json", CONNECTIONS);
  put (*state, "b.sql", "select 1");
  put (*state, "two.sql", "select 1; select 2");
  put (*state, "delete.sql", "delete from a");
  put (*state, "params.sql", "select :x, :y, :x");
  put (*state, "own.sql", "select $1");
  put (*state, "models/x__taken.json", "{\"table\": \"x__taken\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}");
  return 0;
}

static void
test_a_name_with_a_number (void **state)
{
  static const char *const names[] = { "weekly_2", "weekly-2026-11-29", "weekly2" };
  g_autoptr (Settings) settings = settings_load_home (*state, HOME_REQUIRED, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file = g_strdup_printf ("jobs/%s.json", names[i]), *path = g_build_filename (*state, file, NULL);
      g_autoptr (GError) error = NULL;
      put (*state, file, "{\"steps\": [" A ", {\"name\": \"b\", \"sql_file\": \"b.sql\"}]}");
      g_autoptr (Jobs) jobs = jobs_load (settings, NULL);
      bool is_taken = jobs_find (jobs, names[i], &error) != NULL;
      print_message ("  %s: %s\n", names[i], is_taken ? "taken" : weir_error_get_detail (error));
      assert_int_equal (is_taken, i >= 2);
      if (!is_taken)
        assert_string_equal (weir_error_get_detail (error),
                             "$: the job's name must not have a digit behind a \"_\" or \"-\": a file's number or date begins so");
      unlink (path);
    }
}

static int
folder_teardown (void **state)
{
  remove_tree (*state);
  free (*state);
  return 0;
}

static void
test_mistakes (void **state)
{
  g_autoptr (GError) bad = NULL;
  g_autoptr (Settings) settings = settings_load_home (*state, HOME_REQUIRED, &bad);
  assert_non_null (settings);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"steps\": [%s]}", cases[i].steps);
      g_autoptr (GError) error = NULL;
      put (*state, "jobs/x.json", text);
      g_autoptr (Jobs) jobs = jobs_load (settings, NULL);
      print_message ("  %s\n", text);
      if (jobs_find (jobs, "x", &error) != NULL)
        {
          assert_null (cases[i].mistakes);
          continue;
        }
      const char *detail = weir_error_get_detail (error);
      if (cases[i].mistakes == NULL || detail == NULL || !g_str_has_prefix (detail, cases[i].mistakes))
        fail_msg ("%s\nexpected\n%s", detail != NULL ? detail : error->message, cases[i].mistakes);
    }
}

/* Tables of two jobs and steps are never the same. */
static void
test_tables (void **state)
{
  static const char *const names[][2] = { { "a__b", "c" }, { "a", "b__c" }, { "A-b", "c" },   { "a_b", "c" },
                                          { "a_", "c" },   { "a", "_c" },   { "long", NULL }, { "long", NULL } };
  g_autoptr (GHashTable) tables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (Settings) settings = settings_load_home (*state, HOME_REQUIRED, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *filled = g_strdup_printf ("s%0*d", 60, 0), *path = g_strdup_printf ("jobs/%s.json", names[i][0]);
      filled[60] = (char) ('a' + i);
      const char *step = names[i][1] != NULL ? names[i][1] : filled;
      g_autofree char *text = g_strdup_printf ("{\"steps\": [{\"name\": \"%s\", \"sql_file\": \"b.sql\"}]}", step);
      put (*state, path, text);
      g_autoptr (Jobs) jobs = jobs_load (settings, NULL);
      const Job *job = jobs_find (jobs, names[i][0], NULL);
      assert_non_null (job);
      const char *table = ((const JobStep *) job->steps->pdata[0])->table;
      assert_true (strlen (table) <= 63);
      assert_true (g_hash_table_add (tables, g_strdup (table)));
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_places),
    cmocka_unit_test (test_bad_places),
    cmocka_unit_test (test_origin),
    cmocka_unit_test (test_macros),
    cmocka_unit_test (test_starts),
    cmocka_unit_test_setup_teardown (test_a_name_with_a_number, folder_setup, folder_teardown),
    cmocka_unit_test_setup_teardown (test_mistakes, folder_setup, folder_teardown),
    cmocka_unit_test_setup_teardown (test_tables, folder_setup, folder_teardown),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
