/* SQL texts: the .sql files of schema/, compiled in, with psql's variables.
 *
 * A file of schema/templates/ holds statements, each behind a line "-- name: WORD"; "dimension/close" is the one called close in
 * templates/dimension.sql. They run in psql with -v; here  :name  is replaced by SQL as it is (a list of columns),  :"name"  by a
 * quoted identifier, and  :'name'  becomes a parameter $n that carries the value, never text inside the statement. A name or a
 * variable that does not exist is a programming error and aborts. */
#ifndef WEIR_SCHEMA_SQL_H
#define WEIR_SCHEMA_SQL_H

#include "base/db.h"

typedef struct
{
  const char *name;
  const char *value; /* NULL is SQL NULL for :'name' */
} SqlVar;

/* The text of an embedded file such as "migrations/0001_ledger.up.sql"; NULL when there is none. */
const char *sql_file (const char *file);

/* The names of all embedded files that begin with "prefix", sorted, NULL-terminated. The caller frees the array only (g_free). */
const char **sql_files (const char *prefix);

/* Expands a text's variables. ret_params (of const char *) gets the parameters, borrowed from vars. Owned by the caller. */
char *sql_expand (const char *text, const SqlVar *vars, size_t n_vars, GPtrArray *ret_params);

/* The statement "file/name" as a part of another: expanded, without :'name' in it. Owned by the caller. */
char *sql_part (const char *statement, const SqlVar *vars, size_t n_vars);

/* Expands the statement "file/name" and runs it. ret_result may be NULL. One without names in its text, which is the same whatever its values,
 * is prepared (db_query_again). */
bool sql_run (Db *db, const char *statement, const SqlVar *vars, size_t n_vars, DbResult **ret_result, GError **error);

/* Several of them, one after the other; NULL-terminated. */
bool sql_run_all (Db *db, const char *const *statements, const SqlVar *vars, size_t n_vars, GError **error);

/* The same for one with names in its text that are those of a table: it is prepared, too, once for each table of a connection. */
bool sql_run_again (Db *db, const char *statement, const SqlVar *vars, size_t n_vars, DbResult **ret_result, GError **error);

/* The same for a constant statement that nobody waits for (db_post): what it fails with, the next one of the transaction fails with. */
bool sql_post (Db *db, const char *statement, const SqlVar *vars, size_t n_vars, GError **error);

/* The same for a statement that stands for the connection's whole answer: the rows it touched in *ret_rows (may be NULL). */
bool sql_change (Db *db, const char *statement, const SqlVar *vars, size_t n_vars, int64_t *ret_rows, GError **error);

#endif
