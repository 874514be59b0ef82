#include "connect/singer/scan.h"

#include <string.h>

#define MOST_DEPTH 512
#define SAFE_DIGITS 18 /* of an integer that 64 bits have room for */

static const char *const words[] = { "true", "false", "null", "NaN", "Infinity", "-Infinity" };

static const char *
skip_space (const char *at, const char *end)
{
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
    at++;
  return at;
}

static const char *
skip_string (const char *at, const char *end)
{
  for (at++; at < end && *at != '"'; at++)
    {
      if ((unsigned char) *at < 0x20)
        return NULL;
      if (*at != '\\')
        continue;
      if (++at == end || strchr ("\"\\/bfnrtu", *at) == NULL || *at == '\0')
        return NULL;
      if (*at != 'u')
        continue;
      for (int i = 0; i < 4; i++)
        if (++at >= end || !g_ascii_isxdigit (*at))
          return NULL;
    }
  return at < end ? at + 1 : NULL;
}

static const char *
skip_digits (const char *at, const char *end)
{
  const char *start = at;
  while (at < end && g_ascii_isdigit (*at))
    at++;
  return at > start ? at : NULL;
}

static const char *
skip_number (const char *at, const char *end)
{
  at += at < end && *at == '-';
  const char *whole = at;
  at = skip_digits (at, end);
  if (at == NULL || (*whole == '0' && at - whole > 1))
    return NULL;
  if (at < end && *at == '.' && (at = skip_digits (at + 1, end)) == NULL)
    return NULL;
  if (at == end || (*at != 'e' && *at != 'E'))
    return at;
  at++;
  at += at < end && (*at == '+' || *at == '-');
  return skip_digits (at, end);
}

static const char *
skip_scalar (const char *at, const char *end)
{
  if (*at == '"')
    return skip_string (at, end);
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    {
      size_t length = strlen (words[i]);
      if ((size_t) (end - at) >= length && memcmp (at, words[i], length) == 0)
        return at + length;
    }
  return skip_number (at, end);
}

/* The name of a member and its colon. */
static const char *
skip_name (const char *at, const char *end)
{
  at = skip_space (at, end);
  if (at == end || *at != '"' || (at = skip_string (at, end)) == NULL)
    return NULL;
  at = skip_space (at, end);
  return at < end && *at == ':' ? at + 1 : NULL;
}

/* What is open around a value. */
typedef struct
{
  char closing[MOST_DEPTH];
  size_t depth;
} Open;

/* Begins an object or array that is not empty, *ret_inside; else passes over an empty one. */
static const char *
begin (Open *open, const char *at, const char *end, bool *ret_inside)
{
  char closing = *at == '{' ? '}' : ']';
  const char *next = skip_space (at + 1, end);
  *ret_inside = !(next < end && *next == closing);
  if (!*ret_inside)
    return next + 1;
  if (open->depth == MOST_DEPTH)
    return NULL;
  open->closing[open->depth++] = closing;
  return closing == '}' ? skip_name (next, end) : next;
}

/* Behind a value: what ends with it, up to where the next one begins. With a depth of 0: there is no more. */
static const char *
finish (Open *open, const char *at, const char *end)
{
  while (open->depth > 0)
    {
      at = skip_space (at, end);
      if (at == end)
        return NULL;
      char closing = open->closing[open->depth - 1];
      if (*at == ',')
        return closing == '}' ? skip_name (at + 1, end) : at + 1;
      if (*at != closing)
        return NULL;
      at++;
      open->depth--;
    }
  return at;
}

const char *
scan_value (const char *at, const char *end)
{
  Open open = { .depth = 0 };
  do
    {
      at = skip_space (at, end);
      if (at == end)
        return NULL;
      bool inside = false;
      at = *at == '{' || *at == '[' ? begin (&open, at, end, &inside) : skip_scalar (at, end);
      if (at != NULL && !inside)
        at = finish (&open, at, end);
    }
  while (at != NULL && open.depth > 0);
  return at;
}

Slice
scan_whole (const char *text, size_t length)
{
  const char *end = text + length, *start = skip_space (text, end);
  const char *behind = scan_value (start, end);
  return behind != NULL && skip_space (behind, end) == end ? (Slice) { start, behind } : (Slice) { NULL, NULL };
}

Members
scan_members (Slice of)
{
  bool is_object = of.at != NULL && *of.at == '{', is_array = of.at != NULL && *of.at == '[';
  if (!is_object && !is_array)
    return (Members) { .is_bad = true };
  return (Members) { .at = of.at + 1, .end = of.end, .is_object = is_object };
}

bool
scan_next (Members *members)
{
  if (members->is_bad || members->at == NULL)
    return false;
  const char *at = skip_space (members->at, members->end), *end = members->end;
  members->is_bad = true; /* until it is known better */
  if (at == end)
    return false;
  if (*at == (members->is_object ? '}' : ']'))
    {
      members->at = NULL;
      members->end = at + 1;
      members->is_bad = false;
      return false;
    }
  if (members->has_begun && *at++ != ',')
    return false;
  at = skip_space (at, end);
  const char *name = at;
  if (members->is_object && (at == end || *at != '"' || (at = skip_string (at, end)) == NULL))
    return false;
  members->name = (Slice) { name, at };
  if (members->is_object)
    {
      at = skip_space (at, end);
      if (at == end || *at++ != ':')
        return false;
    }
  at = skip_space (at, end);
  const char *behind = scan_value (at, end);
  if (behind == NULL)
    return false;
  members->value = (Slice) { at, behind };
  members->at = behind;
  members->has_begun = true;
  members->is_bad = false;
  return true;
}

bool
scan_is (Slice string, const char *text)
{
  size_t length = strlen (text);
  return string.at != NULL && (size_t) (string.end - string.at) == length + 2 && *string.at == '"'
         && memcmp (string.at + 1, text, length) == 0;
}

/* The four digits behind \u. */
static gunichar
hex_of (const char *at)
{
  gunichar value = 0;
  for (int i = 0; i < 4; i++)
    value = value * 16 + (gunichar) g_ascii_xdigit_value (at[i]);
  return value;
}

/* What stands at \u, which is "at"; *ret_behind: where the text goes on. 0xFFFD with *ret_half: half a pair. */
static gunichar
read_unicode (const char *at, const char *end, const char **ret_behind, bool *ret_half)
{
  gunichar high = hex_of (at + 2);
  *ret_behind = at + 6;
  *ret_half = high >= 0xD800 && high <= 0xDFFF;
  if (!*ret_half)
    return high;
  if (high < 0xDC00 && end - at >= 12 && at[6] == '\\' && at[7] == 'u')
    {
      gunichar low = hex_of (at + 8);
      if (low >= 0xDC00 && low <= 0xDFFF)
        {
          *ret_half = false;
          *ret_behind = at + 12;
          return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        }
    }
  return 0xFFFD;
}

static char
escaped (char letter)
{
  static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
  const char *found = strchr (letters, letter);
  return found != NULL ? meant[found - letters] : letter;
}

static void
put_character (GString *into, gunichar character)
{
  if (character == 0)
    g_string_append_c (into, '\0');
  else
    g_string_append_unichar (into, character);
}

bool
scan_text (Slice string, GString *into, int64_t *halves)
{
  if (string.at == NULL || *string.at != '"')
    return false;
  const char *at = string.at + 1, *end = string.end - 1;
  while (at < end)
    {
      const char *back = memchr (at, '\\', (size_t) (end - at));
      g_string_append_len (into, at, (back != NULL ? back : end) - at);
      if (back == NULL)
        return true;
      if (back[1] != 'u')
        {
          g_string_append_c (into, escaped (back[1]));
          at = back + 2;
          continue;
        }
      bool is_half;
      put_character (into, read_unicode (back, end, &at, &is_half));
      *halves += is_half;
    }
  return true;
}

/* A string of JSON without halves of pairs; behind it. */
static const char *
mend_string (const char *at, const char *end, GString *into, int64_t *mended)
{
  const char *behind = skip_string (at, end);
  while (at < behind)
    {
      const char *back = memchr (at, '\\', (size_t) (behind - at));
      g_string_append_len (into, at, (back != NULL ? back : behind) - at);
      if (back == NULL)
        break;
      const char *next = back + 2;
      bool is_half = false;
      if (back[1] == 'u')
        read_unicode (back, behind, &next, &is_half);
      if (is_half)
        g_string_append (into, "\\ufffd");
      else
        g_string_append_len (into, back, next - back);
      *mended += is_half;
      at = next;
    }
  return behind;
}

/* Whether a number has neither point nor exponent, nor is a word. */
static bool
is_whole (const char *at, const char *behind)
{
  for (; at < behind; at++)
    if (!g_ascii_isdigit (*at) && *at != '-')
      return false;
  return true;
}

/* A number as the parser takes it. */
static void
put_number (const char *at, const char *behind, bool for_parser, GString *into, int64_t *mended)
{
  bool is_word = *at == 'N' || *at == 'I' || at[1] == 'I';
  size_t length = (size_t) (behind - at);
  if (is_word && !for_parser)
    g_string_append_printf (into, "\"%.*s\"", (int) length, at);
  else if (is_word)
    g_string_append (into, "null");
  else
    g_string_append_len (into, at, (gssize) length);
  bool is_large = for_parser && length > SAFE_DIGITS && is_whole (at, behind);
  if (is_large)
    g_string_append (into, ".0");
  *mended += is_word || is_large;
}

static void
mend (Slice value, bool for_parser, GString *into, int64_t *mended)
{
  const char *at = value.at, *end = value.end;
  while (at < end)
    if (*at == '"')
      at = mend_string (at, end, into, mended);
    else if (g_ascii_isdigit (*at) || *at == '-' || *at == 'N' || *at == 'I')
      {
        const char *behind = skip_scalar (at, end);
        put_number (at, behind, for_parser, into, mended);
        at = behind;
      }
    else
      g_string_append_c (into, *at++);
}

void
scan_mend (Slice value, GString *into, int64_t *mended)
{
  mend (value, false, into, mended);
}

Json *
scan_parse (Slice value)
{
  g_autoptr (GString) text = g_string_new (NULL);
  int64_t mended = 0;
  if (value.at == NULL)
    return NULL;
  mend (value, true, text, &mended);
  return json_loadb (text->str, text->len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

bool
scan_is_plain (Slice value)
{
  for (const char *at = value.at; at < value.end;)
    if (*at == '"')
      {
        const char *behind = skip_string (at, value.end);
        for (; at < behind; at++)
          if (*at == '\\' && at[1] == 'u' && (g_ascii_tolower (at[2]) == 'd' || memcmp (at + 2, "0000", 4) == 0))
            return false;
          else
            at += *at == '\\';
      }
    else if (g_ascii_isdigit (*at) || *at == '-' || *at == 'N' || *at == 'I')
      {
        const char *behind = skip_scalar (at, value.end);
        if (behind - at > SAFE_DIGITS || !is_whole (at, behind))
          return false;
        at = behind;
      }
    else
      at++;
  return true;
}

unsigned
scan_kind (Slice value)
{
  switch (*value.at)
    {
    case 'n':
      return KIND_NULL;
    case 't':
    case 'f':
      return KIND_BOOLEAN;
    case '"':
      return KIND_STRING;
    case '{':
      return KIND_OBJECT;
    case '[':
      return KIND_ARRAY;
    default:
      return is_whole (value.at, value.end) ? KIND_INTEGER : KIND_NUMBER;
    }
}
