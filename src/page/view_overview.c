/* The first page: what runs now, what waits and why, the tables and how fresh they are, what failed last. */
#include "src/page/overview.h"

#include "src/load/pulse.h"

static char *
title (const Visit *visit, const Json *overview)
{
  (void) visit;
  (void) overview;
  return g_strdup ("Overview");
}

static bool
is_in_work (const Json *file)
{
  return g_strcmp0 (view_text (file, "state"), "in work") == 0;
}

static int
count_waiting (const Json *waiting, bool in_work)
{
  int count = 0;
  for (size_t i = 0; i < json_array_size (waiting); i++)
    {
      const Json *file = json_array_get (waiting, i);
      count += is_in_work (file) == in_work && g_strcmp0 (view_text (file, "state"), "ignored") != 0;
    }
  return count;
}

/* count below 0: it is not known, which is no zero. */
static void
tile (Html *html, const char *name, gint64 count, const char *href, const char *class)
{
  html_open (html, "li", "class", count > 0 ? class : NULL, NULL);
  html_open (html, "a", "href", href, NULL);
  html_open (html, "span", "class", "figure", NULL);
  if (count >= 0)
    html_format (html, "%" G_GINT64_FORMAT, count);
  else
    html_text (html, "–");
  html_close (html, "span");
  html_element (html, "span", name, "class", "label", NULL);
  html_close (html, "a");
  html_close (html, "li");
}

/* -1: the database is away. */
static gint64
count_known (const Json *array)
{
  return json_is_array (array) ? (gint64) json_array_size (array) : -1;
}

static void
show_tiles (Html *html, const Json *overview)
{
  const Json *waiting = json_object_get (overview, "waiting");
  bool is_calm = json_array_size (json_object_get (overview, "incidents")) == 0; /* then the page has no such part */
  html_open (html, "ul", "class", "tiles", "aria-label", "In short", NULL);
  tile (html, "in work", count_waiting (waiting, true), "#work", "busy");
  tile (html, "waiting", count_waiting (waiting, false), "#waiting", "attention");
  tile (html, "held", count_known (json_object_get (overview, "held")), "/held", "attention");
  tile (html, "refused files", view_number (json_object_get (overview, "failed"), "files"), "#failures", "bad");
  tile (html, "not as expected", count_known (json_object_get (overview, "incidents")), is_calm ? NULL : "#incidents", "bad");
  tile (html, "tables", (gint64) json_array_size (json_object_get (overview, "tables")), "#tables", NULL);
  html_close (html, "ul");
}

/* What did not come as it should, before all else. */
static void
show_incidents (Html *html, const Visit *visit, const Json *incidents)
{
  if (json_array_size (incidents) == 0)
    return;
  html_element (html, "h2", "Not as expected", "id", "incidents", NULL);
  html_open (html, "ul", "class", "work", NULL);
  for (size_t i = 0; i < json_array_size (incidents); i++)
    {
      const Json *incident = json_array_get (incidents, i);
      html_open (html, "li", NULL);
      view_state (html, view_text (incident, "kind"));
      html_text (html, " ");
      html_prose (html, view_text (incident, "text"));
      html_open (html, "div", "class", "why", NULL);
      html_text (html, "since ");
      html_time (html, view_text (incident, "began"), visit->now);
      html_close (html, "div");
      html_close (html, "li");
    }
  html_close (html, "ul");
}

/* Who was not told of something. */
static void
show_alerts (Html *html, const Json *alerts)
{
  if (json_array_size (alerts) == 0)
    return;
  html_element (html, "h2", "Alerts that could not be delivered", "id", "alerts", NULL);
  html_open (html, "ul", "class", "work", NULL);
  for (size_t i = 0; i < json_array_size (alerts); i++)
    {
      const Json *target = json_array_get (alerts, i);
      html_open (html, "li", NULL);
      html_element (html, "strong", view_text (target, "target"), NULL);
      html_format (html, ": %" G_GINT64_FORMAT " wait, %" G_GINT64_FORMAT " refused; ", view_number (target, "waiting"),
                   view_number (target, "refused"));
      html_element (html, "code", "weir notify", NULL);
      html_text (html, " says more");
      html_element (html, "div", view_text (target, "answer"), "class", "why", NULL);
      html_close (html, "li");
    }
  html_close (html, "ul");
}

/* A bar for what is known: percent of a file's bytes, else which of the statements it is. */
static void
show_bar (Html *html, const Json *progress, const char *file)
{
  const Json *percent = json_object_get (progress, "percent");
  bool in_parts = !json_is_number (percent) && view_number (progress, "parts") > 0;
  double most = in_parts ? (double) view_number (progress, "parts") : 100;
  double done = in_parts ? (double) view_number (progress, "part") - 1 : json_number_value (percent);
  if (!in_parts && !json_is_number (percent))
    return;
  g_autofree char *value = g_strdup_printf ("%.0f", done), *max = g_strdup_printf ("%.0f", most);
  html_open (html, "progress", "max", max, "value", value, "aria-label", file, NULL);
  html_close (html, "progress");
}

/* How far a file in work has come. */
static void
show_work (Html *html, const Json *file)
{
  const Json *progress = json_object_get (file, "progress");
  g_autofree char *text = json_is_object (progress) ? pulse_text (progress) : NULL;
  html_open (html, "li", NULL);
  if (view_text (file, "run") != NULL)
    html_link (html, view_text (file, "file"), "runs", view_text (file, "run"), NULL);
  else
    html_text (html, view_text (file, "file"));
  html_text (html, " → ");
  html_text (html, view_text (file, "table"));
  show_bar (html, progress, view_text (file, "file"));
  html_element (html, "div", text != NULL ? text : view_text (file, "reason"), "class", "why", NULL);
  html_close (html, "li");
}

static void
show_running (Html *html, const Json *waiting)
{
  html_element (html, "h2", "In work", "id", "work", NULL);
  if (count_waiting (waiting, true) == 0)
    {
      html_element (html, "p", "No file is being loaded.", "class", "empty", NULL);
      return;
    }
  html_open (html, "ul", "class", "work", NULL);
  for (size_t i = 0; i < json_array_size (waiting); i++)
    if (is_in_work (json_array_get (waiting, i)))
      show_work (html, json_array_get (waiting, i));
  html_close (html, "ul");
}

static void
show_waiting (Html *html, const Json *waiting)
{
  static const char *const headers[] = { "File", "State", "Table", "Why", NULL };
  html_element (html, "h2", "Waiting in the drop folder", "id", "waiting", NULL);
  if (json_array_size (waiting) == (size_t) count_waiting (waiting, true))
    {
      html_element (html, "p", "Nothing waits.", "class", "empty", NULL);
      return;
    }
  view_table_open (html, "Files that wait, and what they wait for", headers);
  for (size_t i = 0; i < json_array_size (waiting); i++)
    {
      const Json *file = json_array_get (waiting, i);
      if (is_in_work (file))
        continue;
      html_open (html, "tr", NULL);
      html_element (html, "th", view_text (file, "file"), "scope", "row", NULL);
      html_open (html, "td", NULL);
      view_state (html, view_text (file, "state"));
      html_close (html, "td");
      html_element (html, "td", view_text (file, "table"), NULL);
      html_element (html, "td", view_text (file, "reason"), NULL);
      html_close (html, "tr");
    }
  view_table_close (html);
}

static void
without_model (Html *html, const char *table)
{
  html_open (html, "div", "class", "why", NULL);
  html_text (html, "no model, staged for review; propose one: ");
  html_open (html, "code", NULL);
  html_format (html, "weir model %s --write", table);
  html_close (html, "code");
  html_close (html, "div");
}

/* What a person should know of a table, a paragraph each. */
static void
show_table_notes (Html *html, const Json *table)
{
  const Json *waiting = json_object_get (table, "waiting");
  if (view_text (table, "problem") != NULL)
    html_element (html, "div", view_text (table, "problem"), "class", "why bad", NULL);
  if (view_text (table, "model") == NULL && !json_is_true (json_object_get (table, "of_step")))
    without_model (html, view_text (table, "table"));
  if (json_is_true (json_object_get (table, "gone")))
    html_element (html, "div", "its warehouse table is gone", "class", "why bad", NULL);
  if (json_is_true (json_object_get (table, "staging_emptied")))
    html_element (html, "div", "a crash of the server emptied its staging table", "class", "why", NULL);
  for (size_t i = 0; i < json_array_size (waiting); i++)
    {
      const Json *rows = json_array_get (waiting, i);
      html_open (html, "div", "class", "why", NULL);
      html_count (html, json_object_get (rows, "rows"));
      html_format (html, " rows wait for %s", view_text (rows, "dimension"));
      html_close (html, "div");
    }
}

/* Three digits of a number that is not exact. */
static Json *
rounded (const Json *number)
{
  json_int_t value = json_integer_value (number), unit = 1;
  while (value / unit >= 1000)
    unit *= 10;
  return json_integer ((value + unit / 2) / unit * unit);
}

static void
count_cell (Html *html, const Json *table, const char *member)
{
  html_open (html, "td", "class", "number", NULL);
  bool estimated = json_is_true (json_object_get (table, "estimated"));
  g_autoptr (Json) about = estimated ? rounded (json_object_get (table, member)) : NULL;
  html_text (html, estimated ? "about " : "");
  html_count (html, estimated ? about : json_object_get (table, member));
  html_close (html, "td");
}

/* Whether its file is late, as its model expects it. */
static bool
is_stale (const Json *overview, const char *table)
{
  const Json *incidents = json_object_get (overview, "incidents");
  for (size_t i = 0; i < json_array_size (incidents); i++)
    {
      const Json *incident = json_array_get (incidents, i);
      if (g_strcmp0 (view_text (incident, "table"), table) == 0 && g_strcmp0 (view_text (incident, "kind"), "stale") == 0)
        return true;
    }
  return false;
}

static void
table_row (Html *html, const Visit *visit, const Json *overview, const Json *table)
{
  const char *name = view_text (table, "table"), *file = view_text (table, "last_file"), *run = view_text (table, "last_run");
  html_open (html, "tr", NULL);
  html_open (html, "th", "scope", "row", NULL);
  html_link (html, name, "tables", name, NULL);
  show_table_notes (html, table);
  html_close (html, "th");
  html_element (html, "td", view_text (table, "kind"), NULL);
  count_cell (html, table, "rows");
  if (g_strcmp0 (view_text (table, "kind"), "dimension") == 0)
    count_cell (html, table, "versions");
  else
    html_element (html, "td", "–", "class", "number", NULL);
  html_open (html, "td", NULL);
  if (view_text (table, "last_applied") != NULL)
    html_time (html, view_text (table, "last_applied"), visit->now);
  else
    html_text (html, "never");
  html_text (html, " ");
  view_state (html, is_stale (overview, name) ? "stale" : NULL);
  html_close (html, "td");
  html_open (html, "td", NULL);
  if (file != NULL && run != NULL)
    html_link (html, file, "runs", run, NULL);
  html_text (html, " ");
  view_state (html, view_text (table, "last_state"));
  html_close (html, "td");
  html_open (html, "td", "class", "number", NULL);
  html_count (html, json_object_get (table, "rejected"));
  html_close (html, "td");
  html_close (html, "tr");
}

static void
show_tables (Html *html, const Visit *visit, const Json *overview)
{
  const Json *tables = json_object_get (overview, "tables");
  static const char *const headers[] = { "Table",       "Kind",           "#Rows", "#Versions", "Loaded last (UTC)",
                                         "Newest file", "#Rejects in it", NULL };
  html_element (html, "h2", "Tables", "id", "tables", NULL);
  if (json_array_size (tables) == 0)
    {
      html_element (html, "p", "No table yet: drop a CSV file into the drop folder.", "class", "empty", NULL);
      return;
    }
  view_table_open (html, "Tables, and when each was loaded last", headers);
  for (size_t i = 0; i < json_array_size (tables); i++)
    table_row (html, visit, overview, json_array_get (tables, i));
  view_table_close (html);
}

static void
show_failures (Html *html, const Visit *visit, const Json *overview)
{
  const Json *failures = json_object_get (overview, "failures"), *failed = json_object_get (overview, "failed");
  html_element (html, "h2", "Refused lately", "id", "failures", NULL);
  if (json_array_size (failures) == 0)
    html_element (html, "p", "No file was refused.", "class", "empty", NULL);
  else
    view_runs_table (html, visit, failures, "The newest runs that failed");
  if (view_number (failed, "files") > 0)
    {
      html_open (html, "p", NULL);
      html_format (html, "%" G_GINT64_FORMAT " refused file%s in the folder, the latest: %s", view_number (failed, "files"),
                   view_number (failed, "files") == 1 ? "" : "s", view_text (failed, "latest"));
      html_close (html, "p");
    }
}

static void
show (Html *html, const Visit *visit, const Json *overview)
{
  const Json *database = json_object_get (overview, "database"), *waiting = json_object_get (overview, "waiting");
  html_element (html, "h1", "Overview", NULL);
  if (view_text (database, "error") != NULL)
    {
      html_open (html, "div", "class", "callout bad", "role", "alert", NULL);
      html_element (html, "p", "The database cannot be asked.", "class", "message", NULL);
      html_element (html, "p", view_text (database, "error"), NULL);
      html_element (html, "p", "What the folders say is below; files that come meanwhile wait, and none is lost.", NULL);
      html_close (html, "div");
    }
  show_tiles (html, overview);
  show_incidents (html, visit, json_object_get (overview, "incidents"));
  show_alerts (html, json_object_get (overview, "alerts"));
  show_running (html, waiting);
  show_waiting (html, waiting);
  show_tables (html, visit, overview);
  if (json_object_get (overview, "failures") != NULL)
    show_failures (html, visit, overview);
}

const View view_overview = { "", "overview", overview_read, title, show };
