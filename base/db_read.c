#include "base/db_private.h"

bool
db_read_begin (Db *db, const char *sql, GError **error)
{
  return db_start_copy (db, sql, PGRES_COPY_OUT, error);
}

static void
forget_row (Db *db)
{
  g_clear_pointer (&db->row, PQfreemem);
}

bool
db_read_next (Db *db, const void **ret_bytes, size_t *ret_length, GError **error)
{
  DbStatement statement = { 0 };
  int length;
  forget_row (db);
  *ret_bytes = NULL;
  *ret_length = 0;
  while ((length = PQgetCopyData (db->conn, &db->row, 1)) == 0)
    {
      if (!db_read_more (db, &statement))
        return db_given_up_error (db, error);
      /* A connection that broke has nothing to read for ever. */
      if (!db_is_usable (db))
        return db_connection_error (db, error);
    }
  if (length > 0)
    return *ret_bytes = db->row, *ret_length = (size_t) length, true;
  /* The end, or an error, which the result has. */
  g_autoptr (PGresult) last = NULL;
  if (!db_drain (db, &statement, &last, error))
    return false;
  db->read = last != NULL ? g_ascii_strtoll (PQcmdTuples (last), NULL, 10) : 0;
  return true;
}

int64_t
db_read_rows (const Db *db)
{
  return db->read;
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
    if (length == 0 && (!db_read_more (db, &statement) || !db_is_usable (db)))
      return;
  db_drain (db, &statement, NULL, NULL);
}
