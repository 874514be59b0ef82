#include "connect/curl/http_unpack.h"

#include <zlib.h>

#define PIECE_BYTES 65536
#define GZIP_FIRST 0x1f
#define ONLY_GZIP (15 + 16) /* zlib's way to say so */

struct Unpack
{
  z_stream stream;
  bool is_whole, is_broken;
  char piece[PIECE_BYTES];
};

Unpack *
unpack_new (void)
{
  Unpack *unpack = g_new0 (Unpack, 1);
  unpack->is_broken = inflateInit2 (&unpack->stream, ONLY_GZIP) != Z_OK;
  return unpack;
}

void
unpack_free (Unpack *unpack)
{
  if (unpack == NULL)
    return;
  inflateEnd (&unpack->stream);
  g_free (unpack);
}

bool
unpack_bytes (Unpack *unpack, const char *bytes, size_t length, bool (*take) (const char *, size_t, void *), void *data)
{
  z_stream *stream = &unpack->stream;
  stream->next_in = (Bytef *) bytes;
  stream->avail_in = (uInt) length;
  while (!unpack->is_broken && (stream->avail_in > 0 || stream->avail_out == 0))
    {
      /* Several may follow one another; what begins as none is padding. */
      if (unpack->is_whole && (stream->avail_in == 0 || stream->next_in[0] != GZIP_FIRST))
        break;
      if (unpack->is_whole)
        inflateReset (stream);
      stream->next_out = (Bytef *) unpack->piece;
      stream->avail_out = sizeof unpack->piece;
      int code = inflate (stream, Z_NO_FLUSH);
      unpack->is_whole = code == Z_STREAM_END;
      unpack->is_broken = code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR;
      size_t out = sizeof unpack->piece - stream->avail_out;
      if (out > 0 && !take (unpack->piece, out, data))
        return false;
      if (code == Z_BUF_ERROR)
        break;
    }
  return !unpack->is_broken;
}

bool
unpack_is_broken (const Unpack *unpack)
{
  return unpack->is_broken;
}

bool
unpack_is_whole (const Unpack *unpack)
{
  return unpack->is_whole;
}
