#include "base/db_private.h"

#include <string.h>

/* Statements that are several go by themselves: they are run by the simple protocol, which knows no pipeline. What is rolled back may have
 * failed. */
static bool
exec_alone (Db *db, const char *sql, GError **error)
{
  bool undoes = g_str_has_prefix (sql, "rollback");
  db->culprit = NULL;
  if (!db_settle (db, NULL, undoes ? NULL : error) && !undoes)
    return false;
  if (!PQsendQuery (db->conn, sql))
    return db_connection_error (db, error);
  return db_drain (db, &(DbStatement) { 0 }, NULL, error);
}

bool
db_exec (Db *db, const char *sql, GError **error)
{
  g_autofree char *shadowed = db_shadowed (db, sql);
  sql = shadowed != NULL ? shadowed : sql;
  if (!db_check_ready (db, error))
    return false;
  if (db->sent->len == 0 || strchr (sql, ';') != NULL || g_str_has_prefix (sql, "rollback"))
    return exec_alone (db, sql, error);
  return db_run (db, &(DbText) { .sql = sql }, NULL, error);
}

/* Takes the result. */
static bool
give_result (PGresult *result, DbResult **ret_result)
{
  if (ret_result == NULL)
    return PQclear (result), true;
  *ret_result = g_new (DbResult, 1);
  (*ret_result)->result = result;
  return true;
}

bool
db_query (Db *db, const char *sql, const char *const *params, int n_params, DbResult **ret_result, GError **error)
{
  PGresult *last = NULL;
  g_autofree char *shadowed = db_shadowed (db, sql);
  sql = shadowed != NULL ? shadowed : sql;
  return db_run (db, &(DbText) { sql, params, n_params, false }, &last, error) && give_result (last, ret_result);
}

bool
db_query_again (Db *db, const char *sql, const char *const *params, int n_params, DbResult **ret_result, GError **error)
{
  PGresult *last = NULL;
  g_autofree char *shadowed = db_shadowed (db, sql);
  sql = shadowed != NULL ? shadowed : sql;
  return db_run (db, &(DbText) { sql, params, n_params, true }, &last, error) && give_result (last, ret_result);
}

bool
db_post (Db *db, const char *sql, const char *const *params, int n_params, const char *label, GError **error)
{
  g_autofree char *shadowed = db_shadowed (db, sql);
  sql = shadowed != NULL ? shadowed : sql;
  /* Whether to stop is asked where somebody waits. */
  return (db_is_usable (db) || db_connection_error (db, error))
         && db_send_behind (db, &(DbText) { sql, params, n_params, true }, g_intern_string (label), error);
}

const char *
db_culprit (const Db *db)
{
  return db->culprit;
}

int
db_position (const Db *db)
{
  return db->position;
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
db_result_named (const DbResult *result, int row, const char *name)
{
  int column = PQfnumber (result->result, name);
  g_assert (column >= 0);
  return db_result_value (result, row, column);
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
