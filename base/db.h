/* PostgreSQL by libpq: one connection, blocking calls that a stop request can end. Only the db*.c files know libpq
 * (db_private.h), and only db_error.c knows SQLSTATE.
 *
 * Calling order: db_connect, then db_exec, db_query or a COPY in any order, then db_free. A Db belongs to one thread.
 *
 * Errors: WEIR_ERROR_RETRY when the server is away or busy (classes 08, 40, 53, 57; 25006, 55P03, 55006), MODEL for what a person
 * must mend (28 authorisation, 42 rights and missing objects, 3D, 3F, 0A, 2BP01), INPUT for data (22, 23, 44, 54, P0), STOP when
 * stop_fd became readable and the statement was cancelled, LOCAL otherwise. SQLSTATE, detail and hint of the server are kept in the
 * error. An aborted transaction stays aborted until db_exec (db, "rollback", ...). A statement that ended in spite of the cancel
 * counts as done; while stop_fd stays readable every further call fails with STOP: free the Db, the server rolls back. */
#ifndef WEIR_BASE_DB_H
#define WEIR_BASE_DB_H

#include "base/stopwatch.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Db Db;
typedef struct DbResult DbResult;

/* How long a statement waits for a lock, where its transaction says nothing else. */
#define DB_LOCK_TIMEOUT_MS 10000

/* Connects. conninfo is a libpq URL or key=value text ("" is libpq's own environment). stop_fd (-1: none) is polled while waiting
 * for the server and stays the caller's: when it is readable, the statement is cancelled and the call fails with STOP.
 * Time zone is set to UTC, client encoding to UTF8, and notices are dropped. A server encoding other than UTF8 is a MODEL error. */
Db *db_connect (const char *conninfo, const char *application_name, int stop_fd, GError **error);
/* What was posted (db_post) is still sent, and nobody learns what came of it. */
void db_free (Db *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Db, db_free)

/* A second connection to the same server and database by the same role, for reading beside the first; of the session's settings it has the
 * server's defaults. Whether a pooler gives it the same server is not known. It is lost as soon as an answer takes longer than patience_ms,
 * the making of the connection included. */
Db *db_connect_beside (const Db *db, int patience_ms, GError **error);

/* Where the time of the work on this connection goes. Statements that have names (schema/sql.h) and COMMIT are added by themselves; who
 * begins a piece of work resets it. Borrowed. */
Stopwatch *db_stopwatch (const Db *db);

/* What whoever is asked while we wait for the server may answer. */
typedef enum
{
  DB_WAIT_ON,
  DB_STOP,    /* as if stop_fd were readable */
  DB_GIVE_UP, /* the answer will not come: the connection is lost (RETRY, "connection_lost") */
} DbTick;

/* From now on "tick" is called about once a second while a call waits for the server, with how long that call has waited for an
 * answer (microseconds). It must not use the Db. NULL: nobody is asked. */
void db_set_tick (Db *db, DbTick (*tick) (int64_t waited_us, void *data), void *data);

/* db_connect without a stop_fd; "tick" is asked from the first byte on, as by db_set_tick. */
Db *db_connect_watched (const char *conninfo, const char *application_name, DbTick (*tick) (int64_t waited_us, void *data),
                        void *data, GError **error);

/* The process at the server that serves the connection, as the server numbers it. */
int db_backend (const Db *db);

/* Where in its text the statement that failed last was wrong, as the server says: in characters, from 1. 0: it does not. */
int db_position (const Db *db);

/* False once the connection is lost; open a new Db then. */
bool db_is_usable (const Db *db);

/* From now on  schema.NAME  in any statement is a temporary table of this session which is called so, with the dot in its name: somebody
 * works as always, and nobody else sees it. Names in quotes are not meant, and texts are not touched. NULL: no more. */
void db_shadow (Db *db, const char *schema);

/* What becomes of a statement then. Owned by the caller. */
char *db_shadow_text (const char *schema, const char *sql);

/* Waits without asking anything of the server. Errors: STOP. */
bool db_sleep (Db *db, int milliseconds, GError **error);

int db_server_version (const Db *db); /* 150018 */

/* Runs one or more statements separated by semicolons, without results. */
bool db_exec (Db *db, const char *sql, GError **error);

/* Runs one statement with text parameters $1..$n (NULL is SQL NULL). ret_result may be NULL when no rows are wanted. */
bool db_query (Db *db, const char *sql, const char *const *params, int n_params, DbResult **ret_result, GError **error);

/* The same for a statement whose text comes again and again: the server is told it once a connection, and knows it by name from then on.
 * Not for one whose plan must follow what is in its tables now, as those over staged rows must. */
bool db_query_again (Db *db, const char *sql, const char *const *params, int n_params, DbResult **ret_result, GError **error);

/* Sends such a statement, whose rows and counts nobody wants, and waits for no answer: it goes with the next call that does, in one round
 * trip. What it fails with, that call fails with, and nothing behind it is run. So: only within a transaction, no savepoint between the
 * two, and its end is waited for. db_exec takes posted ones with it where it has one statement, without a semicolon.
 * label: what errors call it. */
bool db_post (Db *db, const char *sql, const char *const *params, int n_params, const char *label, GError **error);

/* The label of the posted statement that made the last call fail; NULL: it failed by itself. */
const char *db_culprit (const Db *db);

int db_result_rows (const DbResult *result);
int db_result_columns (const DbResult *result);
const char *db_result_name (const DbResult *result, int column);
const char *db_result_value (const DbResult *result, int row, int column); /* NULL for SQL NULL; borrowed from the result */
/* By the column's name, which must be one of the result's. */
const char *db_result_named (const DbResult *result, int row, const char *name);
int64_t db_result_int64 (const DbResult *result, int row, int column); /* 0 for SQL NULL */
bool db_result_bool (const DbResult *result, int row, int column);
int64_t db_result_affected (const DbResult *result); /* rows of an insert, update, delete, select, create table as */
void db_result_free (DbResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DbResult, db_result_free)

/* COPY ... FROM STDIN. After db_copy_begin succeeded, exactly one of db_copy_end and db_copy_cancel must follow, whatever
 * db_copy_write returned; both drain the connection. Cancelling aborts the transaction on the server. */
bool db_copy_begin (Db *db, const char *sql, GError **error);
bool db_copy_write (Db *db, const void *bytes, size_t length, GError **error);
bool db_copy_end (Db *db, int64_t *ret_rows, GError **error);
void db_copy_cancel (Db *db);

/* COPY ... TO STDOUT: after db_read_begin succeeded, db_read_next until it gives no more, or fails; db_read_cancel before that. *ret_bytes is
 * a row as the format has it (in the binary one what comes before the first row is with that), borrowed until the next call, and NULL behind
 * the last. */
bool db_read_begin (Db *db, const char *sql, GError **error);
bool db_read_next (Db *db, const void **ret_bytes, size_t *ret_length, GError **error);
void db_read_cancel (Db *db);
/* How many rows the COPY had, as the server says when it is complete: behind the last db_read_next. */
int64_t db_read_rows (const Db *db);

/* ---- servers that are not weir's ---- */

/* What a connection string says: keywords to values, all owned by the table. MODEL where it is none; no part of it is quoted. */
GHashTable *db_conninfo_options (const char *conninfo, GError **error);

/* Connects by such a table, and by nothing else but libpq's defaults: no field of the session is set, any server encoding is taken, and nobody asks whether a
 * pooler is in between. "tick" is asked from the first byte on, as by db_set_tick. */
Db *db_connect_options (GHashTable *options, DbTick (*tick) (int64_t waited_us, void *data), void *data, GError **error);

/* pg_type.oid of a column of a result, and its modifier (may be NULL; -1: none). */
uint32_t db_result_type (const DbResult *result, int column, int *ret_modifier);

#endif
