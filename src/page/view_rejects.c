/* The refused rows of a run. Those of a table with personal data are not shown, nor to be downloaded: nobody knows which cell of a bad row is
 * which. */
#include "src/page/view.h"

#include "base/text.h"
#include "schema/ledger_page.h"
#include "src/page/rejects_csv.h"
#include "src/report/rejected.h"

#define PAGE_ROWS 100
#define MOST_SHOWN 2000 /* bytes of a row: page/rejects */

/* With the length of the whole row, of which the beginning is shown. */
static Json *
row_to_json (const DbResult *rejects, int row, bool personal)
{
  Json *object = rejected_to_json (rejects, row, personal);
  json_object_set_new (object, personal ? "withheld_bytes" : "bytes",
                       json_integer (db_result_int64 (rejects, row, PAGE_REJECTED_BYTES)));
  return object;
}

static Json *
number_or_null (const char *text)
{
  return text != NULL ? json_integer (g_ascii_strtoll (text, NULL, 10)) : json_null ();
}

static Json *
read_rejects (const Visit *visit, GError **error)
{
  Db *db = page_db_get (visit->page->db, error);
  Uid id;
  g_autoptr (DbResult) run = NULL, rejects = NULL;
  const char *after = request_query (visit->request, "after");
  const RejectPlace place = { after != NULL ? g_ascii_strtoll (after, NULL, 10) : 0, after != NULL };
  if (db == NULL || !ledger_find_run (db, visit->parts[1], &id, error) || !ledger_run (db, id, &run, error)
      || !ledger_page_rejects (db, id, place, PAGE_ROWS, &rejects, error))
    return NULL;
  bool personal = rejected_is_personal (visit->page->settings, run);
  Json *rows = json_array ();
  for (int row = 0; row < db_result_rows (rejects); row++)
    json_array_append_new (rows, row_to_json (rejects, row, personal));
  const Json *last = json_array_get (rows, PAGE_ROWS - 1);
  return json_pack ("{s:s, s:s, s:s, s:o, s:b, s:o, s:o}", "run", db_result_named (run, 0, "run"), "file",
                    db_result_named (run, 0, "file"), "table", db_result_named (run, 0, "table"), "rejected",
                    number_or_null (db_result_named (run, 0, "rejected")), "withheld", personal, "next",
                    last != NULL ? json_incref (json_object_get (last, "line")) : json_null (), "rejects", rows);
}

static char *
title (const Visit *visit, const Json *object)
{
  (void) visit;
  return g_strdup_printf ("Rejects of %s", view_text (object, "file"));
}

static void
show_original (Html *html, const char *original, gint64 bytes)
{
  g_autofree char *size = text_size (bytes);
  html_element (html, "code", original, NULL);
  if (bytes > MOST_SHOWN)
    html_format (html, " ... (%s in all)", size);
}

static void
show_row (Html *html, const Json *row)
{
  const char *original = view_text (row, "original");
  html_open (html, "tr", NULL);
  html_open (html, "th", "scope", "row", "class", "number", NULL);
  html_count (html, json_object_get (row, "line"));
  html_close (html, "th");
  html_element (html, "td", view_text (row, "column"), NULL);
  html_open (html, "td", NULL);
  html_text (html, view_text (row, "message"));
  html_open (html, "div", "class", "why", NULL);
  html_format (html, "%s%s", view_text (row, "reason"),
               json_is_true (json_object_get (row, "repaired"))  ? ", repaired and loaded"
               : json_is_true (json_object_get (row, "waiting")) ? ", waits"
                                                                 : "");
  html_close (html, "div");
  html_close (html, "td");
  html_open (html, "td", NULL);
  if (original != NULL)
    show_original (html, original, view_number (row, "bytes"));
  else
    html_format (html, "(%" G_GINT64_FORMAT " bytes, not shown)", view_number (row, "withheld_bytes"));
  html_close (html, "td");
  html_close (html, "tr");
}

static void
show_downloads (Html *html, const Json *object)
{
  const char *run = view_text (object, "run");
  if (json_is_true (json_object_get (object, "withheld")))
    {
      html_open (html, "p", "class", "callout", NULL);
      html_format (html,
                   "Columns of %s have personal data, or its model is gone, so the rows themselves are not shown here. Whoever may "
                   "see them types: weir "
                   "rejects %.8s --csv",
                   view_text (object, "table"), run);
      html_close (html, "p");
      return;
    }
  html_open (html, "p", NULL);
  html_link (html, "Download as CSV", "runs", run, REJECTS_CSV, NULL);
  html_text (html, ", to be corrected and dropped again, or ");
  html_link (html, "for a spreadsheet", "runs", run, REJECTS_CSV_SAFE, NULL);
  html_text (html, ", where no cell is run as a formula.");
  html_close (html, "p");
}

static void
show (Html *html, const Visit *visit, const Json *object)
{
  static const char *const headers[] = { "#Line", "Column", "What is wrong", "The row as it was", NULL };
  const Json *rows = json_object_get (object, "rejects"), *next = json_object_get (object, "next");
  (void) visit;
  html_open (html, "h1", NULL);
  html_text (html, "Rejects of ");
  html_link (html, view_text (object, "file"), "runs", view_text (object, "run"), NULL);
  html_close (html, "h1");
  if (json_array_size (rows) == 0)
    {
      html_element (html, "p",
                    view_number (object, "rejected") > 0 ? "The rows of this run are not kept any more." : "No row was refused.",
                    "class", "empty", NULL);
      return;
    }
  show_downloads (html, object);
  view_table_open (html, "Rows that were refused, repaired, or wait", headers);
  for (size_t i = 0; i < json_array_size (rows); i++)
    show_row (html, json_array_get (rows, i));
  view_table_close (html);
  if (!json_is_integer (next))
    return;
  g_autofree char *path = html_path ("runs", view_text (object, "run"), "rejects", NULL);
  g_autofree char *more = g_strdup_printf ("%s?after=%" G_GINT64_FORMAT, path, view_number (object, "next"));
  html_open (html, "p", NULL);
  html_element (html, "a", "More", "href", more, "rel", "next", NULL);
  html_close (html, "p");
}

const View view_rejects = { "runs/?/rejects", "ledger", read_rejects, title, show };
