/* How likely it is that a file was meant as it is read: dialect, header and where the table is. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_CONFIDENCE_H
#define WEIR_PIPELINE_SNIFF_SNIFF_CONFIDENCE_H

#include "pipeline/sniff/sniff_header.h"

/* From 0 to 1: of the files that get 0.9, some nine in ten are right. "second": the best with another delimiter; its rows may be
 * NULL. docs/sniffing.md tells how it was calibrated. */
double sniff_confidence (const SniffCandidate *best, const SniffCandidate *second, const SniffHeader *header);

#endif
