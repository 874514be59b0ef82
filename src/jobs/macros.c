#include "src/jobs/macros.h"

#include <glib.h>
#include <string.h>

const char *const macro_words[] = { "TODAY",
                                    "YESTERDAY",
                                    "MONTH_START",
                                    "MONTH_END",
                                    "SCHOOL_YEAR",
                                    "SCHOOL_YEAR_START",
                                    "SCHOOL_YEAR_END",
                                    "FISCAL_YEAR",
                                    "FISCAL_YEAR_START",
                                    "FISCAL_YEAR_END",
                                    "RUN",
                                    "JOB",
                                    NULL };

bool
macro_read_start (const char *text, YearStart *ret_start)
{
  if (!g_regex_match_simple ("^[0-9][0-9]-[0-9][0-9]$", text, G_REGEX_DOLLAR_ENDONLY, 0))
    return false;
  *ret_start = (YearStart) { (text[0] - '0') * 10 + text[1] - '0', (text[3] - '0') * 10 + text[4] - '0' };
  return g_date_valid_dmy ((GDateDay) ret_start->day, (GDateMonth) ret_start->month, 2025);
}

static char *
show (const GDate *date)
{
  return g_strdup_printf ("%04d-%02d-%02d", g_date_get_year (date), (int) g_date_get_month (date), g_date_get_day (date));
}

static GDate
today_of (const MacroFacts *facts)
{
  GDate date;
  int64_t wall = facts->now + zone_offset (facts->zone, facts->now);
  int64_t days = wall / 86400 - (wall % 86400 < 0);
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, 1, G_DATE_JANUARY, 1970);
  if (days >= 0)
    g_date_add_days (&date, (guint) days);
  return date;
}

/* The first day of the year that the day is in. */
static GDate
start_of (GDate day, YearStart start)
{
  GDate first;
  g_date_clear (&first, 1);
  g_date_set_dmy (&first, (GDateDay) start.day, (GDateMonth) start.month, g_date_get_year (&day));
  if (g_date_compare (&first, &day) > 0)
    g_date_subtract_years (&first, 1);
  return first;
}

static GDate
end_of (GDate first)
{
  g_date_add_years (&first, 1);
  g_date_subtract_days (&first, 1);
  return first;
}

/* "", "_START", "_END" behind the word. */
static char *
value_of_year (const char *rest, GDate today, YearStart start, bool by_end)
{
  GDate first = start_of (today, start), last = end_of (first);
  if (strcmp (rest, "_START") == 0)
    return show (&first);
  if (strcmp (rest, "_END") == 0)
    return show (&last);
  return g_strdup_printf ("%d", g_date_get_year (by_end ? &last : &first));
}

static char *
value_of_month (bool is_end, GDate day)
{
  g_date_set_day (&day, 1);
  if (is_end)
    g_date_set_day (&day, g_date_get_days_in_month (g_date_get_month (&day), g_date_get_year (&day)));
  return show (&day);
}

char *
macro_value (const char *word, const MacroFacts *facts)
{
  GDate today = today_of (facts), yesterday = today;
  g_date_subtract_days (&yesterday, 1);
  if (!g_strv_contains (macro_words, word))
    return NULL;
  if (strcmp (word, "RUN") == 0)
    return g_strdup (facts->run);
  if (strcmp (word, "JOB") == 0)
    return g_strdup (facts->job);
  if (g_str_has_prefix (word, "SCHOOL_YEAR"))
    return value_of_year (word + strlen ("SCHOOL_YEAR"), today, facts->school, false);
  if (g_str_has_prefix (word, "FISCAL_YEAR"))
    return value_of_year (word + strlen ("FISCAL_YEAR"), today, facts->fiscal, true);
  if (g_str_has_prefix (word, "MONTH_"))
    return value_of_month (strcmp (word, "MONTH_END") == 0, today);
  return show (strcmp (word, "TODAY") == 0 ? &today : &yesterday);
}
