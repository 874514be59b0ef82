#include "base/json.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const size_t json_file_limit = 1024 * 1024;

void
weir_json_setup (void)
{
  json_set_alloc_funcs (g_malloc, g_free);
}

Json *
weir_json_read (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  size_t length;
  if (!fs_read_file (path, json_file_limit, &text, &length, error))
    return NULL;
  return weir_json_parse (text, length, path, error);
}

Json *
weir_json_parse (const char *text, size_t length, const char *name, GError **error)
{
  /* Editors on Windows put a byte order mark in front; RFC 8259 lets a parser ignore it. */
  size_t mark = text_mark (text, length);
  json_error_t where;
  Json *root = json_loadb (text + mark, length - mark, JSON_REJECT_DUPLICATES, &where);
  if (root != NULL)
    return root;

  g_autofree char *why = g_utf8_make_valid (where.text, -1); /* it may end within a character */
  weir_fail (
      error,
      &(Failure) { WEIR_ERROR_MODEL, REASON_INVALID_JSON, .line = where.line,
                   .hint = "What is wrong is there or just before: often a comma, a quote or a bracket too few or too many." },
      "\"%s\" is not valid JSON: line %d, column %d: %s", name, where.line, where.column, why);
  return NULL;
}

/* The fewest digits that are read back as the same number. Owned by the caller. */
static char *
real_text (double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  for (int digits = 15; digits <= 17; digits++)
    {
      char format[8];
      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, number);
      if (g_ascii_strtod (text, NULL) == number)
        break;
    }
  return g_strdup (text);
}

static const char *
end_of_string (const char *at)
{
  for (at++; *at != '"'; at++)
    at += *at == '\\';
  return at + 1;
}

/* Jansson writes all with 17 digits: 1.1 as 1.1000000000000001. Takes the text. */
static char *
shorten_reals (char *text)
{
  GString *shorter = g_string_sized_new (strlen (text));
  for (const char *at = text, *end; *at != '\0'; at = end)
    {
      bool is_number = g_ascii_isdigit (*at) || *at == '-';
      end = *at == '"' ? end_of_string (at) : is_number ? at + strspn (at, "0123456789+-.eE") : at + strcspn (at, "\"-0123456789");
      bool is_real = is_number && strcspn (at, ".eE") < (size_t) (end - at);
      g_autofree char *real = is_real ? real_text (g_ascii_strtod (at, NULL)) : NULL;
      g_string_append_len (shorter, is_real ? real : at, is_real ? -1 : end - at);
      if (is_real && strpbrk (real, ".e") == NULL)
        g_string_append (shorter, ".0");
    }
  free (text);
  return g_string_free (shorter, FALSE);
}

static char *
dump (const Json *json, size_t flags)
{
  char *text = json_dumps (json, flags | JSON_PRESERVE_ORDER | JSON_ENCODE_ANY);
  return text != NULL ? shorten_reals (text) : g_strdup ("null");
}

char *
weir_json_text (const Json *json)
{
  return dump (json, JSON_COMPACT);
}

char *
weir_json_ascii (const Json *json)
{
  return dump (json, JSON_COMPACT | JSON_ENSURE_ASCII);
}

char *
weir_json_line (const Json *json)
{
  return dump (json, 0);
}

char *
weir_json_pretty (const Json *json)
{
  return dump (json, JSON_INDENT (2));
}

Json *
weir_json_string (const char *text)
{
  if (text == NULL)
    return json_null ();
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  return json_string (valid);
}

char *
weir_json_scalar (const Json *value)
{
  if (json_is_string (value))
    return g_strdup (json_string_value (value));
  if (json_is_integer (value))
    return g_strdup_printf ("%" JSON_INTEGER_FORMAT, json_integer_value (value));
  if (json_is_real (value))
    return real_text (json_real_value (value));
  return json_is_boolean (value) ? g_strdup (json_is_true (value) ? "true" : "false") : NULL;
}

char *
weir_json_param (const Json *value)
{
  if (!json_is_array (value))
    return weir_json_scalar (value);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  size_t i;
  const Json *one;
  json_array_foreach ((Json *) value, i, one)
    g_ptr_array_add (texts, weir_json_scalar (one));
  return text_array (texts);
}

static Json *
text_or_null (const char *text)
{
  return weir_json_string (text != NULL && text[0] != '\0' ? text : NULL);
}

Json *
weir_json_error (const GError *error)
{
  if (error == NULL)
    return json_pack ("{s:n, s:n, s:n, s:n, s:n}", "code", "message", "detail", "hint", "line");
  int64_t line = weir_error_get_line (error);
  return json_pack ("{s:o, s:o, s:o, s:o, s:o}", "code", json_string (reason_word (weir_error_get_reason (error))), "message",
                    weir_json_string (error->message), "detail", text_or_null (weir_error_get_detail (error)), "hint",
                    text_or_null (weir_error_get_hint (error)), "line", line > 0 ? json_integer (line) : json_null ());
}
