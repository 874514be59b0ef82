#include "schema/session.h"

#include "schema/sql.h"

static Json *
take_session (Db *db, const char *statement, const SqlVar *vars, size_t n_vars)
{
  g_autoptr (DbResult) found = NULL;
  if (!sql_run (db, statement, vars, n_vars, &found, NULL) || db_result_rows (found) == 0)
    return NULL;
  static const char *const members[] = { "user", "application", "state", "since", "query" };
  Json *session = json_pack ("{s:I}", "pid", (json_int_t) db_result_int64 (found, 0, 0));
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    json_object_set_new (session, members[i], weir_json_string (db_result_value (found, 0, (int) i + 1)));
  return session;
}

Json *
session_holding (Db *db, const char *warehouse, const char *staging, const char *table)
{
  const SqlVar vars[] = { { "warehouse", warehouse }, { "staging", staging }, { "table", table } };
  return take_session (db, "session/holding", vars, G_N_ELEMENTS (vars));
}

Json *
session_blocking (Db *db, int pid)
{
  g_autofree char *text = g_strdup_printf ("%d", pid);
  return take_session (db, "session/blocking", &(SqlVar) { "pid", text }, 1);
}

char *
session_state (Db *db, int pid)
{
  g_autofree char *text = g_strdup_printf ("%d", pid);
  g_autoptr (DbResult) found = NULL;
  if (!sql_run (db, "session/state", &(SqlVar) { "pid", text }, 1, &found, NULL) || db_result_rows (found) == 0)
    return NULL;
  return g_strdup (db_result_value (found, 0, 0));
}

static const char *
member (const Json *session, const char *name, const char *otherwise)
{
  const char *text = json_string_value (json_object_get (session, name));
  return text != NULL && *text != '\0' ? text : otherwise;
}

char *
session_text (const Json *session)
{
  const char *query = member (session, "query", NULL);
  return g_strdup_printf ("session %d (%s, %s), %s since %s%s%s", (int) json_integer_value (json_object_get (session, "pid")),
                          member (session, "user", "unknown user"), member (session, "application", "unknown program"),
                          member (session, "state", "there"), member (session, "since", "some time"), query != NULL ? ": " : "",
                          query != NULL ? query : "");
}
