/* What the bytes are before they are lines: byte order marks, encoding, binary content. Pure. */
#ifndef WEIR_PIPELINE_DECODE_H
#define WEIR_PIPELINE_DECODE_H

#include "pipeline/dialect.h"

/* Works out encoding and byte order mark from the first bytes of a file. Refuses (INPUT, reason "encoding") UTF-16 and UTF-32 with
 * the command that converts them, and (reason "nul_byte") a file with NUL bytes. Bytes that are no UTF-8 are left to the reader:
 * they are rejects of their line. "name" is for messages. */
bool decode_head (const char *bytes, size_t length, const char *name, Encoding *ret_encoding, int *ret_bom, GError **error);

#endif
