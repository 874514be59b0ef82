#include "src/page/view.h"

#include "base/text.h"

#include <string.h>

const char *
view_text (const Json *object, const char *member)
{
  return json_string_value (json_object_get (object, member));
}

gint64
view_number (const Json *object, const char *member)
{
  return json_integer_value (json_object_get (object, member));
}

/* Colours say what the word says, too: good, bad, or something is to be done. */
static const char *
class_of (const char *state)
{
  static const struct
  {
    const char *state, *class;
  } classes[] = {
    { "applied", "state good" },        { "completed", "state good" }, { "failed", "state bad" },
    { "pipeline_failed", "state bad" }, { "held", "state attention" }, { "waits", "state attention" },
    { "blocked", "state bad" },         { "unreadable", "state bad" }, { "orphan", "state attention" },
    { "in work", "state busy" },        { "loading", "state busy" },   { "in_progress", "state busy" },
    { "staged", "state attention" },    { "stale", "state bad" },      { "late", "state bad" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_str_equal (classes[i].state, state))
      return classes[i].class;
  return "state";
}

void
view_time_cell (Html *html, const char *time, gint64 now)
{
  html_open (html, "td", NULL);
  html_time (html, time, now);
  html_close (html, "td");
}

void
view_state (Html *html, const char *state)
{
  if (state != NULL)
    html_element (html, "span", state, "class", class_of (state), NULL);
}

char *
view_first_line (const char *error)
{
  const char *more[] = { strstr (error, "\nDETAIL:"), strstr (error, "\nHINT:") };
  const char *end = more[0] != NULL ? more[0] : more[1];
  return end != NULL ? g_strndup (error, (gsize) (end - error)) : g_strdup (error);
}

void
view_error (Html *html, const Json *error, bool is_failure)
{
  html_open (html, "div", "class", is_failure ? "callout bad" : "callout", "role", "note", NULL);
  html_open (html, "p", "class", "message", NULL);
  html_prose (html, view_text (error, "message"));
  html_close (html, "p");
  if (view_text (error, "detail") != NULL)
    {
      html_open (html, "p", NULL);
      html_prose (html, view_text (error, "detail"));
      html_close (html, "p");
    }
  if (view_text (error, "hint") != NULL)
    {
      html_open (html, "p", NULL);
      html_element (html, "strong", "What to do: ", NULL);
      html_prose (html, view_text (error, "hint"));
      html_close (html, "p");
    }
  html_close (html, "div");
}

void
view_table_open (Html *html, const char *caption, const char *const *headers)
{
  html_open (html, "div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", caption, NULL);
  html_open (html, "table", NULL);
  html_element (html, "caption", caption, NULL);
  html_open (html, "thead", NULL);
  html_open (html, "tr", NULL);
  for (; *headers != NULL; headers++)
    {
      bool number = (*headers)[0] == '#';
      html_element (html, "th", *headers + number, "scope", "col", "class", number ? "number" : NULL, NULL);
    }
  html_close (html, "tr");
  html_close (html, "thead");
  html_open (html, "tbody", NULL);
}

void
view_table_close (Html *html)
{
  html_close (html, "tbody");
  html_close (html, "table");
  html_close (html, "div");
}

void
view_fact (Html *html, const char *name, const char *value)
{
  if (value == NULL || value[0] == '\0')
    return;
  html_open (html, "div", NULL);
  html_element (html, "dt", name, NULL);
  html_element (html, "dd", value, NULL);
  html_close (html, "div");
}

static void
number_cell (Html *html, const Json *number)
{
  html_open (html, "td", "class", "number", NULL);
  html_count (html, number);
  html_close (html, "td");
}

/* Empty while it goes on. */
static void
took_cell (Html *html, const Json *run)
{
  bool is_over = json_is_integer (json_object_get (run, "milliseconds"));
  g_autofree char *took = is_over ? text_duration (view_number (run, "milliseconds")) : g_strdup ("");
  html_element (html, "td", took, "class", "number", NULL);
}

/* Where there are some, they are one step away. */
static void
rejects_cell (Html *html, const Json *run)
{
  g_autofree char *count = text_count (view_number (run, "rejected"));
  if (view_number (run, "rejected") == 0)
    {
      number_cell (html, json_object_get (run, "rejected"));
      return;
    }
  html_open (html, "td", "class", "number", NULL);
  html_link (html, count, "runs", view_text (run, "run"), "rejects", NULL);
  html_close (html, "td");
}

static void
show_run (Html *html, const Visit *visit, const Json *run)
{
  static const char *const counts[] = { "read", "inserted", "updated" };
  const char *error = view_text (run, "error"), *table = view_text (run, "table"), *file = view_text (run, "file");
  html_open (html, "tr", NULL);
  html_open (html, "th", "scope", "row", NULL);
  html_link (html, file != NULL ? file : "(run)", "runs", view_text (run, "run"), NULL);
  g_autofree char *why = error != NULL ? view_first_line (error) : NULL;
  if (why != NULL)
    html_element (html, "div", why, "class", "why", NULL);
  html_close (html, "th");
  html_open (html, "td", NULL);
  view_state (html, view_text (run, "state"));
  html_close (html, "td");
  html_open (html, "td", NULL);
  if (table != NULL)
    html_link (html, table, "tables", table, NULL);
  html_close (html, "td");
  view_time_cell (html, view_text (run, "started"), visit->now);
  took_cell (html, run);
  for (size_t i = 0; i < G_N_ELEMENTS (counts); i++)
    number_cell (html, json_object_get (run, counts[i]));
  rejects_cell (html, run);
  html_close (html, "tr");
}

void
view_runs_table (Html *html, const Visit *visit, const Json *runs, const char *caption)
{
  static const char *const headers[] = { "File",  "State",     "Table",    "Began (UTC)", "#Took",
                                         "#Read", "#Inserted", "#Updated", "#Rejected",   NULL };
  view_table_open (html, caption, headers);
  for (size_t i = 0; i < json_array_size (runs); i++)
    show_run (html, visit, json_array_get (runs, i));
  view_table_close (html);
}
