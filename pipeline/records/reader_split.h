/* The fields of a line where libcsv cannot cut them: delimiters of several characters, quotes escaped by a backslash, blanks
 * between a quote and a delimiter, which belong to no cell, and apostrophes where the quote is one. libcsv compares each byte with
 * one delimiter byte, knows no escape but the doubled quote, and passes over blanks only together with those of cells without
 * quotes. Otherwise it does the same, and calls back the same way. Part of the reader. */
#ifndef WEIR_PIPELINE_RECORDS_READER_SPLIT_H
#define WEIR_PIPELINE_RECORDS_READER_SPLIT_H

#include "pipeline/records/reader_lines.h"

typedef struct Splitter Splitter;

/* "text" is NULL in an empty field without quotes; valid during the call. */
typedef void (*SplitterField) (void *text, size_t length, void *data);

/* "record_bytes": a record is never longer. */
Splitter *splitter_new (const Dialect *dialect, size_t record_bytes);
void splitter_free (Splitter *splitter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Splitter, splitter_free)

/* Takes the next line of a record, whose places are counted from "bytes". *ret_done: the record ends with it, otherwise a quote is
 * open. Returns 0, or where in the line a quote is that may not be there, from 1: the splitter then is at the beginning of a record
 * again. */
size_t splitter_feed (Splitter *splitter, const char *bytes, const Line *line, SplitterField take_field, void *data,
                      bool *ret_done);

/* Forgets an open quote. */
void splitter_reset (Splitter *splitter);

#endif
