/* Records as data: what can be done with one without knowing how it was read. Part of the reader. Pure. */
#ifndef WEIR_PIPELINE_RECORDS_READER_RECORD_H
#define WEIR_PIPELINE_RECORDS_READER_RECORD_H

#include "pipeline/records/reader.h"

/* A sound record that outlives the reader's buffers, of two rows of a header: each cell of "above" and the one below it joined by a
 * blank, empty ones left out; so many cells as the wider has. A name of "above" that has one below it goes on to the right until
 * the next, above names that are no units in brackets: north,,south, above X,Y,X,Y is north X, north Y, south X, south Y. "above"
 * may be empty ({ 0 }). *ret_memory (g_free) holds all of it. */
Record record_join (const Record *above, const Record *below, char **ret_memory);

/* A record that outlives the reader's buffers, with its problem if it has one. *ret_memory (g_free) holds all of it. */
Record record_copy (const Record *record, char **ret_memory);

/* What is wrong with a record in a table of "width" columns: its problem, or how many fields it has, put into "buffer". */
const char *record_describe (const Record *record, size_t width, char *buffer, size_t size);

/* The reason of that: its own, REASON_TOO_FEW_FIELDS or REASON_TOO_MANY_FIELDS. */
Reason record_reason (const Record *record, size_t width);

/* Byte raw[offset] as people count: the line of the file, and the byte in that line from 1. */
size_t record_byte_in_line (const Record *record, size_t offset, int64_t *ret_line);

#endif
