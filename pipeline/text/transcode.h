/* Other encodings to UTF-8, in pieces. Below source.c. */
#ifndef WEIR_PIPELINE_TEXT_TRANSCODE_H
#define WEIR_PIPELINE_TEXT_TRANSCODE_H

#include "pipeline/text/dialect.h"

#include <stddef.h>

#define TRANSCODE_GROWTH 3 /* bytes of UTF-8 that one byte may become */
#define TRANSCODE_CARRY 3  /* bytes that may be left at the end of a piece: of a character that goes on in the next */

/* Writes the text of "in" to "out", which has room for TRANSCODE_GROWTH times as many bytes, and returns how many it wrote. What is
 * no character becomes one byte 0xFF: half a surrogate pair, or an odd last byte, of UTF-16; what iconv does not know; or, an
 * undefined byte of Windows-1252, itself.
 * *ret_used: how many bytes of "in" that were; all of them if "last". "encoding" is not UTF-8. */
size_t transcode (Encoding encoding, const char *in, size_t length, bool last, char *out, size_t *ret_used);

#endif
