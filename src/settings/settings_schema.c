#include "src/settings/settings_show.h"

#include <string.h>

static Json *
words_to_json (const Setting *row)
{
  Json *words = json_array ();
  for (int i = 0; row->words[i] != NULL; i++)
    json_array_append_new (words, json_string (row->words[i]));
  return words;
}

/* What a value of the row may be: the members of its schema that say so. */
static Json *
type_to_schema (const Setting *row)
{
  switch (row->type)
    {
    case SETTING_HOME:
    case SETTING_FOLDER:
    case SETTING_PATH:
    case SETTING_SCHEMA:
      return json_pack ("{s:s, s:i}", "type", "string", "minLength", 1);
    case SETTING_CONNINFO:
    case SETTING_FILE: /* "": none */
      return json_pack ("{s:s}", "type", "string");
    case SETTING_CHOICE:
    case SETTING_FLAG:
      return json_pack ("{s:o}", "enum", words_to_json (row));
    case SETTING_WHOLE:
      return json_pack ("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t) row->low, "maximum", (json_int_t) row->high);
    case SETTING_NUMBER:
      return json_pack ("{s:s, s:f, s:f}", "type", "number", "minimum", row->low, "maximum", row->high);
    case SETTING_BYTES:
      return json_pack ("{s:s, s:s}", "type", "string", "pattern", "^[0-9]+ *[kKmMgGtT]?[bB]$");
    case SETTING_PERIOD:
      return json_pack ("{s:s, s:s}", "type", "string", "pattern",
                        "^([0-9]+ *(second|minute|hour|day|week|month|year)s?|forever)$");
    case SETTING_TREE:
      return row->schema ();
    }
  g_assert_not_reached ();
}

static Json *
row_to_schema (const Setting *row)
{
  Json *schema = type_to_schema (row);
  json_object_set_new (schema, "description", json_string (row->help));
  if (row->fallback != NULL)
    json_object_set_new (schema, "default", json_loads (row->fallback, JSON_DECODE_ANY, NULL));
  return schema;
}

static Json *
new_object (void)
{
  return json_pack ("{s:s, s:b, s:{}}", "type", "object", "additionalProperties", false, "properties");
}

/* The properties that a member of "schema" has, which is made. */
static Json *
inner_properties (Json *properties, const char *name)
{
  if (json_object_get (properties, name) == NULL)
    json_object_set_new (properties, name, new_object ());
  return json_object_get (json_object_get (properties, name), "properties");
}

Json *
settings_to_schema (void)
{
  Json *root = json_pack ("{s:s, s:s, s:s}", "$schema", "http://json-schema.org/draft-07/schema#", "title", "weir.json",
                          "description", "The settings of a home. All have defaults; docs/settings.md explains them.");
  g_autoptr (Json) object = new_object ();
  json_object_update (root, object);
  Json *properties = json_object_get (root, "properties");
  json_object_set_new (properties, "$schema", json_pack ("{s:s}", "description", "For editors; weir does not read it."));
  json_object_set_new (properties, "description", json_pack ("{s:s}", "description", "For people; weir does not read it."));
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      if (row->path == NULL)
        continue;
      g_auto (GStrv) parts = g_strsplit (row->path, ".", 2);
      Json *level = parts[1] != NULL ? inner_properties (properties, parts[0]) : properties;
      json_object_set_new (level, parts[1] != NULL ? parts[1] : parts[0], row_to_schema (row));
    }
  return root;
}
