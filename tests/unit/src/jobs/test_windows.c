/* Windows of time: which is next, what was pulled, and what is missing in between. */
#include "src/jobs/windows.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static Json *
parse (const char *text)
{
  Json *json = text != NULL ? weir_json_parse (text, strlen (text), "test", NULL) : NULL;
  assert_true (text == NULL || json != NULL);
  return json;
}

static int64_t
time_of (const char *text)
{
  int64_t time;
  assert_true (windows_read_time (text, &time));
  return time;
}

static const struct
{
  const char *window, *position, *now;
  const char *start, *end; /* NULL: none is over */
} nexts[] = {
  { "{\"period\": \"1 day\", \"start\": \"2026-01-01\"}", NULL, "2026-01-03", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z" },
  { "{\"period\": \"1 day\", \"start\": \"2026-01-01\"}", NULL, "2026-01-01T23:59:59Z", NULL, NULL },
  { "{\"period\": \"1 day\", \"start\": \"2026-01-01\"}", NULL, "2026-01-02", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z" },
  { "{\"period\": \"6 hours\", \"start\": \"2026-01-01T03:00:00+01:00\"}", NULL, "2026-02-01", "2026-01-01T02:00:00Z",
    "2026-01-01T08:00:00Z" },
  { "{\"period\": \"1 month\", \"start\": \"2026-01-31\"}", NULL, "2026-03-01", "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z" },
  { "{\"period\": \"3 months\", \"start\": \"2026-01-01\"}", "{\"end\": \"2026-04-01T00:00:00Z\"}", "2026-07-01",
    "2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z" },
  { "{\"period\": \"1 day\", \"start\": \"2026-01-01\"}", "{\"end\": \"2026-01-05T00:00:00Z\", \"windows\": []}",
    "2026-01-05T12:00:00Z", NULL, NULL },
  { "{\"period\": \"1 day\", \"start\": \"2026-01-01\"}", "{\"end\": \"rubbish\"}", "2026-02-01", NULL, NULL },
  /* The last one ends with them all, and no other begins. */
  { "{\"period\": \"1 week\", \"start\": \"2026-01-01\", \"end\": \"2026-01-10\"}", "{\"end\": \"2026-01-08\"}", "2026-01-10",
    "2026-01-08T00:00:00Z", "2026-01-10T00:00:00Z" },
  { "{\"period\": \"1 week\", \"start\": \"2026-01-01\", \"end\": \"2026-01-10\"}", "{\"end\": \"2026-01-10\"}", "2026-02-01", NULL,
    NULL },
  { "{\"start\": \"2026-01-01\", \"end\": \"2026-03-01\"}", NULL, "2026-03-01", "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z" },
  { "{\"start\": \"2026-01-01\", \"end\": \"2026-03-01\"}", NULL, "2026-02-28", NULL, NULL },
};

static void
test_next (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (nexts); i++)
    {
      WindowRule rule;
      Window window = { 0 };
      g_autoptr (Json) json = parse (nexts[i].window), position = parse (nexts[i].position);
      assert_true (windows_read_rule (json, &rule, NULL));
      print_message ("%s at %s\n", nexts[i].window, nexts[i].now);
      assert_int_equal (windows_next (&rule, position, time_of (nexts[i].now), &window), nexts[i].start != NULL);
      if (nexts[i].start == NULL)
        continue;
      g_autofree char *start = windows_show_time (window.start), *end = windows_show_time (window.end);
      assert_string_equal (start, nexts[i].start);
      assert_string_equal (end, nexts[i].end);
    }
}

static void
test_mistakes (void **state G_GNUC_UNUSED)
{
  static const char *const wrong[] = { "{}",
                                       "[]",
                                       "{\"period\": \"1 day\"}",
                                       "{\"start\": \"2026-01-01\"}",
                                       "{\"period\": \"day\", \"start\": \"2026-01-01\"}",
                                       "{\"period\": \"0 days\", \"start\": \"2026-01-01\"}",
                                       "{\"period\": \"-1 months\", \"start\": \"2026-01-01\"}",
                                       "{\"period\": \"9999 months\", \"start\": \"2026-01-01\"}",
                                       "{\"period\": \"forever\", \"start\": \"2026-01-01\"}",
                                       "{\"period\": \"1 day\", \"start\": \"1 January\"}",
                                       "{\"period\": 1, \"start\": 2}",
                                       "{\"period\": 1, \"start\": \"2026-01-01\", \"end\": \"2026-02-01\"}",
                                       "{\"start\": \"2026-01-01\", \"end\": \"February\"}",
                                       "{\"start\": \"2026-01-01\", \"end\": 2026}",
                                       "{\"period\": \"1 day\", \"start\": \"2026-01-01\", \"end\": \"2026-01-01\"}" };
  for (size_t i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      WindowRule rule;
      g_autoptr (GError) error = NULL;
      g_autoptr (Json) json = parse (wrong[i]);
      print_message ("%s\n", wrong[i]);
      assert_false (windows_read_rule (json, &rule, &error));
      assert_non_null (error);
    }
  WindowRule rule;
  g_autoptr (GError) error = NULL;
  g_autoptr (Json) all = parse ("{\"period\": \"1 dya\", \"start\": \"2026-13-01\", \"end\": \"never\"}");
  assert_false (windows_read_rule (all, &rule, &error));
  assert_string_equal (error->message,
                       "needs a \"start\" that is a time, as \"2026-01-01\" is; and it has an \"end\" that is no time, as "
                       "\"2027-01-01\" is; and it needs a \"period\", as \"1 day\" or \"1 month\", or an \"end\"");
}

static const struct
{
  const char *position, *start, *end;
  bool moves;
  const char *added, *gaps;
} additions[] = {
  { NULL, "2026-01-01", "2026-01-02", true,
    "{\"end\":\"2026-01-02T00:00:00Z\",\"windows\":[[\"2026-01-01T00:00:00Z\",\"2026-01-02T00:00:00Z\"]]}", "[]" },
  { "{\"end\":\"2026-01-02T00:00:00Z\",\"windows\":[[\"2026-01-01\",\"2026-01-02\"]]}", "2026-01-02", "2026-01-03", true,
    "{\"end\":\"2026-01-03T00:00:00Z\",\"windows\":[[\"2026-01-01T00:00:00Z\",\"2026-01-03T00:00:00Z\"]]}", "[]" },
  { "{\"end\":\"2026-01-02T00:00:00Z\",\"windows\":[[\"2026-01-01\",\"2026-01-02\"]]}", "2025-12-01", "2025-12-02", false,
    "{\"end\":\"2026-01-02T00:00:00Z\",\"windows\":[[\"2025-12-01T00:00:00Z\",\"2025-12-02T00:00:00Z\"],[\"2026-01-01T00:00:00Z\","
    "\"2026-01-02T00:00:00Z\"]]}",
    "[{\"start\":\"2025-12-02T00:00:00Z\",\"end\":\"2026-01-01T00:00:00Z\"}]" },
  { "{\"end\":\"2026-01-05\",\"windows\":[[\"2026-01-01\",\"2026-01-02\"],[\"2026-01-04\",\"2026-01-05\"]]}", "2026-01-01",
    "2026-01-04", false, "{\"end\":\"2026-01-05\",\"windows\":[[\"2026-01-01T00:00:00Z\",\"2026-01-05T00:00:00Z\"]]}", "[]" },
  { "{\"windows\":[[\"rubbish\",\"2026-01-02\"],7]}", "2026-01-01", "2026-01-02", false,
    "{\"windows\":[[\"2026-01-01T00:00:00Z\",\"2026-01-02T00:00:00Z\"]]}", "[]" },
};

static void
test_additions (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (additions); i++)
    {
      g_autoptr (Json) position = parse (additions[i].position);
      const Window window = { time_of (additions[i].start), time_of (additions[i].end) };
      g_autoptr (Json) added = windows_add (position, window, additions[i].moves), gaps = windows_gaps (added);
      g_autofree char *text = weir_json_text (added), *missing = weir_json_text (gaps);
      assert_string_equal (text, additions[i].added);
      assert_string_equal (missing, additions[i].gaps);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_next), cmocka_unit_test (test_mistakes),
                                      cmocka_unit_test (test_additions) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
