#include "pipeline/stage/aside.h"

#include "base/text.h"
#include "schema/sql.h"

#define LARGE_BYTES "16777216"

bool
aside_put (Db *db, const Stage *stage, char **ret_name, GError **error)
{
  const SqlVar vars[] = {
    { "schema", stage->schema }, { "table", stage->table }, { "build", stage->build }, { "large", LARGE_BYTES }
  };
  g_autoptr (DbResult) found = NULL;
  *ret_name = NULL;
  if (!sql_run (db, "staging/aside", vars, G_N_ELEMENTS (vars), &found, error))
    return false;
  if (db_result_rows (found) == 0)
    return true;
  g_autofree char *name = g_strdup (db_result_value (found, 0, 0));
  const SqlVar names[] = { { "schema", stage->schema }, { "build", stage->table }, { "table", name } };
  if (!sql_run (db, "staging/rename", names, G_N_ELEMENTS (names), NULL, error))
    return false;
  *ret_name = g_steal_pointer (&name);
  return true;
}

static bool
post (Db *db, const char *sql)
{
  return db_post (db, sql, NULL, 0, "staging/drop", NULL);
}

void
aside_drop (Db *db, const char *schema, const char *name, bool wait)
{
  g_autofree char *in = text_quote_ident (schema);
  g_autofree char *table = text_quote_ident (name);
  g_autofree char *drop = g_strdup_printf ("drop table if exists %s.%s", in, table);
  if (!post (db, "begin") || !post (db, "set local lock_timeout = 100") || !post (db, drop)
      || !(wait ? db_exec (db, "commit", NULL) : post (db, "commit")))
    (void) db_exec (db, "rollback", NULL);
}
