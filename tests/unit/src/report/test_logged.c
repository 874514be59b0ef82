/* Lines of the log, read back: what they are of, and how they are shown. */
#include "src/report/logged.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#define ID "be243412-418b-4382-901e-64443874d50a"

static const struct
{
  const char *line;
  LogLevel level;
  const char *run; /* what is in the line of it; NULL: none */
  const char *text, *json;
} cases[] = {
  { "2026-11-20 09:30:00.123Z INFO    -        weir 0.1 in /srv", LEVEL_INFO, NULL,
    "2026-11-20 09:30:00.123Z INFO    -        weir 0.1 in /srv",
    "{\"time\":\"2026-11-20T09:30:00.123Z\",\"level\":\"info\",\"message\":\"weir 0.1 in /srv\"}" },
  { "2026-11-20 09:30:00.123Z WARNING be243412 a.csv: applied  NOTE:  late", LEVEL_WARNING, "be243412",
    "2026-11-20 09:30:00.123Z WARNING be243412 a.csv: applied  NOTE:  late",
    "{\"time\":\"2026-11-20T09:30:00.123Z\",\"level\":\"warning\",\"run\":\"be243412\",\"message\":\"a.csv: applied  NOTE:  "
    "late\"}" },
  { "2026-11-20 09:30:00.123Z INFO    be243412 {\"file\":\"a.csv\",\"run\":\"" ID "\"}", LEVEL_INFO, "be243412",
    "2026-11-20 09:30:00.123Z INFO    be243412 ",
    "{\"time\":\"2026-11-20T09:30:00.123Z\",\"level\":\"info\",\"run\":\"" ID "\",\"file\":\"a.csv\"}" },
  { "{\"time\":\"2026-11-20T09:30:00.123Z\",\"level\":\"error\",\"pid\":7,\"file\":\"a.csv\",\"run\":\"" ID
    "\",\"error\":{\"message\":\"no good\",\"detail\":\"d\\nd\",\"hint\":\"h\\u202e\"},\"notes\":[\"n\"],\"message\":\"a.csv: "
    "refused\"}",
    LEVEL_ERROR, ID,
    "2026-11-20 09:30:00.123Z ERROR   be243412 a.csv: refused  no good  DETAIL:  d d  HINT:  h\\xE2\\x80\\xAE  NOTE:  n",
    "{\"time\":\"2026-11-20T09:30:00.123Z\",\"level\":\"error\",\"run\":\"" ID
    "\",\"pid\":7,\"file\":\"a.csv\",\"error\":{\"message\":"
    "\"no good\",\"detail\":\"d\\nd\",\"hint\":\"h\\u202E\"},\"notes\":[\"n\"],\"message\":\"a.csv: refused\"}" },
  /* of an older weir: without level and run */
  { "{\"time\":\"2026-11-20T09:30:00.123Z\",\"message\":\"stopped\"}", LEVEL_INFO, NULL,
    "2026-11-20 09:30:00.123Z INFO    -        stopped",
    "{\"time\":\"2026-11-20T09:30:00.123Z\",\"level\":\"info\",\"message\":\"stopped\"}" },
  { "2026-11-20 09:30:00.123Z a.csv: applied to users", LEVEL_INFO, NULL, "2026-11-20 09:30:00.123Z a.csv: applied to users",
    "{\"level\":\"info\",\"message\":\"2026-11-20 09:30:00.123Z a.csv: applied to users\"}" },
  /* half a line, and no line of ours */
  { "2026-11-20 09:30:00.123Z INFO    be24", LEVEL_INFO, NULL, "2026-11-20 09:30:00.123Z INFO    be24",
    "{\"level\":\"info\",\"message\":\"2026-11-20 09:30:00.123Z INFO    be24\"}" },
  { "{\"time\":\"2026", LEVEL_INFO, NULL, "{\"time\":\"2026", "{\"level\":\"info\",\"message\":\"{\\\"time\\\":\\\"2026\"}" },
  { "\x1B[2J", LEVEL_INFO, NULL, "\\x1B[2J", "{\"level\":\"info\",\"message\":\"\\u001B[2J\"}" },
  { "", LEVEL_INFO, NULL, "", "{\"level\":\"info\",\"message\":\"\"}" },
};

static void
a_line_is_read_and_shown_either_way (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Logged) logged = { 0 };
      logged_read (cases[i].line, &logged);
      g_autoptr (Json) object = logged_to_json (&logged);
      g_autofree char *text = logged_to_text (&logged), *json = weir_json_ascii (object);
      assert_int_equal (logged.level, cases[i].level);
      assert_int_equal (g_strcmp0 (logged.run, cases[i].run), 0);
      assert_string_equal (text, cases[i].text);
      assert_string_equal (json, cases[i].json);
    }
}

static void
a_run_is_named_by_its_beginning (void **state)
{
  static const struct
  {
    const char *named;
    bool may, is; /* of both kinds of lines of the run */
  } names[] = {
    { ID, true, true },          { "be24", true, true },    { "be243412", true, true }, { "BE243412-418B", true, true },
    { "be243413", true, false }, { "4341", true, false },   { "be2", false, true },     { "be24x", false, false },
    { ID "0", false, true },     { "a.csv", false, false },
  };
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    for (size_t line = 1; line <= 3; line++)
      {
        g_auto (Logged) logged = { 0 };
        logged_read (cases[line].line, &logged);
        assert_int_equal (logged_may_be_run (names[i].named), names[i].may);
        assert_int_equal (logged_is_of_run (&logged, names[i].named), names[i].is);
      }
  g_auto (Logged) none = { 0 };
  logged_read (cases[0].line, &none);
  assert_false (logged_is_of_run (&none, "be24"));
}

/* Nobody makes a line of another run, or of another file, by how a file is called. */
static void
a_file_is_named_by_its_whole_name (void **state)
{
  static const struct
  {
    const char *message, *file;
    bool is;
  } names[] = {
    { "a.csv: applied", "a.csv", true },
    { "a.csv: applied", "a.cs", false },
    { "aa.csv: applied", "a.csv", false },
    { "a.csv.gz: applied", "a.csv", false },
    { "in/a.txt is no CSV file: left alone", "a.txt", true },
    { "in/a.txt.txt is no CSV file: left alone", "a.txt", false },
    { "out/a.txt is no CSV file: left alone", "a.txt", false },
    { "b.csv: waits for a.csv: it is older", "a.csv", false },
    { "a\\x0Ab.csv: applied", "a\nb.csv", true },
  };
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *line = g_strdup_printf ("2026-11-20 09:30:00.123Z INFO    -        %s", names[i].message);
      g_auto (Logged) logged = { 0 };
      logged_read (line, &logged);
      if (logged_is_about (&logged, names[i].file, "in") != names[i].is)
        fail_msg ("%s: %s", names[i].file, names[i].message);
    }
  g_auto (Logged) json = { 0 };
  logged_read (cases[3].line, &json);
  assert_true (logged_is_about (&json, "a.csv", "in"));
  assert_false (logged_is_about (&json, "b.csv", "in"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (a_line_is_read_and_shown_either_way),
    cmocka_unit_test (a_run_is_named_by_its_beginning),
    cmocka_unit_test (a_file_is_named_by_its_whole_name),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
