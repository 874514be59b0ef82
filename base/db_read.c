#include "base/db_private.h"

enum
{
  DB_READ_MILLISECONDS = 10000,
};

bool
db_read_begin (Db *db, const char *sql, GError **error)
{
  DbStatement statement = { 0 };
  if (!db_check_ready (db, error) || !db_settle (db, NULL, error))
    return false;
  if (!PQsendQuery (db->conn, sql))
    return db_connection_error (db, error);

  g_autoptr (PGresult) result = NULL;
  if (!db_next_result (db, &statement, &result))
    return db_given_up_error (db, error);
  if (result != NULL && PQresultStatus (result) == PGRES_COPY_OUT)
    return true;

  if (result != NULL && db_is_error (result))
    db_result_error (db, result, statement.cancelled, error);
  else
    weir_error (error, WEIR_ERROR_LOCAL, "the statement is not the expected COPY: %s", sql);
  db_drain (db, &statement, NULL, NULL);
  return false;
}

static void
forget_row (Db *db)
{
  g_clear_pointer (&db->row, PQfreemem);
}

bool
db_read_next (Db *db, const void **ret_bytes, size_t *ret_length, GError **error)
{
  DbStatement statement = { .deadline = g_get_monotonic_time () + DB_READ_MILLISECONDS * INT64_C (1000) };
  int length;
  forget_row (db);
  *ret_bytes = NULL;
  *ret_length = 0;
  while ((length = PQgetCopyData (db->conn, &db->row, 1)) == 0)
    if (!db_read_more (db, &statement))
      return db_given_up_error (db, error);
  if (length > 0)
    return *ret_bytes = db->row, *ret_length = (size_t) length, true;
  /* The end, or an error, which the result has. */
  return db_drain (db, &statement, NULL, error);
}

/* What is on its way when the cancel comes is thrown away, as long as that may take. */
void
db_read_cancel (Db *db)
{
  DbStatement statement = { 0 };
  forget_row (db);
  if (!db_is_usable (db))
    return;
  db_cancel (db, &statement);
  for (int length; (length = PQgetCopyData (db->conn, &db->row, 1)) >= 0; forget_row (db))
    if (length == 0 && !db_read_more (db, &statement))
      return;
  db_drain (db, &statement, NULL, NULL);
}
