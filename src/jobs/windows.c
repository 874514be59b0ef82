#include "src/jobs/windows.h"

#include "base/error.h"
#include "base/quantity.h"

#include <stdio.h>
#include <string.h>

#define MOST_MONTHS 1200

bool
windows_read_time (const char *text, int64_t *ret_time)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autofree char *midnight = g_strconcat (text, "T00:00:00", NULL);
  bool is_date = strlen (text) == strlen ("YYYY-MM-DD");
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (is_date ? midnight : text, utc);
  if (time != NULL)
    *ret_time = g_date_time_to_unix (time);
  return time != NULL;
}

char *
windows_show_time (int64_t time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (time);
  return date != NULL ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("");
}

/* "1 month" is a month of the calendar here. */
static bool
read_months (const char *text, int *ret_months)
{
  int end = 0, months = 0;
  if (sscanf (text, "%4d month%n", &months, &end) != 1 || end == 0 || (text[end] != '\0' && strcmp (text + end, "s") != 0)
      || months < 1 || months > MOST_MONTHS)
    return false;
  return *ret_months = months, true;
}

static bool
read_period (const char *text, WindowRule *rule)
{
  if (strstr (text, "month") != NULL)
    return read_months (text, &rule->months);
  return quantity_read_period (text, &rule->seconds) && rule->seconds > 0;
}

static bool
read_member (const Json *window, const char *name, int64_t *ret_time)
{
  const char *text = json_string_value (json_object_get (window, name));
  return text != NULL && windows_read_time (text, ret_time);
}

/* All that is wrong is one error. */
static void
complain (GString *wrong, const char *text)
{
  g_string_append_printf (wrong, "%s%s", wrong->len > 0 ? "; and it " : "", text);
}

bool
windows_read_rule (const Json *window, WindowRule *ret_rule, GError **error)
{
  const Json *period = json_object_get (window, "period"), *end = json_object_get (window, "end");
  g_autoptr (GString) wrong = g_string_new (NULL);
  *ret_rule = (WindowRule) { .end = INT64_MAX };
  bool has_start = read_member (window, "start", &ret_rule->start);
  bool has_end = end == NULL || read_member (window, "end", &ret_rule->end);
  if (!has_start)
    complain (wrong, "needs a \"start\" that is a time, as \"2026-01-01\" is");
  if (!has_end)
    complain (wrong, "has an \"end\" that is no time, as \"2027-01-01\" is");
  if (has_start && has_end && ret_rule->end <= ret_rule->start)
    complain (wrong, "has an \"end\" that is not behind its \"start\"");
  if (period != NULL ? !json_is_string (period) || !read_period (json_string_value (period), ret_rule) : end == NULL)
    complain (wrong, "needs a \"period\", as \"1 day\" or \"1 month\", or an \"end\"");
  if (wrong->len > 0)
    return weir_error (error, WEIR_ERROR_MODEL, "%s", wrong->str);
  if (period == NULL)
    ret_rule->seconds = ret_rule->end - ret_rule->start;
  return true;
}

Window
windows_from (const WindowRule *rule, int64_t start)
{
  if (rule->months == 0)
    return (Window) { start, start + rule->seconds };
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (start);
  g_autoptr (GDateTime) end = date != NULL ? g_date_time_add_months (date, rule->months) : NULL;
  return (Window) { start, end != NULL ? g_date_time_to_unix (end) : INT64_MAX };
}

bool
windows_next (const WindowRule *rule, const Json *position, int64_t now, Window *ret_window)
{
  const char *end = json_string_value (json_object_get (position, "end"));
  int64_t start = rule->start;
  if (end != NULL && !windows_read_time (end, &start))
    return false;
  *ret_window = windows_from (rule, start);
  ret_window->end = MIN (ret_window->end, rule->end);
  return start < rule->end && ret_window->end <= now;
}

/* ---- what was loaded ---- */

static bool
read_window (const Json *pair, Window *ret_window)
{
  const char *start = json_string_value (json_array_get (pair, 0)), *end = json_string_value (json_array_get (pair, 1));
  return start != NULL && end != NULL && windows_read_time (start, &ret_window->start) && windows_read_time (end, &ret_window->end);
}

static GArray *
read_windows (const Json *position)
{
  GArray *windows = g_array_new (FALSE, FALSE, sizeof (Window));
  const Json *pairs = json_object_get (position, "windows");
  for (size_t i = 0; i < json_array_size (pairs); i++)
    {
      Window window;
      if (read_window (json_array_get (pairs, i), &window))
        g_array_append_val (windows, window);
    }
  return windows;
}

static int
compare_windows (const void *a, const void *b)
{
  const Window *left = a, *right = b;
  if (left->start != right->start)
    return left->start < right->start ? -1 : 1;
  return left->end < right->end ? -1 : left->end > right->end;
}

/* Those that touch or overlap become one. */
static void
join_windows (GArray *windows)
{
  guint kept = 0;
  g_array_sort (windows, compare_windows);
  for (guint i = 0; i < windows->len; i++)
    {
      Window window = g_array_index (windows, Window, i);
      Window *last = kept > 0 ? &g_array_index (windows, Window, kept - 1) : NULL;
      if (last != NULL && window.start <= last->end)
        last->end = MAX (last->end, window.end);
      else
        g_array_index (windows, Window, kept++) = window;
    }
  g_array_set_size (windows, kept);
}

static Json *
show_time (int64_t time)
{
  g_autofree char *text = windows_show_time (time);
  return json_string (text);
}

Json *
windows_add (const Json *position, Window window, bool moves)
{
  g_autoptr (GArray) windows = read_windows (position);
  Json *pairs = json_array ();
  g_array_append_val (windows, window);
  join_windows (windows);
  for (guint i = 0; i < windows->len; i++)
    {
      const Window *one = &g_array_index (windows, Window, i);
      json_array_append_new (pairs, json_pack ("[o, o]", show_time (one->start), show_time (one->end)));
    }
  Json *end = json_object_get (position, "end");
  Json *added = json_object ();
  if (moves)
    json_object_set_new (added, "end", show_time (window.end));
  else if (end != NULL)
    json_object_set (added, "end", end);
  json_object_set_new (added, "windows", pairs);
  return added;
}

Json *
windows_gaps (const Json *position)
{
  g_autoptr (GArray) windows = read_windows (position);
  Json *gaps = json_array ();
  join_windows (windows);
  for (guint i = 1; i < windows->len; i++)
    {
      const Window *before = &g_array_index (windows, Window, i - 1), *window = &g_array_index (windows, Window, i);
      json_array_append_new (gaps, json_pack ("{s:o, s:o}", "start", show_time (before->end), "end", show_time (window->start)));
    }
  return gaps;
}
