/* The ledger: runs of files, and of other tools' pipelines. */
#include "src/page/view.h"

#include "base/error.h"
#include "schema/ledger_page.h"
#include "src/report/runs.h"

#define PAGE_RUNS 50

static Json *
read_runs (const Visit *visit, GError **error)
{
  const Request *request = visit->request;
  const RunsWanted wanted = { request_query (request, "table"), request_query (request, "state"), request_query (request, "before"),
                              PAGE_RUNS };
  Db *db = page_db_get (visit->page->db, error);
  g_autoptr (DbResult) runs = NULL;
  if (db == NULL || !ledger_page_runs (db, &wanted, &runs, error))
    return NULL;
  int rows = db_result_rows (runs);
  const char *next = rows == PAGE_RUNS ? db_result_named (runs, rows - 1, "began") : NULL;
  return json_pack ("{s:o, s:o, s:o, s:o}", "table", weir_json_string (wanted.table), "state", weir_json_string (wanted.state),
                    "next", weir_json_string (next), "runs", runs_to_json (runs));
}

static char *
title (const Visit *visit, const Json *object)
{
  (void) visit;
  (void) object;
  return g_strdup ("Ledger");
}

static void
field (Html *html, const char *name, const char *label, const char *value)
{
  html_element (html, "label", label, "for", name, NULL);
  html_open (html, "input", "type", "text", "id", name, "name", name, "value", value != NULL ? value : "", "autocomplete", "off",
             NULL);
}

static void
show_filter (Html *html, const Json *object)
{
  static const char *const states[] = { "applied", "failed", "staged",    "duplicate",  "held",
                                        "loading", "undone", "completed", "in_progress" };
  const char *state = view_text (object, "state");
  html_open (html, "form", "method", "get", "action", "/runs", "class", "filter", NULL);
  field (html, "table", "Table", view_text (object, "table"));
  html_element (html, "label", "State", "for", "state", NULL);
  html_open (html, "select", "id", "state", "name", "state", NULL);
  html_element (html, "option", "any", "value", "", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (states); i++)
    html_element (html, "option", states[i], "value", states[i], "selected", g_strcmp0 (state, states[i]) == 0 ? "" : NULL, NULL);
  html_close (html, "select");
  html_element (html, "button", "Show", "type", "submit", NULL);
  html_close (html, "form");
}

/* The same filter, from where this page ends. */
static void
show_next (Html *html, const Json *object)
{
  const char *members[] = { "table", "state" };
  g_autoptr (GString) path = g_string_new ("/runs?before=");
  g_string_append_uri_escaped (path, view_text (object, "next"), NULL, FALSE);
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    if (view_text (object, members[i]) != NULL)
      {
        g_string_append_printf (path, "&%s=", members[i]);
        g_string_append_uri_escaped (path, view_text (object, members[i]), NULL, FALSE);
      }
  html_open (html, "p", NULL);
  html_element (html, "a", "Older runs", "href", path->str, "rel", "next", NULL);
  html_close (html, "p");
}

static void
show (Html *html, const Visit *visit, const Json *object)
{
  const Json *runs = json_object_get (object, "runs");
  html_element (html, "h1", "Ledger", NULL);
  html_element (html, "p", "Every run over a file, and every execution that other tools have told, the newest first.", NULL);
  show_filter (html, object);
  if (json_array_size (runs) == 0)
    html_element (html, "p", "No run is like that, among the newest 5,000.", "class", "empty", NULL);
  else
    view_runs_table (html, visit, runs, "Runs");
  if (view_text (object, "next") != NULL)
    show_next (html, object);
}

const View view_runs = { "runs", "ledger", read_runs, title, show };
