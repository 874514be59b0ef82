/* The parameters of a query as psql spells them: "where year = :year and school = any (:schools)". Pure.
 *
 * What stands in quotes ('...', E'...', "...", $tag$...$tag$) or comments is none, nor is a cast (::date) or := . Each place is a parameter of its own, in
 * the order in which they appear, so that PostgreSQL finds the type of each where it stands. */
#ifndef WEIR_SRC_JOBS_PLACEHOLDERS_H
#define WEIR_SRC_JOBS_PLACEHOLDERS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct
{
  char *text;
  size_t end;        /* where the query ends: before a semicolon that only blanks and comments follow */
  GArray *places;    /* of struct { size_t begin, end; char *name; }, private to placeholders.c */
  char *first;       /* the query's first word, in lower case, behind comments and parentheses; "" */
  size_t first_byte; /* where it stands */
} Placeholders;

/* Error: MODEL, with line and column in the message: a quote or comment that does not end, more than one statement, :'name' (which has to be :name). */
bool placeholders_read (const char *text, Placeholders *ret, GError **error);
void placeholders_clear (Placeholders *places);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Placeholders, placeholders_clear)

guint placeholders_count (const Placeholders *places);
const char *placeholders_name (const Placeholders *places, guint index); /* borrowed */

/* Whether a query asks for rows, as far as its first word says. */
bool placeholders_is_query (const Placeholders *places);

/* Appends the query, with spell (name, its number from 1) in the place of each; spell NULL: $1 and so on. What spell returns is freed. */
void placeholders_append (const Placeholders *places, GString *sql, char *(*spell) (const char *name, guint number, void *data),
                          void *data);

/* Which byte of the text the byte "at" of the appended query comes from; the same spell. */
size_t placeholders_origin (const Placeholders *places, size_t at, char *(*spell) (const char *name, guint number, void *data),
                            void *data);

/* Line and column of a byte, from 1; columns in characters. */
void placeholders_locate (const char *text, size_t byte, int *ret_line, int *ret_column);

#endif
