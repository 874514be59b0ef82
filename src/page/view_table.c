/* One table: its columns and what is settled about them, versions over time, its files. */
#include "src/page/view.h"

#include "base/error.h"
#include "pipeline/warehouse/columns.h"
#include "schema/ledger.h"
#include "schema/ledger_page.h"
#include "src/page/plot.h"
#include "src/report/changes.h"
#include "src/report/runs.h"
#include "src/report/show.h"

#include <string.h>

#define FILES 20

/* ---- the object ---- */

static const ModelColumn *
find_declared (const Model *model, const char *name)
{
  for (guint i = 0; model != NULL && i < model->columns->len; i++)
    if (g_str_equal (((const ModelColumn *) model->columns->pdata[i])->name, name))
      return model->columns->pdata[i];
  return NULL;
}

static bool
is_of_key (const Model *model, const char *name)
{
  return model != NULL && model->business_key != NULL && g_strv_contains ((const char *const *) model->business_key, name);
}

/* Columns as the warehouse has them, and what the model says of each. */
static Json *
columns_to_json (const GPtrArray *stored, const Model *model, const Json *pins)
{
  Json *array = json_array ();
  for (guint i = 0; i < stored->len; i++)
    {
      const StoredColumn *column = stored->pdata[i];
      const ModelColumn *declared = find_declared (model, column->name);
      bool own = declared == NULL && json_object_get (json_object_get (pins, "columns"), column->name) == NULL;
      bool personal = model != NULL && changes_is_personal (model, column->name);
      json_array_append_new (array,
                             json_pack ("{s:s, s:s, s:b, s:b, s:b, s:b, s:b}", "column", column->name, "type", column->written,
                                        "key", is_of_key (model, column->name), "declared", declared != NULL, "required",
                                        declared != NULL && declared->required, "pii", personal, "own", own));
    }
  return array;
}

static Json *
parse (const char *text)
{
  Json *json = text != NULL ? weir_json_parse (text, strlen (text), "pins", NULL) : NULL;
  return json != NULL ? json : json_null ();
}

static bool
add_columns (Db *db, const Visit *visit, const TableState *state, const Model *model, Json *object, GError **error)
{
  const char *schema = state->warehouse_schema != NULL ? state->warehouse_schema : visit->page->settings->warehouse_schema;
  g_autoptr (GPtrArray) stored = columns_read (db, schema, visit->parts[1], error);
  if (stored == NULL)
    return false;
  json_object_set_new (object, "schema", json_string (schema));
  json_object_set_new (object, "columns", columns_to_json (stored, model, json_object_get (object, "pins")));
  return true;
}

static bool
add_runs (Db *db, const char *table, Json *object, GError **error)
{
  g_autoptr (DbResult) runs = NULL, days = NULL;
  if (!ledger_page_runs (db, &(RunsWanted) { .table = table, .limit = FILES }, &runs, error)
      || !ledger_page_activity (db, table, &days, error))
    return false;
  json_object_set_new (object, "activity", show_result_to_json (days));
  json_object_set_new (object, "files", runs_to_json (runs));
  return true;
}

static bool
check_known (const char *table, const TableState *state, const Model *model, const Json *files, GError **error)
{
  return state->applied != 0 || model != NULL || state->pins != NULL || json_array_size (files) > 0
         || weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, .hint = "The overview lists the tables." }, "there is no table \"%s\"",
                       table);
}

static Json *
read_table (const Visit *visit, GError **error)
{
  const char *table = visit->parts[1];
  const Catalog *catalog = page_db_catalog (visit->page->db, error);
  Db *db = catalog != NULL ? page_db_get (visit->page->db, error) : NULL;
  const Model *model = catalog != NULL ? catalog_find (catalog, table) : NULL;
  g_auto (TableState) state = { 0 };
  if (db == NULL || !ledger_table_read (db, table, false, &state, error))
    return NULL;
  g_autoptr (Json) object =
      json_pack ("{s:s, s:o, s:o, s:b, s:o, s:o, s:o}", "table", table, "kind",
                 weir_json_string (model != NULL ? model_kind_word (model->kind) : NULL), "model",
                 weir_json_string (model != NULL ? model->path : NULL), "has_versions", model != NULL && model_has_versions (model),
                 "key", parse (state.key), "pins", parse (state.pins), "history", parse (state.history));
  if (!add_columns (db, visit, &state, model, object, error) || !add_runs (db, table, object, error)
      || !check_known (table, &state, model, json_object_get (object, "files"), error))
    return NULL;
  return g_steal_pointer (&object);
}

static char *
title (const Visit *visit, const Json *object)
{
  (void) visit;
  return g_strdup (view_text (object, "table"));
}

/* ---- how it is shown ---- */

/* What the first load settled, as words: "format DD/MM/YYYY". Owned by the caller. */
static char *
pin_text (const Json *pins, const char *column)
{
  const Json *pin = json_object_get (json_object_get (pins, "columns"), column);
  GString *text = g_string_new (NULL);
  const char *member;
  Json *value;
  json_object_foreach ((Json *) pin, member, value)
    {
      if (g_str_equal (member, "type"))
        continue;
      g_autofree char *shown = json_is_string (value) ? g_strdup (json_string_value (value)) : weir_json_line (value);
      g_string_append_printf (text, "%s%s %s", text->len > 0 ? ", " : "", member, shown);
    }
  return g_string_free (text, FALSE);
}

static void
mark (Html *html, const Json *column, const char *member, const char *word)
{
  if (!json_is_true (json_object_get (column, member)))
    return;
  html_element (html, "span", word, "class", "mark", NULL);
  html_text (html, " ");
}

static void
show_columns (Html *html, const Json *object)
{
  static const char *const headers[] = { "Column", "Type", "What holds for it", "Pinned by the first load", NULL };
  const Json *columns = json_object_get (object, "columns"), *pins = json_object_get (object, "pins");
  html_element (html, "h2", "Columns", NULL);
  if (json_array_size (columns) == 0)
    {
      html_element (html, "p", "The warehouse has no such table yet.", "class", "empty", NULL);
      return;
    }
  view_table_open (html, "Columns of the warehouse table", headers);
  for (size_t i = 0; i < json_array_size (columns); i++)
    {
      const Json *column = json_array_get (columns, i);
      g_autofree char *pin = pin_text (pins, view_text (column, "column"));
      html_open (html, "tr", NULL);
      html_element (html, "th", view_text (column, "column"), "scope", "row", NULL);
      html_element (html, "td", view_text (column, "type"), NULL);
      html_open (html, "td", NULL);
      mark (html, column, "key", "business key");
      mark (html, column, "required", "required");
      mark (html, column, "declared", "declared");
      mark (html, column, "pii", "personal data");
      mark (html, column, "own", "kept by weir");
      html_close (html, "td");
      html_element (html, "td", pin, NULL);
      html_close (html, "tr");
    }
  view_table_close (html);
}

/* How the file was read the first time, as later ones are. */
static void
show_dialect (Html *html, const Json *pins)
{
  static const char *const members[] = { "delimiter", "quote", "encoding", "newline", "header_rows", "compression" };
  const Json *dialect = json_object_get (pins, "dialect");
  if (!json_is_object (dialect))
    return;
  html_element (html, "h3", "How its files are written", NULL);
  html_open (html, "dl", "class", "facts", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const Json *value = json_object_get (dialect, members[i]);
      g_autofree char *text = json_is_string (value) ? g_strdup (json_string_value (value))
                              : value != NULL        ? weir_json_text (value)
                                                     : NULL;
      view_fact (html, members[i], text);
    }
  html_close (html, "dl");
}

static void
show_activity (Html *html, const Visit *visit, const Json *object)
{
  const Json *days = json_object_get (object, "activity");
  bool versions = json_is_true (json_object_get (object, "has_versions"));
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (visit->now / G_USEC_PER_SEC);
  g_autofree char *today = g_date_time_format (now, "%Y-%m-%d");
  html_element (html, "h2", versions ? "Versions over time" : "Rows over time", NULL);
  if (json_array_size (days) == 0)
    html_element (html, "p", "Nothing was applied within a year.", "class", "empty", NULL);
  else
    plot_activity (html, days, today);
}

static void
show_key (Html *html, const Json *key)
{
  const Json *columns = json_object_get (key, "columns");
  if (!json_is_array (columns))
    return;
  g_autoptr (GString) text = g_string_new (NULL);
  for (size_t i = 0; i < json_array_size (columns); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", json_string_value (json_array_get (columns, i)));
  view_fact (html, "Business key", text->str);
  view_fact (html, "Made an id by", view_text (key, "hash"));
  view_fact (html, "Normalised by", view_text (key, "normalize"));
}

static void
show (Html *html, const Visit *visit, const Json *object)
{
  const char *table = view_text (object, "table"), *kind = view_text (object, "kind");
  const Json *files = json_object_get (object, "files");
  html_open (html, "h1", NULL);
  html_text (html, table);
  html_text (html, " ");
  view_state (html, kind);
  html_close (html, "h1");
  html_open (html, "dl", "class", "facts", NULL);
  view_fact (html, "Model",
             view_text (object, "model") != NULL ? view_text (object, "model") : "none: its files are staged for review");
  view_fact (html, "Schema", view_text (object, "schema"));
  show_key (html, json_object_get (object, "key"));
  html_close (html, "dl");
  if (json_is_true (json_object_get (object, "has_versions")))
    {
      g_autofree char *path = html_path ("find", NULL), *encoded = g_uri_escape_string (table, NULL, FALSE);
      g_autofree char *find = g_strdup_printf ("%s?table=%s", path, encoded);
      html_open (html, "p", NULL);
      html_element (html, "a", "What was known of somebody in it, and when", "href", find, NULL);
      html_close (html, "p");
    }
  show_activity (html, visit, object);
  show_columns (html, object);
  show_dialect (html, json_object_get (object, "pins"));
  html_element (html, "h2", "Files", NULL);
  if (json_array_size (files) == 0)
    {
      html_element (html, "p", "No file came yet.", "class", "empty", NULL);
      return;
    }
  view_runs_table (html, visit, files, "Its newest files");
  g_autofree char *encoded = g_uri_escape_string (table, NULL, FALSE), *all = g_strdup_printf ("/runs?table=%s", encoded);
  html_open (html, "p", NULL);
  html_element (html, "a", "All of them", "href", all, NULL);
  html_close (html, "p");
}

const View view_table = { "tables/?", "overview", read_table, title, show };
