#include "pipeline/dialect.h"

static const char *const encoding_words[] = {
  [ENCODING_UTF8] = "UTF-8",
  [ENCODING_UTF16LE] = "UTF-16LE",
  [ENCODING_UTF16BE] = "UTF-16BE",
  [ENCODING_WINDOWS_1252] = "windows-1252",
};

static const struct
{
  const char *word;
  Encoding encoding;
} encoding_synonyms[] = {
  { "utf8", ENCODING_UTF8 },
  { "ascii", ENCODING_UTF8 },
  { "us-ascii", ENCODING_UTF8 },
  { "utf-16", ENCODING_UTF16LE },
  { "utf16", ENCODING_UTF16LE },
  { "utf16le", ENCODING_UTF16LE },
  { "utf16be", ENCODING_UTF16BE },
  { "cp1252", ENCODING_WINDOWS_1252 },
  { "latin1", ENCODING_WINDOWS_1252 },
  { "latin-1", ENCODING_WINDOWS_1252 },
  { "iso-8859-1", ENCODING_WINDOWS_1252 },
};

static const char *const compression_words[] = {
  [COMPRESSION_NONE] = "none",
  [COMPRESSION_GZIP] = "gzip",
  [COMPRESSION_ZSTD] = "zstd",
};

const Dialect dialect_default = {
  .delimiter = ",", .quote = '"', .escape = ESCAPE_DOUBLED, .header_rows = 1, .encoding = ENCODING_UTF8, .newline = "LF"
};

const char *
encoding_word (Encoding encoding)
{
  return encoding_words[encoding];
}

bool
encoding_find (const char *word, Encoding *ret_encoding)
{
  for (size_t i = 0; i < G_N_ELEMENTS (encoding_words); i++)
    if (g_ascii_strcasecmp (word, encoding_words[i]) == 0)
      return *ret_encoding = (Encoding) i, true;
  for (size_t i = 0; i < G_N_ELEMENTS (encoding_synonyms); i++)
    if (g_ascii_strcasecmp (word, encoding_synonyms[i].word) == 0)
      return *ret_encoding = encoding_synonyms[i].encoding, true;
  return false;
}

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
