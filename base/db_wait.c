#include "base/db_private.h"

#include <errno.h>
#include <poll.h>

#define TICK_US 1000000

/* Polls once, for a tick at most. *ret_wait is what came of it; false: nothing yet. */
static bool
poll_once (const Db *db, short events, bool may_stop, int64_t deadline, DbWait *ret_wait)
{
  int64_t now = g_get_monotonic_time ();
  int64_t until = deadline > 0 ? MIN (deadline, now + TICK_US) : now + TICK_US;
  struct pollfd fds[] = { { .fd = PQsocket (db->conn), .events = events },
                          { .fd = may_stop ? db->stop_fd : -1, .events = POLLIN } };
  int ready = poll (fds, G_N_ELEMENTS (fds), (int) (MAX (until - now, 0) + 999) / 1000);
  if (ready > 0)
    *ret_wait = fds[0].revents == 0 ? DB_WAIT_STOP : DB_WAIT_READY;
  else if (ready == 0 && deadline > 0 && g_get_monotonic_time () >= deadline)
    *ret_wait = DB_WAIT_TIMEOUT;
  else
    return false;
  return true;
}

DbWait
db_wait (const Db *db, short events, bool may_stop, int64_t deadline, int64_t since)
{
  DbWait wait;
  while (!poll_once (db, events, may_stop, deadline, &wait))
    {
      DbTick tick = db->tick != NULL ? db->tick (g_get_monotonic_time () - since, db->tick_data) : DB_WAIT_ON;
      if (tick == DB_GIVE_UP)
        return DB_WAIT_SILENT;
      if (tick == DB_STOP && may_stop)
        return DB_WAIT_STOP;
    }
  return wait;
}

void
db_set_tick (Db *db, DbTick (*tick) (int64_t waited_us, void *data), void *data)
{
  db->tick = tick;
  db->tick_data = data;
}

bool
db_given_up_error (Db *db, GError **error)
{
  return db->silent ? db_connection_error (db, error) : db_stop_error (error);
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
  if (statement->since == 0)
    statement->since = g_get_monotonic_time ();
  if (statement->deadline == 0 && db->patience_ms > 0)
    statement->deadline = statement->since + db->patience_ms * INT64_C (1000);
  /* Behind a COPY some of it may still have to go out. */
  bool sending = PQisnonblocking (db->conn) && PQflush (db->conn) > 0;
  switch (db_wait (db, sending ? POLLIN | POLLOUT : POLLIN, !statement->cancelled, statement->deadline, statement->since))
    {
    case DB_WAIT_READY:
      /* What a failure means comes with the next PQgetResult. */
      PQconsumeInput (db->conn);
      return true;
    case DB_WAIT_STOP:
      db_cancel (db, statement);
      return true;
    case DB_WAIT_SILENT:
      db->silent = true;
      break;
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
        return db_given_up_error (db, error);
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
