#include "pipeline/stage/replace.h"

#include "schema/sql.h"

static bool
give_comments (Db *db, const SqlVar *vars, size_t n_vars, GError **error)
{
  g_autoptr (DbResult) comments = NULL;
  if (!sql_run (db, "staging/comments", vars, n_vars, &comments, error))
    return false;
  for (int row = 0; row < db_result_rows (comments); row++)
    if (!db_exec (db, db_result_value (comments, row, 0), error))
      return false;
  return true;
}

bool
replace_rows (Db *db, const char *schema, const char *table, const char *build, bool *ret_same, GError **error)
{
  const SqlVar vars[] = { { "schema", schema }, { "table", table }, { "build", build } }, old[] = { vars[0], { "table", build } };
  g_autoptr (DbResult) same = NULL;
  if (!sql_run (db, "staging/same_columns", vars, G_N_ELEMENTS (vars), &same, error))
    return false;
  *ret_same = db_result_bool (same, 0, 0);
  return !*ret_same
         || (sql_run (db, "staging/truncate", vars, G_N_ELEMENTS (vars), NULL, error)
             && sql_run (db, "staging/fill", vars, G_N_ELEMENTS (vars), NULL, error)
             && give_comments (db, vars, G_N_ELEMENTS (vars), error)
             && sql_run (db, "staging/drop", old, G_N_ELEMENTS (old), NULL, error));
}
