#include "base/error.h"
#include "pipeline/text/pack.h"
#include "pipeline/text/source_unpack.h"

#include <glib.h>
#include <zstd.h>
#include <zstd_errors.h>

typedef struct
{
  ZSTD_DCtx *context;
  bool between; /* frames */
  bool first;   /* no frame has ended yet */
} Zstd;

static void
zstd_restart (void *state)
{
  Zstd *zstd = state;
  ZSTD_DCtx_reset (zstd->context, ZSTD_reset_session_only);
  zstd->between = false;
  zstd->first = true;
}

static void *
zstd_start (void)
{
  Zstd *zstd = g_new0 (Zstd, 1);
  zstd->context = ZSTD_createDCtx ();
  if (zstd->context == NULL || ZSTD_isError (ZSTD_DCtx_setParameter (zstd->context, ZSTD_d_windowLogMax, UNPACK_WINDOW_LOG)))
    g_error ("libzstd could not be initialised");
  zstd->first = true;
  return zstd;
}

static void
zstd_free (void *state)
{
  Zstd *zstd = state;
  ZSTD_freeDCtx (zstd->context);
  g_free (zstd);
}

static UnpackState
zstd_step (void *state, Unpack *unpack, const char **ret_problem)
{
  Zstd *zstd = state;
  if (zstd->between && unpack->in_left == 0)
    return UNPACK_BETWEEN;
  bool begins = *unpack->in == '\x28' || (*unpack->in & 0xF0) == 0x50; /* as a frame does */
  if (zstd->between && !begins)
    return UNPACK_TRAILING;
  ZSTD_inBuffer in = { unpack->in, unpack->in_left, 0 };
  ZSTD_outBuffer out = { unpack->out, unpack->out_left, 0 };
  size_t result = ZSTD_decompressStream (zstd->context, &out, &in);
  unpack->in += in.pos;
  unpack->in_left -= in.pos;
  unpack->out += out.pos;
  unpack->out_left -= out.pos;
  if (ZSTD_isError (result))
    {
      *ret_problem = ZSTD_getErrorName (result);
      ZSTD_ErrorCode code = ZSTD_getErrorCode (result);
      return code == ZSTD_error_frameParameter_windowTooLarge    ? UNPACK_TOO_WIDE
             : code == ZSTD_error_prefix_unknown && !zstd->first ? UNPACK_TRAILING
                                                                 : UNPACK_DAMAGED;
    }
  zstd->between = result == 0;
  zstd->first = zstd->first && !zstd->between;
  return zstd->between ? UNPACK_BETWEEN : UNPACK_INSIDE;
}

const Unpacker zstd_unpacker = { "zstd", zstd_start, zstd_restart, zstd_step, zstd_free };

/* ---- packing ---- */

static void *
zstd_pack_start (void)
{
  ZSTD_CCtx *context = ZSTD_createCCtx ();
  if (context == NULL)
    g_error ("libzstd could not be initialised");
  return context;
}

static bool
zstd_pack_step (void *state, const char *bytes, size_t length, bool end, PackSink sink, void *data, GError **error)
{
  char room[16384];
  ZSTD_inBuffer in = { bytes, length, 0 };
  size_t left;
  do
    {
      ZSTD_outBuffer out = { room, sizeof room, 0 };
      left = ZSTD_compressStream2 (state, &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError (left))
        return weir_error (error, WEIR_ERROR_LOCAL, "could not pack: %s", ZSTD_getErrorName (left));
      if (out.pos > 0 && !sink (room, out.pos, data, error))
        return false;
    }
  while (in.pos < in.size || (end && left > 0));
  return true;
}

static void
zstd_pack_free (void *state)
{
  ZSTD_freeCCtx (state);
}

const Packer zstd_packer = { zstd_pack_start, zstd_pack_step, zstd_pack_free };
