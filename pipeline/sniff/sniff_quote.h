/* Quote and escape for a delimiter. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_QUOTE_H
#define WEIR_PIPELINE_SNIFF_SNIFF_QUOTE_H

#include "pipeline/sniff/sniff_candidate.h"

/* The dialect as far as it is declared, and the default's for the rest. */
Dialect sniff_declared (const ModelDialect *declared);

/* The best quote and escape for one delimiter. The double quote is what files mean unless the rows say otherwise: the single one
 * must make them more even, or be around most cells. *ret_best is owned by the caller. */
void sniff_look_with_quotes (const Sample *sample, const char *delimiter, SniffCandidate *ret_best);

#endif
