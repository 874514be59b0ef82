/* A session with a PostgreSQL or Redshift server that is a source or a destination; read*.c and write*.c share this.
 *
 *   g_autoptr (PgSession) session = session_open (request, PG_READ, error);      mistakes of "connection" are told by then
 *   session_begin (session, "isolation level repeatable read", error)            the fields of the session are fixed until its end
 *   session_query (session, "select ...", params, n, &result, error)             errors are CONNECT_ERROR of their class
 *   session_exec (session, "commit", error)
 *
 * What "connection" may say: {"type", "url"} or {"type", "host", "port", "database", "user", "password", "sslmode", "sslrootcert", "sslcert", "sslkey",
 * "application_name", "connect_timeout"}; a member goes before the same in "url".
 *
 * TLS: verify-full, where nothing else is said and the host is neither this machine nor a socket; the authorities are "sslrootcert", else
 * ~/.postgresql/root.crt, else the system's. The fields of each transaction are fixed, so that the same value has the same text whatever the
 * defaults of role and server are: dates in ISO, UTC, intervals in ISO 8601, bytes in hex, shortest exact floats, UTF-8. They are fixed for a transaction
 * alone: a pooler may give the session to others behind it. No statement has a time limit at the server; SIGTERM ends what we wait for, and
 * cancels it there. */
#ifndef WEIR_CONNECT_PG_SESSION_H
#define WEIR_CONNECT_PG_SESSION_H

#include "base/db.h"
#include "connect/connector.h"

typedef enum
{
  PG_READ, /* every transaction is read only */
  PG_WRITE,
} PgUse;

typedef struct
{
  Db *db;
  PgUse use;
  bool is_redshift;
  bool is_standby;
  int version; /* 150018; Redshift calls itself 80002 */
  char *where; /* "orders at db.example.org:5432", for messages */
  char *tls;   /* the sslmode that holds: "verify-full"; "socket" */
  char *zone;  /* the time zone that the role has by default, "Europe/Oslo": what now()::timestamp is in for others */
  char *path;  /* its search_path, as the server shows it; NULL: Redshift's */
} PgSession;

/* Only what can be said without the server: mistakes at "connection.*". */
void session_look (const Request *request);

/* Connects. Tells the mistakes of the connection, and fails with CONFIGURATION, CREDENTIALS or TRANSIENT. */
PgSession *session_open (const Request *request, PgUse use, GError **error);
void session_free (PgSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PgSession, session_free)

/* Whether it does not say which transactions are open: a standby (they are another server's), Redshift. */
bool session_is_blind (const PgSession *session);

/* Begins a transaction with all fields fixed; read only where the session is for reading. "kind" is added to BEGIN: "", "isolation level repeatable read".
 * Not of Redshift, which knows one alone. */
bool session_begin (PgSession *session, const char *kind, GError **error);

/* db_exec and db_query with errors of CONNECT_ERROR. */
bool session_exec (PgSession *session, const char *sql, GError **error);
bool session_query (PgSession *session, const char *sql, const char *const *params, int n_params, DbResult **ret_result,
                    GError **error);

/* An error of db.h (taken) becomes one of CONNECT_ERROR with its class, SQLSTATE, detail and hint. Returns false. */
bool session_fail (const PgSession *session, GError **error, GError *problem);

/* "schema.table" of a job as its two names, quotes taken off: public.orders, "My Schema"."Orders", orders (schema NULL). False: it is none. Both owned by
 * the caller. */
bool session_split_name (const char *text, char **ret_schema, char **ret_name);

#endif
