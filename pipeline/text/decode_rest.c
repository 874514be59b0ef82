#include "pipeline/text/decode.h"

#include "base/text.h"

#include <string.h>

#define REST_SIZE 65536 /* bytes of text that are judged */

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
      size_t at = text_ascii_length (buffer, *ret_length);
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
decode_rest (int fd, const SourceHead *head, Decoding *decoding, GError **error)
{
  if (head->whole || decoding->encoding != ENCODING_UTF8 || text_ascii_length (head->bytes, head->length) < head->length)
    return true;
  g_autoptr (Source) source = source_new (fd, head->compression, ENCODING_UTF8, &source_default_limits, NULL);
  g_autofree char *bytes = g_malloc (REST_SIZE);
  SourceHead rest = { .bytes = bytes };
  int64_t offset = 0;
  if (!read_rest (source, bytes, &rest.length, &offset, error))
    return false;
  rest.whole = rest.length < REST_SIZE;
  g_auto (Decoding) found = { 0 };
  /* NUL bytes are for the reader, who knows their line. */
  if (rest.length == 0 || !decode_head (&rest, NULL, "", &found, NULL)
      || (found.encoding == ENCODING_UTF8 && found.likelier == NULL) || found.encoding == ENCODING_UTF16LE
      || found.encoding == ENCODING_UTF16BE)
    return true;
  g_autofree char *at = text_count (offset + 1); /* counted from 1: of the last byte of ASCII */
  decoding_clear (decoding);
  decoding->encoding = found.encoding;
  decoding->likelier = found.likelier;
  decoding->evidence = g_strdup_printf ("nothing but ASCII up to byte %s of the text; there %s", at, found.evidence);
  return true;
}
