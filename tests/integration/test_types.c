/* Columns whose cells can be read in more than one way, over several files. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define ITEMS(more) "{\"table\": \"items\", \"kind\": \"dimension\", \"business_key\": [\"k\"]" more "}"
#define DECLARED(column, type, format)                                                                                             \
  ITEMS (", \"columns\": {\"" column "\": {\"type\": \"" type "\", \"format\": \"" format "\"}}")

static void
expect_items (Home *home, const char *text, const char *counts)
{
  g_autoptr (Json) published = load_text (home, "items.csv", text, NULL);
  assert_load (published, "applied", counts);
}

static void
expect_refused (Home *home, const char *text, const char *code)
{
  g_autoptr (Json) published = load_text (home, "items.csv", text, NULL);
  assert_json (published, "status", "failed");
  assert_json (published, "error.code", code);
}

/* A file that is written otherwise says nothing of those to come. */
static void
test_a_format_for_once (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  expect_items (home, "k;v\n1;1,234.56\n2;5.5\n", "read=2 inserted=2 staged=2");
  expect_items (home, "k;v\n3;1,234\n4;1,500\n", "read=2 inserted=2 staged=2");
  expect_items (home, "k;v\n5;1,5\n6;2,345\n", "read=2 inserted=2 staged=2");
  expect_items (home, "k;v\n7;1,234\n8;1,500\n", "read=2 inserted=2 staged=2");
  assert_sql (home, "1234.56|5.5|1234|1500|1.5|2.345|1234|1500", "select string_agg(v::text, '|' order by k) from warehouse.items");
  assert_sql (home, "9,999.9", "select pins -> 'columns' -> 'v' ->> 'format' from weir.\"table\" where table_name = 'items'");
  home->oracle = ORACLE_REPLAY;
}

static void
test_points_for_once (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  expect_items (home, "k;v\n1;1.5\n2;5.25\n", "read=2 inserted=2 staged=2");
  expect_items (home, "k;v\n1;1,5\n2;5,25\n3;1.234,5\n", "read=3 unchanged=2 inserted=1 staged=3");
  expect_items (home, "k;v\n9;1.234\n10;2.500\n", "read=2 inserted=2 staged=2");
  assert_sql (home, "1.5|5.25|1234.5|1.234|2.500", "select string_agg(v::text, '|' order by k) from warehouse.items");
  /* No point or comma of this one tells which it is. */
  expect_refused (home, "k;v\n11;1,234\n12;2,500\n", "type_drift");
  home->oracle = ORACLE_REPLAY;
}

static void
test_points_in_whole_numbers (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  expect_items (home, "k;v\n1;1500\n2;7\n", "read=2 inserted=2 staged=2");
  expect_refused (home, "k;v\n1;1.500\n2;7\n", "type_drift");
  assert_sql (home, "1500|7", "select string_agg(v::text, '|' order by k) from warehouse.items");
  home_write_model (home, "items", DECLARED ("v", "bigint", "9.999"));
  g_autoptr (Outcome) retry = expect_weir (home, 0, "retry", "--json", "last", NULL);
  g_autoptr (Json) retried = outcome_json (retry);
  assert_load (retried, "applied", "read=2 unchanged=2 staged=2");
}

static void
test_the_file_says_otherwise (void **state)
{
  Home *home = *state;
  g_autoptr (GString) text = g_string_new ("k;a;b\n");
  for (int i = 1; i <= 40; i++)
    g_string_append_printf (text, "%d;%d,5;%d.500\n", i, i, i);
  g_autoptr (Json) published = load_text (home, "items.csv", text->str, NULL);
  assert_load (published, "staged", "read=40 staged=40");
  assert_sql (home, "2.5|2.500", "select a, b from staging.items where k = 2");
  assert_sql (home, "text", "select pg_typeof(b) from staging.items limit 1");
  g_autofree char *note = json_at (published, "notes");
  assert_contains (note, "column b can be read in two ways");
  /* Nor is it decided by what a model is proposed with, or told otherwise before the load. */
  g_autoptr (Outcome) model = expect_weir (home, 0, "model", "items", NULL);
  g_autoptr (Json) proposed = outcome_json (model);
  assert_json (proposed, "columns.b.type", "text");
  home_write_file (home, "items.csv", text->str);
  g_autoptr (Outcome) sniff = expect_weir (home, 0, "sniff", "--json", "items.csv", NULL);
  g_autoptr (Json) sniffed = outcome_json (sniff);
  assert_json (sniffed, "columns.2.type", "text");
  home_remove_file (home, "items.csv");
}

/* What the note says settles it, also of what is there already: all versions are converted, and none is new. */
static void
test_the_hint_is_followed (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  expect_items (home, "k,d,t\n1,01/02/2026,\"1,234\"\n2,03/04/2026,\"\"\n3,,\"2,500\"\n", "read=3 inserted=3 staged=3");
  expect_items (home, "k,d,t\n1,02/02/2026,\"1,234\"\n", "read=1 updated=1 deactivated=1 staged=1");
  home_write_model (home, "items",
                    ITEMS (", \"columns\": {\"d\": {\"type\": \"date\", \"format\": \"DD/MM/YYYY\"},"
                           " \"t\": {\"type\": \"numeric\", \"format\": \"9,999.9\"}}"));
  g_autoptr (Outcome) retry = expect_weir (home, 0, "retry", "--json", "last", NULL);
  g_autoptr (Json) retried = outcome_json (retry);
  assert_load (retried, "applied", "read=1 unchanged=1 staged=1");
  assert_sql (home, "1|1|2026-02-01|1234\n1|2|2026-02-02|1234\n2|1|2026-04-03|-\n3|1|-|2500",
              "select k, version_number, d, t from warehouse.items order by k, version_number");
  assert_sql (home, "2026-02-02", "select d from warehouse.items_current where k = 1 and d > date '2026-02-01'");
  expect_items (home, "k,d,t\n1,2/2/2026,1234\n2,3/4/2026,\n3,,2500.0\n", "read=3 unchanged=3 staged=3");
}

/* Longer than an entry of an index can be, and not to be compressed. */
static char *
long_document (void)
{
  GString *text = g_string_new ("{\"\"letters\"\": \"\"");
  uint32_t random = 1;
  for (int i = 0; i < 20000; i++)
    {
      random = random * 1664525 + 1013904223;
      g_string_append_c (text, (char) ('a' + random % 65536 * 26 / 65536));
    }
  g_string_append (text, "\"\"}");
  return g_string_free (text, FALSE);
}

static void
test_long_texts_convert (void **state)
{
  Home *home = *state;
  g_autofree char *document = long_document ();
  g_autofree char *file = g_strdup_printf ("k,d\n1,\"%s\"\n2,\"\"\n", document);
  home_write_model (home, "items", ITEMS (", \"columns\": {\"d\": {\"type\": \"text\"}}"));
  expect_items (home, file, "read=2 inserted=2 staged=2");
  home_write_model (home, "items", ITEMS (", \"columns\": {\"d\": {\"type\": \"jsonb\"}}"));
  expect_items (home, file, "read=2 unchanged=2 staged=2");
  assert_sql (home, "20000|-",
              "select string_agg(coalesce(length(d ->> 'letters')::text, '-'), '|' order by k) from warehouse.items");
}

static void
test_what_does_not_convert (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  expect_items (home, "k,d\n1,01/02/2026\n2,03/04/2026\n", "read=2 inserted=2 staged=2");
  expect_items (home, "k,d\n3,31/02/2026\n4,soon\n", "read=2 inserted=2 staged=2");
  home_write_model (home, "items", DECLARED ("d", "date", "DD/MM/YYYY"));
  home_drop (home, "items.csv", "k,d\n5,01/01/2026\n");
  g_autoptr (Outcome) outcome = run_weir (home, "load", "--archive", "imports/items.csv", NULL);
  assert_int_not_equal (outcome->code, 0);
  assert_contains (outcome->err, "cannot become date: 2 of its values are not");
  assert_null (strstr (outcome->err, "31/02/2026"));
  assert_contains (outcome->err, "select distinct \"d\" from warehouse.items");
  assert_sql (home, "01/02/2026|03/04/2026|31/02/2026|soon", "select string_agg(d, '|' order by k) from warehouse.items");
}

/* More texts than are fetched at once. */
static void
test_many_texts_convert (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  g_autoptr (GString) text = g_string_new ("k,d\n");
  for (int i = 0; i < 1440; i++) /* dates that can be read in two ways */
    g_string_append_printf (text, "%d,%02d/%02d/%d\n", i, i % 12 + 1, i / 12 % 12 + 1, 2001 + i / 144);
  expect_items (home, text->str, "read=1440 inserted=1440 staged=1440");
  home_write_model (home, "items", DECLARED ("d", "date", "DD/MM/YYYY"));
  expect_items (home, text->str, "read=1440 unchanged=1440 staged=1440");
  assert_sql (home, "1440|2010-12-12", "select count(distinct d), max(d) from warehouse.items_current");
}

/* What rows are known by is settled before the first load, or not at all. */
static void
test_doubtful_key (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  expect_refused (home, "k,v\n01/02/2026,a\n03/04/2026,b\n", "ambiguous");
  home_write_model (home, "items", DECLARED ("k", "date", "DD/MM/YYYY"));
  g_autoptr (Outcome) retry = expect_weir (home, 0, "retry", "--json", "last", NULL);
  g_autoptr (Json) retried = outcome_json (retry);
  assert_load (retried, "applied", "read=2 inserted=2 staged=2");
  home->oracle = ORACLE_REPLAY;
}

/* A format with four digits of a year, and cells with two: the reason says what would read them. */
static void
test_short_years (void **state)
{
  Home *home = *state;
  home_write_model (home, "people",
                    "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"k\"], \"rejects\": {\"max_percent\": "
                    "100}, \"columns\": {\"born\": {\"type\": \"date\", \"format\": \"DD/MM/YYYY\"}}}");
  g_autoptr (Json) published = load_text (home, "people.csv", "k,born\na,18/10/1951\nb,18/10/51\nc,18/13/51\n", NULL);
  assert_load (published, "applied", "read=3 rejected=2 inserted=1 staged=1");
  assert_sql (home, "3 f,4 t",
              "select string_agg (line || ' ' || (message not like '%%two digits, as YY%%')::text::char(1), ',' order by line)"
              " from weir.reject");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_short_years),
    TEST (test_a_format_for_once),
    TEST (test_points_for_once),
    TEST (test_points_in_whole_numbers),
    TEST (test_the_file_says_otherwise),
    TEST (test_the_hint_is_followed),
    TEST (test_long_texts_convert),
    TEST (test_many_texts_convert),
    TEST (test_what_does_not_convert),
    TEST (test_doubtful_key),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
