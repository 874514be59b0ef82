#include "pipeline/dialect.h"

const Dialect dialect_default = {
  .delimiter = ',', .quote = '"', .header = true, .skip_lines = 0, .encoding = ENCODING_UTF8, .bom = 0, .newline = "LF"
};

static Json *
character_to_json (char character)
{
  return character != 0 ? json_stringn (&character, 1) : json_null ();
}

Json *
dialect_to_json (const Dialect *dialect)
{
  Json *json = json_object ();
  json_object_set_new (json, "delimiter", character_to_json (dialect->delimiter));
  json_object_set_new (json, "quote", character_to_json (dialect->quote));
  json_object_set_new (json, "header", json_boolean (dialect->header));
  json_object_set_new (json, "skip_lines", json_integer (dialect->skip_lines));
  json_object_set_new (json, "encoding", json_string ("UTF-8"));
  json_object_set_new (json, "bom", json_boolean (dialect->bom != 0));
  json_object_set_new (json, "newline", json_string (dialect->newline));
  return json;
}
