/* SQL identifiers for all the cells of a header. Pure. */
#ifndef WEIR_PIPELINE_LAYOUT_IDENT_H
#define WEIR_PIPELINE_LAYOUT_IDENT_H

#include <glib.h>
#include <stddef.h>

/* One identifier per header cell: name_of_column, unique among them; the second of two equal ones gets _2. A header that is spelled
 * as an identifier gets that, whatever is before it: of "a", "a", "a_2" the second is a_3. texts[i] is
 * NUL-terminated UTF-8. NULL-terminated, owned by the caller. */
GStrv ident_from_headers (const char *const *texts, size_t count);

/* Names of columns that other files had: sets of names. */
typedef struct
{
  GHashTable *plain;    /* no column that has to be numbered gets one of these */
  GHashTable *numbered; /* nor any other column one of these, which had to be numbered */
} IdentReserved;

/* The same for those of the names that are NULL; the others stay, and are not given again. "kept" may be NULL. */
void ident_fill (char **names, const char *const *texts, size_t count, const IdentReserved *kept);

#endif
