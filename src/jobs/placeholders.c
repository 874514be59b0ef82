#include "src/jobs/placeholders.h"

#include "base/error.h"

#include <string.h>

typedef struct
{
  size_t begin, end;
  char *name;
} Place;

/* The text that is read, and how far. */
typedef struct
{
  const char *text;
  size_t at;
  Placeholders *found;
  bool ended; /* by a semicolon */
} Reading;

static bool
complain (const Reading *reading, size_t byte, const char *what, GError **error)
{
  int line, column;
  placeholders_locate (reading->text, byte, &line, &column);
  return weir_error (error, WEIR_ERROR_MODEL, "line %d, column %d: %s", line, column, what);
}

static bool
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_' || (unsigned char) c >= 0x80;
}

/* ---- what is passed over ---- */

/* At the quote; the same quote twice is one of the text. */
static bool
pass_quoted (Reading *reading, bool backslashes, GError **error)
{
  size_t begin = reading->at;
  char quote = reading->text[reading->at++];
  for (char c; (c = reading->text[reading->at]) != '\0'; reading->at++)
    if (c == '\\' && backslashes && reading->text[reading->at + 1] != '\0')
      reading->at++;
    else if (c == quote && reading->text[reading->at + 1] != quote)
      return reading->at++, true;
    else if (c == quote)
      reading->at++;
  return complain (reading, begin, "what is quoted here does not end", error);
}

/* Slash, star; they nest. */
static bool
pass_comment (Reading *reading, GError **error)
{
  size_t begin = reading->at;
  int depth = 0;
  for (const char *text = reading->text; text[reading->at] != '\0';)
    if (strncmp (text + reading->at, "/*", 2) == 0)
      depth++, reading->at += 2;
    else if (strncmp (text + reading->at, "*/", 2) != 0)
      reading->at++;
    else
      {
        reading->at += 2;
        if (--depth == 0)
          return true;
      }
  return complain (reading, begin, "the comment does not end", error);
}

static void
pass_line (Reading *reading)
{
  reading->at += strcspn (reading->text + reading->at, "\n");
}

/* $tag$ ... $tag$. *ret_is: it is one, and not $1. */
static bool
pass_dollar (Reading *reading, bool *ret_is, GError **error)
{
  const char *begin = reading->text + reading->at, *end = begin + 1;
  if (!g_ascii_isdigit (*end))
    while (is_word (*end))
      end++;
  *ret_is = *end == '$';
  if (!*ret_is)
    return reading->at++, true;
  g_autofree char *tag = g_strndup (begin, (size_t) (end + 1 - begin));
  const char *close = strstr (end + 1, tag);
  if (close == NULL)
    return complain (reading, reading->at, "what is quoted here does not end", error);
  reading->at = (size_t) (close - reading->text) + strlen (tag);
  return true;
}

/* ---- what is meant ---- */

static bool
take_colon (Reading *reading, GError **error)
{
  const char *colon = reading->text + reading->at, *end = colon + 1;
  if (*end == ':' || *end == '=')
    return reading->at += 2, true;
  if (*end == '\'' || *end == '"')
    return complain (reading, reading->at, "a parameter is written :name, without quotes", error);
  if (!g_ascii_isalpha (*end) && *end != '_')
    return reading->at++, true;
  while (g_ascii_isalnum (*end) || *end == '_')
    end++;
  const Place place = { reading->at, (size_t) (end - reading->text), g_strndup (colon + 1, (size_t) (end - colon - 1)) };
  g_array_append_val (reading->found->places, place);
  reading->at = place.end;
  return true;
}

/* A word, or a number: an e or an E before a quote belongs to that. */
static bool
take_word (Reading *reading, GError **error)
{
  size_t begin = reading->at;
  while (is_word (reading->text[reading->at]) || (reading->at > begin && reading->text[reading->at] == '$'))
    reading->at++;
  size_t length = reading->at - begin;
  if (reading->found->first == NULL)
    {
      reading->found->first = g_ascii_strdown (reading->text + begin, (gssize) length);
      reading->found->first_byte = begin;
    }
  bool escapes = length == 1 && (reading->text[begin] == 'e' || reading->text[begin] == 'E') && reading->text[reading->at] == '\'';
  return !escapes || pass_quoted (reading, true, error);
}

/* Blanks and comments. *ret_passed: it was one. */
static bool
pass_nothing (Reading *reading, bool *ret_passed, GError **error)
{
  const char *at = reading->text + reading->at;
  *ret_passed = true;
  if (strncmp (at, "--", 2) == 0)
    return pass_line (reading), true;
  if (strncmp (at, "/*", 2) == 0)
    return pass_comment (reading, error);
  *ret_passed = g_ascii_isspace (*at);
  reading->at += *ret_passed;
  return true;
}

static bool
take_next (Reading *reading, GError **error)
{
  bool passed;
  char c = reading->text[reading->at];
  if (!pass_nothing (reading, &passed, error))
    return false;
  if (passed)
    return true;
  if (reading->ended)
    return complain (reading, reading->at, "another statement begins here; one query is taken", error);
  if (c == ';')
    {
      reading->ended = true;
      reading->found->end = reading->at++;
      return true;
    }
  if (c == '\'' || c == '"')
    return pass_quoted (reading, false, error);
  if (c == '$')
    return pass_dollar (reading, &passed, error);
  if (c == ':')
    return take_colon (reading, error);
  if (is_word (c))
    return take_word (reading, error);
  if (c != '(' && reading->found->first == NULL)
    reading->found->first = g_strdup ("");
  reading->at++;
  return true;
}

static void
place_clear (void *data)
{
  g_free (((Place *) data)->name);
}

bool
placeholders_read (const char *text, Placeholders *ret, GError **error)
{
  *ret = (Placeholders) { .text = g_strdup (text), .end = strlen (text), .places = g_array_new (FALSE, FALSE, sizeof (Place)) };
  g_array_set_clear_func (ret->places, place_clear);
  Reading reading = { .text = ret->text, .found = ret };
  while (ret->text[reading.at] != '\0')
    if (!take_next (&reading, error))
      return placeholders_clear (ret), false;
  if (ret->first == NULL)
    ret->first = g_strdup ("");
  return true;
}

void
placeholders_clear (Placeholders *places)
{
  g_clear_pointer (&places->text, g_free);
  g_clear_pointer (&places->first, g_free);
  g_clear_pointer (&places->places, g_array_unref);
}

guint
placeholders_count (const Placeholders *places)
{
  return places->places->len;
}

const char *
placeholders_name (const Placeholders *places, guint index)
{
  return g_array_index (places->places, Place, index).name;
}

bool
placeholders_is_query (const Placeholders *places)
{
  static const char *const words[] = { "select", "with", "values", "table", NULL };
  return g_strv_contains (words, places->first);
}

/* ---- another text ---- */

static char *
spell_number (const char *name, guint number, void *data)
{
  (void) name;
  (void) data;
  return g_strdup_printf ("$%u", number);
}

void
placeholders_append (const Placeholders *places, GString *sql, char *(*spell) (const char *name, guint number, void *data),
                     void *data)
{
  size_t at = 0;
  for (guint i = 0; i < places->places->len; i++)
    {
      const Place *place = &g_array_index (places->places, Place, i);
      g_autofree char *spelt = (spell != NULL ? spell : spell_number) (place->name, i + 1, data);
      g_string_append_len (sql, places->text + at, (gssize) (place->begin - at));
      g_string_append (sql, spelt);
      at = place->end;
    }
  g_string_append_len (sql, places->text + at, (gssize) (places->end - at));
}

size_t
placeholders_origin (const Placeholders *places, size_t at, char *(*spell) (const char *name, guint number, void *data), void *data)
{
  size_t made = 0, from = 0;
  for (guint i = 0; i < places->places->len; i++)
    {
      const Place *place = &g_array_index (places->places, Place, i);
      g_autofree char *spelt = (spell != NULL ? spell : spell_number) (place->name, i + 1, data);
      if (at < made + (place->begin - from))
        break;
      made += place->begin - from;
      if (at < made + strlen (spelt))
        return place->begin;
      made += strlen (spelt);
      from = place->end;
    }
  return MIN (from + (at - made), places->end);
}

void
placeholders_locate (const char *text, size_t byte, int *ret_line, int *ret_column)
{
  *ret_line = *ret_column = 1;
  for (size_t i = 0; i < byte && text[i] != '\0'; i++)
    if (text[i] == '\n')
      ++*ret_line, *ret_column = 1;
    else if (((unsigned char) text[i] & 0xC0) != 0x80)
      ++*ret_column;
}
