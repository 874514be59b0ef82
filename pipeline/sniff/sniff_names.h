/* The names of another table of as many columns, right below the rows of the first: what these hold is told without it. Part of the
 * sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_NAMES_H
#define WEIR_PIPELINE_SNIFF_SNIFF_NAMES_H

#include "pipeline/sniff/sniff_candidate.h"

/* The last row above such names, of those from "first" on; the table's last one where there are none. */
guint sniff_last_above_names (const SniffCandidate *table, guint first);

#endif
