/* Which column each header of a file is. Pure.
 *
 * In this order, each header by the first that knows it:
 *
 *   1. the model: it is another name of a declared column ("from");
 *   2. the pins: it is spelled as where the column was seen first; a cell that is empty is the column that such a cell in its place
 *      was; then a header that is spelled as the name that weir made for an empty cell;
 *   3. damage: it has BAD_TEXT_SIGN, or the pin's header has, and it may be (bad_text_may_be) one column that the model or the pins
 *      know, and no other;
 *   4. the identifier that ident.h makes of it; a name that weir had to number for another header is not given once more. */
#ifndef WEIR_PIPELINE_LAYOUT_NAMING_H
#define WEIR_PIPELINE_LAYOUT_NAMING_H

#include "models/model.h"
#include "pipeline/layout/pins.h"

/* The names of the columns for "count" headers, blanks at their ends left out; NULL-terminated, owned by the caller. "model" may be
 * NULL. Error: INPUT ("columns_drift") where two of the headers are one column by the model's "from". */
GStrv naming_columns (const char *const *texts, size_t count, const Model *model, const Pins *pins, GError **error);

/* Whether a header, or an identifier, is the one that a model's name means: by spelling, or as an identifier. */
bool naming_means (const char *header, const char *name);

/* The column that the model calls by this name: as pinned, else its identifier. Owned by the caller. */
char *naming_of_declared (const char *name, const Pins *pins);

#endif
