/* Clean CSV: comma, double quotes where needed, LF. */
#ifndef WEIR_SRC_REPORT_CLEAN_H
#define WEIR_SRC_REPORT_CLEAN_H

#include "pipeline/records/reader.h"

/* Appends the record's cells as one line. A quoted empty cell stays one. */
void clean_append (GString *out, const Record *record);

#endif
