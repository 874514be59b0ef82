/* Where the time of a load went, as `weir load --explain` shows it. */
#ifndef WEIR_SRC_REPORT_SPENT_H
#define WEIR_SRC_REPORT_SPENT_H

#include "base/json.h"

/* Prints a table of a published object's "spent", the longest first, and what is left of its milliseconds; nothing where it has none. */
void spent_show (const Json *published);

#endif
