/* Whether a row is the header of what is below it, and why. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_JUDGE_H
#define WEIR_PIPELINE_SNIFF_SNIFF_JUDGE_H

#include "pipeline/sniff/sniff_header.h"
#include "pipeline/sniff/sniff_top.h"

/* How sure it is, as shares of files that are right. */
#define JUDGE_SURE 0.99      /* all cells say the same */
#define JUDGE_LIKELY 0.88    /* they do, and are texts, or nearly all */
#define JUDGE_DOUBTFUL 0.7   /* some say the opposite */
#define JUDGE_UNDECIDED 0.65 /* nothing in the rows says anything */

/* By known names, by votes, else by names; and how many rows. ret_header->evidence is the caller's. */
void judge_row (const Sample *sample, const Top *top, SniffHeader *ret_header);

/* The same of the row "first" of a candidate. */
void judge_at (const Sample *sample, const SniffCandidate *best, guint first, SniffHeader *ret_header);

/* Whether the first "fields" cells of the first row could be names, whatever is below. Sets rows, confidence and evidence. */
void judge_names (const Top *top, size_t fields, SniffHeader *header);

#endif
