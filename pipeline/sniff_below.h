/* What is below the table. Part of the sniffer; sniff_is_row and sniff_is_other_header are in it, too. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_BELOW_H
#define WEIR_PIPELINE_SNIFF_BELOW_H

#include "pipeline/sniff.h"
#include "pipeline/sniff_candidate.h"

/* The line of the sample where a footer begins: a few last rows that are none of the table, behind an empty line or unlike many
 * above. 0: there is none. The evidence has the table's kinds and whether empty lines are usual. */
int64_t sniff_find_footer (const SniffCandidate *best, const SniffEvidence *evidence);

#endif
