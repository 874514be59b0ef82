/* Whether a record of many lines is rows that a quote swallowed. Part of the reader. Pure. */
#ifndef WEIR_PIPELINE_RECORDS_READER_SWALLOW_H
#define WEIR_PIPELINE_RECORDS_READER_SWALLOW_H

#include "pipeline/records/reader_split.h"

/* Whether the lines between the first and the last of the "length" bytes of a record are cut as the rows of a table of "width"
 * columns are: most of them, and more than a text would have by chance. "splitter" is of the record's dialect, at the
 * beginning of a record, and left so. */
bool swallows_rows (Splitter *splitter, size_t width, const char *raw, size_t length);

#endif
