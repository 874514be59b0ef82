/* What a cell at the top of a table says for or against a header: whether it is unlike the cells below it. Part of the sniffer.
 * Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_VOTE_H
#define WEIR_PIPELINE_SNIFF_SNIFF_VOTE_H

#include "pipeline/sniff/sniff_top.h"

/* In a column of one kind: 1, the cell is a word; -1, a value that the column may hold; 0, nothing is said. */
int vote_by_kind (const Top *top, guint row, size_t column);

/* What the first row's cell says, in columns of text too: more than 0 for a header, less against it, the further the surer.
 * *ret_what: of what the cells below are. */
int vote_of_first (const Top *top, size_t column, const char **ret_what);

#endif
