/* When timed work is due: cron's expressions, in a time zone. Pure.
 *
 *   0 6 * * 1-5          minute, hour, day of the month, month, day of the week, as crontab (5) has them
 *   30 0 6 * * 1-5       with the second before them
 *   @daily               @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually
 *   @every 90 minutes    whenever so much time has passed, counted from 1970 on: whatever clocks show
 *
 * A field is "*", a number, a range ("1-5"), each of them but the number with a step ("8-18/2"), or several of these with commas. Months and
 * days have names ("jan", "MON"). Days of the week are 0 to 7, both of which are Sunday, whether there are seconds or not. Where neither the
 * day of the month nor that of the week begins with "*", either will do. What crons do not agree on is refused: ?, L, W, #, 5/15, ranges
 * that run backwards, steps that never step.
 *
 * When clocks are moved, Vixie's rule goes (Debian's cron): work of which minute or hour begins with "*" runs whenever the clock shows its time.
 * Other work runs once for a time that is shown twice, the first time; and once, right after, where clocks jump over its times. */
#ifndef WEIR_BASE_CRON_H
#define WEIR_BASE_CRON_H

#include "base/zone.h"

typedef struct
{
  uint64_t seconds, minutes; /* bit n: n is one of them */
  uint32_t hours, days, months, weekdays;
  bool any_day, any_weekday; /* begins with "*" */
  bool follows_clock;        /* minute or hour does */
  int64_t every;             /* seconds, of "@every", and all else plays no part; 0: of none */
} Cron;

/* Errors: MODEL. An expression that no time ever fits is one. */
bool cron_parse (const char *text, Cron *ret_cron, GError **error);

/* The first wall time that fits and is not before "wall"; false: none in the next decades. */
bool cron_find_wall (const Cron *cron, int64_t wall, int64_t *ret_wall);

/* The first due time after an instant, and the last one before it. False: none in decades. */
bool cron_next (const Cron *cron, const Zone *zone, int64_t after, int64_t *ret_instant);
bool cron_last (const Cron *cron, const Zone *zone, int64_t before, int64_t *ret_instant);

#endif
