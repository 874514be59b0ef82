#include "connect/singer/scan_private.h"

#include <math.h>
#include <string.h>

#define SAFE_DIGITS 18 /* of an integer that 64 bits have room for */

/* The four digits behind \u. */
static gunichar
hex_of (const char *at)
{
  gunichar value = 0;
  for (int i = 0; i < 4; i++)
    value = value * 16 + (gunichar) g_ascii_xdigit_value (at[i]);
  return value;
}

/* What stands at \u, which is "at"; *ret_behind: where the text goes on. 0xFFFD with *ret_half: half a pair, or a NUL. */
static gunichar
read_unicode (const char *at, const char *end, const char **ret_behind, bool *ret_half)
{
  gunichar high = hex_of (at + 2);
  *ret_behind = at + 6;
  *ret_half = high == 0 || (high >= 0xD800 && high <= 0xDFFF);
  if (!*ret_half)
    return high;
  if (high != 0 && high < 0xDC00 && end - at >= 12 && at[6] == '\\' && at[7] == 'u')
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
      g_string_append_unichar (into, read_unicode (back, end, &at, &is_half));
      *halves += is_half;
    }
  return true;
}

/* A string of JSON without halves of pairs and NUL; behind it. */
static const char *
mend_string (const char *at, const char *end, GString *into, int64_t *mended)
{
  const char *behind = scan_skip_string (at, end);
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

static bool
is_word (const char *at)
{
  return *at == 'N' || *at == 'I' || (*at == '-' && at[1] == 'I');
}

/* A number as jansson takes it, or else without words. */
static void
put_number (const char *at, const char *behind, bool for_parser, GString *into, int64_t *mended)
{
  size_t length = (size_t) (behind - at), before = into->len;
  g_string_append_len (into, at, (gssize) length);
  bool is_large = for_parser && length > SAFE_DIGITS && scan_is_whole (at, behind);
  if (is_large)
    g_string_append (into, ".0");
  bool is_none = is_word (at) || (for_parser && isinf (g_ascii_strtod (into->str + before, NULL)));
  if (is_none)
    {
      g_string_truncate (into, before);
      g_string_append_printf (into, for_parser ? "null" : "\"%.*s\"", (int) length, at);
    }
  *mended += is_none || is_large;
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
        const char *behind = scan_skip_scalar (at, end);
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
        const char *behind = scan_skip_string (at, value.end);
        for (; at < behind; at++)
          if (*at == '\\' && at[1] == 'u' && (g_ascii_tolower (at[2]) == 'd' || memcmp (at + 2, "0000", 4) == 0))
            return false;
          else
            at += *at == '\\';
      }
    else if (g_ascii_isdigit (*at) || *at == '-' || *at == 'N' || *at == 'I')
      {
        const char *behind = scan_skip_scalar (at, value.end);
        if (behind - at > SAFE_DIGITS || !scan_is_whole (at, behind))
          return false;
        at = behind;
      }
    else
      at++;
  return true;
}
