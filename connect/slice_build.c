#include "connect/slice_private.h"

#include <math.h>
#include <string.h>

#define SAFE_DIGITS 18 /* of an integer that 64 bits have room for */

static bool
begins_number (char c)
{
  return g_ascii_isdigit (c) || c == '-' || c == 'N' || c == 'I';
}

/* A number as jansson takes it. */
static void
put_number (Slice number, GString *out)
{
  size_t before = out->len;
  g_string_append_len (out, number.bytes, (gssize) number.length);
  if (number.length > SAFE_DIGITS && slice_kind (number) == SLICE_INTEGER)
    g_string_append (out, ".0");
  if (isfinite (g_ascii_strtod (out->str + before, NULL)))
    return;
  g_string_truncate (out, before);
  g_string_append (out, "null");
}

Json *
slice_build (Slice value)
{
  if (value.bytes == NULL)
    return NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  for (const char *at = value.bytes, *end = at + value.length, *behind; at < end; at = behind)
    if (*at == '"')
      {
        behind = slice_pass_string (at);
        slice_mend_string (at, behind, text);
      }
    else if (begins_number (*at))
      {
        behind = slice_pass_word (at, end);
        put_number ((Slice) { at, (size_t) (behind - at) }, text);
      }
    else
      {
        behind = at + 1;
        g_string_append_c (text, *at);
      }
  return json_loadb (text->str, text->len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

/* Whether a string has no escape that may be half a pair, or NUL. */
static bool
is_plain_string (const char *at, const char *end)
{
  while ((at = memchr (at, '\\', (size_t) (end - at))) != NULL)
    {
      if (at[1] == 'u' && (g_ascii_tolower (at[2]) == 'd' || memcmp (at + 2, "0000", 4) == 0))
        return false;
      at += 2;
    }
  return true;
}

bool
slice_is_plain (Slice value)
{
  bool is_plain = true;
  for (const char *at = value.bytes, *end = at + value.length, *behind; is_plain && at < end; at = behind)
    if (*at == '"')
      {
        behind = slice_pass_string (at);
        is_plain = is_plain_string (at, behind);
      }
    else if (begins_number (*at))
      {
        behind = slice_pass_word (at, end);
        is_plain = behind - at <= SAFE_DIGITS && slice_kind ((Slice) { at, (size_t) (behind - at) }) == SLICE_INTEGER;
      }
    else
      behind = at + 1;
  return is_plain;
}
