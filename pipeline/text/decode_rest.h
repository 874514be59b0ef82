/* The encoding of a file whose head has nothing beyond ASCII: the first accent may come late. */
#ifndef WEIR_PIPELINE_TEXT_DECODE_REST_H
#define WEIR_PIPELINE_TEXT_DECODE_REST_H

#include "pipeline/text/dialect.h"

#include <stddef.h>

/* Where decode_head found UTF-8 in a head that is not the whole file and is nothing but ASCII: reads on to the first other byte and
 * judges by what follows it. *encoding becomes Windows-1252 and *evidence (NULL: not wanted; else a text to be replaced) says so,
 * or both stay. Otherwise nothing is read. Not to be called where an encoding is declared. Errors: as source_read. */
bool decode_rest (int fd, Compression compression, const char *head, size_t length, bool whole, Encoding *encoding, char **evidence,
                  GError **error);

#endif
