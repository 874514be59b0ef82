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
  json_object_set_new (json, "blanks", json_string (dialect->trim ? "trim" : "keep"));
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

Dialect
dialect_of_records (const Json *json)
{
  Dialect dialect = dialect_default;
  const char *delimiter = json_string_value (json_object_get (json, "delimiter"));
  const char *quote = json_string_value (json_object_get (json, "quote"));
  g_strlcpy (dialect.delimiter, delimiter != NULL ? delimiter : "", sizeof dialect.delimiter);
  dialect.trim = g_strcmp0 (json_string_value (json_object_get (json, "blanks")), "trim") == 0;
  dialect.quote = quote != NULL ? quote[0] : '\0';
  if (g_strcmp0 (json_string_value (json_object_get (json, "escape")), "backslash") == 0)
    dialect.escape = ESCAPE_BACKSLASH;
  dialect.trailing_delimiter = json_is_true (json_object_get (json, "trailing_delimiter"));
  return dialect;
}

char *
dialect_to_model (const Dialect *dialect)
{
  g_autoptr (Json) json = json_object ();
  json_object_set_new (json, "delimiter", json_string (dialect->delimiter));
  json_object_set_new (json, "blanks", json_string (dialect->trim ? "trim" : "keep"));
  json_object_set_new (json, "quote", json_stringn (&dialect->quote, dialect->quote != 0));
  if (dialect->quote != 0)
    json_object_set_new (json, "escape", json_string (dialect->escape == ESCAPE_BACKSLASH ? "backslash" : "doubled"));
  json_object_set_new (json, "comment", json_stringn (&dialect->comment, dialect->comment != 0));
  json_object_set_new (json, "header_rows", json_integer (dialect->header_rows));
  json_object_set_new (json, "skip_lines", json_integer (dialect->skip_lines));
  g_autofree char *text = weir_json_line (json);
  return g_strdup_printf ("\"dialect\": %s", text);
}

/* ---- what is around a quote ---- */

/* Whether any number of spaces is one delimiter. */
static bool
is_run (const Dialect *dialect)
{
  return dialect->trim && dialect->delimiter[0] == ' ' && dialect->delimiter[1] == '\0';
}

/* The length of the blank at "at"; 0: there is none. */
static size_t
blank_length (const Dialect *dialect, const char *at, const char *end)
{
  if (at < end && (*at == ' ' || *at == '\t'))
    return *at != dialect->delimiter[0] || is_run (dialect);
  return end - at > 1 && memcmp (at, "\xC2\xA0", 2) == 0 ? 2 : 0;
}

size_t
dialect_blanks_behind (const Dialect *dialect, const char *at, const char *end)
{
  const char *from = at;
  for (size_t length; (length = blank_length (dialect, at, end)) > 0;)
    at += length;
  return (size_t) (at - from);
}

size_t
dialect_blanks_before (const Dialect *dialect, const char *begin, const char *end)
{
  const char *at = end;
  for (;;)
    if (at - begin >= 1 && blank_length (dialect, at - 1, at) == 1)
      at--;
    else if (at - begin >= 2 && blank_length (dialect, at - 2, at) == 2)
      at -= 2;
    else
      return (size_t) (end - at);
}

size_t
dialect_blanks_to_delimiter (const Dialect *dialect, const char *at, const char *end)
{
  size_t blanks = dialect_blanks_behind (dialect, at, end);
  const char *delimiter = is_run (dialect) ? memchr (at, ' ', blanks) : NULL;
  return delimiter != NULL ? (size_t) (delimiter - at) : blanks;
}

static bool
is_of_word (char byte)
{
  return g_ascii_isalnum (byte) || (unsigned char) byte >= 0x80;
}

bool
dialect_is_apostrophe (const Dialect *dialect, const char *text, size_t at, size_t length)
{
  const char *behind = text + at + 1, *end = text + length;
  if (dialect->quote != '\'' || at == 0 || behind == end || !is_of_word (text[at - 1]) || !is_of_word (*behind))
    return false;
  return dialect_blanks_before (dialect, text, text + at) + dialect_blanks_behind (dialect, behind, end) == 0;
}

/* ---- writing ---- */

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
  const char *end = cell + strlen (cell);
  bool blanks = dialect->trim && dialect_blanks_behind (dialect, cell, end) + dialect_blanks_before (dialect, cell, end) > 0;
  bool special = always || blanks || strpbrk (cell, "\"'\\\r\n") != NULL
                 || (dialect->delimiter[0] != '\0' && strstr (cell, dialect->delimiter) != NULL);
  if (dialect->quote == 0)
    append_plain (dialect, cell, line);
  else if (special)
    append_quoted (dialect, cell, line);
  else
    g_string_append (line, cell);
}
