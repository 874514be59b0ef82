#include "base/timing.h"

#include "base/error.h"

#include <string.h>

#define DAY (24 * 60 * 60)

const char *const catch_up_words[] = { "once", "all", "none", NULL };

/* One or two digits. Returns what is behind them; NULL: there are fewer. */
static const char *
read_digits (const char *at, int least, int *ret_value)
{
  int digits = 0;
  for (*ret_value = 0; digits < 2 && g_ascii_isdigit (*at); digits++)
    *ret_value = 10 * *ret_value + (*at++ - '0');
  return digits >= least ? at : NULL;
}

bool
timing_parse_time (const char *text, int *ret_seconds)
{
  int hour, minute = 0, second = 0;
  const char *at = read_digits (text, 1, &hour);
  at = at != NULL && *at == ':' ? read_digits (at + 1, 2, &minute) : NULL;
  if (at != NULL && *at == ':')
    at = read_digits (at + 1, 2, &second);
  *ret_seconds = (hour * 60 + minute) * 60 + second;
  return at != NULL && *at == '\0' && minute < 60 && second < 60 && *ret_seconds <= DAY;
}

static bool
parse_of_day (const char *text, int *ret_seconds, GError **error)
{
  *ret_seconds = -1;
  return text == NULL || timing_parse_time (text, ret_seconds)
         || weir_error (error, WEIR_ERROR_MODEL, "\"%s\" is no time of day, as \"08:00\" is", text);
}

bool
timing_parse (const char *cron, const char *zone, const char *by, const char *cut_off, Timing *ret_timing, GError **error)
{
  *ret_timing = (Timing) { .by = -1 };
  if (!cron_parse (cron, &ret_timing->cron, error) || !parse_of_day (by, &ret_timing->by, error)
      || !parse_of_day (cut_off, &ret_timing->cut_off, error))
    return false;
  ret_timing->zone = zone_open (zone, error);
  return ret_timing->zone != NULL;
}

void
timing_clear (Timing *timing)
{
  g_clear_pointer (&timing->zone, zone_free);
}

/* ---- times of day ---- */

/* The first time that clocks show this time of day and that is not before the instant; or the last one that is. */
static int64_t
find_of_day (const Zone *zone, int seconds, int64_t instant, bool is_before)
{
  int64_t wall = instant + zone_offset (zone, instant), day = wall - ((wall % DAY) + DAY) % DAY - 2 * DAY;
  int64_t found = zone_instant (zone, day + seconds);
  for (;;)
    {
      day += DAY;
      int64_t next = zone_instant (zone, day + seconds);
      if (next >= instant)
        return is_before ? found : next;
      found = next;
    }
}

static int64_t
of_day_from (const Timing *timing, int seconds, int64_t instant)
{
  return find_of_day (timing->zone, seconds, instant, false);
}

bool
timing_next (const Timing *timing, int64_t after, int64_t *ret_due)
{
  if (timing->by < 0)
    return cron_next (&timing->cron, timing->zone, after, ret_due);
  /* A time of cron's behind the last such time of day comes to a later one. */
  int64_t passed = find_of_day (timing->zone, timing->by, after + 1, true), time;
  if (!cron_next (&timing->cron, timing->zone, passed, &time))
    return false;
  *ret_due = of_day_from (timing, timing->by, time);
  return true;
}

bool
timing_last (const Timing *timing, int64_t before, int64_t *ret_due)
{
  if (timing->by < 0)
    return cron_last (&timing->cron, timing->zone, before, ret_due);
  int64_t passed = find_of_day (timing->zone, timing->by, before, true), time;
  if (!cron_last (&timing->cron, timing->zone, passed + 1, &time))
    return false;
  *ret_due = of_day_from (timing, timing->by, time);
  return true;
}

/* ---- coming late ---- */

void
timing_plan (const Timing *timing, CatchUp catch_up, int64_t due, int64_t now, TimingPlan *ret_plan)
{
  int64_t last = due;
  if (catch_up != CATCH_UP_ALL)
    timing_last (timing, now + 1, &last);
  *ret_plan = (TimingPlan) { .due = MAX (last, due), .passed_by = last > due };
  ret_plan->is_too_late = timing->cut_off >= 0 && now >= of_day_from (timing, timing->cut_off, ret_plan->due + 1);
  ret_plan->acts = !ret_plan->is_too_late && (catch_up != CATCH_UP_NONE || now - ret_plan->due <= TIMING_LATE);
  ret_plan->has_next = timing_next (timing, ret_plan->due, &ret_plan->next);
}

int64_t
timing_cut_off (const Timing *timing, int64_t after)
{
  return timing->cut_off >= 0 ? of_day_from (timing, timing->cut_off, after + 1) : INT64_MAX;
}

int64_t
timing_counts_from (const Timing *timing, int64_t due)
{
  int64_t time = due, earlier, due_before;
  /* Of several of cron's that come to the due time, the first. */
  if (!timing_last (timing, due, &due_before))
    due_before = due - DAY;
  cron_next (&timing->cron, timing->zone, due_before, &time);
  if (!cron_last (&timing->cron, timing->zone, time, &earlier))
    earlier = time - DAY;
  return MAX (earlier + (time - earlier) / 2, due_before);
}
