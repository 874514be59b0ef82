/* The table among the rows of a candidate: where it is, how wide, even and well typed, and how likely it was meant. Part of the
 * sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_TABLE_H
#define WEIR_PIPELINE_SNIFF_SNIFF_TABLE_H

#include "pipeline/sniff/sniff_candidate.h"

/* Sets all that a candidate knows of its table, from "fields" on, by the rows that are there. */
void sniff_find_table (SniffCandidate *candidate);

/* Whether a row begins with # and is not cut as a table of so many columns is: it has no say. */
bool sniff_is_remark (const SniffRow *row, size_t fields);

/* Whether a row is of about that width: it lost or gained a few delimiters. */
bool sniff_is_near (const SniffRow *row, size_t fields);

/* What each column of the table holds from row "first" on: "fields" kinds (g_free). Text where less than four fifths agree. */
CellKind *sniff_column_kinds (const SniffCandidate *candidate, guint first);

#endif
