#include "pipeline/text/source.h"

#include "base/error.h"
#include "base/stopwatch.h"
#include "base/text.h"
#include "pipeline/text/source_unpack.h"
#include "pipeline/text/transcode.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PIECE_SIZE 65536                /* bytes of the file that are held, where they are not what is wanted */
#define RATIO_FROM ((int64_t) 16 << 20) /* bytes of text: below, the ratio says little and costs nothing */
#define MARK_SIZE 3                     /* bytes of the byte order mark in UTF-8 */

const SourceLimits source_default_limits = { 0, 1000 };

struct Source
{
  int fd; /* -1: "bytes" */
  const char *bytes;
  size_t length;
  int64_t offset; /* of what was read of the file */
  Sha256 *sha;
  SourceLimits limits;

  const Unpacker *unpacker; /* NULL: the file is not compressed */
  void *unpacker_state;
  char *packed; /* PIECE_SIZE */
  Unpack unpack;
  int64_t text; /* bytes of text so far, in the file's encoding */

  Encoding encoding;
  char *foreign; /* a piece in that encoding, behind what was left of the one before; NULL: it is UTF-8 */
  size_t foreign_length;
  char *ready; /* UTF-8 that is still to be given */
  size_t ready_from, ready_to;
  bool marked;           /* the byte order mark was looked for */
  char first[MARK_SIZE]; /* what was read for that and is none, still to be given */
  size_t first_length;
  int64_t ns; /* that reading took */
};

/* ---- the file ---- */

static bool
read_file (Source *source, char *buffer, size_t size, size_t *ret_got, GError **error)
{
  ssize_t got = 0;
  if (source->fd < 0)
    {
      got = (ssize_t) MIN (size, source->length - (size_t) source->offset);
      if (got > 0)
        memcpy (buffer, source->bytes + source->offset, (size_t) got);
    }
  else
    do
      got = pread (source->fd, buffer, size, (off_t) source->offset);
    while (got < 0 && errno == EINTR);
  if (got < 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not read the file at byte %" G_GINT64_FORMAT ": %s", source->offset,
                       g_strerror (errno));
  if (source->sha != NULL && got > 0)
    sha256_update (source->sha, buffer, (size_t) got);
  source->offset += got;
  *ret_got = (size_t) got;
  return true;
}

int64_t
source_offset (const Source *source)
{
  return source->offset - (int64_t) source->unpack.in_left;
}

/* ---- decompression ---- */

static bool
refuse_packed (const Source *source, UnpackState state, const char *problem, GError **error)
{
  const char *word = source->unpacker->word;
  g_autofree char *at = text_count (source_offset (source));
  Failure failure = { WEIR_ERROR_INPUT, REASON_COMPRESSED_DATA };
  g_autofree char *detail = NULL;
  switch (state)
    {
    case UNPACK_INSIDE:
      failure.detail = detail = g_strdup_printf ("The file ends after %s bytes, the data goes on.", at);
      failure.hint = "Copy or send the whole file again.";
      return weir_fail (error, &failure, "the %s data is cut off", word);
    case UNPACK_TRAILING:
      failure.detail = detail = g_strdup_printf ("It begins near byte %s of the file.", at);
      failure.hint = "Compress the file again, or send the text uncompressed.";
      return weir_fail (error, &failure, "something else follows the %s data", word);
    case UNPACK_TOO_WIDE:
      failure.hint = "Compress it again at a level up to 19, without --ultra and --long.";
      return weir_fail (error, &failure, "the %s data takes more than %d MiB of memory to unpack", word, UNPACK_WINDOW >> 20);
    default:
      failure.detail = detail = g_strdup_printf ("This was found near byte %s of the file.", at);
      failure.hint = "Copy or send the file again.";
      return weir_fail (error, &failure, "the %s data is damaged%s%s", word, problem != NULL ? ": " : "",
                        problem != NULL ? problem : "");
    }
}

static bool
read_unpacked (Source *source, char *buffer, size_t size, size_t *ret_got, GError **error)
{
  Unpack *unpack = &source->unpack;
  unpack->out = buffer;
  unpack->out_left = size;
  for (bool end = false;;)
    {
      if (unpack->in_left == 0)
        {
          unpack->in = source->packed;
          if (!read_file (source, source->packed, MIN (size, PIECE_SIZE), &unpack->in_left, error))
            return false;
          end = unpack->in_left == 0;
        }
      const char *problem = NULL;
      UnpackState state = source->unpacker->step (source->unpacker_state, unpack, &problem);
      *ret_got = size - unpack->out_left;
      if (state != UNPACK_INSIDE && state != UNPACK_BETWEEN)
        return refuse_packed (source, state, problem, error);
      if (*ret_got > 0 || (end && state == UNPACK_BETWEEN))
        return true;
      if (end)
        return refuse_packed (source, state, NULL, error);
    }
}

/* ---- text in the file's encoding ---- */

static bool
refuse_size (const Source *source, GError **error)
{
  g_autofree char *most = text_size (source->limits.bytes);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_FILE_TOO_LARGE,
                                 .hint = "Split the file, or raise \"limits\": {\"file_mb\": N} in weir.json." },
                    "the file has more than %s of text", most);
}

static bool
refuse_ratio (const Source *source, GError **error)
{
  g_autofree char *packed = text_size (source_offset (source));
  g_autofree char *text = text_size (source->text);
  g_autofree char *detail = g_strdup_printf ("%s became %s so far; it may be made to fill a disk.", packed, text);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_COMPRESSION_BOMB, .detail = detail,
                                 .hint = "If the file is right, drop it uncompressed." },
                    "the %s data unpacks to more than %.0f times its size", source->unpacker->word, source->limits.ratio);
}

static bool
read_text (Source *source, char *buffer, size_t size, size_t *ret_got, GError **error)
{
  if (source->unpacker == NULL ? !read_file (source, buffer, size, ret_got, error)
                               : !read_unpacked (source, buffer, size, ret_got, error))
    return false;
  source->text += (int64_t) *ret_got;
  const SourceLimits *limits = &source->limits;
  if (limits->bytes > 0 && source->text > limits->bytes)
    return refuse_size (source, error);
  if (source->unpacker != NULL && limits->ratio > 0 && source->text >= RATIO_FROM
      && (double) source->text > limits->ratio * (double) source_offset (source))
    return refuse_ratio (source, error);
  return true;
}

/* ---- text in UTF-8 ---- */

/* Fills "ready" with the next piece, unless the text ends. */
static bool
transcode_piece (Source *source, size_t size, GError **error)
{
  while (source->ready_from == source->ready_to)
    {
      size_t got = 0, used = 0;
      if (!read_text (source, source->foreign + source->foreign_length, MIN (size, PIECE_SIZE), &got, error))
        return false;
      size_t length = source->foreign_length + got;
      if (length == 0)
        return true;
      source->ready_from = 0;
      source->ready_to = transcode (source->encoding, source->foreign, length, got == 0, source->ready, &used);
      source->foreign_length = length - used;
      memmove (source->foreign, source->foreign + used, source->foreign_length);
    }
  return true;
}

static size_t
take_ready (Source *source, char *buffer, size_t size)
{
  size_t taken = MIN (size, source->ready_to - source->ready_from);
  memcpy (buffer, source->ready + source->ready_from, taken);
  source->ready_from += taken;
  return taken;
}

static bool
read_utf8 (Source *source, char *buffer, size_t size, size_t *ret_got, GError **error)
{
  if (source->foreign == NULL)
    return read_text (source, buffer, size, ret_got, error);
  if (!transcode_piece (source, size, error))
    return false;
  *ret_got = take_ready (source, buffer, size);
  return true;
}

/* Reads as many bytes as the mark has, and forgets them if they are the mark. */
static bool
pass_mark (Source *source, GError **error)
{
  size_t length = 0, got = 1;
  while (length < MARK_SIZE && got > 0)
    {
      if (!read_utf8 (source, source->first + length, MARK_SIZE - length, &got, error))
        return false;
      length += got;
    }
  source->marked = true;
  source->first_length = text_mark (source->first, length) > 0 ? 0 : length;
  return true;
}

static bool
read_piece (Source *source, char *buffer, size_t size, size_t *ret_got, GError **error)
{
  if (!source->marked && !pass_mark (source, error))
    return false;
  if (source->first_length == 0)
    return read_utf8 (source, buffer, size, ret_got, error);
  *ret_got = MIN (size, source->first_length);
  memcpy (buffer, source->first, *ret_got);
  source->first_length -= *ret_got;
  memmove (source->first, source->first + *ret_got, source->first_length);
  return true;
}

bool
source_read (Source *source, char *buffer, size_t size, size_t *ret_got, GError **error)
{
  int64_t begun = stopwatch_now ();
  bool done = read_piece (source, buffer, size, ret_got, error);
  source->ns += stopwatch_now () - begun;
  return done;
}

int64_t
source_ns (const Source *source)
{
  return source->ns;
}

/* ---- the whole ---- */

static Source *
new_source (Compression compression, Encoding encoding, const SourceLimits *limits, Sha256 *sha)
{
  Source *source = g_new0 (Source, 1);
  *source = (Source) { .fd = -1, .sha = sha, .limits = *limits, .encoding = encoding };
  if (compression != COMPRESSION_NONE)
    {
      source->unpacker = compression == COMPRESSION_GZIP ? &gzip_unpacker : &zstd_unpacker;
      source->unpacker_state = source->unpacker->start ();
      source->packed = g_malloc (PIECE_SIZE);
    }
  if (encoding != ENCODING_UTF8)
    {
      source->foreign = g_malloc (PIECE_SIZE + TRANSCODE_CARRY);
      source->ready = g_malloc ((PIECE_SIZE + TRANSCODE_CARRY) * TRANSCODE_GROWTH);
    }
  return source;
}

Source *
source_new (int fd, Compression compression, Encoding encoding, const SourceLimits *limits, Sha256 *sha)
{
  Source *source = new_source (compression, encoding, limits, sha);
  source->fd = fd;
  return source;
}

Source *
source_new_bytes (const char *bytes, size_t length, Compression compression, Encoding encoding, const SourceLimits *limits,
                  Sha256 *sha)
{
  Source *source = new_source (compression, encoding, limits, sha);
  source->bytes = bytes;
  source->length = length;
  return source;
}

void
source_free (Source *source)
{
  if (source == NULL)
    return;
  if (source->unpacker != NULL)
    source->unpacker->free (source->unpacker_state);
  g_free (source->packed);
  g_free (source->foreign);
  g_free (source->ready);
  g_free (source);
}

void
source_rewind (Source *source)
{
  source->offset = source->text = 0;
  source->unpack = (Unpack) { 0 };
  source->foreign_length = source->ready_from = source->ready_to = source->first_length = 0;
  source->marked = false;
  if (source->unpacker != NULL)
    source->unpacker->restart (source->unpacker_state);
  if (source->sha != NULL)
    sha256_reset (source->sha);
}

/* ---- heads ---- */

Compression
source_compression (const char *bytes, size_t length)
{
  if (length >= 2 && memcmp (bytes, "\x1F\x8B", 2) == 0)
    return COMPRESSION_GZIP;
  bool frame = length >= 4 && memcmp (bytes, "\x28\xB5\x2F\xFD", 4) == 0;
  bool skippable = length >= 4 && ((uint8_t) bytes[0] & 0xF0) == 0x50 && memcmp (bytes + 1, "\x2A\x4D\x18", 3) == 0;
  return frame || skippable ? COMPRESSION_ZSTD : COMPRESSION_NONE;
}

static bool
find_compression (int fd, Compression *ret_compression, GError **error)
{
  char magic[4];
  size_t got = 0;
  g_autoptr (Source) source = source_new (fd, COMPRESSION_NONE, ENCODING_UTF8, &source_default_limits, NULL);
  if (!read_file (source, magic, sizeof magic, &got, error))
    return false;
  *ret_compression = source_compression (magic, got);
  return true;
}

bool
source_head (int fd, char *buffer, size_t size, SourceHead *ret_head, GError **error)
{
  SourceHead head = { .bytes = buffer };
  if (!find_compression (fd, &head.compression, error))
    return false;
  g_autoptr (Source) source = source_new (fd, head.compression, ENCODING_UTF8, &source_default_limits, NULL);
  size_t got = 0;
  do
    {
      if (!read_text (source, buffer + head.length, size - head.length, &got, error))
        return false;
      head.length += got;
    }
  while (got > 0 && head.length < size);
  char more;
  if (got > 0 && !read_text (source, &more, 1, &got, error))
    return false;
  head.whole = got == 0;
  *ret_head = head;
  return true;
}

GString *
source_transcode (const char *bytes, size_t length, bool whole, Encoding encoding)
{
  GString *text = g_string_sized_new (length);
  if (encoding == ENCODING_UTF8)
    g_string_append_len (text, bytes, (gssize) length);
  else
    {
      size_t used = 0;
      g_string_set_size (text, length * TRANSCODE_GROWTH);
      g_string_set_size (text, transcode (encoding, bytes, length, whole, text->str, &used));
    }
  return g_string_erase (text, 0, (gssize) text_mark (text->str, text->len));
}
