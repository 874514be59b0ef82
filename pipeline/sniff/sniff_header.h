/* Where the table of a chosen dialect begins and which of its first rows are the header. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_HEADER_H
#define WEIR_PIPELINE_SNIFF_SNIFF_HEADER_H

#include "pipeline/sniff/sniff_candidate.h"

typedef struct
{
  guint first;       /* row of the candidate that is the header's first, or the first of data */
  int rows;          /* of the header; 0: none */
  char *evidence;    /* why; owned by the caller */
  double confidence; /* 0 to 1 */
  size_t width;      /* of one row with a name in each of its cells, before it was made to fit; 0: it is no such */
  bool known;        /* the names are known ones */
} SniffHeader;

void sniff_find_header (const Sample *sample, const SniffCandidate *best, SniffHeader *ret_header);

#endif
