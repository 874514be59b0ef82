/* A quote that is not closed within the reader's limits: forgotten, or that of a cell longer than they allow? What follows tells.
 * Rows of the table mean that it was forgotten, and is one reject. Anything else is the cell's inside, which must not become rows.
 */
#ifndef WEIR_PIPELINE_TABLE_LONG_CELL_H
#define WEIR_PIPELINE_TABLE_LONG_CELL_H

#include "pipeline/records/reader.h"
#include "pipeline/sniff/sniff_evidence.h"

/* { 0 } to begin with, and to begin again. */
typedef struct
{
  int64_t line; /* of the quote; 0: there is none in doubt */
  int seen;     /* records behind it */
  int alike;    /* those that are like rows */
} LongCell;

/* Looks at the next record of the file, NULL: it ended. False: the file has such a cell, which begins on *ret_line. */
bool long_cell_look (LongCell *cell, const SniffEvidence *evidence, const Record *record, int64_t *ret_line);

#endif
