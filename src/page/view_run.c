/* One run: what became of its rows, why it was refused, where its time went. */
#include "src/page/view.h"

#include "base/text.h"
#include "pipeline/table/lines.h"
#include "schema/ledger.h"
#include "src/report/runs.h"

#include <string.h>

static Json *
read_run (const Visit *visit, GError **error)
{
  Db *db = page_db_get (visit->page->db, error);
  Uid id;
  return db != NULL && ledger_find_execution (db, visit->parts[1], &id, error) ? run_read (db, id, error) : NULL;
}

static const char *
name_of (const Json *run)
{
  const char *file = view_text (run, "file");
  return file != NULL ? file : view_text (run, "run");
}

static char *
title (const Visit *visit, const Json *run)
{
  (void) visit;
  return g_strdup_printf ("%s, run %.8s", name_of (run), view_text (run, "run"));
}

/* The error with its parts: those of the summary, else of the text. */
static void
show_error (Html *html, const Json *run)
{
  const Json *error = json_object_get (json_object_get (run, "summary"), "error");
  const char *text = view_text (run, "error");
  if (json_is_object (error))
    view_error (html, error, g_strcmp0 (view_text (run, "state"), "held") != 0);
  else if (text != NULL)
    {
      html_open (html, "div", "class", "callout bad", NULL);
      html_open (html, "pre", NULL);
      html_lines (html, text);
      html_close (html, "pre");
      html_close (html, "div");
    }
}

static void
show_notes (Html *html, const Json *run)
{
  const Json *notes = json_object_get (json_object_get (run, "summary"), "notes");
  if (json_array_size (notes) == 0)
    return;
  html_element (html, "h2", "Notes", NULL);
  html_open (html, "ul", NULL);
  for (size_t i = 0; i < json_array_size (notes); i++)
    {
      html_open (html, "li", NULL);
      html_prose (html, json_string_value (json_array_get (notes, i)));
      html_close (html, "li");
    }
  html_close (html, "ul");
}

static void
fact_time (Html *html, const char *name, const char *time, gint64 now)
{
  if (time == NULL)
    return;
  html_open (html, "div", NULL);
  html_element (html, "dt", name, NULL);
  html_open (html, "dd", NULL);
  html_time (html, time, now);
  html_close (html, "dd");
  html_close (html, "div");
}

static void
fact_link (Html *html, const char *name, const char *kind, const char *value)
{
  if (value == NULL)
    return;
  html_open (html, "div", NULL);
  html_element (html, "dt", name, NULL);
  html_open (html, "dd", NULL);
  html_link (html, value, kind, value, NULL);
  html_close (html, "dd");
  html_close (html, "div");
}

/* What "retention" took away since, and when. */
static void
fact_trimmed (Html *html, const Json *trimmed)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *what;
  Json *when;
  json_object_foreach ((Json *) trimmed, what, when)
    g_string_append_printf (text, "%s%s %.10s", text->len > 0 ? ", " : "", what,
                            json_is_string (when) ? json_string_value (when) : "");
  view_fact (html, "Not kept any more", text->str);
}

static void
show_facts (Html *html, const Visit *visit, const Json *run)
{
  const Json *size = json_object_get (run, "size");
  g_autofree char *bytes = json_is_integer (size) ? text_size (json_integer_value (size)) : NULL;
  bool is_over = json_is_integer (json_object_get (run, "milliseconds"));
  g_autofree char *took = is_over ? text_duration (view_number (run, "milliseconds")) : NULL;
  html_open (html, "dl", "class", "facts", NULL);
  fact_link (html, "Table", "tables", view_text (run, "table"));
  fact_time (html, "Began (UTC)", view_text (run, "started"), visit->now);
  fact_time (html, "Ended (UTC)", view_text (run, "completed"), 0);
  view_fact (html, "Took", took);
  view_fact (html, "Size", bytes);
  view_fact (html, "The file is now in", view_text (run, "place"));
  fact_trimmed (html, json_object_get (run, "trimmed"));
  view_fact (html, "Its rows are true since", view_text (run, "effective"));
  fact_link (html, "Tries again", "runs", view_text (run, "retry_of"));
  fact_link (html, "Was taken back by", "runs", view_text (run, "undone_by"));
  view_fact (html, "Command", view_text (run, "command"));
  view_fact (html, "Run", view_text (run, "run"));
  view_fact (html, "SHA-256", view_text (run, "sha256"));
  html_close (html, "dl");
}

static void
row_of_count (Html *html, const char *name, const Json *count, const char *meaning)
{
  html_open (html, "tr", NULL);
  html_element (html, "th", name, "scope", "row", NULL);
  html_open (html, "td", "class", "number", NULL);
  html_count (html, count);
  html_close (html, "td");
  html_element (html, "td", meaning, NULL);
  html_close (html, "tr");
}

static void
show_rows (Html *html, const Json *run)
{
  static const char *const headers[] = { "Rows", "#Count", "What that means", NULL };
  static const char *const counts[][2] = {
    { "inserted", "of keys that were not known" },
    { "updated", "of known keys, with other values" },
    { "deactivated", "versions that were closed" },
    { "unchanged", "just as they were known" },
    { "duplicate", "of a key that the file has again" },
    { "rejected", "refused, and kept as they were" },
    { "repaired", "mended on the way" },
    { "waiting", "until what they refer to is there" },
    { "late", "changed the past only" },
    { "corrected", "said otherwise of an instant that something was said of" },
    { "deleted", "said that their key is gone" },
    { "absent", "keys that a full export lacked" },
    { "forgotten", "of somebody who was erased" },
  };
  if (!json_is_integer (json_object_get (run, "read")))
    return;
  html_element (html, "h2", "Rows", NULL);
  view_table_open (html, "What became of the rows", headers);
  row_of_count (html, "read", json_object_get (run, "read"), "all rows of the file");
  for (size_t i = 0; i < G_N_ELEMENTS (counts); i++)
    if (view_number (run, counts[i][0]) > 0)
      row_of_count (html, counts[i][0], json_object_get (run, counts[i][0]), counts[i][1]);
  view_table_close (html);
  const LineCounts lines = lines_from_json (json_object_get (run, "lines"));
  g_autofree char *sum = json_is_object (json_object_get (run, "lines")) ? lines_text (&lines) : NULL;
  if (sum != NULL)
    {
      html_open (html, "p", "class", "why", NULL);
      html_format (html, "Lines of the file: %s", sum);
      html_close (html, "p");
    }
}

static void
show_reject_links (Html *html, const Json *run)
{
  if (view_number (run, "rejected") + view_number (run, "repaired") + view_number (run, "waiting") == 0)
    return;
  html_open (html, "p", NULL);
  html_link (html, "See the rows that were refused, and why", "runs", view_text (run, "run"), "rejects", NULL);
  html_close (html, "p");
}

/* ---- where the time went ---- */

static void
time_row (Html *html, const char *what, const char *status, double milliseconds, double most, const Json *rows)
{
  g_autofree char *took = text_duration ((gint64) milliseconds), *value = g_strdup_printf ("%.3f", milliseconds);
  g_autofree char *all = g_strdup_printf ("%.3f", MAX (most, 0.001));
  html_open (html, "tr", NULL);
  html_element (html, "th", what, "scope", "row", NULL);
  html_open (html, "td", NULL);
  view_state (html, status);
  html_close (html, "td");
  html_element (html, "td", took, "class", "number", NULL);
  html_open (html, "td", NULL);
  html_open (html, "meter", "min", "0", "max", all, "value", value, "aria-label", what, NULL);
  html_close (html, "meter");
  html_close (html, "td");
  html_open (html, "td", "class", "number", NULL);
  html_count (html, rows);
  html_close (html, "td");
  html_close (html, "tr");
}

static void
show_steps (Html *html, const Json *run)
{
  static const char *const headers[] = { "Step", "State", "#Took", "Of the whole", "#Rows", NULL };
  const Json *steps = json_object_get (run, "steps"), *spent = json_object_get (json_object_get (run, "summary"), "spent");
  double all = (double) view_number (run, "milliseconds");
  html_element (html, "h2", "Where the time went", NULL);
  if (json_array_size (steps) == 0)
    {
      html_element (html, "p", "No step was begun.", "class", "empty", NULL);
      return;
    }
  view_table_open (html, "Steps of the run", headers);
  for (size_t i = 0; i < json_array_size (steps); i++)
    {
      const Json *step = json_array_get (steps, i);
      g_autofree char *status = g_ascii_strdown (view_text (step, "status"), -1);
      time_row (html, view_text (step, "step"), status, (double) view_number (step, "milliseconds"), all,
                json_object_get (step, "rows"));
    }
  for (size_t i = 0; i < json_array_size (spent); i++)
    {
      const Json *lap = json_array_get (spent, i);
      time_row (html, view_text (lap, "what"), NULL, (double) view_number (lap, "microseconds") / 1000, all,
                json_object_get (lap, "times"));
    }
  view_table_close (html);
}

static void
show_output (Html *html, const Json *run)
{
  const char *output = view_text (run, "output");
  if (output == NULL || output[0] == '\0')
    return;
  html_element (html, "h2", "What its command wrote", NULL);
  html_open (html, "pre", "tabindex", "0", NULL);
  html_lines (html, output);
  html_close (html, "pre");
}

static void
show_held (Html *html, const Json *run)
{
  if (g_strcmp0 (view_text (run, "state"), "held") != 0)
    return;
  html_open (html, "p", NULL);
  html_text (html, "It waits for a person: ");
  html_link (html, "held files", "held", NULL);
  html_close (html, "p");
}

static void
show (Html *html, const Visit *visit, const Json *run)
{
  html_open (html, "h1", NULL);
  html_text (html, name_of (run));
  html_text (html, " ");
  view_state (html, view_text (run, "state"));
  html_close (html, "h1");
  show_error (html, run);
  show_held (html, run);
  show_facts (html, visit, run);
  show_rows (html, run);
  show_reject_links (html, run);
  show_notes (html, run);
  show_steps (html, run);
  show_output (html, run);
}

const View view_run = { "runs/?", "ledger", read_run, title, show };
