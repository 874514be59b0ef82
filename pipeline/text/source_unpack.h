/* Decompression in steps, the same way for every format. Below source.c, which brings the bytes, holds the limits and says what is
 * wrong. */
#ifndef WEIR_PIPELINE_TEXT_SOURCE_UNPACK_H
#define WEIR_PIPELINE_TEXT_SOURCE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

typedef struct
{
  const char *in; /* moves on with what is used */
  size_t in_left;
  char *out; /* moves on with what is written */
  size_t out_left;
} Unpack;

typedef enum
{
  UNPACK_INSIDE,   /* input must follow, or out_left was too small */
  UNPACK_BETWEEN,  /* all that was packed so far is out: the input may end here, or go on with another piece */
  UNPACK_DAMAGED,  /* *ret_problem says how; static text, or NULL */
  UNPACK_TRAILING, /* what follows is something else */
  UNPACK_TOO_WIDE, /* it takes more memory than UNPACK_WINDOW */
} UnpackState;

/* Bytes of text that a zstd frame may look back: levels up to 20 do, --long does not. */
#define UNPACK_WINDOW_LOG 25
#define UNPACK_WINDOW (1 << UNPACK_WINDOW_LOG)

typedef struct
{
  const char *word; /* "gzip", for messages */
  void *(*start) (void);
  void (*restart) (void *state);
  /* Moves on as far as in and out allow. With room for output it uses input, writes output, or reports an end. */
  UnpackState (*step) (void *state, Unpack *unpack, const char **ret_problem);
  void (*free) (void *state);
} Unpacker;

extern const Unpacker gzip_unpacker; /* as gunzip does: all members, zeros behind the last */
extern const Unpacker zstd_unpacker; /* all frames, skippable ones too */

#endif
