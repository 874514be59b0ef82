/* SQL identifiers from header cells. Pure. */
#ifndef WEIR_PIPELINE_LAYOUT_IDENT_H
#define WEIR_PIPELINE_LAYOUT_IDENT_H

#include <glib.h>
#include <stddef.h>

#define IDENT_MAX 63 /* bytes: PostgreSQL's NAMEDATALEN - 1 */

/* One identifier per header cell, unique among them and never a name that weir or PostgreSQL keeps for itself ("_line", "_id",
 * "_hash", "ctid", "xmin", ... get a trailing underscore). Unicode lower case; runs of anything but letters, digits and _ become
 * one _, none at the ends; an empty one becomes column_N; one that begins with a digit gets a leading _; over 63 bytes it is cut at
 * a character and given a suffix of 8 hexadecimal digits of its SHA-256; the second of two equal ones gets _2. texts[i] is
 * NUL-terminated UTF-8. NULL-terminated, owned by the caller. */
GStrv ident_from_headers (const char *const *texts, size_t count);

/* The same for those of the names that are NULL; the others stay, and are not given again. */
void ident_fill (char **names, const char *const *texts, size_t count);

/* The identifier of one cell alone, by the same rule but for uniqueness; "position" counts from 0. Owned by the caller. */
char *ident_from_text (const char *text, size_t position);

#endif
