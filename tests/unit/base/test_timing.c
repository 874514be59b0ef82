/* Due times by a time of day, what is done about those that have passed, and since when what comes counts for one. */
#include "base/timing.h"

#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static int64_t
instant_of (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, utc);
  assert_non_null (time);
  return g_date_time_to_unix (time);
}

static void
assert_instant (int64_t instant, const char *expected)
{
  if (instant == instant_of (expected))
    return;
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (instant);
  g_autofree char *shown = g_date_time_format_iso8601 (time);
  fail_msg ("%s, and not %s", shown, expected);
}

static const struct
{
  const char *title, *cron, *zone, *by, *after;
  const char *due; /* separated by blanks, one after the other */
} cases[] = {
  { "by eight", "0 6 * * 1-5", "Europe/Oslo", "08:00", "2026-11-27T00:00:00Z", "2026-11-27T07:00:00Z 2026-11-30T07:00:00Z" },
  { "as long as that has not passed", "0 6 * * 1-5", "Europe/Oslo", "8:00", "2026-11-27T06:59:59Z", "2026-11-27T07:00:00Z" },
  { "from then on the next", "0 6 * * 1-5", "Europe/Oslo", "08:00", "2026-11-27T07:00:00Z", "2026-11-30T07:00:00Z" },
  { "on the next day", "0 22 * * 5", "UTC", "02:30", "2026-11-23T00:00:00Z", "2026-11-28T02:30:00Z 2026-12-05T02:30:00Z" },
  { "at cron's own time", "0 8 * * *", "UTC", "08:00", "2026-11-27T00:00:00Z", "2026-11-27T08:00:00Z 2026-11-28T08:00:00Z" },
  { "several that come to one", "0 */2 * * *", "UTC", "08:00", "2026-11-27T00:00:00Z",
    "2026-11-27T08:00:00Z 2026-11-28T08:00:00Z" },
  { "midnight behind the day", "0 6 * * *", "UTC", "24:00", "2026-11-27T01:00:00Z", "2026-11-28T00:00:00Z 2026-11-29T00:00:00Z" },
  { "in winter and in summer", "0 6 * * *", "Europe/Oslo", "08:00", "2027-03-27T00:00:00Z",
    "2027-03-27T07:00:00Z 2027-03-28T06:00:00Z" },
  { "a time that is jumped over", "0 1 * * *", "Europe/Oslo", "02:30", "2027-03-27T03:00:00Z",
    "2027-03-28T01:00:00Z 2027-03-29T00:30:00Z" },
  { "one that is shown twice", "0 1 * * *", "Europe/Oslo", "02:30", "2027-10-30T03:00:00Z",
    "2027-10-31T00:30:00Z 2027-11-01T01:30:00Z" },
  { "without it", "0 6 * * *", "UTC", NULL, "2026-11-27T00:00:00Z", "2026-11-27T06:00:00Z 2026-11-28T06:00:00Z" },
};

static void
test_due_times (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("%s\n", cases[i].title);
      g_auto (Timing) timing = { 0 };
      assert_true (timing_parse (cases[i].cron, cases[i].zone, cases[i].by, NULL, &timing, NULL));
      g_auto (GStrv) due = g_strsplit (cases[i].due, " ", -1);
      int64_t at = instant_of (cases[i].after), back;
      for (char **expected = due; *expected != NULL; expected++)
        {
          assert_true (timing_next (&timing, at, &at));
          assert_instant (at, *expected);
          if (expected == due)
            continue;
          assert_true (timing_last (&timing, at, &back));
          assert_instant (back, expected[-1]);
        }
    }
}

/* Work of each hour; due is 06:00. */
static const struct
{
  const char *title;
  CatchUp catch_up;
  const char *cut_off, *now;
  bool acts, is_too_late, passed_by;
  const char *due, *next;
} plans[] = {
  { "in time", CATCH_UP_ONCE, NULL, "06:00:05", true, false, false, "06:00:00", "07:00:00" },
  { "once for three", CATCH_UP_ONCE, NULL, "08:30:00", true, false, true, "08:00:00", "09:00:00" },
  { "each of three", CATCH_UP_ALL, NULL, "08:30:00", true, false, false, "06:00:00", "07:00:00" },
  { "none in time", CATCH_UP_NONE, NULL, "06:01:00", true, false, false, "06:00:00", "07:00:00" },
  { "none too late", CATCH_UP_NONE, NULL, "06:01:01", false, false, false, "06:00:00", "07:00:00" },
  { "none but for the last", CATCH_UP_NONE, NULL, "08:00:30", true, false, true, "08:00:00", "09:00:00" },
  { "before the cut-off", CATCH_UP_ONCE, "06:30", "06:29:59", true, false, false, "06:00:00", "07:00:00" },
  { "at the cut-off", CATCH_UP_ONCE, "06:30", "06:30:00", false, true, false, "06:00:00", "07:00:00" },
  { "a cut-off is that of its own due time", CATCH_UP_ONCE, "06:30", "07:10:00", true, false, true, "07:00:00", "08:00:00" },
  { "of each", CATCH_UP_ALL, "06:30", "07:10:00", false, true, false, "06:00:00", "07:00:00" },
  { "the time itself is no cut-off", CATCH_UP_ONCE, "06:00", "06:00:10", true, false, false, "06:00:00", "07:00:00" },
};

static void
test_plans (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (plans); i++)
    {
      print_message ("%s\n", plans[i].title);
      g_auto (Timing) timing = { 0 };
      assert_true (timing_parse ("@hourly", "UTC", NULL, plans[i].cut_off, &timing, NULL));
      g_autofree char *now = g_strdup_printf ("2026-11-30T%sZ", plans[i].now),
                      *due = g_strdup_printf ("2026-11-30T%sZ", plans[i].due);
      g_autofree char *next = g_strdup_printf ("2026-11-30T%sZ", plans[i].next);
      TimingPlan plan;
      timing_plan (&timing, plans[i].catch_up, instant_of ("2026-11-30T06:00:00Z"), instant_of (now), &plan);
      assert_int_equal (plan.acts, plans[i].acts);
      assert_int_equal (plan.is_too_late, plans[i].is_too_late);
      assert_int_equal (plan.passed_by, plans[i].passed_by);
      assert_instant (plan.due, due);
      assert_true (plan.has_next);
      assert_instant (plan.next, next);
    }
}

static const struct
{
  const char *title, *cron, *by, *due, *from;
} windows[] = {
  { "the file of today, or of the evening before", "0 6 * * *", "08:00", "2026-11-27T08:00:00Z", "2026-11-26T18:00:00Z" },
  { "over a week's end", "0 6 * * 1-5", "08:00", "2026-11-30T08:00:00Z", "2026-11-28T18:00:00Z" },
  { "without by", "0 6 * * *", NULL, "2026-11-27T06:00:00Z", "2026-11-26T18:00:00Z" },
  { "not what counts for the one before", "0 6 * * *", "20:00", "2026-11-27T20:00:00Z", "2026-11-26T20:00:00Z" },
  { "all that come to the one", "0 */6 * * *", "07:00", "2026-11-27T07:00:00Z", "2026-11-26T09:00:00Z" },
};

static void
test_windows (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (windows); i++)
    {
      print_message ("%s\n", windows[i].title);
      g_auto (Timing) timing = { 0 };
      assert_true (timing_parse (windows[i].cron, "UTC", windows[i].by, NULL, &timing, NULL));
      assert_instant (timing_counts_from (&timing, instant_of (windows[i].due)), windows[i].from);
    }
}

static void
test_times_of_day (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    const char *text;
    int seconds; /* -1: it is none */
  } times[] = { { "08:00", 28800 }, { "8:00", 28800 }, { "00:00", 0 },   { "23:59:59", 86399 }, { "24:00", 86400 },
                { "24:01", -1 },    { "8", -1 },       { "", -1 },       { "8:0", -1 },         { "8:000", -1 },
                { "08:60", -1 },    { "008:00", -1 },  { "08:00:", -1 }, { "08:00:60", -1 },    { "08:00 ", -1 },
                { "-8:00", -1 },    { "8:00pm", -1 } };
  for (size_t i = 0; i < G_N_ELEMENTS (times); i++)
    {
      int seconds;
      print_message ("%s\n", times[i].text);
      assert_int_equal (timing_parse_time (times[i].text, &seconds), times[i].seconds >= 0);
      if (times[i].seconds >= 0)
        assert_int_equal (seconds, times[i].seconds);
    }
}

static void
test_mistakes (void **state G_GNUC_UNUSED)
{
  static const char *const mistakes[][5] = { { "0 6 * *", "UTC", NULL, NULL, "4 fields" },
                                             { "@daily", "Europe/Olso", NULL, NULL, "no time zone \"Europe/Olso\"" },
                                             { "@daily", "UTC", "8", NULL, "\"8\" is no time of day" },
                                             { "@daily", "UTC", NULL, "25:00", "\"25:00\" is no time of day" } };
  for (size_t i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_auto (Timing) timing = { 0 };
      g_autoptr (GError) error = NULL;
      assert_false (timing_parse (mistakes[i][0], mistakes[i][1], mistakes[i][2], mistakes[i][3], &timing, &error));
      assert_int_equal (error->code, WEIR_ERROR_MODEL);
      assert_non_null (strstr (error->message, mistakes[i][4]));
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_due_times), cmocka_unit_test (test_plans),
                                      cmocka_unit_test (test_windows), cmocka_unit_test (test_times_of_day),
                                      cmocka_unit_test (test_mistakes) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
