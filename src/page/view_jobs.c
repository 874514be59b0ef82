/* Jobs: what is pulled from where, delivered where, how far it has come, and what keeps it. Of a job whose tables have personal data the positions are not
 * shown, which may be somebody's key; nor what "from" says but for its place. */
#include "src/page/view.h"

#include "base/text.h"
#include "src/jobs/job.h"
#include "src/report/changes.h"
#include "src/report/delivered.h"
#include "src/report/listed_jobs.h"

#include <string.h>

/* ---- what is read ---- */

/* Where there is no model nobody knows. */
static bool
is_personal (const Catalog *catalog, const char *table)
{
  const Model *model = table != NULL ? catalog_find (catalog, table) : NULL;
  return model == NULL || changes_has_personal (model);
}

static bool
has_personal (const Catalog *catalog, const Json *job)
{
  const Json *streams = json_object_get (job, "streams");
  for (size_t i = 0; i < json_array_size (streams); i++)
    if (is_personal (catalog, view_text (json_array_get (streams, i), "table")))
      return true;
  return json_array_size (streams) == 0;
}

static void
withhold_positions (Json *job)
{
  Json *bookmarks = json_object_get (job, "bookmarks");
  for (size_t i = 0; i < json_array_size (bookmarks); i++)
    {
      json_object_set_new (json_array_get (bookmarks, i), "position", json_null ());
      json_object_set_new (json_array_get (bookmarks, i), "previous", json_null ());
    }
}

/* What tells where the rows are, and nothing that is asked for with it. */
static void
keep_place (Json *job)
{
  static const char *const places[] = { "table", "path", "query_file" };
  const Json *from = json_object_get (job, "from");
  Json *kept = json_object ();
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    if (json_object_get (from, places[i]) != NULL)
      json_object_set (kept, places[i], json_object_get (from, places[i]));
  if (json_is_object (from))
    json_object_set (job, "from", kept);
  json_decref (kept);
}

static Json *
read_jobs (const Visit *visit, GError **error)
{
  const Settings *settings = visit->page->settings;
  const Catalog *catalog = page_db_catalog (visit->page->db, error);
  g_autoptr (Jobs) jobs = catalog != NULL ? jobs_load (settings, error) : NULL;
  Db *db = jobs != NULL ? page_db_get (visit->page->db, error) : NULL;
  g_autoptr (Json) list = db != NULL ? listed_jobs (db, jobs, error) : NULL;
  g_autoptr (Json) deliveries = list != NULL ? delivered_waiting (db, settings, jobs, error) : NULL;
  if (deliveries == NULL)
    return NULL;
  for (size_t i = 0; i < json_array_size (list); i++)
    {
      Json *job = json_array_get (list, i);
      keep_place (job);
      bool withheld = has_personal (catalog, job);
      json_object_set_new (job, "withheld", json_boolean (withheld));
      if (withheld)
        withhold_positions (job);
    }
  return json_pack ("{s:O, s:O}", "jobs", list, "deliveries", deliveries);
}

/* ---- how it is shown ---- */

static char *
title (const Visit *visit, const Json *object)
{
  (void) visit;
  (void) object;
  return g_strdup ("Jobs");
}

static void
show_cell (Html *html, char *text)
{
  html_element (html, "td", text, NULL);
  g_free (text);
}

/* How far it has come. */
static void
show_bookmark (Html *html, const Json *job)
{
  if (!json_is_true (json_object_get (job, "withheld")) || json_array_size (json_object_get (job, "bookmarks")) != 1)
    {
      show_cell (html, listed_job_bookmark (job));
      return;
    }
  html_open (html, "td", NULL);
  html_element (html, "span", "not shown", "class", "withheld", NULL);
  html_close (html, "td");
}

static gint64
count_waiting (const Json *deliveries, const char *job)
{
  gint64 runs = 0;
  for (size_t i = 0; i < json_array_size (deliveries); i++)
    if (g_strcmp0 (view_text (json_array_get (deliveries, i), "job"), job) == 0)
      runs += view_number (json_array_get (deliveries, i), "runs");
  return runs;
}

static void
show_destinations (Html *html, const Json *job, const Json *deliveries)
{
  g_autofree char *destinations = listed_job_destinations (job);
  gint64 runs = count_waiting (deliveries, view_text (job, "name"));
  html_open (html, "td", NULL);
  html_text (html, destinations);
  if (runs > 0)
    {
      g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT " run%s waiting", runs, runs == 1 ? "" : "s");
      html_element (html, "div", text, "class", "why", NULL);
    }
  html_close (html, "td");
}

static void
show_state (Html *html, const Json *job)
{
  const Json *held = json_object_get (job, "held"), *problem = json_object_get (job, "error");
  const char *run = view_text (held, "run"), *failure = view_text (job, "failure");
  g_autofree char *state = listed_job_state (job);
  html_open (html, "td", NULL);
  view_state (html, state);
  if (run != NULL)
    {
      html_open (html, "div", "class", "why", NULL);
      html_link (html, view_text (held, "file"), "runs", run, NULL);
      html_close (html, "div");
    }
  else if (failure != NULL)
    html_element (html, "div", failure, "class", "why", NULL);
  if (json_is_object (problem))
    html_element (html, "div",
                  view_text (problem, "detail") != NULL ? view_text (problem, "detail") : view_text (problem, "message"), "class",
                  "why", NULL);
  html_close (html, "td");
}

static void
show_job (Html *html, const Visit *visit, const Json *job, const Json *deliveries)
{
  html_open (html, "tr", NULL);
  html_open (html, "th", "scope", "row", NULL);
  html_text (html, view_text (job, "name"));
  html_element (html, "div", view_text (job, "mode"), "class", "why", NULL);
  html_close (html, "th");
  show_cell (html, listed_job_from (job));
  show_cell (html, listed_job_tables (job));
  show_destinations (html, job, deliveries);
  view_time_cell (html, view_text (job, "next"), 0);
  view_time_cell (html, listed_job_last (job), visit->now);
  show_state (html, job);
  show_bookmark (html, job);
  html_close (html, "tr");
}

static void
show_delivery (Html *html, const Visit *visit, const Json *delivery)
{
  const char *other = view_text (delivery, "home"), *message = view_text (json_object_get (delivery, "detail"), "message");
  const char *table = view_text (delivery, "table");
  g_autofree char *place = delivered_place (delivery);
  g_autofree char *runs = g_strdup_printf ("%" G_GINT64_FORMAT, view_number (delivery, "runs"));
  g_autofree char *home = other != NULL ? g_strconcat ("of the home ", other, NULL) : NULL;
  html_open (html, "tr", NULL);
  html_element (html, "th", place, "scope", "row", NULL);
  html_element (html, "td", view_text (delivery, "job"), NULL);
  html_open (html, "td", NULL);
  html_link (html, table, "tables", table, NULL);
  html_close (html, "td");
  html_element (html, "td", runs, "class", "number", NULL);
  view_time_cell (html, view_text (delivery, "since"), visit->now);
  html_open (html, "td", NULL);
  view_state (html, view_text (delivery, "state"));
  if (home != NULL)
    html_element (html, "div", home, "class", "why", NULL);
  else if (message != NULL)
    html_element (html, "div", message, "class", "why", NULL);
  html_close (html, "td");
  html_close (html, "tr");
}

static void
show_deliveries (Html *html, const Visit *visit, const Json *deliveries)
{
  static const char *const headers[] = { "To", "Job", "Table", "#Runs", "Since (UTC)", "State", NULL };
  if (json_array_size (deliveries) == 0)
    return;
  view_table_open (html, "Not delivered yet", headers);
  for (size_t i = 0; i < json_array_size (deliveries); i++)
    show_delivery (html, visit, json_array_get (deliveries, i));
  view_table_close (html);
}

static void
show_jobs (Html *html, const Visit *visit, const Json *object)
{
  static const char *const headers[] = { "Job", "From", "Table", "To", "Next (UTC)", "Last (UTC)", "State", "Bookmark", NULL };
  const Json *jobs = json_object_get (object, "jobs");
  if (json_array_size (jobs) == 0)
    {
      html_open (html, "p", "class", "empty", NULL);
      html_prose (html, "There is no job: one is a file jobs/NAME.json. `weir discover CONNECTION STREAM --job` proposes one.");
      html_close (html, "p");
      return;
    }
  view_table_open (html, "What is pulled and delivered", headers);
  for (size_t i = 0; i < json_array_size (jobs); i++)
    show_job (html, visit, json_array_get (jobs, i), json_object_get (object, "deliveries"));
  view_table_close (html);
}

static void
show (Html *html, const Visit *visit, const Json *object)
{
  html_element (html, "h1", "Jobs", NULL);
  show_jobs (html, visit, object);
  show_deliveries (html, visit, json_object_get (object, "deliveries"));
}

const View view_jobs = { "jobs", "jobs", read_jobs, title, show };
