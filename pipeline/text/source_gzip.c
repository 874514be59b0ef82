#include "pipeline/text/pack.h"
#include "pipeline/text/source_unpack.h"

#include <glib.h>
#include <zlib.h>

#define GZIP_ONLY 16 /* added to the window's bits: a gzip header, no zlib one */

typedef struct
{
  z_stream stream;
  bool between; /* members */
  bool padding; /* only zeros may follow */
  bool first;   /* no member has ended yet */
} Gzip;

static void
gzip_restart (void *state)
{
  Gzip *gzip = state;
  inflateReset (&gzip->stream);
  gzip->between = gzip->padding = false;
  gzip->first = true;
}

static void *
gzip_start (void)
{
  Gzip *gzip = g_new0 (Gzip, 1);
  if (inflateInit2 (&gzip->stream, MAX_WBITS + GZIP_ONLY) != Z_OK)
    g_error ("zlib could not be initialised");
  gzip->first = true;
  return gzip;
}

static void
gzip_free (void *state)
{
  Gzip *gzip = state;
  inflateEnd (&gzip->stream);
  g_free (gzip);
}

static UnpackState
pass_zeros (Unpack *unpack)
{
  for (; unpack->in_left > 0; unpack->in++, unpack->in_left--)
    if (*unpack->in != '\0')
      return UNPACK_TRAILING;
  return UNPACK_BETWEEN;
}

static int
run_inflate (z_stream *stream, Unpack *unpack)
{
  uInt in = (uInt) MIN (unpack->in_left, G_MAXUINT), out = (uInt) MIN (unpack->out_left, G_MAXUINT);
  stream->next_in = (z_const Bytef *) unpack->in;
  stream->avail_in = in;
  stream->next_out = (Bytef *) unpack->out;
  stream->avail_out = out;
  int result = inflate (stream, Z_NO_FLUSH);
  unpack->in += in - stream->avail_in;
  unpack->in_left -= in - stream->avail_in;
  unpack->out += out - stream->avail_out;
  unpack->out_left -= out - stream->avail_out;
  return result;
}

static UnpackState
gzip_step (void *state, Unpack *unpack, const char **ret_problem)
{
  Gzip *gzip = state;
  if (gzip->between && unpack->in_left == 0)
    return UNPACK_BETWEEN;
  if (gzip->between && *unpack->in == '\0')
    gzip->padding = true;
  if (gzip->padding)
    return pass_zeros (unpack);
  if (gzip->between && *unpack->in != '\x1F') /* what a member begins with */
    return UNPACK_TRAILING;
  if (gzip->between)
    inflateReset (&gzip->stream);
  gzip->between = false;
  switch (run_inflate (&gzip->stream, unpack))
    {
    case Z_OK:
    case Z_BUF_ERROR: /* no more input, or no more room */
      return UNPACK_INSIDE;
    case Z_STREAM_END:
      gzip->between = true;
      gzip->first = false;
      return UNPACK_BETWEEN;
    default:
      *ret_problem = gzip->stream.msg;
      /* The second byte is none of another member. */
      return !gzip->first && gzip->stream.total_in <= 2 ? UNPACK_TRAILING : UNPACK_DAMAGED;
    }
}

const Unpacker gzip_unpacker = { "gzip", gzip_start, gzip_restart, gzip_step, gzip_free };

/* ---- packing ---- */

static void *
gzip_pack_start (void)
{
  z_stream *stream = g_new0 (z_stream, 1);
  if (deflateInit2 (stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP_ONLY, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    g_error ("zlib could not be initialised");
  return stream;
}

static bool
gzip_pack_step (void *state, const char *bytes, size_t length, bool end, PackSink sink, void *data, GError **error)
{
  z_stream *stream = state;
  char out[16384];
  int result = Z_OK;
  stream->next_in = (z_const Bytef *) bytes;
  stream->avail_in = (uInt) length;
  do
    {
      stream->next_out = (Bytef *) out;
      stream->avail_out = sizeof out;
      result = deflate (stream, end ? Z_FINISH : Z_NO_FLUSH);
      size_t made = sizeof out - stream->avail_out;
      if (made > 0 && !sink (out, made, data, error))
        return false;
    }
  while (stream->avail_out == 0 || (end && result != Z_STREAM_END));
  return true;
}

static void
gzip_pack_free (void *state)
{
  deflateEnd (state);
  g_free (state);
}

const Packer gzip_packer = { gzip_pack_start, gzip_pack_step, gzip_pack_free };
