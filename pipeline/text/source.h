/* A file's text as UTF-8: decompressed and transcoded on the way, in pieces, with limits. The lowest part of the reader.
 *
 *   source = source_new (fd, ...);  while (source_read (source, buffer, size, &got, error) && got > 0) ...
 *
 * The file's own bytes are fed to the digest once per pass, to their very end. What is no character of another encoding becomes a
 * byte that is no UTF-8 either (0xFF, or the undefined byte of Windows-1252 itself): the reader makes a reject of its record. A
 * byte order mark is passed over. */
#ifndef WEIR_PIPELINE_TEXT_SOURCE_H
#define WEIR_PIPELINE_TEXT_SOURCE_H

#include "base/digest.h"
#include "pipeline/text/dialect.h"

#include <stddef.h>

/* More than a limit is refused; 0: no limit. */
typedef struct
{
  int64_t bytes; /* of decompressed text, in the file's encoding ("file_too_large") */
  double ratio;  /* of text to compressed bytes, looked at from 16 MiB of text on ("compression_bomb") */
} SourceLimits;

extern const SourceLimits source_default_limits; /* none, 1,000 */

typedef struct Source Source;

/* fd: a regular file, read by pread from its beginning; borrowed, as is "sha", which may be NULL. */
Source *source_new (int fd, Compression compression, Encoding encoding, const SourceLimits *limits, Sha256 *sha);
/* The same of bytes in memory; borrowed. */
Source *source_new_bytes (const char *bytes, size_t length, Compression compression, Encoding encoding, const SourceLimits *limits,
                          Sha256 *sha);
void source_free (Source *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Source, source_free)

/* The next up to "size" bytes of text; *ret_got 0: the end. Errors: LOCAL; INPUT where the compressed data is broken, cut off or
 * followed by something else ("compressed_data"), or over a limit. */
bool source_read (Source *source, char *buffer, size_t size, size_t *ret_got, GError **error);

/* How long source_read took so far, in nanoseconds. */
int64_t source_ns (const Source *source);

void source_rewind (Source *source);          /* and resets sha */
int64_t source_offset (const Source *source); /* of the file's own bytes, for progress */

/* Which compression the first bytes of a file have, by their magic numbers. */
Compression source_compression (const char *bytes, size_t length);

/* The first bytes of a file's text: decompressed, not transcoded, the byte order mark still there. decode_head tells the encoding.
 * */
typedef struct
{
  const char *bytes; /* borrowed */
  size_t length;
  bool whole;              /* they are all of it */
  Compression compression; /* the file's */
} SourceHead;

/* Reads up to "size" bytes of it into the buffer, to which ret_head->bytes points then. Errors: as source_read. */
bool source_head (int fd, char *buffer, size_t size, SourceHead *ret_head, GError **error);

/* Such a head as source_read would give it: without the mark, in UTF-8 (whose bytes stay as they are). Not "whole": half a UTF-16
 * character at the end is left out. Owned by the caller. */
GString *source_transcode (const char *bytes, size_t length, bool whole, Encoding encoding);

#endif
