/* What comes before lines: compression, byte order marks, encodings. */
#include "tests/fuzz/fuzz.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "pipeline/text/decode.h"

#include <string.h>
#include <sys/mman.h>

#define HEAD_SIZE 512

static const SourceLimits limits = { 256 * 1024, 100 };

/* All of the text by pieces; NULL: refused. */
static GString *
read_all (const char *bytes, size_t length, Compression compression, Encoding encoding, size_t piece)
{
  g_autoptr (Source) source = source_new_bytes (bytes, length, compression, encoding, &limits, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *buffer = g_malloc (piece);
  g_autoptr (GError) error = NULL;
  size_t got = 0;
  while (source_read (source, buffer, piece, &got, &error) && got > 0)
    {
      REQUIRE (got <= piece);
      g_string_append_len (text, buffer, (gssize) got);
    }
  REQUIRE (error == NULL || g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
  REQUIRE (source_offset (source) >= 0 && source_offset (source) <= (int64_t) length);
  return error == NULL ? g_steal_pointer (&text) : NULL;
}

/* UTF-8, but for what was no character: 0xFF in UTF-16, the byte itself in Windows-1252, and NUL bytes as they were. */
static void
require_utf8 (const GString *text)
{
  const char *bad;
  for (const char *at = text->str; !g_utf8_validate (at, text->str + text->len - at, &bad); at = bad + 1)
    REQUIRE (*bad == '\0' || memchr ("\xFF\x81\x8D\x8F\x90\x9D", *bad, 6) != NULL);
}

static void
check_encoding (const char *bytes, size_t length, Compression compression, Encoding encoding)
{
  g_autoptr (GString) whole = read_all (bytes, length, compression, encoding, 65536);
  g_autoptr (GString) pieces = read_all (bytes, length, compression, encoding, 3);
  REQUIRE ((whole == NULL) == (pieces == NULL));
  REQUIRE (whole == NULL || g_string_equal (whole, pieces));
  if (whole != NULL && compression == COMPRESSION_NONE)
    {
      g_autoptr (GString) transcoded = source_transcode (bytes, length, true, encoding);
      REQUIRE (g_string_equal (whole, transcoded));
    }
  if (whole != NULL && encoding != ENCODING_UTF8)
    require_utf8 (whole);
}

static Encoding
check_head (const SourceHead *head)
{
  g_auto (Decoding) found = { 0 };
  g_autoptr (GError) error = NULL;
  bool good = decode_head (head, NULL, "fuzz.csv", &found, &error);
  REQUIRE (good == (error == NULL) && good == (found.evidence != NULL));
  REQUIRE (good || g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
  REQUIRE (found.bom >= 0 && (size_t) found.bom <= head->length);
  return found.encoding;
}

/* As a file is begun. */
static void
check_file (const uint8_t *data, size_t size)
{
  AUTO_FD int fd = memfd_create ("fuzz", MFD_CLOEXEC);
  REQUIRE (fd >= 0 && write (fd, data, size) == (ssize_t) size);
  char bytes[HEAD_SIZE];
  SourceHead head;
  if (!source_head (fd, bytes, sizeof bytes, &head, NULL))
    return;
  Encoding encoding = check_head (&head);
  bool ascii = true;
  for (size_t i = 0; i < head.length; i++)
    ascii = ascii && (uint8_t) bytes[i] < 0x80;
  g_auto (Decoding) after = { .encoding = encoding };
  if (decode_rest (fd, &head, &after, NULL))
    REQUIRE (after.encoding == encoding || (ascii && !head.whole && after.encoding == ENCODING_WINDOWS_1252));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *bytes = (const char *) data;
  Compression compression = source_compression (bytes, size);
  check_head (&(SourceHead) { bytes, size, false });
  Encoding encoding = check_head (&(SourceHead) { bytes, size, true });
  check_encoding (bytes, size, compression, encoding);
  if (compression == COMPRESSION_NONE)
    for (int other = ENCODING_UTF8; other <= ENCODING_WINDOWS_1252; other++)
      check_encoding (bytes, size, compression, (Encoding) other);
  check_file (data, size);
  return 0;
}
