/* SQL texts: the .sql files of schema/, compiled in, with psql's variables.
 *
 * A template runs in psql with -v; here  :name  is replaced by SQL as it is (a list of columns),  :"name"  by a quoted identifier, and
 * :'name'  becomes a parameter $n that carries the value, never text inside the statement. A variable that is not given is a programming error. */
#ifndef WEIR_SCHEMA_SQL_H
#define WEIR_SCHEMA_SQL_H

#include "base/db.h"

typedef struct
{
  const char *name;
  const char *value; /* NULL is SQL NULL for :'name' */
} SqlVar;

/* The text of an embedded file such as "templates/dimension_close.sql", NUL-terminated. Aborts when there is none. */
const char *sql_text (const char *file);

/* The names of all embedded files that begin with "prefix", sorted, NULL-terminated. Owned by the caller (g_free the array only). */
const char **sql_files (const char *prefix);

/* Expands a template's text. *ret_params gets the parameters, borrowed from vars. Owned by the caller. */
char *sql_expand (const char *text, const SqlVar *vars, size_t n_vars, GPtrArray *ret_params);

/* Expands the file and runs it as one statement. ret_result may be NULL. */
bool sql_run (Db *db, const char *file, const SqlVar *vars, size_t n_vars, DbResult **ret_result, GError **error);

#endif
