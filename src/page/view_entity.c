/* What was known of one entity, and when. Its page is named by its id, which says nothing of the key: a key is typed into a form, and goes into no
 * address, no history of a browser and no log. */
#include "src/page/view.h"

#include "base/error.h"
#include "schema/ledger.h"
#include "src/commands/named_key.h"
#include "src/page/entity_find.h"
#include "src/report/keys.h"
#include "src/report/versions.h"

#include <string.h>

#define SHOW_PERSONAL false /* there is no switch: whoever may see more has the command line */

/* ---- the form ---- */

static Json *
read_find (const Visit *visit, GError **error)
{
  const Catalog *catalog = page_db_catalog (visit->page->db, error);
  if (catalog == NULL)
    return NULL;
  Json *tables = json_array ();
  for (guint i = 0; i < catalog->models->len; i++)
    {
      const Model *model = catalog->models->pdata[i];
      Json *key = json_array ();
      for (char **column = model->business_key; column != NULL && *column != NULL; column++)
        json_array_append_new (key, json_string (*column));
      if (model_has_versions (model))
        json_array_append_new (tables, json_pack ("{s:s, s:O}", "table", model->table, "key", key));
      json_decref (key);
    }
  return json_pack ("{s:o}", "tables", tables);
}

static char *
find_title (const Visit *visit, const Json *object)
{
  (void) visit;
  (void) object;
  return g_strdup ("History of one entity");
}

/* A form for each table: their keys have other columns. */
static void
show_form (Html *html, const Json *table)
{
  const char *name = view_text (table, "table");
  const Json *key = json_object_get (table, "key");
  g_autofree char *path = html_path ("find", name, NULL);
  html_open (html, "form", "method", "post", "action", path, "class", "find", NULL);
  html_open (html, "fieldset", NULL);
  html_element (html, "legend", name, NULL);
  for (size_t i = 0; i < json_array_size (key); i++)
    {
      const char *column = json_string_value (json_array_get (key, i));
      g_autofree char *id = g_strdup_printf ("key-%s-%d", name, (int) i);
      html_element (html, "label", column, "for", id, NULL);
      html_open (html, "input", "type", "text", "id", id, "name", "key", "required", "", "autocomplete", "off", NULL);
    }
  html_element (html, "label", "On this day (UTC), if only one matters", "for", name, NULL);
  html_open (html, "input", "type", "date", "id", name, "name", "at", NULL);
  html_element (html, "button", "Show its history", "type", "submit", NULL);
  html_close (html, "fieldset");
  html_close (html, "form");
}

static void
show_find (Html *html, const Visit *visit, const Json *object)
{
  const Json *tables = json_object_get (object, "tables");
  const char *only = request_query (visit->request, "table");
  int shown = 0;
  html_element (html, "h1", "History of one entity", NULL);
  html_element (
      html, "p",
      "Type its business key as the files have it. It is made an id here, and that alone is in the address of the next page.",
      NULL);
  html_open (html, "div", "class", "finds", NULL);
  for (size_t i = 0; i < json_array_size (tables); i++)
    {
      const Json *table = json_array_get (tables, i);
      bool is = only == NULL || g_strcmp0 (only, view_text (table, "table")) == 0;
      shown += is;
      if (is)
        show_form (html, table);
    }
  html_close (html, "div");
  if (shown == 0)
    html_element (html, "p", "No table has versions: only dimensions do.", "class", "empty", NULL);
}

bool
entity_find (const Visit *visit, char **ret_path, GError **error)
{
  const Catalog *catalog = page_db_catalog (visit->page->db, error);
  g_auto (GStrv) values = request_fields (visit->request, "key");
  g_autofree char *at = request_field (visit->request, "at");
  const Model *model;
  Uid id;
  char text[UID_TEXT_SIZE];
  g_autoptr (Json) key = NULL;
  if (catalog == NULL || !named_key_model (catalog, visit->parts[1], &model, error) || !versions_check_kind (model, error)
      || !named_key_make (visit->page->settings, model, values, &id, &key, error))
    return false;
  uid_format (id, text);
  g_autofree char *path = html_path ("tables", model->table, "entities", text, NULL);
  g_autofree char *day = at != NULL ? g_uri_escape_string (at, NULL, FALSE) : NULL;
  *ret_path = g_strdup_printf ("%s%s%s", path, day != NULL && day[0] != '\0' ? "?at=" : "", day != NULL ? day : "");
  return true;
}

const View view_find = { "find", "find", read_find, find_title, show_find };

/* ---- its versions ---- */

static Json *
read_entity (const Visit *visit, GError **error)
{
  const Settings *settings = visit->page->settings;
  const char *table = visit->parts[1], *text = visit->parts[3];
  const Catalog *catalog = page_db_catalog (visit->page->db, error);
  const Model *model = NULL;
  Uid id;
  g_autofree char *schema = NULL;
  g_auto (History) history = { 0 };
  bool hidden = false;
  if (catalog == NULL || !named_key_model (catalog, table, &model, error) || !versions_check_kind (model, error))
    return NULL;
  if (!uid_parse (text, strlen (text), &id))
    return weir_error (error, WEIR_ERROR_INPUT, "\"%s\" is no id", text), NULL;
  Db *db = page_db_get (visit->page->db, error);
  if (db == NULL || !versions_find_table (db, settings, table, &schema, &history, error))
    return NULL;
  const VersionsPlace place = { schema, settings->staging_schema, model, &history, SHOW_PERSONAL };
  Json *entity = versions_read (db, &place, id, &hidden, error);
  if (entity == NULL)
    return NULL;
  g_autofree char *ids = g_strdup_printf ("{%s}", view_text (entity, "id"));
  g_autoptr (Json) keys = keys_read (db, schema, model, &history, ids);
  Json *key = json_array_get (keys, 0);
  json_object_set (entity, "key", key != NULL ? key : json_null ());
  json_object_set_new (entity, "withheld", json_boolean (hidden));
  return entity;
}

static char *
title (const Visit *visit, const Json *entity)
{
  (void) visit;
  return g_strdup_printf ("%s, %.8s", view_text (entity, "table"), view_text (entity, "id"));
}

/* Which columns any version says something of, in the order in which they are first said: each once. Owned by the caller. */
static GPtrArray *
find_columns (const Json *versions)
{
  GPtrArray *columns = g_ptr_array_new ();
  for (size_t i = 0; i < json_array_size (versions); i++)
    {
      const Json *changed = json_object_get (json_array_get (versions, i), "changed");
      for (size_t j = 0; j < json_array_size (changed); j++)
        {
          const char *column = view_text (json_array_get (changed, j), "column");
          if (!g_ptr_array_find_with_equal_func (columns, column, g_str_equal, NULL))
            g_ptr_array_add (columns, (gpointer) column);
        }
    }
  return columns;
}

/* What a version says of a column: its own change, else what the one before it said. */
static const Json *
find_change (const Json *versions, size_t version, const char *column, bool *ret_is_new)
{
  for (size_t i = version + 1; i > 0; i--)
    {
      const Json *changed = json_object_get (json_array_get (versions, i - 1), "changed");
      for (size_t j = 0; j < json_array_size (changed); j++)
        if (g_strcmp0 (view_text (json_array_get (changed, j), "column"), column) == 0)
          return *ret_is_new = i == version + 1 && version > 0, json_array_get (changed, j);
    }
  return *ret_is_new = false, NULL;
}

static void
show_value (Html *html, const Json *change, bool is_new)
{
  bool withheld = json_is_true (json_object_get (change, "withheld"));
  const char *value = view_text (change, "new");
  if (withheld)
    html_element (html, "span", is_new ? "changed, not shown" : "not shown", "class", "withheld", NULL);
  else if (is_new)
    html_element (html, "mark", value != NULL ? value : "(empty)", NULL);
  else if (value == NULL)
    html_element (html, "span", "(empty)", "class", "withheld", NULL);
  else
    html_text (html, value);
}

static void
time_cell (Html *html, const char *time, const char *otherwise)
{
  html_open (html, "td", NULL);
  if (time != NULL)
    html_time (html, time, 0);
  else
    html_text (html, otherwise);
  html_close (html, "td");
}

static void
file_cell (Html *html, const char *file, const char *run, const Json *line)
{
  html_open (html, "td", NULL);
  if (run != NULL)
    html_link (html, file != NULL ? file : run, "runs", run, NULL);
  if (json_is_integer (line))
    html_format (html, ", line %" JSON_INTEGER_FORMAT, json_integer_value (line));
  html_close (html, "td");
}

/* Between two versions, or behind the last, nobody had the key. */
static void
gap_row (Html *html, const Json *ended, const Json *next, guint columns)
{
  html_open (html, "tr", "class", "gap", NULL);
  html_element (html, "th", "–", "scope", "row", NULL);
  time_cell (html, view_text (ended, "to"), "");
  time_cell (html, next != NULL ? view_text (next, "from") : NULL, "until now");
  g_autofree char *span = g_strdup_printf ("%u", MAX (columns, 1));
  html_element (html, "td", "not there", "colspan", span, NULL);
  file_cell (html, view_text (ended, "closed_by_file"), view_text (ended, "closed_by"), NULL);
  html_close (html, "tr");
}

static void
version_row (Html *html, const Json *versions, size_t i, const GPtrArray *columns)
{
  const Json *version = json_array_get (versions, i);
  html_open (html, "tr", NULL);
  html_open (html, "th", "scope", "row", NULL);
  html_count (html, json_object_get (version, "version"));
  html_close (html, "th");
  time_cell (html, view_text (version, "from"), "");
  time_cell (html, view_text (version, "to"), "now");
  for (guint j = 0; j < columns->len; j++)
    {
      bool is_new;
      const Json *change = find_change (versions, i, columns->pdata[j], &is_new);
      html_open (html, "td", NULL);
      show_value (html, change, is_new);
      html_close (html, "td");
    }
  if (columns->len == 0)
    html_element (html, "td", "", NULL);
  file_cell (html, view_text (version, "file"), view_text (version, "run"), json_object_get (version, "line"));
  html_close (html, "tr");
}

static void
show_versions (Html *html, const Json *versions, const GPtrArray *columns)
{
  g_autoptr (GPtrArray) headers = g_ptr_array_new ();
  static const char *const before[] = { "Version", "True from (UTC)", "Until" };
  for (size_t i = 0; i < G_N_ELEMENTS (before); i++)
    g_ptr_array_add (headers, (gpointer) before[i]);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < columns->len; i++)
    {
      const char *name = columns->pdata[i]; /* a "#" of its own is no sign of a number */
      g_ptr_array_add (names, name[0] == '#' ? g_strconcat ("\u200b", name, NULL) : g_strdup (name));
      g_ptr_array_add (headers, names->pdata[i]);
    }
  if (columns->len == 0)
    g_ptr_array_add (headers, (gpointer) "Columns");
  g_ptr_array_add (headers, (gpointer) "Said by");
  g_ptr_array_add (headers, NULL);
  view_table_open (html, "All versions, the oldest first; what changed is marked", (const char *const *) headers->pdata);
  for (size_t i = 0; i < json_array_size (versions); i++)
    {
      const Json *version = json_array_get (versions, i), *last = i > 0 ? json_array_get (versions, i - 1) : NULL;
      if (last != NULL && !json_is_true (json_object_get (version, "follows")))
        gap_row (html, last, version, columns->len);
      version_row (html, versions, i, columns);
    }
  const Json *last = json_array_get (versions, json_array_size (versions) - 1);
  if (view_text (last, "to") != NULL)
    gap_row (html, last, NULL, columns->len);
  view_table_close (html);
}

/* Times as ISO 8601 in UTC compare as texts; "-infinity" comes before a digit. */
static bool
holds_at (const Json *version, const char *at)
{
  const char *from = view_text (version, "from"), *to = view_text (version, "to");
  return strcmp (from, at) <= 0 && (to == NULL || strcmp (at, to) < 0);
}

/* The end of the day: what was known when it was over. */
static void
show_at (Html *html, const Json *versions, const GPtrArray *columns, const char *day)
{
  g_autofree char *at = g_strdup_printf ("%.10sT23:59:59.999999Z", day);
  html_open (html, "section", "class", "at", NULL);
  html_open (html, "h2", NULL);
  html_format (html, "On %.10s, at its end", day);
  html_close (html, "h2");
  size_t found = 0;
  while (found < json_array_size (versions) && !holds_at (json_array_get (versions, found), at))
    found++;
  if (found == json_array_size (versions))
    html_element (html, "p", "It was not there then.", "class", "empty", NULL);
  html_open (html, "dl", "class", "facts", NULL);
  for (guint i = 0; found < json_array_size (versions) && i < columns->len; i++)
    {
      bool is_new;
      const Json *change = find_change (versions, found, columns->pdata[i], &is_new);
      html_open (html, "div", NULL);
      html_element (html, "dt", columns->pdata[i], NULL);
      html_open (html, "dd", NULL);
      show_value (html, change, false);
      html_close (html, "dd");
      html_close (html, "div");
    }
  html_close (html, "dl");
  html_close (html, "section");
}

static void
show_day_form (Html *html, const char *day)
{
  html_open (html, "form", "method", "get", "class", "filter", NULL);
  html_element (html, "label", "What held at the end of this day (UTC)?", "for", "at", NULL);
  html_open (html, "input", "type", "date", "id", "at", "name", "at", "value", day, NULL);
  html_element (html, "button", "Show", "type", "submit", NULL);
  html_close (html, "form");
}

static void
show_who (Html *html, const Json *entity)
{
  const char *column;
  Json *value;
  html_open (html, "dl", "class", "facts", NULL);
  json_object_foreach (json_object_get (entity, "key"), column, value)
    view_fact (html, column, json_string_value (value));
  view_fact (html, "Id", view_text (entity, "id"));
  html_close (html, "dl");
}

static void
show (Html *html, const Visit *visit, const Json *entity)
{
  const Json *versions = json_object_get (entity, "versions");
  const char *table = view_text (entity, "table"), *day = request_query (visit->request, "at");
  g_autoptr (GPtrArray) columns = find_columns (versions);
  html_open (html, "h1", NULL);
  html_text (html, "History in ");
  html_link (html, table, "tables", table, NULL);
  html_close (html, "h1");
  show_who (html, entity);
  if (json_array_size (versions) == 0)
    {
      html_open (html, "p", "class", "callout", NULL);
      html_format (html, "Nobody in %s has that key, or ever had it. A key is matched as a whole, normalised as the model says. ",
                   table);
      html_link (html, "Try another", "find", NULL);
      html_close (html, "p");
      return;
    }
  if (json_is_true (json_object_get (entity, "withheld")))
    html_element (html, "p", "Columns with personal data are not shown here.", "class", "callout", NULL);
  show_day_form (html, day);
  if (day != NULL && strlen (day) == 10)
    show_at (html, versions, columns, day);
  html_element (html, "h2", "Versions", NULL);
  show_versions (html, versions, columns);
}

const View view_entity = { "tables/?/entities/?", "find", read_entity, title, show };
