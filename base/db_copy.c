#include "base/db_private.h"

#include <poll.h>
#include <string.h>

enum
{
  COPY_PIECE = 64 * 1024, /* beyond the socket's buffer client and server no longer overlap */
};

bool
db_start_copy (Db *db, const char *sql, ExecStatusType direction, GError **error)
{
  DbStatement statement = { 0 };
  g_autofree char *shadowed = db_shadowed (db, sql);
  sql = shadowed != NULL ? shadowed : sql;
  if (!db_check_ready (db, error) || !db_settle (db, NULL, error))
    return false;
  if (!PQsendQuery (db->conn, sql))
    return db_connection_error (db, error);

  g_autoptr (PGresult) result = NULL;
  if (!db_next_result (db, &statement, &result))
    return db_given_up_error (db, error);
  if (result != NULL && PQresultStatus (result) == direction)
    return true;

  if (result != NULL && db_is_error (result))
    db_result_error (db, result, statement.cancelled, error);
  else
    weir_error (error, WEIR_ERROR_LOCAL, "the statement is not the expected COPY: %s", sql);
  if (result != NULL)
    db_leave_copy (db, result);
  db_drain (db, &statement, NULL, NULL);
  return false;
}

bool
db_copy_begin (Db *db, const char *sql, GError **error)
{
  g_clear_error (&db->copy_error);
  /* Not blocking while rows are sent: who waits in libpq could neither be stopped nor give a sign of life. */
  db->copying =
      db_start_copy (db, sql, PGRES_COPY_IN, error) && (PQsetnonblocking (db->conn, 1) == 0 || db_connection_error (db, error));
  return db->copying;
}

/* Ends the COPY on both sides and takes its results; "complaint" NULL means success is wanted. */
static bool
end_copy (Db *db, const char *complaint, DbStatement *statement, PGresult **ret_last, GError **error)
{
  g_autoptr (GError) first = NULL;
  db->copying = false;
  bool asked = PQputCopyEnd (db->conn, complaint) == 1;
  bool done = db_drain (db, statement, ret_last, &first);
  PQsetnonblocking (db->conn, 0);
  /* The server may have said why before it went away. */
  if (!done)
    return g_propagate_error (error, g_steal_pointer (&first)), false;
  return asked || db_connection_error (db, error);
}

/* Remembers the error that ended the COPY, so that db_copy_end can still say why. */
static bool
fail_copy (Db *db, GError *reason, GError **error)
{
  db->copy_error = g_error_copy (reason);
  return g_propagate_error (error, reason), false;
}

/* The server talks during our COPY only to end it: takes its error, so that the rest need not be sent. */
static bool
fetch_copy_error (Db *db, GError **error)
{
  GError *reason = NULL;
  if (end_copy (db, "the server answered early", &(DbStatement) { 0 }, NULL, &reason))
    db_connection_error (db, &reason);
  return fail_copy (db, reason, error);
}

static bool
has_input (const Db *db)
{
  struct pollfd fd = { .fd = PQsocket (db->conn), .events = POLLIN };
  return poll (&fd, 1, 0) > 0;
}

/* For a call after the COPY has ended: says again what ended it. */
static bool
ended_copy_error (Db *db, GError **error)
{
  if (db->copy_error == NULL)
    return weir_error (error, WEIR_ERROR_LOCAL, "no COPY is running");
  return g_propagate_error (error, g_error_copy (db->copy_error)), false;
}

/* Hands everything to the kernel. While that takes nothing, because the server does not, we wait as we do for an answer. */
static bool
flush_copy (Db *db, GError **error)
{
  int64_t since = g_get_monotonic_time ();
  for (;;)
    {
      int left = PQflush (db->conn);
      if (left == 0)
        return true;
      if (left < 0)
        return fetch_copy_error (db, error);
      switch (db_wait (db, POLLOUT | POLLIN, true, 0, since))
        {
        case DB_WAIT_STOP:
          return db_stop_error (error);
        case DB_WAIT_SILENT:
        case DB_WAIT_TIMEOUT:
          db->lost = db->silent = true;
          return db->copying = false, db_connection_error (db, error);
        case DB_WAIT_READY:
          break;
        }
      if (has_input (db))
        return fetch_copy_error (db, error);
    }
}

bool
db_copy_write (Db *db, const void *bytes, size_t length, GError **error)
{
  if (!db->copying)
    return ended_copy_error (db, error);

  const char *next = bytes;
  while (length > 0)
    {
      struct pollfd fds[] = { { .fd = PQsocket (db->conn), .events = POLLIN }, { .fd = db->stop_fd, .events = POLLIN } };
      if (poll (fds, G_N_ELEMENTS (fds), 0) > 0)
        {
          if (fds[1].revents != 0)
            return db_stop_error (error);
          return fetch_copy_error (db, error);
        }

      size_t piece = MIN (length, COPY_PIECE);
      if (PQputCopyData (db->conn, next, (int) piece) != 1)
        return fetch_copy_error (db, error);
      if (!flush_copy (db, error))
        return false;
      next += piece;
      length -= piece;
    }
  return true;
}

bool
db_copy_end (Db *db, int64_t *ret_rows, GError **error)
{
  if (!db->copying)
    return ended_copy_error (db, error);

  g_autoptr (PGresult) last = NULL;
  if (!end_copy (db, NULL, &(DbStatement) { 0 }, &last, error))
    return false;
  if (ret_rows != NULL)
    *ret_rows = g_ascii_strtoll (PQcmdTuples (last), NULL, 10);
  return true;
}

void
db_copy_cancel (Db *db)
{
  if (!db->copying)
    return;
  /* Counts as cancelled already: the server must answer within the deadline, and stop_fd has nothing to add. */
  DbStatement statement = { true, g_get_monotonic_time () + DB_CANCEL_MILLISECONDS * INT64_C (1000) };
  end_copy (db, "cancelled by weir", &statement, NULL, NULL);
}
