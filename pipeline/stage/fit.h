/* The room that a row takes on a page of PostgreSQL where all that can be is put beside the table (TOAST): what does not fit then is
 * refused by the server, after it has put all of a batch of rows there. Pure.
 *
 *   at = fit_add (0, type, length); ... for each value that is not NULL, in the columns' order;  fit_is_within (at, columns)
 *
 * Never less than the row takes, but for text that is compressed: src/backend/access/heap/heaptoast.c. */
#ifndef WEIR_PIPELINE_STAGE_FIT_H
#define WEIR_PIPELINE_STAGE_FIT_H

#include "pipeline/types/types.h"

#define FIT_ANYWAY 300 /* columns of which a row always fits */

/* Where the next value begins, behind one whose text is that long. */
size_t fit_add (size_t at, const Type *type, size_t length);

/* Whether a row whose values end there has a place on a page. */
bool fit_is_within (size_t end, int columns);

#endif
