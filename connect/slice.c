#include "connect/slice.h"

#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"

/* ---- parts ---- */

static bool
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *
pass_blanks (const char *at, const char *end)
{
  while (at < end && is_blank (*at))
    at++;
  return at;
}

/* Behind the string that begins here. */
static const char *
pass_string (const char *at)
{
  for (at++; *at != '"'; at++)
    at += *at == '\\';
  return at + 1;
}

/* Behind the value that begins here. */
static const char *
pass_value (const char *at, const char *end)
{
  if (*at == '"')
    return pass_string (at);
  if (*at != '{' && *at != '[')
    {
      while (at < end && strchr (",]} \t\r\n", *at) == NULL)
        at++;
      return at;
    }
  int depth = 0;
  do
    {
      if (*at == '"')
        {
          at = pass_string (at);
          continue;
        }
      depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
      at++;
    }
  while (depth > 0);
  return at;
}

Slice
slice_of (const char *bytes, size_t length)
{
  const char *end = bytes + length, *at = pass_blanks (bytes + text_mark (bytes, length), end);
  while (end > at && is_blank (end[-1]))
    end--;
  return (Slice) { at, (size_t) (end - at) };
}

SliceKind
slice_kind (Slice value)
{
  switch (value.bytes[0])
    {
    case '{':
      return SLICE_OBJECT;
    case '[':
      return SLICE_ARRAY;
    case '"':
      return SLICE_STRING;
    case 'n':
      return SLICE_NULL;
    case 't':
    case 'f':
      return SLICE_BOOLEAN;
    default:
      return SLICE_NUMBER;
    }
}

SliceWalk
slice_walk (Slice container)
{
  bool is_object = container.bytes[0] == '{';
  if (!is_object && container.bytes[0] != '[')
    return (SliceWalk) { NULL };
  return (SliceWalk) { container.bytes + 1, container.bytes + container.length - 1, is_object };
}

bool
slice_next (SliceWalk *walk, Slice *ret_name, Slice *ret_value)
{
  const char *at = pass_blanks (walk->at, walk->end);
  if (at == walk->end)
    return false;
  if (*at == ',')
    at = pass_blanks (at + 1, walk->end);
  Slice name = { NULL };
  if (walk->is_object)
    {
      name.bytes = at;
      at = pass_string (at);
      name.length = (size_t) (at - name.bytes);
      at = pass_blanks (pass_blanks (at, walk->end) + 1, walk->end);
    }
  if (ret_name != NULL)
    *ret_name = name;
  ret_value->bytes = at;
  walk->at = pass_value (at, walk->end);
  ret_value->length = (size_t) (walk->at - at);
  return true;
}

/* Whether a string says that; most have no escapes. */
static bool
says (Slice string, const char *text, size_t length)
{
  const char *inner = string.bytes + 1;
  size_t n = string.length - 2;
  if (memchr (inner, '\\', n) == NULL)
    return n == length && memcmp (inner, text, n) == 0;
  g_autoptr (GString) plain = g_string_new (NULL);
  slice_text (string, plain);
  return plain->len == length && memcmp (plain->str, text, length) == 0;
}

bool
slice_find (Slice object, const char *name, size_t length, Slice *ret_value)
{
  Slice key, value;
  *ret_value = (Slice) { NULL };
  if (slice_kind (object) != SLICE_OBJECT)
    return false;
  for (SliceWalk walk = slice_walk (object); slice_next (&walk, &key, &value);)
    if (says (key, name, length))
      *ret_value = value;
  return ret_value->bytes != NULL;
}

bool
slice_item (Slice array, size_t index, Slice *ret_value)
{
  size_t i = 0;
  if (slice_kind (array) == SLICE_ARRAY)
    for (SliceWalk walk = slice_walk (array); slice_next (&walk, NULL, ret_value); i++)
      if (i == index)
        return true;
  *ret_value = (Slice) { NULL };
  return false;
}

/* ---- what it says ---- */

/* The four digits at this place. */
static gunichar
read_hex (const char *at)
{
  gunichar unit = 0;
  for (int i = 0; i < 4; i++)
    unit = unit << 4 | (gunichar) g_ascii_xdigit_value (at[i]);
  return unit;
}

/* The character of an escape whose "u" is at *at, which moves behind it; false: none that PostgreSQL can hold. */
static bool
read_unicode (const char **at, const char *end, gunichar *ret_character)
{
  gunichar unit = read_hex (*at + 1);
  *at += 5;
  *ret_character = unit;
  if (unit < 0xD800 || unit > 0xDFFF)
    return unit != 0;
  if (unit > 0xDBFF || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
    return false;
  gunichar low = read_hex (*at + 2);
  if (low < 0xDC00 || low > 0xDFFF)
    return false;
  *at += 6;
  *ret_character = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  return true;
}

unsigned
slice_text (Slice string, GString *out)
{
  static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
  const char *at = string.bytes + 1, *end = string.bytes + string.length - 1;
  unsigned replaced = 0;
  while (at < end)
    {
      const char *escape = memchr (at, '\\', (size_t) (end - at));
      g_string_append_len (out, at, (escape != NULL ? escape : end) - at);
      if (escape == NULL)
        break;
      at = escape + 1;
      if (*at == 'u')
        {
          gunichar character;
          if (read_unicode (&at, end, &character))
            g_string_append_unichar (out, character);
          else
            {
              g_string_append (out, REPLACEMENT);
              replaced++;
            }
          continue;
        }
      const char *letter = strchr (from, *at);
      g_string_append_c (out, letter != NULL ? to[letter - from] : *at);
      at++;
    }
  return replaced;
}

/* A string with its quotes: as it is, but for escapes that stand for what cannot be. */
static unsigned
compact_string (const char *at, const char *end, GString *out)
{
  unsigned replaced = 0;
  while (at < end)
    {
      const char *escape = memchr (at, '\\', (size_t) (end - at));
      g_string_append_len (out, at, (escape != NULL ? escape : end) - at);
      if (escape == NULL)
        break;
      at = escape + 1;
      if (*at != 'u')
        {
          at++;
          g_string_append_len (out, escape, at - escape);
          continue;
        }
      gunichar character;
      if (read_unicode (&at, end, &character))
        g_string_append_len (out, escape, at - escape);
      else
        {
          g_string_append (out, REPLACEMENT);
          replaced++;
        }
    }
  return replaced;
}

unsigned
slice_compact (Slice value, GString *out)
{
  const char *at = value.bytes, *end = at + value.length;
  unsigned replaced = 0;
  while (at < end)
    {
      const char *from = at;
      if (*at == '"')
        {
          at = pass_string (at);
          replaced += compact_string (from, at, out);
          continue;
        }
      while (at < end && *at != '"' && !is_blank (*at))
        at++;
      g_string_append_len (out, from, at - from);
      at = pass_blanks (at, end);
    }
  return replaced;
}

bool
slice_is_bigint (Slice number)
{
  char digits[32];
  if (number.length >= sizeof digits || memchr (number.bytes, '.', number.length) != NULL
      || memchr (number.bytes, 'e', number.length) != NULL || memchr (number.bytes, 'E', number.length) != NULL)
    return false;
  memcpy (digits, number.bytes, number.length);
  digits[number.length] = '\0';
  errno = 0;
  (void) strtoll (digits, NULL, 10);
  return errno == 0;
}
