/* Lines at the top of a candidate's table that are none of its rows, though they are cut as those are, and rows above it that
 * belong to it. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_TITLES_H
#define WEIR_PIPELINE_SNIFF_SNIFF_TITLES_H

#include "pipeline/sniff/sniff_candidate.h"

/* How much there is to be seen in a row below lines that may be titles, for it to be the header. */
typedef enum
{
  TITLES_NONE,
  TITLES_ABOVE_VALUES, /* it must be unlike the rows below it */
  TITLES_ABOVE_NAMES,  /* it must be one of names */
} Titles;

/* The first row below what may be titles and settings, filled up with delimiters by the program that wrote the file. */
Titles titles_padded (const SniffCandidate *best, guint *ret_first);

/* The first row below remarks that are cut as the rows are: lines that begin with # as hardly a row does, and are like none. The
 * table's first row where there are none. */
guint titles_remarks (const SniffCandidate *best);

/* In a file of one column: the first row below remarks, or below a title and an empty line. */
guint titles_of_one_column (const Sample *sample, const SniffCandidate *best);

/* The first of the rows right above the table's first that are as its rows are, but for missing last cells. */
guint titles_rows_above (const SniffCandidate *best);

#endif
