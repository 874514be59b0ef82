#include "pipeline/text/pack.h"

const Packer *
pack_find (Compression compression)
{
  switch (compression)
    {
    case COMPRESSION_GZIP:
      return &gzip_packer;
    case COMPRESSION_ZSTD:
      return &zstd_packer;
    default:
      return NULL;
    }
}
