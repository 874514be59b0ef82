/* Comments among the rows. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_COMMENTS_H
#define WEIR_PIPELINE_SNIFF_SNIFF_COMMENTS_H

#include "pipeline/sniff/sniff_candidate.h"

/* Whether lines that begin with # are among the rows, and most of them not cut as these are. One that is may have been a row, but it
 * was made a remark like the others. Never where the header begins with #, for it would be one of them. */
bool sniff_has_comments (const SniffCandidate *best);

#endif
