/* What stands beside a character that could be the delimiter, wherever that is in a line. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_BESIDE_H
#define WEIR_PIPELINE_SNIFF_SNIFF_BESIDE_H

#include "pipeline/sniff/sniff_candidate.h"

/* Whether the colons are those of clocks: most of them, and such a one in every other of the rows. */
bool sniff_are_clocks (const Sample *sample, guint rows);

/* Whether the tabs within lines are blanks around the delimiter: nearly all stand beside it. */
bool sniff_are_tabs_around (const Sample *sample, char delimiter);

#endif
