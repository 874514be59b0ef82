#include "pipeline/stage/grants.h"

#include "schema/sql.h"

bool
grants_read (Db *db, const char *schema, const char *from, const char *to, DbResult **ret_grants, GError **error)
{
  const SqlVar vars[] = { { "schema", schema }, { "from", from }, { "to", to } };
  return sql_run (db, "staging/grants", vars, G_N_ELEMENTS (vars), ret_grants, error);
}

bool
grants_give (Db *db, const DbResult *grants, GError **error)
{
  for (int row = 0; row < db_result_rows (grants); row++)
    if (!db_exec (db, db_result_value (grants, row, 0), error))
      return false;
  return true;
}
