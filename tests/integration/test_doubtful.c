/* Files of which weir is not sure: how confident it is, and what it refuses. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

/* What weir is not sure of, and would lose lines of, a person must say. */
static void
test_doubtful (void **state)
{
  Home *home = *state;
  g_autoptr (GString) text = g_string_new ("id,name\n");
  for (int i = 1; i <= 9; i++)
    g_string_append_printf (text, "%d,ann\n", i);
  g_string_append (text, "\n");
  for (int i = 1; i <= 20; i++)
    g_string_append_printf (text, "a line of words, the last but %d of the report, as it is\n", i);
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"], \"rejects\": {\"max_percent\": 100}}");
  home_drop (home, "users.csv", text->str);
  g_autoptr (Outcome) outcome = run_weir (home, "load", "--json", "--archive", "imports/users.csv", NULL);
  g_autoptr (Json) refused = outcome_json (outcome);
  assert_load (refused, "failed", NULL);
  assert_json (refused, "error.code", "low_confidence");
  assert_true (json_integer_value (json_object_get (refused, "confidence_percent")) < 50);
  g_autofree char *message = json_at (refused, "error.message"), *hint = json_at (refused, "error.hint");
  assert_contains (message, "\"users.csv\" is read with a confidence of ");
  assert_contains (message, "20 lines would be in no row");
  assert_contains (hint, "models/users.json: \"dialect\": {\"delimiter\": \",\", \"blanks\": \"trim\", \"header_rows\": 1}");
  assert_contains (hint, "`weir retry ");
  assert_sql (home, "t", "select to_regclass('warehouse.users') is null");

  /* Said in the model it is believed. */
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"], \"rejects\": {\"max_percent\": 100}, "
      "\"dialect\": {\"delimiter\": \",\", \"header_rows\": 1}}");
  assert_weir (home, 1, "retry", "users.csv", NULL);
  assert_sql (home, "9", "select count(*) from warehouse.users");
}

/* The setting, and what is said of files above it. */
static void
test_confidence_is_told (void **state)
{
  Home *home = *state;
  home_drop (home, "words.csv", "name,city\nann,berlin\nbob,paris\ncid,rome\n");
  g_autoptr (Outcome) words = expect_weir (home, 0, "load", "imports/words.csv", NULL);
  assert_contains (words->out, "3 rows read; confidence 65 %: `weir sniff --explain` says why");
  home_drop (home, "sure.csv", "id,city\n1,berlin\n2,paris\n3,rome\n");
  g_autoptr (Outcome) sure = expect_weir (home, 0, "load", "imports/sure.csv", NULL);
  assert_null (strstr (sure->out, "confidence"));
  home_drop (home, "sure.csv", "id,city\n1,berlin\n2,paris\n3,rome\n4,oslo\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "load", "--json", "imports/sure.csv", NULL);
  g_autoptr (Json) told = outcome_json (outcome);
  assert_json (told, "confidence_percent", "99");

  home_configure (home, ", \"sniff\": {\"min_confidence_percent\": 70}");
  home_drop (home, "list.csv", "ann,ann\nbob,x\ncid,y\n"); /* no header, 65 % */
  g_autoptr (Outcome) list = expect_weir (home, 1, "load", "imports/list.csv", NULL);
  assert_contains (list->err, "there is no header");
  assert_contains (list->err, "in a model of the table: \"dialect\"");
  home_drop (home, "lines.csv", "a.b\nc.d x\ne\n"); /* one column, no header: said in a model, it is believed */
  g_autoptr (Outcome) lines = expect_weir (home, 1, "load", "imports/lines.csv", NULL);
  assert_contains (lines->err, "\"dialect\": {\"delimiter\": \"\", \"header_rows\": 0}");
  home_write_model (home, "lines",
                    "{\"table\": \"lines\", \"kind\": \"fact\", \"dialect\": {\"delimiter\": \"\", \"header_rows\": 0}}");
  assert_weir (home, 0, "retry", "lines.csv", NULL);
  assert_sql (home, "3", "select count(*) from warehouse.lines");
  home_drop (home, "words.csv", "name,city\nann,berlin\nbob,paris\ncid,rome\ndan,oslo\n");
  assert_weir (home, 0, "load", "imports/words.csv", NULL); /* it has a header, and all lines are in rows */
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_doubtful),
    TEST (test_confidence_is_told),
  };
  return cmocka_run_group_tests_name ("integration/doubtful", tests, cluster_setup, cluster_teardown);
}
