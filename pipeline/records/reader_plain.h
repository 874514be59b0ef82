/* The fast way: records that need no judgement, cut where they lie in the buffer. Part of the reader.
 *
 * Nearly all records are so: cells with quotes around them or without, doubled quotes in them, two or three lines. Their fields are
 * slices of the buffer; only a cell with doubled quotes is copied. What is not plain (a quote at another place, a comment, a blank
 * line, a byte order mark, bytes that are no UTF-8, more than a limit, or than is in the buffer) is left to libcsv and what is
 * around it in reader.c, which reads plain records to the same effect. */
#ifndef WEIR_PIPELINE_RECORDS_READER_PLAIN_H
#define WEIR_PIPELINE_RECORDS_READER_PLAIN_H

#include "pipeline/records/reader.h"
#include "pipeline/records/reader_lines.h"
#include "pipeline/records/scan_bytes.h"

#define PLAIN_BLOCKS 1024 /* that are looked at at once: as many bytes as are read at once */

typedef struct
{
  const Dialect *dialect;
  const ReaderLimits *limits;
  Field *fields; /* room for limits.fields */
  char *arena;   /* room for limits.record_bytes */
  Scan scan;
  ScanMarks *marks; /* of "begin" to "end", PLAIN_BLOCKS of them; NULL: none yet */
  const char *begin;
  const char *end;
  int64_t fills; /* of the text of which they were made */
} PlainReader;

/* All but "scan" and "marks" are borrowed. */
PlainReader plain_new (const Dialect *dialect, const ReaderLimits *limits, Field *fields, char *arena);
void plain_clear (PlainReader *plain);

/* Takes the record at the current place, of whose text SCAN_BLOCK bytes more may be read than there are. Returns how many bytes it has
 * with its line end; *ret_record has all but what is before it. 0: it is not plain, or goes on behind the text. */
size_t plain_take (PlainReader *plain, const LineText *text, Record *ret_record);

#endif
