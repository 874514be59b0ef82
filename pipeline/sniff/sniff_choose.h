/* The dialect among all that could be. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_CHOOSE_H
#define WEIR_PIPELINE_SNIFF_SNIFF_CHOOSE_H

#include "pipeline/sniff/sniff_candidate.h"

/* Every delimiter that is tried, NULL behind the last; "" is a file of one column. */
extern const char *const sniff_delimiters[];

/* Looks at the sample with every delimiter, quote and escape that occurs in it, and chooses the one whose table is widest, most
 * even and best typed. *ret_second is the best with another delimiter; its rows are NULL where there is none. A best with the
 * delimiter "" is a file of one column. Both are owned by the caller. A sample without any record gives a best with fields 0. */
void sniff_choose (const Sample *sample, SniffCandidate *ret_best, SniffCandidate *ret_second);

/* What was seen of them, in words. Owned by the caller. */
char *sniff_describe_delimiter (const SniffCandidate *best, const SniffCandidate *second);
char *sniff_describe_quote (const SniffCandidate *best);

#endif
