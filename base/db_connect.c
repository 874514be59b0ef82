#include "base/db_private.h"

#include "base/conninfo.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

static void
drop_notice (void *data, const PGresult *result)
{
  (void) data;
  (void) result;
}

static bool
is_connection_string (const char *conninfo)
{
  return g_str_has_prefix (conninfo, "postgres://") || g_str_has_prefix (conninfo, "postgresql://")
         || strchr (conninfo, '=') != NULL;
}

static bool
conninfo_error (GError **error, const char *detail)
{
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, REASON_DATABASE_CONNINFO, .detail = detail,
                                 .hint = "Write a URL such as postgresql://user@host:5432/name, or host=... dbname=... user=...; "
                                         "in a URL, percent-encode special characters of a password, for instance @ as %40." },
                    "invalid database connection string");
}

/* libpq's text with what it quotes left out: where a password is not well written, that is the password. */
static char *
without_quoted_text (const char *text)
{
  GString *clean = g_string_new (NULL);
  bool inside = false;
  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        {
          inside = !inside;
          g_string_append (clean, inside ? "\"..." : "\"");
        }
      else if (!inside)
        g_string_append_c (clean, *text);
    }
  return g_strstrip (g_string_free (clean, FALSE));
}

/* libpq takes "mysql://host/db" for a database's name. */
static bool
check_scheme (const char *conninfo, GError **error)
{
  g_autofree char *scheme = conninfo_scheme (conninfo);
  if (scheme == NULL || g_str_equal (scheme, "postgres") || g_str_equal (scheme, "postgresql"))
    return true;
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, REASON_DATABASE_CONNINFO, .detail = "The warehouse is a PostgreSQL database.",
                                 .hint = "Write postgresql://user@host:5432/name." },
                    "a database cannot be named by \"%s://\"", scheme);
}

bool
db_check_conninfo (const char *conninfo, GError **error)
{
  if (!check_scheme (conninfo, error))
    return false;
  if (!is_connection_string (conninfo))
    return true;

  char *complaint = NULL;
  g_autoptr (PQconninfoOption) options = PQconninfoParse (conninfo, &complaint);
  if (options == NULL)
    {
      g_autofree char *clean = without_quoted_text (complaint != NULL ? complaint : "out of memory");
      PQfreemem (complaint);
      return conninfo_error (error, clean);
    }

  for (const PQconninfoOption *option = options; option->keyword != NULL; option++)
    {
      if (option->val == NULL)
        continue;
      if (g_str_equal (option->keyword, "host") && strchr (option->val, '@') != NULL && option->val[0] != '/'
          && option->val[0] != '@')
        return conninfo_error (error, "The host contains an @.");
      if (g_str_equal (option->keyword, "port") && strspn (option->val, "0123456789, ") != strlen (option->val))
        return conninfo_error (error, "The port is not a number.");
    }
  return true;
}

/* Starts connecting; what stands before "dbname" is a default that the connection string overrides, what stands behind is ours. A
 * peer that does not answer any more is noticed after 25 s of silence, or 30 s after something that it never took. */
static PGconn *
start_connection (const char *conninfo, const char *application_name)
{
  const char *keywords[] = { "connect_timeout",  "keepalives_idle",           "keepalives_interval",
                             "keepalives_count", "tcp_user_timeout",          "dbname",
                             "client_encoding",  "fallback_application_name", NULL };
  const char *values[] = { "10", "10", "5", "3", "30000", conninfo, "UTF8", application_name, NULL };
  if (getenv ("PGCONNECT_TIMEOUT") != NULL)
    values[0] = NULL;
  return PQconnectStartParams (keywords, values, 1);
}

/* When to give up; PQconnectPoll leaves connect_timeout to its caller. 0: never. */
static int64_t
connect_deadline (PGconn *conn)
{
  int64_t seconds = 0;
  g_autoptr (PQconninfoOption) options = PQconninfo (conn);
  for (const PQconninfoOption *option = options; option != NULL && option->keyword != NULL; option++)
    if (g_str_equal (option->keyword, "connect_timeout") && option->val != NULL)
      seconds = g_ascii_strtoll (option->val, NULL, 10);
  return seconds > 0 ? g_get_monotonic_time () + seconds * G_USEC_PER_SEC : 0;
}

static bool
finish_connection (Db *db, GError **error)
{
  int64_t since = g_get_monotonic_time ();
  int64_t deadline = db->patience_ms > 0 ? since + db->patience_ms * INT64_C (1000) : connect_deadline (db->conn);
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (PQstatus (db->conn) != CONNECTION_BAD && state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED)
    {
      switch (db_wait (db, state == PGRES_POLLING_READING ? POLLIN : POLLOUT, true, deadline, since))
        {
        case DB_WAIT_READY:
          state = PQconnectPoll (db->conn);
          break;
        case DB_WAIT_STOP:
          return db_stop_error (error);
        case DB_WAIT_SILENT:
        case DB_WAIT_TIMEOUT:
          return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_DATABASE_UNREACHABLE },
                            "could not connect to the database: no answer from host %s, port %s", PQhost (db->conn),
                            PQport (db->conn));
        }
    }
  return PQstatus (db->conn) == CONNECTION_OK || db_connect_error (db->conn, error);
}

/* ---- poolers ---- */

#define POOLER_ROUNDS 3

/* How long a connection waits, and who is asked meanwhile. */
typedef struct
{
  int stop_fd, patience_ms;
  DbTick (*tick) (int64_t waited_us, void *data);
  void *data;
} Terms;

/* Takes the connection, which was started. */
static Db *
await_connection (PGconn *conn, const Terms *terms, GError **error)
{
  g_autoptr (Db) db = g_new0 (Db, 1);
  db_together_init (db);
  db->stopwatch = stopwatch_new ();
  db->stop_fd = terms->stop_fd;
  db->conn = conn;
  db->patience_ms = terms->patience_ms;
  db_set_tick (db, terms->tick, terms->data);
  if (db->conn == NULL)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not connect to the database: out of memory"), NULL;
  PQsetNoticeReceiver (db->conn, drop_notice, NULL);
  PQsetErrorVerbosity (db->conn, PQERRORS_VERBOSE);
  if (!finish_connection (db, error))
    return NULL;
  PQsetErrorVerbosity (db->conn, PQERRORS_DEFAULT);
  return g_steal_pointer (&db);
}

Db *
db_await_connection (PGconn *conn, DbTick (*tick) (int64_t waited_us, void *data), void *data, GError **error)
{
  return await_connection (conn, &(Terms) { -1, 0, tick, data }, error);
}

static Db *
open_connection (const char *conninfo, const char *application_name, const Terms *terms, GError **error)
{
  return await_connection (start_connection (conninfo, application_name), terms, error);
}

/* In place of the list of servers that the first connection was made from, the one that it has. */
static const char *
value_beside (const Db *db, const PQconninfoOption *option)
{
  if (g_str_equal (option->keyword, "host"))
    return PQhost (db->conn);
  if (g_str_equal (option->keyword, "hostaddr"))
    return option->val != NULL ? PQhostaddr (db->conn) : NULL;
  if (g_str_equal (option->keyword, "port"))
    return PQport (db->conn);
  return option->val;
}

Db *
db_connect_beside (const Db *db, int patience_ms, GError **error)
{
  g_autoptr (GPtrArray) keywords = g_ptr_array_new ();
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  g_autoptr (PQconninfoOption) options = PQconninfo (db->conn);
  for (const PQconninfoOption *option = options; option != NULL && option->keyword != NULL; option++)
    if (value_beside (db, option) != NULL)
      {
        g_ptr_array_add (keywords, option->keyword);
        g_ptr_array_add (values, (gpointer) value_beside (db, option));
      }
  g_ptr_array_add (keywords, NULL);
  g_ptr_array_add (values, NULL);
  PGconn *conn = PQconnectStartParams ((const char *const *) keywords->pdata, (const char *const *) values->pdata, 0);
  return await_connection (conn, &(Terms) { db->stop_fd, patience_ms, NULL, NULL }, error);
}

static bool
ask_backend (Db *db, int64_t *ret_pid, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!db_query (db, "select pg_backend_pid()", NULL, 0, &result, error))
    return false;
  *ret_pid = db_result_int64 (result, 0, 0);
  return true;
}

static bool
refuse_pooler (GError **error)
{
  return weir_fail (
      error,
      &(Failure) { WEIR_ERROR_MODEL, REASON_NOT_SUPPORTED,
                   .detail = "weir locks its tables, and makes temporary ones, for as long as it is connected; there it would "
                             "lose them, or leave them to others.",
                   .hint = "Give weir a direct connection, or one of which the pooler keeps the session: pool_mode = session "
                           "in pgbouncer.ini, for its database or its user alone." },
      "the connection goes through a pooler that gives each transaction another session (as pgbouncer with pool_mode = "
      "transaction)");
}

/* A pooler tells us a number of its own in place of the server process's. Whether it keeps a session for us is seen by a second
 * connection beside it: one process that answers both, or another one than before, whichever the pooler takes next, is nobody's
 * session. */
static bool
check_pooler (Db *db, const char *conninfo, const char *application_name, const Terms *terms, GError **error)
{
  int64_t ours, theirs, before;
  if (!ask_backend (db, &ours, error))
    return false;
  if (ours == PQbackendPID (db->conn))
    return true;
  g_autoptr (Db) beside = open_connection (conninfo, application_name, terms, error);
  if (beside == NULL || !ask_backend (beside, &theirs, error))
    return false;
  for (int round = 0; round < POOLER_ROUNDS; round++)
    {
      if (ours == theirs)
        return refuse_pooler (error);
      before = theirs;
      if (!ask_backend (beside, &theirs, error))
        return false;
      int64_t again;
      if (!ask_backend (db, &again, error))
        return false;
      if (theirs != before || again != ours)
        return refuse_pooler (error);
    }
  return true;
}

static bool
prepare_session (Db *db, GError **error)
{
  const char *encoding = PQparameterStatus (db->conn, "server_encoding");
  if (g_strcmp0 (encoding, "UTF8") != 0)
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_MODEL, REASON_DATABASE_ENCODING,
                                   .hint = "Create a database with: create database ... encoding 'UTF8' template template0" },
                      "database \"%s\" has the encoding %s, weir needs UTF8", PQdb (db->conn),
                      encoding != NULL ? encoding : "unknown");
  /* All that our reading and writing of text depends on. Without notices, input during a COPY can only be an error. */
  return db_exec (db,
                  "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set bytea_output = 'hex';"
                  " set standard_conforming_strings = on; set client_min_messages = error;"
                  " set lock_timeout = " G_STRINGIFY (DB_LOCK_TIMEOUT_MS),
                  error);
}

/* From 14 on a server can notice in the middle of a statement that its client is gone, and give its locks back; not on every system. */
static void
watch_client (Db *db)
{
  if (PQserverVersion (db->conn) >= 140000)
    (void) db_exec (db, "set client_connection_check_interval = 5000", NULL);
}

static Db *
connect_by (const char *conninfo, const char *application_name, const Terms *terms, GError **error)
{
  if (!db_check_conninfo (conninfo, error))
    return NULL;

  g_autoptr (Db) db = open_connection (conninfo, application_name, terms, error);
  if (db == NULL || !check_pooler (db, conninfo, application_name, terms, error) || !prepare_session (db, error))
    return NULL;
  watch_client (db);
  return g_steal_pointer (&db);
}

Db *
db_connect (const char *conninfo, const char *application_name, int stop_fd, GError **error)
{
  return connect_by (conninfo, application_name, &(Terms) { stop_fd, 0, NULL, NULL }, error);
}

Db *
db_connect_watched (const char *conninfo, const char *application_name, DbTick (*tick) (int64_t waited_us, void *data), void *data,
                    GError **error)
{
  return connect_by (conninfo, application_name, &(Terms) { -1, 0, tick, data }, error);
}

void
db_free (Db *db)
{
  if (db == NULL)
    return;
  PQfinish (db->conn);
  g_clear_error (&db->copy_error);
  g_clear_pointer (&db->row, PQfreemem);
  g_free (db->shadowed);
  db_together_clear (db);
  stopwatch_free (db->stopwatch);
  g_free (db);
}

Stopwatch *
db_stopwatch (const Db *db)
{
  return db->stopwatch;
}

int
db_backend (const Db *db)
{
  return PQbackendPID (db->conn);
}

int
db_server_version (const Db *db)
{
  return PQserverVersion (db->conn);
}
