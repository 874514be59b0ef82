/* What the sniffer saw, in words. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_DESCRIBE_H
#define WEIR_PIPELINE_SNIFF_SNIFF_DESCRIBE_H

#include "pipeline/sniff/sniff_candidate.h"

/* Owned by the caller. */
char *sniff_describe_delimiter (const SniffCandidate *best, const SniffCandidate *second);
char *sniff_describe_quote (const SniffCandidate *best);

#endif
