/* What weir adds to rows that it hands back for correction (`weir rejects --csv`): columns before the file's own, whose headers
 * begin with _weir_. Loading leaves them out of the warehouse, and knows such a file by its first word. */
#ifndef WEIR_PIPELINE_RECORDS_ANNOTATION_H
#define WEIR_PIPELINE_RECORDS_ANNOTATION_H

#include "pipeline/text/dialect.h"

#define ANNOTATION_LINE "_weir_line" /* the first word of the file */
#define ANNOTATION_REASON "_weir_reason"
#define ANNOTATION_MESSAGE "_weir_message"

/* Whether a column with this header is one of them. */
bool annotation_is (const char *header);

/* Whether the text (after a byte order mark, if any) begins with ANNOTATION_LINE, quoted or not, and the delimiter that stands
 * behind it: one character, or the two before ANNOTATION_REASON. *ret_trim: it has a blank on either side, as it is written for a
 * dialect that trims. */
bool annotation_find (const char *text, size_t length, char ret_delimiter[3], bool *ret_trim);

/* The delimiter with these blanks, if the dialect trims: what to write between cells. Owned by the caller. */
char *annotation_delimiter (const Dialect *dialect);

#endif
