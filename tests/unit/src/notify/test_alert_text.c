/* What messages say that no run of the integration tests leads to. */
#include "src/notify/alert_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static AlertText *
text_of (const char *rule, const char *table, int64_t alerts, int64_t tables, const char *items)
{
  g_autoptr (Json) json = json_loads (items, 0, NULL);
  assert_non_null (json);
  return alert_text_new (&(AlertFacts) { "id", rule, table, alerts, tables, 0, json });
}

static void
test_titles (void **state)
{
  (void) state;
  static const struct
  {
    const char *rule, *table;
    int64_t alerts, tables;
    const char *items, *title, *line, *command;
  } cases[] = {
    { "stale", "users", 1, 1, "[{\"table\": \"users\", \"text\": \"it was due at 8\"}]", "a file of users did not come",
      "users: it was due at 8", "weir schedule" },
    { "stale", "", 7, 7, "[]", "a file of 7 tables did not come", "and 7 more", "weir schedule" },
    { "pull", "users", 1, 1, "[{\"table\": \"users\", \"text\": \"pulling users fails\"}]", "users cannot be pulled",
      "users: pulling users fails", "weir jobs" },
    { "push", "users", 1, 1, "[{\"table\": \"users\", \"text\": \"delivering it to dwh fails\"}]", "users cannot be delivered",
      "users: delivering it to dwh fails", "weir push --list" },
    { "recovered", "users", 1, 1, "[{\"table\": \"users\", \"text\": \"it came\"}]", "users is as expected again", "users: it came",
      "weir status" },
    { "recovered", "", 2, 2, "[{\"table\": \"a\", \"text\": \"it came\"}]", "2 tables are as expected again", "a: it came",
      "weir status" },
    { "recovered", "", 1, 1, "[{\"table\": \"\", \"text\": \"away for 2 s\"}]", "the database is back", "away for 2 s",
      "weir status" },
    { "database_away", "", 1, 0, "[{\"table\": \"\", \"text\": \"since 8\"}]", "the database is away", "since 8", "weir check" },
    { "late", "users", 1, 1, "[{\"file\": \"u.csv\", \"run\": \"0123456789\", \"overtook\": 2, \"late\": 0}]", "u.csv came late",
      "u.csv is older than 2 files of its table that were loaded before it", "weir runs 01234567" },
    { "late", "users", 1, 1, "[{\"file\": \"u.csv\", \"run\": \"0123456789\", \"overtook\": null, \"late\": 1}]", "u.csv came late",
      "u.csv: 1 row is true since before what the table had", "weir runs 01234567" },
    { "applied", "users", 1234, 1, "[{\"file\": \"u.csv\", \"read\": 5678, \"rejected\": 0}]", "1,234 files of users were loaded",
      "u.csv: 5,678 rows read, 0 rejected", "weir runs --table users" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AlertText) text = text_of (cases[i].rule, cases[i].table, cases[i].alerts, cases[i].tables, cases[i].items);
      assert_string_equal (text->title, cases[i].title);
      assert_string_equal (text->lines->pdata[0], cases[i].line);
      assert_string_equal (text->commands->pdata[0], cases[i].command);
    }
}

/* An error's detail may quote a cell: it is told of tables without personal data, and only where it is not the first reject. */
static void
test_what_is_not_told (void **state)
{
  (void) state;
  static const struct
  {
    const char *personal, *rejects;
    unsigned lines;
  } cases[] = { { "false", "null", 2 }, { "true", "null", 1 }, { "false", "\"1 bad_value in age, first on line 2\"", 2 } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *items = g_strdup_printf (
          "[{\"file\": \"u.csv\", \"run\": \"0123456789\", \"disposition\": \"left\", \"personal\": %s, \"rejects\": %s, "
          "\"summary\": \"{\\\"error\\\": {\\\"message\\\": \\\"is refused\\\", \\\"line\\\": 7, \\\"detail\\\": "
          "\\\"a cell\\\"}}\"}]",
          cases[i].personal, cases[i].rejects);
      g_autoptr (AlertText) text = text_of ("refused", "users", 1, 1, items);
      assert_int_equal (text->lines->len, cases[i].lines);
      assert_string_equal (text->lines->pdata[0], "u.csv: is refused (line 7)");
      bool told = cases[i].lines == 2 && strcmp (text->lines->pdata[1], "a cell") == 0;
      assert_true (told == (i == 0));
      assert_string_equal (text->commands->pdata[0], i == 2 ? "weir rejects 01234567" : "weir runs 01234567");
      assert_string_equal (text->commands->pdata[1], "weir check");
      assert_non_null (strstr (text->kept, "the file stays where it is"));
    }
}

/* A file's or a column's name begins no line of a message, whoever quotes it. */
static void
test_names_with_lines (void **state)
{
  (void) state;
  static const struct
  {
    const char *rule, *item, *line;
    unsigned lines;
  } cases[] = {
    { "refused", "\"summary\": \"{\\\"error\\\": {\\\"message\\\": \\\"\\\\\\\"a\\\\nweir rm.csv\\\\\\\" is no CSV\\\"}}\"",
      "a\\x0Aweir rm.csv: \"a\\x0Aweir rm.csv\" is no CSV", 1 },
    { "drift", "\"text\": \"new: b\\nweir rm\"", "a\\x0Aweir rm.csv: new: b\\x0Aweir rm", 1 },
    { "rejects", "\"read\": 9, \"rejected\": 2, \"rejects\": \"1 bad_value\\n1 unclosed_quote\"",
      "a\\x0Aweir rm.csv: 2 of 9 rows were rejected", 3 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *items = g_strdup_printf ("[{\"file\": \"a\\nweir rm.csv\", \"run\": \"0123456789\", %s}]", cases[i].item);
      g_autoptr (AlertText) text = text_of (cases[i].rule, "users", 1, 1, items);
      assert_string_equal (text->lines->pdata[0], cases[i].line);
      assert_int_equal (text->lines->len, cases[i].lines);
    }
}

/* A message is short, whatever an error says: a command need not read it for us to go on. */
static void
test_long_lines (void **state)
{
  (void) state;
  g_autofree char *many = g_strnfill (40000, 'x');
  g_autofree char *items = g_strdup_printf ("[{\"file\": \"u.csv\", \"text\": \"é%s\"}]", many);
  g_autoptr (AlertText) text = text_of ("drift", "users", 1, 1, items);
  assert_int_equal (strlen (text->lines->pdata[0]), 502);
  assert_true (g_str_has_suffix (text->lines->pdata[0], "xxx..."));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_titles),
    cmocka_unit_test (test_what_is_not_told),
    cmocka_unit_test (test_names_with_lines),
    cmocka_unit_test (test_long_lines),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
