#include "base/error.h"
#include "schema/ledger.h"
#include "schema/ledger_private.h"

bool
ledger_rebuild_files (Db *db, const char *table, DbResult **ret_files, GError **error)
{
  return LEDGER_ASK ("rebuild/files", ret_files, { "table", table });
}

static bool
make_tables (Db *db, GError **error)
{
  g_autoptr (DbResult) tables = NULL;
  /* A session that has had temporary tables already keeps the room that it has. */
  (void) sql_run (db, "rebuild/make_room", NULL, 0, NULL, NULL);
  if (!sql_run (db, "rebuild/shadows", NULL, 0, &tables, error))
    return false;
  for (int row = 0; row < db_result_rows (tables); row++)
    if (!db_exec (db, db_result_value (tables, row, 0), error))
      return false;
  return true;
}

bool
ledger_shadow (Db *db, const char *table, char **ret_schema, GError **error)
{
  static const char *const statements[] = { "rebuild/shadow_tables", "rebuild/shadow_files", "rebuild/shadow_unapplied" };
  const SqlVar vars[] = { { "table", table } };
  g_autoptr (DbResult) schema = NULL;
  if (!make_tables (db, error))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (statements); i++)
    if (!sql_run (db, statements[i], vars, G_N_ELEMENTS (vars), NULL, error))
      return false;
  if (!sql_run (db, "rebuild/schema", NULL, 0, &schema, error))
    return false;
  *ret_schema = g_strdup (db_result_value (schema, 0, 0));
  db_shadow (db, "weir");
  return true;
}

bool
ledger_shadow_changed (Db *db, GError **error)
{
  g_autoptr (DbResult) changed = NULL;
  if (!sql_run (db, "rebuild/changed", NULL, 0, &changed, error))
    return false;
  return db_result_rows (changed) == 0
         || weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_FILE_CHANGED, .detail = "Nothing was changed." },
                       "\"%s\" changed while it was read", db_result_value (changed, 0, 0));
}

bool
ledger_shadow_take (Db *db, const char *table, const char *schema, GError **error)
{
  static const char *const statements[] = { "rebuild/take_files",     "rebuild/forget_rejects", "rebuild/take_rejects",
                                            "rebuild/forget_waiting", "rebuild/take_waiting",   "rebuild/forget_observed",
                                            "rebuild/take_observed",  "rebuild/take_table" };
  const SqlVar vars[] = { { "table", table }, { "schema", schema } };
  for (size_t i = 0; i < G_N_ELEMENTS (statements); i++)
    if (!sql_run (db, statements[i], vars, G_N_ELEMENTS (vars), NULL, error))
      return false;
  return true;
}

bool
ledger_rebuilt (Db *db, const RebuiltRun *run, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run->id, id);
  LedgerNumber inserted, updated, removed;
  const SqlVar vars[] = { { "run", id },
                          { "begun", run->begun },
                          { "table", run->table },
                          { "summary", run->summary },
                          { "inserted", ledger_number (&inserted, run->inserted) },
                          { "updated", ledger_number (&updated, run->updated) },
                          { "removed", ledger_number (&removed, run->removed) } };
  return sql_run (db, "rebuild/run", vars, G_N_ELEMENTS (vars), NULL, error)
         && sql_run (db, "rebuild/run_file", vars, G_N_ELEMENTS (vars), NULL, error);
}
