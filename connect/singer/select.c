#include "connect/singer/catalog.h"

#include <string.h>

/* Whether the column is asked for. A tap brings its key and its bookmark in any case. */
static bool
is_wanted (const Json *stream, const Selection *selection, const char *name)
{
  const char *inclusion = json_string_value (catalog_said (stream, name, "inclusion"));
  if (g_strcmp0 (inclusion, "unsupported") == 0)
    return false;
  g_autoptr (Json) key = catalog_key (stream);
  if (g_strcmp0 (inclusion, "automatic") == 0 || g_strcmp0 (selection->bookmark, name) == 0 || connect_has (key, name)
      || connect_has (selection->key, name))
    return true;
  if (selection->keys_only)
    return false;
  return !json_is_true (json_object_get (json_object_get (selection->columns, name), "drop"));
}

/* The metadata object of a place, made where there is none. Borrowed. */
static Json *
metadata_at (Json *stream, Json *crumbs_taken)
{
  g_autoptr (Json) crumbs = crumbs_taken;
  Json *list = json_object_get (stream, "metadata"), *item;
  if (!json_is_array (list))
    {
      list = json_array ();
      json_object_set_new (stream, "metadata", list);
    }
  size_t i;
  json_array_foreach (list, i, item)
    if (json_equal (json_object_get (item, "breadcrumb"), crumbs))
      {
        if (!json_is_object (json_object_get (item, "metadata")))
          json_object_set_new (item, "metadata", json_object ());
        return json_object_get (item, "metadata");
      }
  Json *made = json_object ();
  json_array_append_new (list, json_pack ("{s:O, s:o}", "breadcrumb", crumbs, "metadata", made));
  return made;
}

/* In the metadata, and in the schema, where old taps look. */
static void
select_column (Json *stream, const char *name, bool wanted)
{
  json_object_set_new (metadata_at (stream, json_pack ("[s, o]", "properties", weir_json_string (name))), "selected",
                       json_boolean (wanted));
  Json *property = json_object_get (json_object_get (json_object_get (stream, "schema"), "properties"), name);
  if (json_is_object (property))
    json_object_set_new (property, "selected", json_boolean (wanted));
  size_t i;
  Json *item;
  json_array_foreach (json_object_get (stream, "metadata"), i, item)
    {
      const Json *crumbs = json_object_get (item, "breadcrumb");
      if (json_array_size (crumbs) > 2 && g_strcmp0 (json_string_value (json_array_get (crumbs, 1)), name) == 0)
        json_object_set_new (json_object_get (item, "metadata"), "selected", json_boolean (wanted));
    }
}

static void
select_stream (Json *stream, bool wanted)
{
  json_object_set_new (metadata_at (stream, json_array ()), "selected", json_boolean (wanted));
  json_object_set_new (stream, "selected", json_boolean (wanted));
  Json *schema = json_object_get (stream, "schema");
  if (json_is_object (schema))
    json_object_set_new (schema, "selected", json_boolean (wanted));
}

/* How it is read: in the metadata, and beside them, where the SDK looks first. */
static void
choose_method (Json *stream, const Selection *selection)
{
  Json *said = metadata_at (stream, json_array ());
  if (selection->method != NULL)
    {
      json_object_set_new (said, "replication-method", json_string (selection->method));
      json_object_set_new (stream, "replication_method", json_string (selection->method));
    }
  if (selection->bookmark != NULL)
    {
      json_object_set_new (said, "replication-key", weir_json_string (selection->bookmark));
      json_object_set_new (stream, "replication_key", weir_json_string (selection->bookmark));
    }
  if (selection->key != NULL && json_is_true (json_object_get (said, "is-view")))
    json_object_set (said, "view-key-properties", (Json *) selection->key);
}

void
catalog_select (Json *catalog, Json *stream, const Selection *selection)
{
  size_t i;
  Json *each;
  json_array_foreach (json_object_get (catalog, "streams"), i, each)
    if (json_is_object (each))
      select_stream (each, each == stream);
  const char *name;
  const Json *property;
  json_object_foreach (json_object_get (json_object_get (stream, "schema"), "properties"), name, property)
    {
      (void) property;
      select_column (stream, name, is_wanted (stream, selection, name));
    }
  choose_method (stream, selection);
}
