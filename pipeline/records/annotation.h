/* What weir adds to rows that it hands back for correction (`weir rejects --csv`): columns before the file's own, whose headers
 * begin with _weir_. Loading leaves them out of the warehouse, and knows such a file by its first word. */
#ifndef WEIR_PIPELINE_RECORDS_ANNOTATION_H
#define WEIR_PIPELINE_RECORDS_ANNOTATION_H

#include "pipeline/text/dialect.h"

#define ANNOTATION_LINE "_weir_line" /* the first word of the file */
#define ANNOTATION_REASON "_weir_reason"
#define ANNOTATION_MESSAGE "_weir_message"
#define ANNOTATION_RUN "_weir_run" /* where they were refused: what is handed back has the place of that run's file */

#define ANNOTATION_SAFE "_weir_safe_line" /* in its place: the rows are not as they were (`weir rejects --csv --safe`) */

/* Whether a column with this header is one of them. */
bool annotation_is (const char *header);
bool annotation_is_safe (const char *header);

/* How such a file is written, as its header tells. */
typedef struct
{
  char delimiter[3]; /* one character, or the two before ANNOTATION_REASON */
  bool trim;         /* it has a blank on either side, as it is written for a dialect that trims */
  char quote[2]; /* what stands around ANNOTATION_MESSAGE: weir always quotes that where the file has quotes; "": nothing does */
} Annotation;

/* Whether the text (after a byte order mark, if any) begins with ANNOTATION_LINE, quoted or not, and a delimiter behind it. On
 * false *ret_annotation is undefined. */
bool annotation_find (const char *text, size_t length, Annotation *ret_annotation);

/* The delimiter with these blanks, if the dialect trims: what to write between cells. Owned by the caller. */
char *annotation_delimiter (const Dialect *dialect);

#endif
