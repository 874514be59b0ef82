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
