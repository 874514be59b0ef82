/* Values that are names where they stand, because of what is beside and below them: years, hours, numbers that count the columns.
 * Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_SERIES_H
#define WEIR_PIPELINE_SNIFF_SNIFF_SERIES_H

#include "pipeline/sniff/sniff_top.h"

/* Whether the cell is such a name: one of years or months at equal steps, of dates side by side, of numbers or numbered words from
 * one column to the next (0, 1, 2; V1, V2, V3), of whole numbers above fractions; or a year that stands alone. What is below it is
 * something else. */
bool sniff_is_series (const Top *top, guint row, size_t column);

/* Whether a whole number is above fractions only: it need not be one of them. */
bool sniff_is_above_fractions (const Top *top, guint row, size_t column);

#endif
