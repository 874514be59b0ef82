/* Timed work: when files are expected and what else has its times, when next, and what became of it last. */
#include "src/page/view.h"

#include "schema/ledger_schedule.h"
#include "src/commands/schedule_call.h"

static Json *
read_schedules (const Visit *visit, GError **error)
{
  Db *db = page_db_get (visit->page->db, error);
  g_autoptr (DbResult) rows = NULL;
  if (db == NULL || !schedule_list (db, NULL, &rows, error))
    return NULL;
  return json_pack ("{s:o}", "schedules", schedule_rows_to_json (rows));
}

static char *
title (const Visit *visit, const Json *object)
{
  (void) visit;
  (void) object;
  return g_strdup ("Schedules");
}

static const char *
state_of (const Json *schedule)
{
  if (view_text (schedule, "paused") != NULL)
    return "paused";
  if (view_text (schedule, "began") != NULL && view_text (schedule, "ended") == NULL)
    return "under way";
  return view_text (schedule, "result");
}

static void
show_schedule (Html *html, const Visit *visit, const Json *schedule)
{
  const char *by = view_text (schedule, "by"), *cut_off = view_text (schedule, "cut_off"), *table = view_text (schedule, "table");
  html_open (html, "tr", NULL);
  html_open (html, "th", "scope", "row", NULL);
  if (table != NULL)
    html_link (html, table, "tables", table, NULL);
  else
    html_text (html, view_text (schedule, "name"));
  html_element (html, "div", view_text (schedule, "kind"), "class", "why", NULL);
  html_close (html, "th");
  html_open (html, "td", NULL);
  html_element (html, "code", view_text (schedule, "cron"), NULL);
  if (by != NULL)
    html_format (html, " by %s", by);
  if (cut_off != NULL)
    html_format (html, " not from %s on", cut_off);
  html_element (html, "div", view_text (schedule, "time_zone"), "class", "why", NULL);
  html_close (html, "td");
  view_time_cell (html, view_text (schedule, "next"), 0);
  view_time_cell (html, view_text (schedule, "last"), visit->now);
  html_open (html, "td", NULL);
  view_state (html, state_of (schedule));
  if (view_text (schedule, "message") != NULL)
    html_element (html, "div", view_text (schedule, "message"), "class", "why", NULL);
  html_close (html, "td");
  html_close (html, "tr");
}

static void
show (Html *html, const Visit *visit, const Json *object)
{
  static const char *const headers[] = { "What", "When", "Next (UTC)", "Last (UTC)", "What came of it", NULL };
  const Json *schedules = json_object_get (object, "schedules");
  html_element (html, "h1", "Schedules", NULL);
  if (json_array_size (schedules) == 0)
    {
      html_element (
          html, "p",
          "Nothing has its times: \"expect\" in a model says when a file is expected, \"cron\" in a job when it is pulled.",
          "class", "empty", NULL);
      return;
    }
  view_table_open (html, "Timed work, and when it is due", headers);
  for (size_t i = 0; i < json_array_size (schedules); i++)
    show_schedule (html, visit, json_array_get (schedules, i));
  view_table_close (html);
}

const View view_schedules = { "schedules", "schedules", read_schedules, title, show };
