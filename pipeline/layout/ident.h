/* SQL identifiers for all the cells of a header. Pure. */
#ifndef WEIR_PIPELINE_LAYOUT_IDENT_H
#define WEIR_PIPELINE_LAYOUT_IDENT_H

#include <glib.h>
#include <stddef.h>

/* One identifier per header cell: name_of_column, unique among them; the second of two equal ones gets _2. texts[i] is
 * NUL-terminated UTF-8. NULL-terminated, owned by the caller. */
GStrv ident_from_headers (const char *const *texts, size_t count);

/* The same for those of the names that are NULL; the others stay, and are not given again. */
void ident_fill (char **names, const char *const *texts, size_t count);

#endif
