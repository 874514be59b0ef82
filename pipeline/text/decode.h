/* What the bytes are before they are lines: byte order marks, encoding, binary content. Pure. */
#ifndef WEIR_PIPELINE_TEXT_DECODE_H
#define WEIR_PIPELINE_TEXT_DECODE_H

#include "pipeline/text/dialect.h"

#include <stddef.h>

/* Works out the encoding and the bytes of byte order mark from the first bytes of a file, as source_head gives them; "whole": they
 * are all of it, so that a character cut off at the end is an error in it. A mark decides; then "declared" (NULL: nobody said);
 * then the evidence: NUL bytes at every other place are UTF-16, what is UTF-8 but for a few bytes is UTF-8 (those are rejects of
 * their lines), other bytes beyond ASCII that look like letters and marks of a text are Windows-1252.
 *
 * *ret_evidence (may be NULL; owned by the caller) says why: "valid UTF-8 with 12 characters beyond ASCII". "name" is for messages.
 * Errors are INPUT: UTF-32, with the command that converts it ("encoding"); other NUL bytes, or a file that is no text
 * ("nul_byte"). */
bool decode_head (const char *bytes, size_t length, bool whole, const Encoding *declared, const char *name, Encoding *ret_encoding,
                  int *ret_bom, char **ret_evidence, GError **error);

#endif
