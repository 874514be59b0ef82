/* The reader over any bytes, with a dialect that the first four of them say. */
#include "tests/fuzz/accounted.h"

#include "base/autoptr.h"

#include <sys/mman.h>

#define DIALECT_BYTES 4

static const ReaderLimits tiny_limits = { 32, 8, 3 };
static const ReaderLimits small_limits = { 4096, 1024, 64 };

static Dialect
dialect_of (const uint8_t *data)
{
  static const char *const delimiters[] = { ",", ";", "\t", "|", ":", "^", "~", " ", ", ", "" };
  static const char quotes[] = { '"', '\'', 0 };
  Dialect dialect = {
    .quote = quotes[data[1] % 3],
    .escape = data[1] & 0x40 ? ESCAPE_BACKSLASH : ESCAPE_DOUBLED,
    .trailing_delimiter = data[1] & 0x80,
    .skip_lines = data[2] / 64,
    .encoding = (Encoding) (data[3] % 4),
    .comment = data[3] & 0x40 ? '#' : 0,
  };
  g_strlcpy (dialect.delimiter, delimiters[data[0] % G_N_ELEMENTS (delimiters)], sizeof dialect.delimiter);
  return dialect;
}

static int
memory_file (const uint8_t *data, size_t size)
{
  int fd = memfd_create ("fuzz", MFD_CLOEXEC);
  REQUIRE (fd >= 0 && write (fd, data, size) == (ssize_t) size);
  return fd;
}

static void
require_alike (const Record *one, const Record *other)
{
  REQUIRE ((one == NULL) == (other == NULL));
  if (one == NULL)
    return;
  REQUIRE (one->line == other->line && one->n_fields == other->n_fields && one->raw_length == other->raw_length);
  REQUIRE (memcmp (one->raw, other->raw, one->raw_length) == 0);
  REQUIRE (g_strcmp0 (one->problem, other->problem) == 0 && one->reason == other->reason && one->open == other->open);
  REQUIRE (one->lines == other->lines && one->blank == other->blank && one->comments == other->comments);
  for (size_t i = 0; i < one->n_fields; i++)
    {
      const Field *a = &one->fields[i], *b = &other->fields[i];
      REQUIRE (a->null == b->null && a->length == b->length && memcmp (a->text, b->text, a->length) == 0);
    }
}

/* Both readers give the same; true while there is a record. */
static bool
step (Reader *one, Reader *other)
{
  g_autoptr (GError) error_one = NULL, error_other = NULL;
  const Record *record_one = NULL, *record_other = NULL;
  bool good = reader_next (one, &record_one, &error_one);
  REQUIRE (good == reader_next (other, &record_other, &error_other));
  REQUIRE (good == (error_one == NULL) && good == (error_other == NULL));
  if (good)
    require_alike (record_one, record_other);
  else
    REQUIRE (g_str_equal (error_one->message, error_other->message));
  const ReaderLines lines_one = reader_lines (one), lines_other = reader_lines (other);
  REQUIRE (lines_one.first_comment == lines_other.first_comment && lines_one.preamble == lines_other.preamble);
  if (good && record_one == NULL)
    REQUIRE (lines_one.total == lines_other.total && lines_one.blank == lines_other.blank
             && lines_one.comments == lines_other.comments);
  return good && record_one != NULL;
}

/* In one piece, in small ones, and without the fast way, which takes what it sees whole in the buffer. */
static void
require_ways_alike (const uint8_t *data, size_t size, const Dialect *dialect, const ReaderLimits *limits, size_t piece)
{
  AUTO_FD int fd = memory_file (data, size);
  g_autoptr (Reader) one = reader_new_sized (fd, dialect, limits, NULL, 65536);
  g_autoptr (Reader) small = reader_new_sized (fd, dialect, limits, NULL, piece);
  g_autoptr (Reader) slow = reader_new_sized (fd, dialect, limits, NULL, 65536);
  reader_read_slowly (slow);
  while (step (one, small))
    ;
  reader_rewind (one);
  while (step (one, slow))
    ;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < DIALECT_BYTES)
    return 0;
  Dialect dialect = dialect_of (data);
  const ReaderLimits *limits = data[3] & 0x80 ? &tiny_limits : &small_limits;
  size_t piece = 1 + data[0] / 10, width = 1 + data[2] / 4 % 8;
  data += DIALECT_BYTES;
  size -= DIALECT_BYTES;
  require_ways_alike (data, size, &dialect, limits, piece);
  require_accounted ((const char *) data, size, &dialect, limits, width);
  return 0;
}
