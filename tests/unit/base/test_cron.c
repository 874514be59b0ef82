/* When cron's expressions are due, in zones whose clocks are moved. What each table says is what people read off a clock on the wall; random
 * expressions are compared with a walk that looks at each minute. */
#include "base/cron.h"

#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static int64_t
instant_of (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, utc);
  assert_non_null (time);
  return g_date_time_to_unix (time);
}

static Cron
good_cron (const char *text)
{
  Cron cron;
  g_autoptr (GError) error = NULL;
  if (!cron_parse (text, &cron, &error))
    fail_msg ("%s", error->message);
  return cron;
}

static Zone *
good_zone (const char *name)
{
  Zone *zone = zone_open (name, NULL);
  assert_non_null (zone);
  return zone;
}

static const struct
{
  const char *title, *cron, *zone, *after;
  const char *due; /* walls with the offset of each, separated by blanks, one after the other */
} cases[] = {
  { "working days", "0 6 * * 1-5", "UTC", "2026-11-26T12:00:00Z",
    "2026-11-27T06:00:00Z 2026-11-30T06:00:00Z 2026-12-01T06:00:00Z" },
  { "not at the instant itself", "0 6 * * *", "UTC", "2026-11-26T06:00:00Z", "2026-11-27T06:00:00Z" },
  { "but right after the second before", "0 6 * * *", "UTC", "2026-11-26T05:59:59Z", "2026-11-26T06:00:00Z" },
  { "with seconds", "30 0 6 * * *", "UTC", "2026-11-26T06:00:00Z", "2026-11-26T06:00:30Z 2026-11-27T06:00:30Z" },
  { "each second", "* * * * * *", "UTC", "2026-11-26T23:59:58Z", "2026-11-26T23:59:59Z 2026-11-27T00:00:00Z" },
  { "names, in any case", "0 0 * FEB sun", "UTC", "2026-02-01T00:00:00Z", "2026-02-08T00:00:00Z" },
  { "0 is Sunday", "0 0 * * 0", "UTC", "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z" },
  { "and so is 7", "0 0 * * 7", "UTC", "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z" },
  { "also with seconds", "0 0 0 * * 1", "UTC", "2026-11-28T00:00:00Z", "2026-11-30T00:00:00Z" },
  { "a week's end", "0 0 * * fri-sun", "UTC", "2026-11-27T01:00:00Z",
    "2026-11-28T00:00:00Z 2026-11-29T00:00:00Z 2026-12-04T00:00:00Z" },
  { "the same in numbers", "0 0 * * 5-7", "UTC", "2026-11-27T01:00:00Z",
    "2026-11-28T00:00:00Z 2026-11-29T00:00:00Z 2026-12-04T00:00:00Z" },
  { "steps", "*/20 8-12/2 * * *", "UTC", "2026-11-26T08:20:00Z", "2026-11-26T08:40:00Z 2026-11-26T10:00:00Z 2026-11-26T10:20:00Z" },
  { "lists", "5,10-11 1 * * *", "UTC", "2026-11-26T00:00:00Z", "2026-11-26T01:05:00Z 2026-11-26T01:10:00Z 2026-11-26T01:11:00Z" },
  { "a day of the month or one of the week", "0 0 13 * 5", "UTC", "2026-11-12T00:00:00Z",
    "2026-11-13T00:00:00Z 2026-11-20T00:00:00Z 2026-11-27T00:00:00Z 2026-12-04T00:00:00Z 2026-12-11T00:00:00Z "
    "2026-12-13T00:00:00Z" },
  { "both where one begins with *", "0 0 */2 * 1", "UTC", "2026-11-01T00:00:00Z", "2026-11-09T00:00:00Z 2026-11-23T00:00:00Z" },
  { "the 31st", "0 0 31 * *", "UTC", "2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z 2026-07-31T00:00:00Z 2026-08-31T00:00:00Z" },
  { "29 February", "0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z 2032-02-29T00:00:00Z" },
  { "also over a year that is none", "0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z" },
  { "before 1970", "0 0 1 1 *", "UTC", "1968-06-01T00:00:00Z", "1969-01-01T00:00:00Z 1970-01-01T00:00:00Z" },
  { "a word", "@weekly", "UTC", "2026-11-26T00:00:00Z", "2026-11-29T00:00:00Z" },
  { "an interval", "@every 90 minutes", "UTC", "1970-01-01T01:30:00Z", "1970-01-01T03:00:00Z 1970-01-01T04:30:00Z" },
  { "an interval before 1970", "@every 2 hours", "UTC", "1969-12-31T20:30:00Z", "1969-12-31T22:00:00Z 1970-01-01T00:00:00Z" },
  { "an interval where clocks are moved", "@EVERY 1 hour", "Europe/Oslo", "2027-03-28T00:59:59Z",
    "2027-03-28T01:00:00Z 2027-03-28T02:00:00Z" },
  { "a zone", "0 6 * * *", "Europe/Oslo", "2026-11-26T12:00:00Z", "2026-11-27T06:00:00+01:00" },

  /* Oslo: on 28 March 2027 clocks go from 02:00 to 03:00, on 31 October from 03:00 to 02:00. */
  { "the same time on the wall in summer", "0 6 * * *", "Europe/Oslo", "2027-03-27T12:00:00Z",
    "2027-03-28T06:00:00+02:00 2027-03-29T06:00:00+02:00" },
  { "a time that is jumped over", "30 2 * * *", "Europe/Oslo", "2027-03-27T00:00:00Z",
    "2027-03-27T02:30:00+01:00 2027-03-28T03:00:00+02:00 2027-03-29T02:30:00+02:00" },
  { "two of them run once", "0,30 2 * * *", "Europe/Oslo", "2027-03-27T12:00:00Z",
    "2027-03-28T03:00:00+02:00 2027-03-29T02:00:00+02:00" },
  { "with one that comes right after", "30 2,3 * * *", "Europe/Oslo", "2027-03-27T12:00:00Z",
    "2027-03-28T03:00:00+02:00 2027-03-28T03:30:00+02:00 2027-03-29T02:30:00+02:00" },
  { "and is the same", "0 2,3 * * *", "Europe/Oslo", "2027-03-27T12:00:00Z",
    "2027-03-28T03:00:00+02:00 2027-03-29T02:00:00+02:00" },
  { "asked a second before the jump", "30 2 * * *", "Europe/Oslo", "2027-03-28T00:59:59Z", "2027-03-28T03:00:00+02:00" },
  { "asked at the jump", "30 2 * * *", "Europe/Oslo", "2027-03-28T01:00:00Z", "2027-03-29T02:30:00+02:00" },
  { "each hour there are as many as pass", "15 * * * *", "Europe/Oslo", "2027-03-28T00:00:00Z",
    "2027-03-28T01:15:00+01:00 2027-03-28T03:15:00+02:00 2027-03-28T04:15:00+02:00" },
  { "a time that is shown twice", "30 2 * * *", "Europe/Oslo", "2027-10-30T12:00:00Z",
    "2027-10-31T02:30:00+02:00 2027-11-01T02:30:00+01:00" },
  { "asked in between", "30 2 * * *", "Europe/Oslo", "2027-10-31T01:15:00Z", "2027-11-01T02:30:00+01:00" },
  { "what is behind the second time", "30 2,3 * * *", "Europe/Oslo", "2027-10-31T01:15:00Z", "2027-10-31T03:30:00+01:00" },
  { "right at its end", "0 3 * * *", "Europe/Oslo", "2027-10-31T00:00:00Z", "2027-10-31T03:00:00+01:00" },
  { "each hour in both", "15 * * * *", "Europe/Oslo", "2027-10-31T00:00:00Z",
    "2027-10-31T02:15:00+02:00 2027-10-31T02:15:00+01:00 2027-10-31T03:15:00+01:00" },

  /* Lord Howe: half an hour; on 4 October 2026 from 02:00 to 02:30, on 4 April 2027 from 02:00 to 01:30. */
  { "half an hour is jumped over", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z",
    "2026-10-04T02:30:00+11:00 2026-10-05T02:15:00+11:00" },
  { "the other half is not", "45 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z",
    "2026-10-04T02:45:00+11:00 2026-10-05T02:45:00+11:00" },
  { "half an hour twice", "45 1 * * *", "Australia/Lord_Howe", "2027-04-03T12:00:00Z",
    "2027-04-04T01:45:00+11:00 2027-04-05T01:45:00+10:30" },
  { "each quarter in it", "*/15 1 * * *", "Australia/Lord_Howe", "2027-04-03T14:30:00Z",
    "2027-04-04T01:45:00+11:00 2027-04-04T01:30:00+10:30 2027-04-04T01:45:00+10:30 2027-04-05T01:00:00+10:30" },

  /* Apia skipped 30 December 2011 as a whole. */
  { "a day that never was", "0 12 30 12 *", "Pacific/Apia", "2011-12-29T00:00:00Z",
    "2011-12-31T00:00:00+14:00 2012-12-30T12:00:00+14:00" },
};

static void
test_due_times (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("%s\n", cases[i].title);
      Cron cron = good_cron (cases[i].cron);
      g_autoptr (Zone) zone = good_zone (cases[i].zone);
      g_auto (GStrv) due = g_strsplit (cases[i].due, " ", -1);
      int64_t at = instant_of (cases[i].after);
      for (char **expected = due; *expected != NULL; expected++)
        {
          assert_true (cron_next (&cron, zone, at, &at));
          g_autofree char *shown = zone_text (zone, at);
          if (at != instant_of (*expected))
            fail_msg ("%s, and not %s", shown, *expected);
        }
    }
}

/* From the last one on back to the first. */
static void
test_the_last_before (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("%s\n", cases[i].title);
      Cron cron = good_cron (cases[i].cron);
      g_autoptr (Zone) zone = good_zone (cases[i].zone);
      g_auto (GStrv) due = g_strsplit (cases[i].due, " ", -1);
      for (guint n = g_strv_length (due); n-- > 1;)
        {
          int64_t at;
          assert_true (cron_last (&cron, zone, instant_of (due[n]), &at));
          assert_int_equal (at, instant_of (due[n - 1]));
        }
    }
}

static const struct
{
  const char *cron, *problem;
} mistakes[] = {
  { "", "has 0 fields: five are needed" },
  { "0 6 * *", "has 4 fields" },
  { "0 0 6 * * * *", "has 7 fields" },
  { "60 6 * * *", "\"60\" is no minute: they are from 0 to 59" },
  { "0 24 * * *", "\"24\" is no hour: they are from 0 to 23" },
  { "0 6 0 * *", "\"0\" is no day of the month: they are from 1 to 31" },
  { "0 6 * 13 *", "\"13\" is no month: they are from 1 to 12" },
  { "0 6 * * 8", "\"8\" is no day of the week: they are from 0 to 7" },
  { "0 6 * * 5-1", "\"5-1\" is no day of the week: a range runs from the smaller to the larger" },
  { "0 6 * * fri-mon", "a range runs" },
  { "0 22-2 * * *", "\"22-2\" is no hour" },
  { "5/15 * * * *", "\"5/15\" is no minute: a step is behind * or a range, as in 5-59/15" },
  { "*/90 * * * *", "\"*/90\" is no minute: a step is a number that is smaller" },
  { "*/0 * * * *", "\"*/0\" is no minute" },
  { "*/ * * * *", "\"*/\" is no minute" },
  { "1- * * * *", "\"1-\" is no minute" },
  { "1,, * * * *", "\"\" is no minute" },
  { "1x * * * *", "\"1x\" is no minute" },
  { "-1 * * * *", "\"-1\" is no minute" },
  { "99999999999 * * * *", "is no minute" },
  { "0 0 6 ? * MON", "\"?\" is no day of the month: ? is Quartz's: write *" },
  { "0 6 L * *", "\"L\" is no day of the month" },
  { "0 6 15W * *", "\"15W\" is no day of the month" },
  { "0 6 * * 5#2", "\"5#2\" is no day of the week" },
  { "0 6 * * monday", "\"monday\" is no day of the week" },
  { "0 6 30 2 *", "is never" },
  { "0 6 31 4,6,9,11 *", "is never" },
  { "@reboot", "is none of @hourly" },
  { "@daily 6", "is none of @hourly" },
  { "@every", "is none of @hourly" },
  { "@every ", "has no time behind it" },
  { "@every soon", "has no time behind it" },
  { "@every 0 seconds", "has no time behind it" },
  { "@every forever", "has no time behind it" },
  { "@every 900 years", "has no time behind it" },
};

static void
test_mistakes (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      Cron cron;
      g_autoptr (GError) error = NULL;
      print_message ("%s\n", mistakes[i].cron);
      assert_false (cron_parse (mistakes[i].cron, &cron, &error));
      assert_int_equal (error->code, WEIR_ERROR_MODEL);
      if (strstr (error->message, mistakes[i].problem) == NULL)
        fail_msg ("%s", error->message);
    }
}

/* ---- each minute looked at ---- */

/* An expression as sets, and as it is written. */
typedef struct
{
  bool minutes[60], hours[24], days[32], months[13], weekdays[7];
  bool any_day, any_weekday, follows_clock;
  GString *text;
} Naive;

/* A field: "*" or some values. Returns whether it is "*". */
static bool
make_field (GRand *random, Naive *naive, bool *set, int low, int high)
{
  bool any = g_rand_int_range (random, 0, 3) == 0;
  if (naive->text->len > 0)
    g_string_append_c (naive->text, ' ');
  for (int n = low; n <= high; n++)
    set[n] = any;
  if (any)
    return g_string_append_c (naive->text, '*'), true;
  int count = g_rand_int_range (random, 1, 4);
  for (int i = 0; i < count; i++)
    {
      int value = g_rand_int_range (random, low, high + 1);
      set[value] = true;
      g_string_append_printf (naive->text, "%s%d", i > 0 ? "," : "", value);
    }
  return false;
}

static void
make_cron (GRand *random, Naive *naive)
{
  naive->text = g_string_new (NULL);
  naive->follows_clock = make_field (random, naive, naive->minutes, 0, 59);
  /* Mostly in the hours in which clocks are moved. */
  naive->follows_clock = make_field (random, naive, naive->hours, 0, g_rand_boolean (random) ? 3 : 23) || naive->follows_clock;
  for (int hour = 4; naive->text->str[naive->text->len - 1] == '*' && hour < 24; hour++)
    naive->hours[hour] = true;
  naive->any_day = make_field (random, naive, naive->days, 1, 31);
  make_field (random, naive, naive->months, 1, 12);
  naive->any_weekday = make_field (random, naive, naive->weekdays, 0, 6);
}

static bool
naive_fits (const Naive *naive, int64_t wall)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (wall);
  bool day = naive->days[g_date_time_get_day_of_month (at)], weekday = naive->weekdays[g_date_time_get_day_of_week (at) % 7];
  return naive->minutes[g_date_time_get_minute (at)] && naive->hours[g_date_time_get_hour (at)]
         && naive->months[g_date_time_get_month (at)] && (naive->any_day || naive->any_weekday ? day && weekday : day || weekday);
}

/* Whether it is due in the minute, before which clocks had shown "shown" at the latest. */
static bool
naive_is_due (const Naive *naive, int64_t wall, int64_t shown)
{
  if (naive->follows_clock)
    return naive_fits (naive, wall);
  for (int64_t minute = shown + 60; minute <= wall; minute += 60)
    if (naive_fits (naive, minute))
      return true;
  return false;
}

static void
compare (const Naive *naive, const char *zone_name, int64_t from, int64_t to)
{
  Cron cron = good_cron (naive->text->str);
  g_autoptr (Zone) zone = good_zone (zone_name);
  int64_t due = from - 1, shown = from - 60 + zone_offset (zone, from - 60);
  if (!cron_next (&cron, zone, due, &due))
    due = INT64_MAX;
  for (int64_t minute = from; minute < to; minute += 60)
    {
      int64_t wall = minute + zone_offset (zone, minute);
      bool is_due = naive_is_due (naive, wall, shown);
      shown = MAX (shown, wall);
      if (is_due != (due == minute))
        {
          g_autofree char *where = zone_text (zone, minute), *other = zone_text (zone, due);
          fail_msg ("\"%s\" in %s: %s at %s, next is %s", naive->text->str, zone_name, is_due ? "due" : "not due", where, other);
        }
      if (is_due && !cron_next (&cron, zone, due, &due))
        due = INT64_MAX;
    }
}

static void
test_each_minute (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    const char *zone, *from;
  } places[] = { { "Europe/Oslo", "2027-03-26T00:00:00Z" },
                 { "Europe/Oslo", "2027-10-29T00:00:00Z" },
                 { "Australia/Lord_Howe", "2026-10-02T00:00:00Z" },
                 { "Australia/Lord_Howe", "2027-04-02T00:00:00Z" },
                 { "America/New_York", "2027-11-05T00:00:00Z" },
                 { "America/Sao_Paulo", "2018-11-03T00:00:00Z" },
                 { "UTC", "2028-02-27T00:00:00Z" },
                 { "Pacific/Apia", "2011-12-28T00:00:00Z" } };
  const char *said = g_getenv ("WEIR_TEST_LONG");
  for (guint32 seed = 1; seed <= (said != NULL ? 400 : 40); seed++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      Naive naive = { 0 };
      make_cron (random, &naive);
      size_t place = seed % G_N_ELEMENTS (places);
      int64_t from = instant_of (places[place].from);
      compare (&naive, places[place].zone, from, from + 5 * 24 * 3600);
      g_string_free (naive.text, TRUE);
    }
}

static void
test_zones (void **state G_GNUC_UNUSED)
{
  static const char *const unknown[] = { "Europe/Olso", "",       "/etc/passwd", "../../../etc/passwd",
                                         "zone.tab",    "Europe", "+02:00",      "Z" };
  for (size_t i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      g_autoptr (GError) error = NULL;
      assert_null (zone_open (unknown[i], &error));
      assert_int_equal (error->code, WEIR_ERROR_MODEL);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_due_times), cmocka_unit_test (test_the_last_before),
                                      cmocka_unit_test (test_mistakes), cmocka_unit_test (test_each_minute),
                                      cmocka_unit_test (test_zones) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
