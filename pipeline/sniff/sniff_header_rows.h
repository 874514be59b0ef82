/* How many of a table's first rows are its header: names, groups of columns above them, units below. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_HEADER_ROWS_H
#define WEIR_PIPELINE_SNIFF_SNIFF_HEADER_ROWS_H

#include "pipeline/sniff/sniff_top.h"

/* The first row is one of the header: with those below it that are, too. */
int header_rows_count (const Top *top);

/* Whether the first row, which does not look like names, is of groups: it has no value, and the second row is names. */
bool header_rows_are_groups (const Top *top);

/* Whether the first row is a title that is as wide as the table, "Sales,2025,North" above "id,name,n": it has a value among its words,
 * as no names have, and nothing of groups; the second row is of names, unlike the values below. */
bool header_rows_is_title (const Top *top);

/* Whether all cells that a row has are in brackets, as units are. */
bool header_rows_is_units (const Top *top, guint row);

/* Whether all cells that the row has are years or dates that are names. */
bool header_rows_is_series (const Top *top, guint row);

#endif
