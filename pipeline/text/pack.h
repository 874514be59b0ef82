/* Text packed as a file of weir's is that was packed: the other way of source.h. */
#ifndef WEIR_PIPELINE_TEXT_PACK_H
#define WEIR_PIPELINE_TEXT_PACK_H

#include "pipeline/text/dialect.h"

/* Takes packed bytes. False with an error: they went nowhere. */
typedef bool (*PackSink) (const void *bytes, size_t length, void *data, GError **error);

/* One way of packing. "step" packs bytes, and with "end" all that is left; the same input gives the same bytes. */
typedef struct
{
  void *(*start) (void);
  bool (*step) (void *state, const char *bytes, size_t length, bool end, PackSink sink, void *data, GError **error);
  void (*free) (void *state);
} Packer;

extern const Packer gzip_packer, zstd_packer;

/* NULL: the text stays as it is. */
const Packer *pack_find (Compression compression);

#endif
