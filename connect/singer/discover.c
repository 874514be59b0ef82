#include "connect/singer/verbs.h"

#include "connect/singer/catalog.h"
#include "connect/singer/types.h"

static Json *
columns_of (const Json *stream, const Json *key)
{
  const Json *schema = json_object_get (stream, "schema"), *property;
  const char *name;
  Json *columns = json_array ();
  json_object_foreach (json_object_get (schema, "properties"), name, property)
    {
      Shape shape = shape_of (property, schema);
      bool is_key = connect_has (key, name);
      const char *sql = json_string_value (catalog_said (stream, name, "sql-datatype"));
      g_autofree char *words = shape_words (shape);
      const char *inclusion = json_string_value (catalog_said (stream, name, "inclusion"));
      if (g_strcmp0 (inclusion, "unsupported") == 0)
        continue;
      Seen seen = { .kinds = SLICE_OBJECT }; /* where anything may come, objects are most likely */
      json_array_append_new (columns, json_pack ("{s:o, s:s, s:b, s:b, s:o}", "name", weir_json_string (name), "type",
                                                 cell_words[shape_type (shape, seen)], "nullable", (int) !is_key, "key",
                                                 (int) is_key, "source_type", weir_json_string (sql != NULL ? sql : words)));
    }
  return columns;
}

static void
tell_stream (const Json *stream)
{
  g_autoptr (Json) key = catalog_key (stream), bookmarks = catalog_bookmarks (stream);
  const Json *rows = catalog_said (stream, NULL, "row-count");
  bool is_view = json_is_true (catalog_said (stream, NULL, "is-view"));
  bool is_table = catalog_said (stream, NULL, "is-view") != NULL || json_object_get (stream, "table_name") != NULL;
  g_autoptr (Json) told = json_pack ("{s:o, s:s, s:O?, s:o, s:O, s:O}", "name", weir_json_string (catalog_id (stream)), "kind",
                                     is_view    ? "view"
                                     : is_table ? "table"
                                                : "resource",
                                     "rows", json_integer_value (rows) > 0 ? (Json *) rows : NULL, "columns",
                                     columns_of (stream, key), "key", key, "bookmarks", bookmarks);
  connect_stream (told);
}

bool
singer_discover (const Request *request, GError **error)
{
  g_auto (SingerSettings) settings = { 0 };
  if (!settings_read (request, &settings, error))
    return false;
  if (settings.is_target || !settings.has_catalog)
    {
      connect_mistake (settings.is_target ? "connection.kind" : "connection.catalog",
                       settings.is_target ? "a target has nothing to discover" : "is false: the tap cannot say what it has");
      return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "there is nothing to discover");
    }
  if (!settings_open (&settings, error))
    return false;
  g_autoptr (Json) catalog = catalog_get (&settings, error);
  if (catalog == NULL)
    return false;
  size_t i;
  const Json *stream;
  json_array_foreach (json_object_get (catalog, "streams"), i, stream)
    if (catalog_id (stream) != NULL)
      tell_stream (stream);
  return true;
}
