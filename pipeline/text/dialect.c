#include "pipeline/text/dialect.h"

#include <string.h>

static const char *const compression_words[] = {
  [COMPRESSION_NONE] = "none",
  [COMPRESSION_GZIP] = "gzip",
  [COMPRESSION_ZSTD] = "zstd",
};

const Dialect dialect_default = {
  .delimiter = ",", .quote = '"', .escape = ESCAPE_DOUBLED, .header_rows = 1, .encoding = ENCODING_UTF8, .newline = "LF"
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
  json_object_set_new (json, "delimiter", dialect->delimiter[0] != 0 ? json_string (dialect->delimiter) : json_null ());
  json_object_set_new (json, "quote", character_to_json (dialect->quote));
  json_object_set_new (json, "escape", json_string (dialect->escape == ESCAPE_BACKSLASH ? "backslash" : "doubled"));
  json_object_set_new (json, "header_rows", json_integer (dialect->header_rows));
  json_object_set_new (json, "skip_lines", json_integer (dialect->skip_lines));
  json_object_set_new (json, "comment", character_to_json (dialect->comment));
  json_object_set_new (json, "trailing_delimiter", json_boolean (dialect->trailing_delimiter));
  json_object_set_new (json, "encoding", json_string (encoding_word (dialect->encoding)));
  json_object_set_new (json, "compression", json_string (compression_words[dialect->compression]));
  json_object_set_new (json, "bom", json_boolean (dialect->bom != 0));
  json_object_set_new (json, "newline", json_string (dialect->newline));
  return json;
}

char *
dialect_to_model (const Dialect *dialect)
{
  g_autoptr (Json) json = json_object ();
  if (dialect->delimiter[0] != '\0')
    json_object_set_new (json, "delimiter", json_string (dialect->delimiter));
  if (dialect->quote != '"')
    json_object_set_new (json, "quote", json_stringn (&dialect->quote, dialect->quote != 0));
  if (dialect->escape == ESCAPE_BACKSLASH)
    json_object_set_new (json, "escape", json_string ("backslash"));
  if (dialect->comment != 0)
    json_object_set_new (json, "comment", character_to_json (dialect->comment));
  json_object_set_new (json, "header_rows", json_integer (dialect->header_rows));
  if (dialect->skip_lines > 0)
    json_object_set_new (json, "skip_lines", json_integer (dialect->skip_lines));
  g_autofree char *text = weir_json_line (json);
  return g_strdup_printf ("\"dialect\": %s", text);
}

static void
append_quoted (const Dialect *dialect, const char *cell, GString *line)
{
  bool backslash = dialect->escape == ESCAPE_BACKSLASH;
  g_string_append_c (line, dialect->quote);
  for (; *cell != '\0'; cell++)
    {
      if (*cell == dialect->quote || (backslash && *cell == '\\'))
        g_string_append_c (line, backslash ? '\\' : dialect->quote);
      g_string_append_c (line, *cell);
    }
  g_string_append_c (line, dialect->quote);
}

static void
append_plain (const Dialect *dialect, const char *cell, GString *line)
{
  char instead = strchr (dialect->delimiter, ' ') != NULL ? '_' : ' ';
  for (; *cell != '\0'; cell++)
    {
      bool breaks = *cell == '\r' || *cell == '\n' || strchr (dialect->delimiter, *cell) != NULL;
      g_string_append_c (line, breaks ? instead : *cell);
    }
}

void
dialect_append_cell (const Dialect *dialect, const char *cell, bool always, GString *line)
{
  bool special =
      always || strpbrk (cell, "\"'\\\r\n") != NULL || (dialect->delimiter[0] != '\0' && strstr (cell, dialect->delimiter) != NULL);
  if (dialect->quote == 0)
    append_plain (dialect, cell, line);
  else if (special)
    append_quoted (dialect, cell, line);
  else
    g_string_append (line, cell);
}
