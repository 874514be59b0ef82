#include "base/db_private.h"

#include "base/scope.h"

#include <string.h>

bool
db_stop_error (GError **error)
{
  return weir_error (error, WEIR_ERROR_STOP, "stopped while working with the database");
}

bool
db_connection_error (Db *db, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (PQerrorMessage (db->conn), "\n", 2);
  const char *first = lines[0] != NULL ? g_strstrip (lines[0]) : "";
  const char *rest = lines[0] != NULL && lines[1] != NULL ? g_strstrip (lines[1]) : "";
  return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_CONNECTION_LOST, .detail = *rest != '\0' ? rest : NULL },
                    "lost the connection to the database%s%s", *first != '\0' ? ": " : "", first);
}

/* The row of a COPY that the server speaks of, in whatever language: "COPY users, line 1000". 0: of none. */
static int64_t
copied_row (const char *context)
{
  const char *at = g_str_has_prefix (context, "COPY ") ? strstr (context, ", ") : NULL;
  while (at != NULL && *at != '\0' && !g_ascii_isdigit (*at))
    at++;
  return at != NULL ? g_ascii_strtoll (at, NULL, 10) : 0;
}

bool
db_result_error (Db *db, const PGresult *result, bool cancelled, GError **error)
{
  const char *sqlstate = PQresultErrorField (result, PG_DIAG_SQLSTATE);
  const char *message = PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY);
  if (cancelled && (sqlstate == NULL || g_str_equal (sqlstate, "57014")))
    return db_stop_error (error);
  if (sqlstate == NULL || message == NULL)
    return db_connection_error (db, error);

  const StateRule *rule = scope_of_state (sqlstate);
  const char *detail = PQresultErrorField (result, PG_DIAG_MESSAGE_DETAIL);
  const char *context = PQresultErrorField (result, PG_DIAG_CONTEXT);
  const char *hint = PQresultErrorField (result, PG_DIAG_MESSAGE_HINT);
  /* Where in a DO block of our own something was raised helps nobody. */
  if (context != NULL && g_str_has_prefix (context, "PL/pgSQL function inline_code_block"))
    context = NULL;
  return weir_fail (error,
                    &(Failure) { rule->code, rule->reason, .line = context != NULL ? copied_row (context) : 0,
                                 .detail = detail != NULL ? detail : context, .hint = hint, .sqlstate = sqlstate },
                    "%s", message);
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

bool
db_connect_error (PGconn *conn, GError **error)
{
  char sqlstate[6] = "";
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) lines = g_strsplit (PQerrorMessage (conn), "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (*g_strstrip (*line) != '\0' && !g_str_has_prefix (*line, "LOCATION:"))
      g_ptr_array_add (kept, cut_sqlstate (*line, sqlstate));
  g_ptr_array_add (kept, NULL);

  const char *first = kept->pdata[0];
  Failure failure = { WEIR_ERROR_RETRY, REASON_DATABASE_UNREACHABLE, .sqlstate = sqlstate };
  if (scope_of_state (sqlstate)->code == WEIR_ERROR_MODEL || (first != NULL && strstr (first, "no password supplied") != NULL))
    failure = (Failure) { WEIR_ERROR_MODEL, REASON_DATABASE_LOGIN, .sqlstate = sqlstate };
  else if (first != NULL && g_str_has_prefix (first, "invalid "))
    failure = (Failure) { WEIR_ERROR_MODEL, REASON_DATABASE_CONNINFO, .sqlstate = sqlstate };

  g_autofree char *rest = kept->len > 2 ? g_strjoinv ("\n", (char **) kept->pdata + 1) : NULL;
  failure.detail = rest;
  if (failure.reason == REASON_DATABASE_LOGIN)
    failure.hint = "Check user, password and database name in the connection string; a password may also come from PGPASSWORD or "
                   "~/.pgpass.";
  return weir_fail (error, &failure, "could not connect to the database: %s", first != NULL ? first : "out of memory");
}
