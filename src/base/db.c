#include "base/db.h"

#include "base/error.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum
{
  CONNECT_SECONDS = 10,         /* where the connection string does not say connect_timeout */
  CANCEL_MILLISECONDS = 5000,   /* how long a cancelled statement may take to end; then the connection is given up */
  COPY_PIECE = 64 * 1024,       /* beyond the socket's buffer client and server no longer overlap */
};

struct Db
{
  PGconn *conn;
  int stop_fd;
  bool lost;          /* gave up waiting for the server: the protocol's state is unknown */
  bool copying;       /* between db_copy_begin and the end of the COPY on the server */
  GError *copy_error; /* what ended the COPY early, already told to the caller of db_copy_write */
};

struct DbResult
{
  PGresult *result;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGresult, PQclear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PQconninfoOption, PQconninfoFree)

/* ---- errors ---------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *prefix; /* of the SQLSTATE */
  WeirErrorCode code;
  const char *reason;
} StateRule;

/* The first that matches counts. */
static const StateRule state_rules[] = {
  { "08", WEIR_ERROR_RETRY, "connection_lost" },
  { "25006", WEIR_ERROR_RETRY, "database_read_only" }, /* a standby, until it is promoted */
  { "40", WEIR_ERROR_RETRY, "database_busy" },
  { "53", WEIR_ERROR_RETRY, "database_busy" },
  { "55006", WEIR_ERROR_RETRY, "lock_busy" },
  { "55P03", WEIR_ERROR_RETRY, "lock_busy" },
  { "57P", WEIR_ERROR_RETRY, "database_unreachable" },
  { "57", WEIR_ERROR_RETRY, "statement_cancelled" },
  { "0A", WEIR_ERROR_MODEL, "not_supported" },
  { "28", WEIR_ERROR_MODEL, "database_login" },
  { "2BP01", WEIR_ERROR_MODEL, "dependent_objects" },
  { "3D", WEIR_ERROR_MODEL, "database_login" },
  { "3F", WEIR_ERROR_MODEL, "missing_object" },
  { "42501", WEIR_ERROR_MODEL, "insufficient_privilege" },
  { "42P01", WEIR_ERROR_MODEL, "missing_object" },
  { "42", WEIR_ERROR_MODEL, "database_objects" },
  { "22", WEIR_ERROR_INPUT, "invalid_data" },
  { "23", WEIR_ERROR_INPUT, "constraint_violation" },
  { "44", WEIR_ERROR_INPUT, "constraint_violation" },
  { "54", WEIR_ERROR_INPUT, "limit_exceeded" },
  { "P0", WEIR_ERROR_INPUT, "raised_in_database" }, /* a trigger of the user's refuses the data */
};

static const StateRule other_state = { "", WEIR_ERROR_LOCAL, "database_error" };

static const StateRule *
rule_for_state (const char *sqlstate)
{
  for (size_t i = 0; i < G_N_ELEMENTS (state_rules); i++)
    if (g_str_has_prefix (sqlstate, state_rules[i].prefix))
      return &state_rules[i];
  return &other_state;
}

static bool
stop_error (GError **error)
{
  return weir_error (error, WEIR_ERROR_STOP, "stopped while working with the database");
}

/* The connection's own complaint, with nothing from the server: its first line is the message, the others are the detail. */
static bool
connection_error (Db *db, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (PQerrorMessage (db->conn), "\n", 2);
  const char *first = lines[0] != NULL ? g_strstrip (lines[0]) : "";
  weir_error (error, WEIR_ERROR_RETRY, "lost the connection to the database%s%s", *first != '\0' ? ": " : "", first);
  weir_error_reason (error, "connection_lost");
  if (*first != '\0' && lines[1] != NULL && *g_strstrip (lines[1]) != '\0')
    weir_error_detail (error, "%s", lines[1]);
  return false;
}

/* The server's error in our terms. "cancelled": we asked for it, because of stop_fd. */
static bool
result_error (Db *db, const PGresult *result, bool cancelled, GError **error)
{
  const char *sqlstate = PQresultErrorField (result, PG_DIAG_SQLSTATE);
  const char *message = PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY);
  if (cancelled && (sqlstate == NULL || g_str_equal (sqlstate, "57014")))
    return stop_error (error);
  if (sqlstate == NULL || message == NULL)
    return connection_error (db, error);

  const StateRule *rule = rule_for_state (sqlstate);
  const char *detail = PQresultErrorField (result, PG_DIAG_MESSAGE_DETAIL);
  const char *context = PQresultErrorField (result, PG_DIAG_CONTEXT);
  const char *hint = PQresultErrorField (result, PG_DIAG_MESSAGE_HINT);
  weir_error (error, rule->code, "%s", message);
  weir_error_reason (error, rule->reason);
  weir_error_sqlstate (error, sqlstate);
  if (detail != NULL || context != NULL)
    weir_error_detail (error, "%s", detail != NULL ? detail : context);
  if (hint != NULL)
    weir_error_hint (error, "%s", hint);
  return false;
}

/* ---- waiting --------------------------------------------------------------------------------------------------------------- */

typedef enum
{
  WAIT_READY,
  WAIT_STOP,
  WAIT_TIMEOUT,
} Wait;

/* Waits until the socket is ready, stop_fd (unless -1) is readable, or the deadline (monotonic microseconds, 0: none) has passed. */
static Wait
wait_for_socket (PGconn *conn, short events, int stop_fd, int64_t deadline)
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
        return WAIT_TIMEOUT;
      if (ready > 0 && fds[0].revents == 0)
        return WAIT_STOP;
      return WAIT_READY;
    }
}

static bool
is_stopped (const Db *db)
{
  struct pollfd fd = { .fd = db->stop_fd, .events = POLLIN };
  return db->stop_fd >= 0 && poll (&fd, 1, 0) > 0;
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

/* A statement on its way to its end. */
typedef struct
{
  bool cancelled;   /* because of stop_fd */
  int64_t deadline; /* of the cancelled statement */
} Statement;

static void
cancel_statement (Db *db, Statement *statement)
{
  request_cancel (db);
  statement->cancelled = true;
  statement->deadline = g_get_monotonic_time () + CANCEL_MILLISECONDS * INT64_C (1000);
}

/* Waits for something to read and reads it. False: the server did not answer a cancel in time, and the connection is lost. */
static bool
read_more (Db *db, Statement *statement)
{
  switch (wait_for_socket (db->conn, POLLIN, statement->cancelled ? -1 : db->stop_fd, statement->deadline))
    {
    case WAIT_READY:
      /* What a failure means comes with the next PQgetResult. */
      PQconsumeInput (db->conn);
      return true;
    case WAIT_STOP:
      cancel_statement (db, statement);
      return true;
    case WAIT_TIMEOUT:
      break;
    }
  db->lost = true;
  return false;
}

/* The next result; *ret_result is NULL after the last. False when the connection was given up. */
static bool
next_result (Db *db, Statement *statement, PGresult **ret_result)
{
  while (PQisBusy (db->conn))
    if (!read_more (db, statement))
      return false;
  *ret_result = PQgetResult (db->conn);
  return true;
}

static bool
is_error (const PGresult *result)
{
  ExecStatusType status = PQresultStatus (result);
  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_NONFATAL_ERROR;
}

/* Leaves a COPY that nobody asked for here; PQgetResult would return it for ever. */
static bool
leave_copy (Db *db, const PGresult *result)
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
  return status == PGRES_COPY_IN || status == PGRES_COPY_OUT;
}

/* Takes all results. Keeps the first error; without one, *ret_last (may be NULL) is the last result, which may be NULL. */
static bool
drain (Db *db, Statement *statement, PGresult **ret_last, GError **error)
{
  g_autoptr (PGresult) last = NULL;
  g_autoptr (PGresult) failed = NULL;
  for (;;)
    {
      PGresult *result = NULL;
      if (!next_result (db, statement, &result))
        return stop_error (error);
      if (result == NULL)
        break;
      leave_copy (db, result);

      PGresult **keep = failed == NULL && is_error (result) ? &failed : &last;
      g_clear_pointer (keep, PQclear);
      *keep = result;
    }
  if (failed != NULL)
    return result_error (db, failed, statement->cancelled, error);
  if (ret_last != NULL)
    *ret_last = g_steal_pointer (&last);
  return true;
}

/* ---- connecting ------------------------------------------------------------------------------------------------------------ */

static void
drop_notice (void *data, const PGresult *result)
{
  (void) data;
  (void) result;
}

static bool
is_connection_string (const char *conninfo)
{
  return g_str_has_prefix (conninfo, "postgres://") || g_str_has_prefix (conninfo, "postgresql://") || strchr (conninfo, '=') != NULL;
}

static bool
conninfo_error (GError **error, const char *format, const char *text)
{
  weir_error (error, WEIR_ERROR_MODEL, "invalid database connection string");
  weir_error_reason (error, "database_conninfo");
  weir_error_detail (error, format, text);
  weir_error_hint (error, "Write a URL such as postgresql://user@host:5432/name, or host=... dbname=... user=...; "
                          "in a URL, percent-encode special characters of a password, for instance @ as %%40.");
  return false;
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

/* Refuses what libpq would misread, and then quote in an error message with a part of the password in it. */
static bool
check_conninfo (const char *conninfo, GError **error)
{
  if (!is_connection_string (conninfo))
    return true;

  char *complaint = NULL;
  g_autoptr (PQconninfoOption) options = PQconninfoParse (conninfo, &complaint);
  if (options == NULL)
    {
      g_autofree char *clean = without_quoted_text (complaint != NULL ? complaint : "out of memory");
      PQfreemem (complaint);
      return conninfo_error (error, "%s", clean);
    }

  for (const PQconninfoOption *option = options; option->keyword != NULL; option++)
    {
      if (option->val == NULL)
        continue;
      if (g_str_equal (option->keyword, "host") && strchr (option->val, '@') != NULL && option->val[0] != '/' && option->val[0] != '@')
        return conninfo_error (error, "The %s contains an @.", "host");
      if (g_str_equal (option->keyword, "port") && strspn (option->val, "0123456789, ") != strlen (option->val))
        return conninfo_error (error, "The %s is not a number.", "port");
    }
  return true;
}

/* Starts connecting; what stands before "dbname" is a default that the connection string overrides, what stands behind is ours. */
static PGconn *
start_connection (const char *conninfo, const char *application_name)
{
  const char *keywords[] = { "connect_timeout", "dbname", "client_encoding", "fallback_application_name", NULL };
  const char *values[] = { G_STRINGIFY (10), conninfo, "UTF8", application_name, NULL };
  G_STATIC_ASSERT (CONNECT_SECONDS == 10);
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

/* Takes "28P01: " out of a line "...: FATAL:  28P01: password authentication failed ..." and copies it to sqlstate. */
static char *
cut_sqlstate (const char *line, char sqlstate[6])
{
  for (const char *gap = strstr (line, ":  "); gap != NULL; gap = strstr (gap + 1, ":  "))
    {
      const char *code = gap + 3;
      size_t length = strspn (code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
      if (length != 5 || code[5] != ':' || code[6] != ' ')
        continue;
      memcpy (sqlstate, code, 5);
      sqlstate[5] = '\0';
      return g_strdup_printf ("%.*s%s", (int) (code - line), line, code + 7);
    }
  return g_strdup (line);
}

/* A failed connection has no result to ask: its text is made verbose, and SQLSTATE read from there. */
static bool
connect_error (PGconn *conn, GError **error)
{
  char sqlstate[6] = "";
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) lines = g_strsplit (PQerrorMessage (conn), "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (*g_strstrip (*line) != '\0' && !g_str_has_prefix (*line, "LOCATION:"))
      g_ptr_array_add (kept, cut_sqlstate (*line, sqlstate));
  g_ptr_array_add (kept, NULL);

  const char *first = kept->pdata[0];
  StateRule rule = { "", WEIR_ERROR_RETRY, "database_unreachable" };
  if (sqlstate[0] != '\0' && rule_for_state (sqlstate)->code == WEIR_ERROR_MODEL)
    rule = (StateRule) { "", WEIR_ERROR_MODEL, "database_login" };
  else if (first != NULL && strstr (first, "no password supplied") != NULL)
    rule = (StateRule) { "", WEIR_ERROR_MODEL, "database_login" };
  else if (first != NULL && g_str_has_prefix (first, "invalid "))
    rule = (StateRule) { "", WEIR_ERROR_MODEL, "database_conninfo" };

  weir_error (error, rule.code, "could not connect to the database: %s", first != NULL ? first : "out of memory");
  weir_error_reason (error, rule.reason);
  weir_error_sqlstate (error, sqlstate);
  if (kept->len > 2)
    {
      g_autofree char *rest = g_strjoinv ("\n", (char **) kept->pdata + 1);
      weir_error_detail (error, "%s", rest);
    }
  if (g_str_equal (rule.reason, "database_login"))
    weir_error_hint (error, "Check user, password and database name in the connection string; "
                            "a password may also come from PGPASSWORD or ~/.pgpass.");
  return false;
}

static bool
finish_connection (Db *db, GError **error)
{
  int64_t deadline = connect_deadline (db->conn);
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (PQstatus (db->conn) != CONNECTION_BAD && state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED)
    {
      switch (wait_for_socket (db->conn, state == PGRES_POLLING_READING ? POLLIN : POLLOUT, db->stop_fd, deadline))
        {
        case WAIT_READY:
          state = PQconnectPoll (db->conn);
          break;
        case WAIT_STOP:
          return stop_error (error);
        case WAIT_TIMEOUT:
          weir_error (error, WEIR_ERROR_RETRY, "could not connect to the database: no answer from host %s, port %s",
                      PQhost (db->conn), PQport (db->conn));
          weir_error_reason (error, "database_unreachable");
          return false;
        }
    }
  return PQstatus (db->conn) == CONNECTION_OK || connect_error (db->conn, error);
}

static bool
prepare_session (Db *db, GError **error)
{
  const char *encoding = PQparameterStatus (db->conn, "server_encoding");
  if (g_strcmp0 (encoding, "UTF8") != 0)
    {
      weir_error (error, WEIR_ERROR_MODEL, "database \"%s\" has the encoding %s, weir needs UTF8", PQdb (db->conn),
                  encoding != NULL ? encoding : "unknown");
      weir_error_reason (error, "database_encoding");
      weir_error_hint (error, "Create a database with: create database ... encoding 'UTF8' template template0");
      return false;
    }
  /* All that our reading and writing of text depends on. Without notices, input during a COPY can only be an error. */
  return db_exec (db,
                  "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set bytea_output = 'hex';"
                  " set standard_conforming_strings = on; set client_min_messages = error",
                  error);
}

Db *
db_connect (const char *conninfo, const char *application_name, int stop_fd, GError **error)
{
  if (!check_conninfo (conninfo, error))
    return NULL;

  g_autoptr (Db) db = g_new0 (Db, 1);
  db->stop_fd = stop_fd;
  db->conn = start_connection (conninfo, application_name);
  if (db->conn == NULL)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not connect to the database: out of memory"), NULL;

  PQsetNoticeReceiver (db->conn, drop_notice, NULL);
  PQsetErrorVerbosity (db->conn, PQERRORS_VERBOSE);
  if (!finish_connection (db, error))
    return NULL;
  PQsetErrorVerbosity (db->conn, PQERRORS_DEFAULT);
  if (!prepare_session (db, error))
    return NULL;
  return g_steal_pointer (&db);
}

void
db_free (Db *db)
{
  if (db == NULL)
    return;
  PQfinish (db->conn);
  g_clear_error (&db->copy_error);
  g_free (db);
}

bool
db_is_usable (const Db *db)
{
  return !db->lost && PQstatus (db->conn) == CONNECTION_OK;
}

char *
db_describe (const Db *db)
{
  return g_strdup_printf ("host %s, port %s, database %s, user %s", PQhost (db->conn), PQport (db->conn), PQdb (db->conn),
                          PQuser (db->conn));
}

int
db_server_version (const Db *db)
{
  return PQserverVersion (db->conn);
}

int
db_backend_pid (const Db *db)
{
  return PQbackendPID (db->conn);
}

/* ---- statements ------------------------------------------------------------------------------------------------------------ */

/* Whether a statement may be sent now. */
static bool
check_ready (Db *db, GError **error)
{
  if (!db_is_usable (db))
    return connection_error (db, error);
  if (is_stopped (db))
    return stop_error (error);
  return true;
}

bool
db_exec (Db *db, const char *sql, GError **error)
{
  if (!check_ready (db, error))
    return false;
  if (!PQsendQuery (db->conn, sql))
    return connection_error (db, error);
  return drain (db, &(Statement) { 0 }, NULL, error);
}

bool
db_query (Db *db, const char *sql, const char *const *params, int n_params, DbResult **ret_result, GError **error)
{
  if (!check_ready (db, error))
    return false;
  if (!PQsendQueryParams (db->conn, sql, n_params, NULL, params, NULL, NULL, 0))
    return connection_error (db, error);

  g_autoptr (PGresult) last = NULL;
  if (!drain (db, &(Statement) { 0 }, &last, error))
    return false;
  if (ret_result != NULL)
    {
      *ret_result = g_new (DbResult, 1);
      (*ret_result)->result = g_steal_pointer (&last);
    }
  return true;
}

int
db_result_rows (const DbResult *result)
{
  return PQntuples (result->result);
}

int
db_result_columns (const DbResult *result)
{
  return PQnfields (result->result);
}

const char *
db_result_name (const DbResult *result, int column)
{
  return PQfname (result->result, column);
}

const char *
db_result_value (const DbResult *result, int row, int column)
{
  return PQgetisnull (result->result, row, column) ? NULL : PQgetvalue (result->result, row, column);
}

int64_t
db_result_int64 (const DbResult *result, int row, int column)
{
  const char *value = db_result_value (result, row, column);
  return value != NULL ? g_ascii_strtoll (value, NULL, 10) : 0;
}

bool
db_result_bool (const DbResult *result, int row, int column)
{
  const char *value = db_result_value (result, row, column);
  return value != NULL && value[0] == 't';
}

int64_t
db_result_affected (const DbResult *result)
{
  return g_ascii_strtoll (PQcmdTuples (result->result), NULL, 10);
}

void
db_result_free (DbResult *result)
{
  if (result == NULL)
    return;
  PQclear (result->result);
  g_free (result);
}

/* ---- COPY ------------------------------------------------------------------------------------------------------------------ */

/* Sends a COPY and waits until data may flow. Whatever else comes back is an error, and drained. */
static bool
begin_copy (Db *db, const char *sql, ExecStatusType wanted, Statement *statement, GError **error)
{
  if (!check_ready (db, error))
    return false;
  if (!PQsendQuery (db->conn, sql))
    return connection_error (db, error);

  g_autoptr (PGresult) result = NULL;
  if (!next_result (db, statement, &result))
    return stop_error (error);
  if (result != NULL && PQresultStatus (result) == wanted)
    return true;

  if (result != NULL && is_error (result))
    result_error (db, result, statement->cancelled, error);
  else
    weir_error (error, WEIR_ERROR_LOCAL, "the statement is not the expected COPY: %s", sql);
  if (result != NULL)
    leave_copy (db, result);
  drain (db, statement, NULL, NULL);
  return false;
}

bool
db_copy_begin (Db *db, const char *sql, GError **error)
{
  g_clear_error (&db->copy_error);
  db->copying = begin_copy (db, sql, PGRES_COPY_IN, &(Statement) { 0 }, error);
  return db->copying;
}

/* Ends the COPY on both sides and takes its results; "complaint" NULL means success is wanted. */
static bool
end_copy (Db *db, const char *complaint, Statement *statement, PGresult **ret_last, GError **error)
{
  db->copying = false;
  if (PQputCopyEnd (db->conn, complaint) != 1)
    {
      /* The server may have said why before it went away. */
      g_autoptr (GError) first = NULL;
      if (drain (db, statement, NULL, &first))
        return connection_error (db, error);
      return g_propagate_error (error, g_steal_pointer (&first)), false;
    }
  return drain (db, statement, ret_last, error);
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
  if (end_copy (db, "the server answered early", &(Statement) { 0 }, NULL, &reason))
    connection_error (db, &reason);
  return fail_copy (db, reason, error);
}

/* For a call after the COPY has ended: says again what ended it. */
static bool
ended_copy_error (Db *db, GError **error)
{
  if (db->copy_error == NULL)
    return weir_error (error, WEIR_ERROR_LOCAL, "no COPY is running");
  return g_propagate_error (error, g_error_copy (db->copy_error)), false;
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
            return stop_error (error);
          return fetch_copy_error (db, error);
        }

      size_t piece = MIN (length, COPY_PIECE);
      if (PQputCopyData (db->conn, next, (int) piece) != 1)
        return fetch_copy_error (db, error);
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
  if (!end_copy (db, NULL, &(Statement) { 0 }, &last, error))
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
  Statement statement = { true, g_get_monotonic_time () + CANCEL_MILLISECONDS * INT64_C (1000) };
  end_copy (db, "cancelled by weir", &statement, NULL, NULL);
}

/* "select ..." becomes "copy (select ...) to stdout"; a COPY stays as it is. Owned by the caller. */
static char *
copy_out_statement (const char *sql)
{
  while (g_ascii_isspace (*sql))
    sql++;
  if (g_ascii_strncasecmp (sql, "copy", 4) == 0 && !g_ascii_isalnum (sql[4]))
    return g_strdup (sql);

  size_t length = strlen (sql);
  while (length > 0 && (g_ascii_isspace (sql[length - 1]) || sql[length - 1] == ';'))
    length--;
  return g_strdup_printf ("copy (%.*s\n) to stdout", (int) length, sql);
}

/* Takes the rows that are there or coming. False when "row" or a lost connection ended it; *error is set then. */
static bool
take_rows (Db *db, Statement *statement, DbCopyOut row, void *data, GError **error)
{
  for (;;)
    {
      char *bytes = NULL;
      int length = PQgetCopyData (db->conn, &bytes, 1);
      if (length < 0)
        return true; /* the end, or an error that drain will find */
      if (length == 0)
        {
          if (!read_more (db, statement))
            return stop_error (error);
          continue;
        }
      bool go_on = row (bytes, (size_t) length, data, error);
      PQfreemem (bytes);
      if (!go_on)
        return false;
    }
}

static bool
skip_row (const char *bytes, size_t length, void *data, GError **error)
{
  (void) bytes;
  (void) length;
  (void) data;
  (void) error;
  return true;
}

bool
db_copy_out (Db *db, const char *sql, DbCopyOut row, void *data, GError **error)
{
  g_autofree char *copy = copy_out_statement (sql);
  Statement statement = { 0 };
  if (!begin_copy (db, copy, PGRES_COPY_OUT, &statement, error))
    return false;
  if (take_rows (db, &statement, row, data, error))
    return drain (db, &statement, NULL, error);

  if (!db->lost)
    {
      cancel_statement (db, &statement);
      if (take_rows (db, &statement, skip_row, NULL, NULL))
        drain (db, &statement, NULL, NULL);
    }
  return false;
}
