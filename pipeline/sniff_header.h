/* Whether the first row of a sample is a header. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_HEADER_H
#define WEIR_PIPELINE_SNIFF_HEADER_H

#include "pipeline/sniff_candidate.h"

/* The sample as "dialect" cuts it (its member header is not looked at). *ret_evidence says why, owned by the caller;
 * *ret_confidence is 0 to 1. */
bool sniff_has_header (const Sample *sample, const Dialect *dialect, char **ret_evidence, double *ret_confidence);

#endif
