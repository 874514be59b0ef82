/* Names: of columns as they become SQL identifiers, of tables, and those that are taken. Pure. */
#ifndef WEIR_MODELS_NAME_H
#define WEIR_MODELS_NAME_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#define NAME_MAX_BYTES 63 /* of a PostgreSQL identifier: NAMEDATALEN - 1 */

/* The text in composed form (NFC) and lower case, with each run of anything but letters, marks, digits and _ as one _, none of
 * those at the ends: "Date of birth" gives "date_of_birth", "--" gives "". Text that is not UTF-8 has its bad bytes treated as such
 * a run. Owned by the caller. */
char *name_fold (const char *text);

/* A name with room for a suffix of that many bytes: over 63 bytes it is cut at a character and ends with 8 hexadecimal digits of
 * the SHA-256 of "text", which it was made from. Takes the name; owned by the caller. */
char *name_limit (char *name, size_t room, const char *text);

/* The identifier of a header's cell, never one that weir or PostgreSQL keeps for itself ("_line", "_id", "_hash", "ctid", "xmin",
 * ... get a trailing underscore): name_fold, with a _ before a leading digit, limited; of an empty one column_N. "position" counts
 * from 0. Owned by the caller. */
char *name_of_column (const char *text, size_t position);

/* The same for tables, in ASCII ("Größe" gives "grosse"), with a _ before a leading digit, cut at 63 bytes with 8 digits of its
 * SHA-256; a name of which nothing is left is "table_" and those digits. Always a usable name. Owned by the caller. */
char *name_of_table (const char *text);

/* Whether two names that a model or a header has for a column are of one. */
bool name_is_same (const char *name, const char *other);

/* Whether a column that the model calls so is stored under that identifier. */
bool name_is_stored_as (const char *name, const char *identifier);

/* A usable name of a table or an id column: [a-z_][a-z0-9_]*, at most 63 bytes. */
bool name_is_usable (const char *name);

/* Whether weir adds a column of that name to every staging table, or PostgreSQL to every table. */
bool name_is_taken_in_staging (const char *identifier);

/* The table's name in the singular: -ies becomes -y; -sses, -xes, -ches and -shes lose their es; another s is dropped unless the
 * name ends in ss, us or is. Owned by the caller. */
char *name_singular (const char *table);

#endif
