#include "base/db_private.h"

struct DbResult
{
  PGresult *result;
};

bool
db_exec (Db *db, const char *sql, GError **error)
{
  if (!db_check_ready (db, error))
    return false;
  if (!PQsendQuery (db->conn, sql))
    return db_connection_error (db, error);
  return db_drain (db, &(DbStatement) { 0 }, NULL, error);
}

bool
db_query (Db *db, const char *sql, const char *const *params, int n_params, DbResult **ret_result, GError **error)
{
  if (!db_check_ready (db, error))
    return false;
  if (!PQsendQueryParams (db->conn, sql, n_params, NULL, params, NULL, NULL, 0))
    return db_connection_error (db, error);

  g_autoptr (PGresult) last = NULL;
  if (!db_drain (db, &(DbStatement) { 0 }, &last, error))
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
