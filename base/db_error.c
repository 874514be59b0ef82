#include "base/db_private.h"

#include "base/scope.h"

#include <string.h>

bool
db_stop_error (GError **error)
{
  return weir_error (error, WEIR_ERROR_STOP, "stopped while working with the database");
}

/* libpq's lines behind the first are one sentence, indented by tabs. */
bool
db_connection_error (Db *db, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (PQerrorMessage (db->conn), "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    g_strstrip (*line);
  const char *first = lines[0] != NULL ? lines[0] : "";
  g_autofree char *rest = g_strjoinv (" ", lines[0] != NULL ? lines + 1 : lines);
  g_strstrip (rest);
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

/* The column that a COPY was at, in whatever language: n of "COPY users, line 1000, column n: "70000"". Owned by the caller; NULL: of none. */
static char *
copied_column (const char *context)
{
  const char *at = context != NULL && g_str_has_prefix (context, "COPY ") ? strstr (context, ", ") : NULL;
  at = at != NULL ? strpbrk (at, "0123456789") : NULL;
  at = at != NULL ? at + strspn (at, "0123456789") : NULL;
  const char *word = at != NULL && g_str_has_prefix (at, ", ") ? strchr (at + 2, ' ') : NULL;
  const char *end = word != NULL ? strstr (word, ": ") : NULL;
  return end != NULL ? g_strstrip (g_strndup (word, (size_t) (end - word))) : NULL;
}

/* Whether somebody's function says it: what is in the text is its author's affair. */
static bool
is_raised (const PGresult *result)
{
  static const char *const sources[] = { "pl_exec", "plpy_", "plperl", "pltcl", "plv8" };
  const char *source = PQresultErrorField (result, PG_DIAG_SOURCE_FILE);
  for (size_t i = 0; source != NULL && i < G_N_ELEMENTS (sources); i++)
    if (g_str_has_prefix (source, sources[i]))
      return true;
  return g_str_has_prefix (PQresultErrorField (result, PG_DIAG_SQLSTATE), "P0");
}

/* "PL/pgSQL function warehouse.refuse() line 1 at RAISE" of a context that goes on with the statements that led there. Owned by
 * the caller; NULL: it says nothing of the kind. */
static char *
raising_function (const char *context)
{
  const char *end = context != NULL ? strchrnul (context, '\n') : NULL;
  return end != NULL && g_str_has_prefix (context, "PL/") ? g_strndup (context, (size_t) (end - context)) : NULL;
}

/* Where it was, by the fields that hold no values. Owned by the caller. */
static char *
place_of (const PGresult *result)
{
  static const struct
  {
    int field;
    const char *word;
  } places[] = { { PG_DIAG_SCHEMA_NAME, "schema" },
                 { PG_DIAG_TABLE_NAME, "table" },
                 { PG_DIAG_COLUMN_NAME, "column" },
                 { PG_DIAG_DATATYPE_NAME, "type" },
                 { PG_DIAG_CONSTRAINT_NAME, "constraint" } };
  GString *text = g_string_new (NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    {
      const char *name = PQresultErrorField (result, places[i].field);
      if (name != NULL)
        g_string_append_printf (text, "%s%s %s", text->len > 0 ? ", " : "It is of ", places[i].word, name);
    }
  g_autofree char *column = copied_column (PQresultErrorField (result, PG_DIAG_CONTEXT));
  if (column != NULL && PQresultErrorField (result, PG_DIAG_COLUMN_NAME) == NULL)
    g_string_append_printf (text, "%scolumn %s", text->len > 0 ? ", " : "It is of ", column);
  return g_string_free (g_string_append (text, text->len > 0 ? ". " : ""), FALSE);
}

/* The text without what is quoted in it, from the first quote of any language to the last: that is a value. Owned by the caller. */
static char *
without_quoted (const char *text)
{
  static const char *const quotes[] = { "\"",     "'",      "\u00AB", "\u00BB", "\u2018", "\u2019",
                                        "\u201A", "\u201C", "\u201D", "\u201E", "\u300C", "\u300D" };
  const char *first = NULL, *last = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (quotes); i++)
    {
      const char *one = strstr (text, quotes[i]), *other = g_strrstr (text, quotes[i]);
      first = one != NULL && (first == NULL || one < first) ? one : first;
      last = other != NULL && (last == NULL || other + strlen (quotes[i]) > last) ? other + strlen (quotes[i]) : last;
    }
  return first == NULL ? g_strdup (text) : g_strdup_printf ("%.*s\"...\"%s", (int) (first - text), text, last);
}

/* Their message names the constraint, and the values are in their detail. */
static bool
is_of_constraint (const char *sqlstate)
{
  return g_str_has_prefix (sqlstate, "23") || g_str_has_prefix (sqlstate, "44");
}

/* An error about values, and one that somebody's function raised, may quote them in each of its parts: "Key (email)=(...) already
 * exists", "invalid input syntax for type date: ...". What is told of it names places. */
static bool
value_error (const PGresult *result, const StateRule *rule, GError **error)
{
  const char *message = PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY);
  const char *context = PQresultErrorField (result, PG_DIAG_CONTEXT);
  g_autofree char *place = place_of (result);
  g_autofree char *detail = g_strconcat (place, "The server's own log has the whole message.", NULL);
  const Failure failure = { rule->code, rule->reason, .line = context != NULL ? copied_row (context) : 0, .detail = detail,
                            .sqlstate = PQresultErrorField (result, PG_DIAG_SQLSTATE) };
  if (is_raised (result))
    {
      g_autofree char *function = raising_function (context);
      return weir_fail (error, &failure, "an error was raised by %s", function != NULL ? function : "a function in the database");
    }
  g_autofree char *plain = without_quoted (message);
  return weir_fail (error, &failure, "%s", is_of_constraint (failure.sqlstate) ? message : plain);
}

/* Whether its parts may have values in them: by its class, or because it comes from a function, which may have made a statement of
 * them. What a DO block of our own raises has none. */
static bool
may_quote_values (const PGresult *result)
{
  const char *sqlstate = PQresultErrorField (result, PG_DIAG_SQLSTATE);
  const char *context = PQresultErrorField (result, PG_DIAG_CONTEXT);
  if (context != NULL && g_str_has_prefix (context, "PL/pgSQL function inline_code_block"))
    return false;
  bool in_function = context != NULL && (strstr (context, "PL/") != NULL || strstr (context, "SQL function") != NULL);
  return in_function || is_raised (result) || is_of_constraint (sqlstate) || g_str_has_prefix (sqlstate, "22");
}

bool
db_result_error (Db *db, const PGresult *result, bool cancelled, GError **error)
{
  const char *sqlstate = PQresultErrorField (result, PG_DIAG_SQLSTATE);
  const char *message = PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY);
  const char *position = PQresultErrorField (result, PG_DIAG_STATEMENT_POSITION);
  db->position = position != NULL ? (int) g_ascii_strtoll (position, NULL, 10) : 0;
  if (cancelled && (sqlstate == NULL || g_str_equal (sqlstate, "57014")))
    return db_stop_error (error);
  if (sqlstate == NULL || message == NULL)
    return db_connection_error (db, error);

  const StateRule *rule = scope_of_state (sqlstate);
  if (may_quote_values (result))
    return value_error (result, rule, error);
  /* The context is where in whose statement, which may have values too; of a COPY it has the row. */
  const char *context = PQresultErrorField (result, PG_DIAG_CONTEXT);
  const char *hint = PQresultErrorField (result, PG_DIAG_MESSAGE_HINT);
  if (hint == NULL && rule->reason == REASON_INSUFFICIENT_PRIVILEGE)
    hint = "An administrator gives weir's role what it needs with schema/roles.sql, and again after each `weir migrate up`.";
  return weir_fail (error,
                    &(Failure) { rule->code, rule->reason, .line = context != NULL ? copied_row (context) : 0,
                                 .detail = PQresultErrorField (result, PG_DIAG_MESSAGE_DETAIL), .hint = hint,
                                 .sqlstate = sqlstate },
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

/* A server that is tried with TLS and without it says the same twice. Takes the line. */
static void
add_once (GPtrArray *lines, char *line)
{
  if (g_ptr_array_find_with_equal_func (lines, line, g_str_equal, NULL))
    g_free (line);
  else
    g_ptr_array_add (lines, line);
}

bool
db_connect_error (PGconn *conn, GError **error)
{
  char sqlstate[6] = "";
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) lines = g_strsplit (PQerrorMessage (conn), "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (*g_strstrip (*line) != '\0' && !g_str_has_prefix (*line, "LOCATION:"))
      add_once (kept, cut_sqlstate (*line, sqlstate));
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
