#include "connect/slice_private.h"

#include "base/text.h"

#include <limits.h>
#include <string.h>

#define REPLACEMENT 0xFFFD

/* ---- parts ---- */

const char *
slice_pass_word (const char *at, const char *end)
{
  while (at < end && *at != ',' && *at != ']' && *at != '}' && !slice_is_blank (*at))
    at++;
  return at;
}

/* Behind the object or array that begins here. */
static const char *
pass_nested (const char *at)
{
  static const int deeper[UCHAR_MAX + 1] = { ['{'] = 1, ['['] = 1, ['}'] = -1, [']'] = -1, ['"'] = 2 };
  int depth = 0;
  do
    {
      int step = deeper[(unsigned char) *at];
      if (step == 2)
        {
          at = slice_pass_string (at);
          continue;
        }
      depth += step;
      at++;
    }
  while (depth > 0);
  return at;
}

/* Behind the value that begins here. */
static const char *
pass_value (const char *at, const char *end)
{
  if (*at == '"')
    return slice_pass_string (at);
  return *at == '{' || *at == '[' ? pass_nested (at) : slice_pass_word (at, end);
}

Slice
slice_of (const char *bytes, size_t length)
{
  const char *end = bytes + length, *at = slice_pass_blanks (bytes + text_mark (bytes, length), end);
  while (end > at && slice_is_blank (end[-1]))
    end--;
  return (Slice) { at, (size_t) (end - at) };
}

static bool
is_whole (const char *at, const char *end)
{
  for (at += *at == '-'; at < end; at++)
    if (!g_ascii_isdigit (*at))
      return false;
  return true;
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
      return is_whole (value.bytes, value.bytes + value.length) ? SLICE_INTEGER : SLICE_NUMBER;
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
  const char *at = slice_pass_blanks (walk->at, walk->end);
  if (at == walk->end)
    return false;
  if (*at == ',')
    at = slice_pass_blanks (at + 1, walk->end);
  Slice name = { NULL };
  if (walk->is_object)
    {
      name.bytes = at;
      at = slice_pass_string (at);
      name.length = (size_t) (at - name.bytes);
      at = slice_pass_blanks (slice_pass_blanks (at, walk->end) + 1, walk->end);
    }
  if (ret_name != NULL)
    *ret_name = name;
  ret_value->bytes = at;
  walk->at = pass_value (at, walk->end);
  ret_value->length = (size_t) (walk->at - at);
  return true;
}

/* An escape is longer than what it stands for. */
bool
slice_says (Slice string, const char *text, size_t length)
{
  const char *inner = string.bytes + 1;
  if (string.bytes == NULL || string.length < length + 2 || (length > 0 && inner[0] != text[0] && inner[0] != '\\'))
    return false;
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
    if (slice_says (key, name, length))
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

/* Appends what stands before the next escape, which is returned; NULL: there is none. */
static const char *
next_escape (const char *at, const char *end, GString *out)
{
  const char *escape = memchr (at, '\\', (size_t) (end - at));
  g_string_append_len (out, at, (escape != NULL ? escape : end) - at);
  return escape;
}

unsigned
slice_text (Slice string, GString *out)
{
  static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
  if (string.bytes[0] != '"')
    return 0;
  const char *at = string.bytes + 1, *end = string.bytes + string.length - 1;
  unsigned replaced = 0;
  while ((at = next_escape (at, end, out)) != NULL)
    if (*++at == 'u')
      {
        gunichar character;
        bool is_one = read_unicode (&at, end, &character);
        g_string_append_unichar (out, is_one ? character : REPLACEMENT);
        replaced += !is_one;
      }
    else
      {
        const char *letter = strchr (from, *at);
        g_string_append_c (out, letter != NULL ? to[letter - from] : *at);
        at++;
      }
  return replaced;
}

unsigned
slice_mend_string (const char *at, const char *end, GString *out)
{
  unsigned replaced = 0;
  for (const char *escape; (escape = next_escape (at, end, out)) != NULL;)
    {
      gunichar character;
      bool is_unicode = escape[1] == 'u';
      at = escape + (is_unicode ? 1 : 2);
      bool is_one = !is_unicode || read_unicode (&at, end, &character);
      if (is_one)
        g_string_append_len (out, escape, at - escape);
      else
        g_string_append_unichar (out, REPLACEMENT);
      replaced += !is_one;
    }
  return replaced;
}

/* What may not stay as it is: strings, blanks that go, and numbers that may be words. */
static bool
is_looked_at (char c, bool with_blanks)
{
  return c == '"' || c == 'N' || c == 'I' || c == '-' || (!with_blanks && slice_is_blank (c));
}

static unsigned
copy (Slice value, bool with_blanks, GString *out)
{
  const char *at = value.bytes, *end = at + value.length;
  unsigned replaced = 0;
  while (at < end)
    {
      const char *from = at;
      if (*at == '"')
        {
          at = slice_pass_string (at);
          replaced += slice_mend_string (from, at, out);
        }
      else if (!with_blanks && slice_is_blank (*at))
        at = slice_pass_blanks (at, end);
      else if (*at == 'N' || *at == 'I' || (*at == '-' && at[1] == 'I'))
        {
          at = slice_pass_word (at, end);
          g_string_append_printf (out, "\"%.*s\"", (int) (at - from), from);
          replaced++;
        }
      else
        {
          while (++at < end && !is_looked_at (*at, with_blanks))
            continue;
          g_string_append_len (out, from, at - from);
        }
    }
  return replaced;
}

unsigned
slice_mend (Slice value, GString *out)
{
  return copy (value, true, out);
}

unsigned
slice_compact (Slice value, GString *out)
{
  return copy (value, false, out);
}

bool
slice_is_bigint (Slice number)
{
  bool is_negative = number.bytes[0] == '-';
  size_t digits = number.length - is_negative;
  const char *most = is_negative ? "9223372036854775808" : "9223372036854775807";
  if (slice_kind (number) != SLICE_INTEGER || digits > strlen (most))
    return false;
  return digits < strlen (most) || memcmp (number.bytes + is_negative, most, digits) <= 0;
}
