/* The lines that are in no record, counted as they are passed over: the preamble, comments, blank lines. Part of the reader.
 *
 *   passed_preamble, then passed_cut before each record */
#ifndef WEIR_PIPELINE_RECORDS_READER_PASSED_H
#define WEIR_PIPELINE_RECORDS_READER_PASSED_H

#include "pipeline/records/reader.h"
#include "pipeline/records/reader_lines.h"

/* All borrowed. */
typedef struct
{
  LineSource *lines;
  const Dialect *dialect;
  bool keeps_blank;   /* an empty line is a record */
  ReaderDoubt is_row; /* of lines that begin as comments do; NULL: none is */
  void *data;         /* of is_row */
  ReaderLines counts; /* blank lines and comments: since the reader has last set them to 0; total: not kept */
} ReaderPassed;

/* Passes over the lines above the table; fewer if the text ends before. False is an error. */
bool passed_preamble (ReaderPassed *passed, GError **error);

/* The next line that is neither blank nor a comment, at the current place of "lines" (as line_source_cut). */
LineCut passed_cut (ReaderPassed *passed, Line *ret_line, GError **error);

#endif
