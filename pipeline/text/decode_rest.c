#include "pipeline/text/decode_rest.h"

#include "base/text.h"
#include "pipeline/text/decode.h"
#include "pipeline/text/source.h"

#include <string.h>

#define REST_SIZE 65536 /* bytes of text that are judged */

/* "length" if there is none. */
static size_t
find_beyond_ascii (const char *bytes, size_t length)
{
  size_t at = 0;
  while (at < length && (bytes[at] & 0x80) == 0)
    at++;
  return at;
}

static bool
fill (Source *source, char *buffer, size_t size, size_t *length, GError **error)
{
  for (size_t got = 1; got > 0 && *length < size; *length += got)
    if (!source_read (source, buffer + *length, size - *length, &got, error))
      return false;
  return true;
}

/* The text from the byte before the first one beyond ASCII on (whether that follows a letter matters), and where in the whole text
 * it begins. *ret_length 0: all is ASCII. */
static bool
read_rest (Source *source, char *buffer, size_t *ret_length, int64_t *ret_offset, GError **error)
{
  *ret_length = 0;
  *ret_offset = 0;
  for (bool found = false; !found;)
    {
      if (!fill (source, buffer, REST_SIZE, ret_length, error))
        return false;
      size_t at = find_beyond_ascii (buffer, *ret_length);
      found = at < *ret_length;
      if (!found && at < REST_SIZE)
        return *ret_length = 0, true;
      size_t from = at - MIN (at, 1);
      *ret_offset += (int64_t) from;
      *ret_length -= from;
      memmove (buffer, buffer + from, *ret_length);
    }
  return fill (source, buffer, REST_SIZE, ret_length, error);
}

bool
decode_rest (int fd, Compression compression, const char *head, size_t length, bool whole, Encoding *encoding, char **evidence,
             GError **error)
{
  if (whole || *encoding != ENCODING_UTF8 || find_beyond_ascii (head, length) < length)
    return true;
  g_autoptr (Source) source = source_new (fd, NULL, 0, compression, ENCODING_UTF8, &source_default_limits, NULL);
  g_autofree char *rest = g_malloc (REST_SIZE);
  size_t got = 0;
  int64_t offset = 0;
  if (!read_rest (source, rest, &got, &offset, error))
    return false;
  Encoding found = ENCODING_UTF8;
  int bom = 0;
  g_autofree char *why = NULL;
  /* NUL bytes are for the reader, who knows their line. */
  if (got == 0 || !decode_head (rest, got, got < REST_SIZE, NULL, "", &found, &bom, &why, NULL) || found != ENCODING_WINDOWS_1252)
    return true;
  *encoding = found;
  if (evidence == NULL)
    return true;
  g_autofree char *at = text_count (offset + 1); /* counted from 1: of the last byte of ASCII */
  g_free (*evidence);
  *evidence = g_strdup_printf ("nothing but ASCII up to byte %s of the text; there %s", at, why);
  return true;
}
