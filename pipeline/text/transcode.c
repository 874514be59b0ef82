#include "pipeline/text/transcode.h"

#include <errno.h>
#include <glib.h>

#define NO_CHARACTER '\xFF'

/* Windows-1252 from 0x80 to 0x9F, as WHATWG and Unicode have it; 0: undefined. The other bytes are Latin-1, so Unicode's own. */
static const uint16_t windows_1252[32] = {
  0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
  0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
};

static char *
put_character (char *out, uint32_t character)
{
  if (character < 0x80)
    *out++ = (char) character;
  else if (character < 0x800)
    {
      *out++ = (char) (0xC0 | character >> 6);
      *out++ = (char) (0x80 | (character & 0x3F));
    }
  else
    {
      if (character < 0x10000)
        *out++ = (char) (0xE0 | character >> 12);
      else
        {
          *out++ = (char) (0xF0 | character >> 18);
          *out++ = (char) (0x80 | (character >> 12 & 0x3F));
        }
      *out++ = (char) (0x80 | (character >> 6 & 0x3F));
      *out++ = (char) (0x80 | (character & 0x3F));
    }
  return out;
}

static char *
transcode_windows_1252 (const uint8_t *in, size_t length, char *out)
{
  for (size_t i = 0; i < length; i++)
    {
      uint32_t character = in[i] >= 0x80 && in[i] < 0xA0 ? windows_1252[in[i] - 0x80] : in[i];
      if (character == 0 && in[i] != 0)
        *out++ = (char) in[i]; /* which no UTF-8 character begins with */
      else
        out = put_character (out, character);
    }
  return out;
}

static uint32_t
utf16_unit (const uint8_t *in, bool little)
{
  return little ? in[0] | (uint32_t) in[1] << 8 : in[1] | (uint32_t) in[0] << 8;
}

static char *
transcode_utf16 (const uint8_t *in, size_t length, bool last, bool little, char *out, size_t *ret_used)
{
  size_t used = 0;
  while (length - used >= 2)
    {
      uint32_t unit = utf16_unit (in + used, little);
      bool high = unit >= 0xD800 && unit <= 0xDBFF;
      if (high && length - used < 4 && !last)
        break; /* the other half comes with the next piece */
      uint32_t other = high && length - used >= 4 ? utf16_unit (in + used + 2, little) : 0;
      if (other >= 0xDC00 && other <= 0xDFFF)
        {
          out = put_character (out, 0x10000 + ((unit - 0xD800) << 10) + (other - 0xDC00));
          used += 4;
          continue;
        }
      if (unit >= 0xD800 && unit <= 0xDFFF)
        *out++ = NO_CHARACTER;
      else
        out = put_character (out, unit);
      used += 2;
    }
  if (last && used < length)
    {
      *out++ = NO_CHARACTER;
      used++;
    }
  *ret_used = used;
  return out;
}

/* The bytes of one character, which is written to *out; 0: "length" bytes are its beginning, -1: they are none. */
static int
take_character (GIConv converter, const char *in, size_t length, char **out)
{
  for (size_t size = 1; size <= MIN (length, TRANSCODE_CARRY + 1); size++)
    {
      char *from = (char *) in;
      size_t left = size, room = TRANSCODE_GROWTH * size;
      if (g_iconv (converter, &from, &left, out, &room) != (size_t) -1)
        return (int) size;
      if (errno != EINVAL)
        return -1;
    }
  return length > TRANSCODE_CARRY ? -1 : 0;
}

/* ASCII is copied; all else is asked for one character at a time, as iconv does not always stay at what it does not know. The
 * converter is opened for each piece: it keeps no state, and opening it costs nothing beside the piece. */
static char *
transcode_other (const char *charset, const char *in, size_t length, bool last, char *out, size_t *ret_used)
{
  GIConv converter = g_iconv_open ("UTF-8", charset);
  bool open = converter != (GIConv) -1; /* NOLINT(performance-no-int-to-ptr) */
  size_t used = 0;
  while (used < length)
    {
      if ((in[used] & 0x80) == 0)
        {
          *out++ = in[used++];
          continue;
        }
      int size = open ? take_character (converter, in + used, length - used, &out) : -1;
      if (size == 0 && !last)
        break; /* the rest of it comes with the next piece */
      if (size <= 0)
        *out++ = NO_CHARACTER;
      used += size > 0 ? (size_t) size : 1;
    }
  if (open)
    g_iconv_close (converter);
  *ret_used = used;
  return out;
}

size_t
transcode (Encoding encoding, const char *in, size_t length, bool last, char *out, size_t *ret_used)
{
  const uint8_t *bytes = (const uint8_t *) in;
  *ret_used = length;
  char *end = encoding == ENCODING_WINDOWS_1252 ? transcode_windows_1252 (bytes, length, out)
              : encoding >= ENCODING_OTHER      ? transcode_other (encoding_charset (encoding), in, length, last, out, ret_used)
                                           : transcode_utf16 (bytes, length, last, encoding == ENCODING_UTF16LE, out, ret_used);
  return (size_t) (end - out);
}
