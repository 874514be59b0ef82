/* Which numbers of rows are told, and what is said of what did not come as it should. */
#include "src/schedule/incident.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static const struct
{
  const char *title;
  RowCheck check; /* rows, before, good, least, change_percent */
  bool usual;
} checks[] = {
  { "nothing is asked", { 0, 1000, 1000, -1, -1 }, true },
  { "as many as it must", { 1000, -1, -1, 1000, -1 }, true },
  { "one fewer", { 999, -1, -1, 1000, -1 }, false },
  { "the first", { 5, -1, -1, -1, 30 }, true },
  { "just as far as it may be", { 1300, 1000, 1000, -1, 30 }, true },
  { "one more", { 1301, 1000, 1000, -1, 30 }, false },
  { "just as small as it may be", { 700, 1000, 1000, -1, 30 }, true },
  { "one fewer than that", { 699, 1000, 1000, -1, 30 }, false },
  { "as before a bad one", { 1000, 10, 1000, -1, 30 }, true },
  { "as the one before, which was told", { 10, 10, 1000, -1, 30 }, true },
  { "neither", { 100, 10, 1000, -1, 30 }, false },
  { "near, but too few", { 10, 10, 10, 1000, 30 }, false },
  { "behind a file without any", { 5, 0, 1000, -1, 30 }, false },
  { "none at all any more", { 0, 0, 1000, -1, 30 }, true },
  { "no change may be", { 1001, 1000, 1000, -1, 0 }, false },
  { "and none is", { 1000, 1000, 1000, -1, 0 }, true },
};

static void
test_rows (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      print_message ("%s\n", checks[i].title);
      assert_int_equal (incident_rows_are_usual (&checks[i].check), checks[i].usual);
    }
}

static const struct
{
  const char *kind, *detail, *text;
} sentences[] = {
  { "stale", "{\"due\": \"Fri 2026-11-27 08:00\", \"time_zone\": \"Europe/Oslo\", \"last\": null, \"came\": null, \"waits\": null}",
    "users: no file came by Fri 2026-11-27 08:00 (Europe/Oslo); none has ever come" },
  { "stale",
    "{\"due\": \"Fri 2026-11-27 08:00\", \"time_zone\": \"UTC\", \"waits\": \"a.csv\","
    " \"last\": {\"file\": \"b.csv\", \"run\": \"3fa9c1d2-0000\", \"seen\": \"2026-11-26T05:10:00Z\"},"
    " \"came\": {\"file\": \"c.csv\", \"run\": \"4fa9c1d2-0000\", \"state\": \"held\"}}",
    "users: no file came by Fri 2026-11-27 08:00 (UTC); a.csv lies in the drop folder: weir status; c.csv is held: weir runs "
    "4fa9c1d2;"
    " the last one, b.csv, came at 2026-11-26 05:10:00 UTC" },
  { "push",
    "{\"job\": \"j\", \"destination\": \"dwh\", \"place\": \"dwh (a.users)\", \"state\": \"refused\", \"class\": \"credentials\","
    " \"message\": \"no\", \"hint\": \"Mend it.\", \"times\": 1, \"since\": \"2026-11-29T08:00:00Z\"}",
    "users: delivering it to dwh (a.users) fails (credentials): no; Mend it.; when it is mended: weir push j --to dwh --table "
    "users" },
  { "push",
    "{\"job\": \"j\", \"destination\": \"dwh\", \"place\": \"dwh\", \"state\": \"waiting\", \"class\": \"transient\","
    " \"message\": \"away\", \"times\": 12, \"since\": \"2026-11-29T08:00:00Z\"}",
    "users: delivering it to dwh fails, 12 times by now, since 2026-11-29T08:00:00Z (transient): away; it is tried again by "
    "itself" },
  { "rows", "{\"file\": \"a.csv\", \"run\": \"3fa9c1d2-0000\", \"rows\": 1, \"min\": 5}",
    "users: a.csv has 1 row, and 5 are expected at least: weir runs 3fa9c1d2" },
  { "rows", "{\"file\": \"a.csv\", \"run\": \"3fa9c1d2-0000\", \"rows\": 9, \"min\": 5, \"before\": 20, \"change_percent\": 12.5}",
    "users: a.csv has 9 rows, and the file before it had 20: more than 12.5 % apart: weir runs 3fa9c1d2" },
  { "rows", "{\"file\": \"a\\n\\u001b[31m.csv\", \"run\": \"3fa9c1d2-0000\", \"rows\": 1, \"min\": 5}",
    "users: a\\x0A\\x1B[31m.csv has 1 row, and 5 are expected at least: weir runs 3fa9c1d2" },
};

static void
test_sentences (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (sentences); i++)
    {
      g_autoptr (Json) detail = weir_json_parse (sentences[i].detail, strlen (sentences[i].detail), "detail", NULL);
      assert_non_null (detail);
      g_autofree char *text = incident_text (sentences[i].kind, "users", detail);
      assert_string_equal (text, sentences[i].text);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_rows), cmocka_unit_test (test_sentences) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
