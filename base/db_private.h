/* What the db*.c files share: the connection itself, errors in our terms, and waiting that a stop request can end. They alone
 * include this file, and it alone includes libpq. Each calls those before it:
 *
 *   db_error.c      what libpq and the server complain of, as errors
 *   db_wait.c       waiting for the server, whether it is still there, and a statement's results to its end
 *   db_shadow.c     whose relations a statement means
 *   db_together.c   statements by name, and several in one round trip
 *   db.c            statements and their rows
 *   db_copy.c       COPY to the server; db_read.c from it
 *   db_connect.c    makes the connection, and ends it
 *   db_foreign.c    the same to servers that are not weir's */
#ifndef WEIR_BASE_DB_PRIVATE_H
#define WEIR_BASE_DB_PRIVATE_H

#include "base/db.h"
#include "base/error.h"

#include <libpq-fe.h>

enum
{
  DB_CANCEL_MILLISECONDS = 5000, /* how long a cancelled statement may take to end; then the connection is given up */
};

struct Db
{
  PGconn *conn;
  int stop_fd;
  DbTick (*tick) (int64_t waited_us, void *data); /* NULL: nobody is asked while we wait */
  void *tick_data;
  bool lost;            /* gave up waiting for the server: the protocol's state is unknown */
  bool silent;          /* and that because no answer would come, not because we had to stop */
  bool copying;         /* between db_copy_begin and the end of the COPY on the server */
  GError *copy_error;   /* what ended the COPY early, already told to the caller of db_copy_write */
  GHashTable *prepared; /* text to the name that the server knows it by; db_together.c's, as all below */
  uint32_t tag;         /* of these names, and how many were given so far */
  unsigned names;
  GArray *sent;        /* what was posted, and has not been asked for */
  const char *culprit; /* the label of the one that failed, NULL: none */
  Stopwatch *stopwatch;
  int patience_ms; /* how long an answer may take; 0: as long as it likes. Then the connection is lost */
  char *row;       /* the last that was read of a COPY, NULL: none; db_read.c's */
  int64_t read;    /* how many rows the COPY that ended had, as the server counted them */
  int position;    /* where the statement that failed last was wrong, in characters from 1; 0: the server does not say */
  char *shadowed;  /* the schema whose relations are this session's own, NULL: none */
};

struct DbResult
{
  PGresult *result;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGresult, PQclear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PQconninfoOption, PQconninfoFree)

/* db_error.c; all return false, so a failing line is one statement. */

bool db_stop_error (GError **error);

/* The connection's own complaint, with nothing from the server. */
bool db_connection_error (Db *db, GError **error);

/* The server's error. "cancelled": we asked for it, because of stop_fd. */
bool db_result_error (Db *db, const PGresult *result, bool cancelled, GError **error);

/* Why the connection could not be made; its error messages must have been made verbose. */
bool db_connect_error (PGconn *conn, GError **error);

/* db_shadow.c */

/* The statement as the server is to get it; NULL: as it is. Owned by the caller. */
char *db_shadowed (const Db *db, const char *sql);

/* db_together.c */

typedef struct
{
  const char *sql;
  const char *const *params;
  int n_params;
  bool prepared; /* known to the server by name from its first use on */
} DbText;

void db_together_init (Db *db);
void db_together_clear (Db *db);

/* Sends a statement without waiting; label as db_post's, NULL: of one that is waited for at once. */
bool db_send_behind (Db *db, const DbText *text, const char *label, GError **error);

/* Waits for all that was sent, if anything was. *ret_last (may be NULL) is the last one's result. The first error is the one returned. */
bool db_settle (Db *db, PGresult **ret_last, GError **error);

/* Runs a statement, behind what was sent. */
bool db_run (Db *db, const DbText *text, PGresult **ret_last, GError **error);

/* db_wait.c; db_is_usable of db.h is there, too. */

typedef enum
{
  DB_WAIT_READY,
  DB_WAIT_STOP,
  DB_WAIT_TIMEOUT,
  DB_WAIT_SILENT, /* the tick gave the connection up */
} DbWait;

/* Waits for the socket; for a stop, where that counts; or for the deadline (monotonic microseconds, 0: none). "since": when the
 * call began to wait, for the tick. */
DbWait db_wait (const Db *db, short events, bool may_stop, int64_t deadline, int64_t since);

/* The error of a connection that was given up: STOP, or RETRY where it is lost. Returns false. */
bool db_given_up_error (Db *db, GError **error);

/* A statement on its way to its end; all zero at first. */
typedef struct
{
  bool cancelled;   /* because of stop_fd */
  int64_t since;    /* when we began to wait; 0: not yet */
  int64_t deadline; /* of the cancelled statement */
} DbStatement;

/* Whether a statement may be sent now: the connection is there, and nobody asked to stop. */
bool db_check_ready (Db *db, GError **error);

/* Asks the server to end the statement, which from now on has a deadline. */
void db_cancel (Db *db, DbStatement *statement);

/* Waits for something to read and reads it. False: the server did not answer a cancel in time, and the connection is lost. */
bool db_read_more (Db *db, DbStatement *statement);

/* The next result; *ret_result is NULL after the last. False when the connection was given up. */
bool db_next_result (Db *db, DbStatement *statement, PGresult **ret_result);

bool db_is_error (const PGresult *result);

/* Leaves a COPY that the result opened and nobody asked for; PQgetResult would return it for ever. */
void db_leave_copy (Db *db, const PGresult *result);

/* Takes all results. Keeps the first error; without one, *ret_last (may be NULL) is the last result, which may be NULL. */
bool db_drain (Db *db, DbStatement *statement, PGresult **ret_last, GError **error);

/* db_connect.c */

/* Refuses what libpq would misread, and then quote in an error message with a part of the password in it. */
bool db_check_conninfo (const char *conninfo, GError **error);

/* Waits for a connection that was started, and takes it. */
Db *db_await_connection (PGconn *conn, DbTick (*tick) (int64_t waited_us, void *data), void *data, GError **error);

/* db_copy.c */

/* Sends a COPY and waits until data may flow in that direction. Whatever else comes back is an error, and drained. */
bool db_start_copy (Db *db, const char *sql, ExecStatusType direction, GError **error);

#endif
