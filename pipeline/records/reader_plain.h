/* The fast way: records that need no judgement, cut where they lie in the buffer. Part of the reader.
 *
 * Nearly all records are so: cells with quotes around them or without, doubled quotes in them, two or three lines. Their fields are
 * slices of the buffer; only a cell with doubled quotes is copied. What is not plain (a quote at another place, a comment, a blank
 * line, a byte order mark, bytes that are no UTF-8, more than a limit, or than is in the buffer) is left to libcsv and what is
 * around it in reader.c, which reads plain records to the same effect. */
#ifndef WEIR_PIPELINE_RECORDS_READER_PLAIN_H
#define WEIR_PIPELINE_RECORDS_READER_PLAIN_H

#include "pipeline/records/reader.h"
#include "pipeline/records/scan_bytes.h"

typedef struct
{
  const Dialect *dialect;
  const ReaderLimits *limits;
  Field *fields; /* room for limits.fields */
  char *arena;   /* room for limits.record_bytes */
  Scan scan;
  const char *block; /* that was looked at last, in which the next record begins; NULL: none */
  ScanMarks marks;   /* of it, from there on */
} PlainReader;

/* All but "scan" are borrowed. */
PlainReader plain_new (const Dialect *dialect, const ReaderLimits *limits, Field *fields, char *arena);

/* Takes the record at "bytes", of which "length" are there, no NUL among them, and SCAN_BLOCK more may be read. Returns how many bytes
 * it has with its line end; *ret_record has all but its line and what is before it. 0: it is not plain, or goes on behind the bytes.
 * The next call is about the record behind it, which was not moved; or plain_forget, or a 0, comes before it. */
size_t plain_take (PlainReader *plain, const char *bytes, size_t length, Record *ret_record);

void plain_forget (PlainReader *plain); /* what was looked at */

#endif
