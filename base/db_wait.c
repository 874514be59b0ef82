#include "base/db_private.h"

#include <errno.h>
#include <poll.h>

DbWait
db_wait (PGconn *conn, short events, int stop_fd, int64_t deadline)
{
  for (;;)
    {
      int timeout = -1;
      if (deadline > 0)
        timeout = (int) CLAMP ((deadline - g_get_monotonic_time () + 999) / 1000, 0, G_MAXINT);

      struct pollfd fds[] = { { .fd = PQsocket (conn), .events = events }, { .fd = stop_fd, .events = POLLIN } };
      int ready = poll (fds, G_N_ELEMENTS (fds), timeout);
      if (ready < 0 && errno == EINTR)
        continue;
      if (ready == 0)
        return DB_WAIT_TIMEOUT;
      if (ready > 0 && fds[0].revents == 0)
        return DB_WAIT_STOP;
      return DB_WAIT_READY;
    }
}

bool
db_is_usable (const Db *db)
{
  return !db->lost && PQstatus (db->conn) == CONNECTION_OK;
}

static bool
is_stopped (const Db *db)
{
  struct pollfd fd = { .fd = db->stop_fd, .events = POLLIN };
  return db->stop_fd >= 0 && poll (&fd, 1, 0) > 0;
}

bool
db_sleep (Db *db, int milliseconds, GError **error)
{
  struct pollfd fd = { .fd = db->stop_fd, .events = POLLIN };
  int ready;
  do
    ready = poll (&fd, 1, milliseconds);
  while (ready < 0 && errno == EINTR);
  return ready <= 0 || db_stop_error (error);
}

bool
db_check_ready (Db *db, GError **error)
{
  if (!db_is_usable (db))
    return db_connection_error (db, error);
  if (is_stopped (db))
    return db_stop_error (error);
  return true;
}

/* Asks the server to end the running statement. If it cannot be asked, the deadline of the wait ends it for us. */
static void
request_cancel (Db *db)
{
  PGcancel *cancel = PQgetCancel (db->conn);
  if (cancel == NULL)
    return;
  char message[256];
  PQcancel (cancel, message, sizeof message);
  PQfreeCancel (cancel);
}

void
db_cancel (Db *db, DbStatement *statement)
{
  request_cancel (db);
  statement->cancelled = true;
  statement->deadline = g_get_monotonic_time () + DB_CANCEL_MILLISECONDS * INT64_C (1000);
}

bool
db_read_more (Db *db, DbStatement *statement)
{
  switch (db_wait (db->conn, POLLIN, statement->cancelled ? -1 : db->stop_fd, statement->deadline))
    {
    case DB_WAIT_READY:
      /* What a failure means comes with the next PQgetResult. */
      PQconsumeInput (db->conn);
      return true;
    case DB_WAIT_STOP:
      db_cancel (db, statement);
      return true;
    case DB_WAIT_TIMEOUT:
      break;
    }
  db->lost = true;
  return false;
}

bool
db_next_result (Db *db, DbStatement *statement, PGresult **ret_result)
{
  while (PQisBusy (db->conn))
    if (!db_read_more (db, statement))
      return false;
  *ret_result = PQgetResult (db->conn);
  return true;
}

bool
db_is_error (const PGresult *result)
{
  ExecStatusType status = PQresultStatus (result);
  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_NONFATAL_ERROR;
}

void
db_leave_copy (Db *db, const PGresult *result)
{
  ExecStatusType status = PQresultStatus (result);
  if (status == PGRES_COPY_IN)
    PQputCopyEnd (db->conn, "COPY is not expected here");
  else if (status == PGRES_COPY_OUT)
    {
      char *row;
      while (PQgetCopyData (db->conn, &row, 0) >= 0)
        PQfreemem (row);
    }
}

bool
db_drain (Db *db, DbStatement *statement, PGresult **ret_last, GError **error)
{
  g_autoptr (PGresult) last = NULL;
  g_autoptr (PGresult) failed = NULL;
  for (;;)
    {
      PGresult *result = NULL;
      if (!db_next_result (db, statement, &result))
        return db_stop_error (error);
      if (result == NULL)
        break;
      db_leave_copy (db, result);

      PGresult **keep = failed == NULL && db_is_error (result) ? &failed : &last;
      g_clear_pointer (keep, PQclear);
      *keep = result;
    }
  if (failed != NULL)
    return db_result_error (db, failed, statement->cancelled, error);
  if (ret_last != NULL)
    *ret_last = g_steal_pointer (&last);
  return true;
}
