#include "base/error.h"
#include "schema/ledger.h"
#include "schema/ledger_private.h"

/* What loads write of a table besides its own row and its runs; and all that they write. Whatever else there is they only read. */
#define KEPT "waiting observed export overwritten unsaid"
#define WRITTEN                                                                                                                    \
  "execution execution_step execution_step_model file reject table operation bookmark pulled_file delivery delivery_target "       \
  "delivery_touched " KEPT

/* What no load asks for. It has no shadow, so that a statement that names it fails. */
#define APART "migration command schedule incident alert alert_target alert_open alert_message"

/* Of a run: what is where, and when it was. */
#define PLACE_OF_FILE                                                                                                              \
  "run_id table_name file_name place disposition claimed state size_bytes mtime_ns inode sha256 instant_ns order_key again "       \
  "retry_of by_hand approved undone_by seen_on updated_on summary kept_sha256 kept_size forgetting"
#define PLACE_OF_TABLE "table_name warehouse_schema last_instant created_on updated_on"

bool
ledger_rebuild_files (Db *db, const char *table, DbResult **ret_files, GError **error)
{
  return LEDGER_ASK ("rebuild/files", ret_files, { "table", table });
}

/* Runs statements that a statement gives. */
static bool
run_listed (Db *db, const char *statement, const SqlVar *vars, size_t n_vars, GError **error)
{
  g_autoptr (DbResult) list = NULL;
  if (!sql_run (db, statement, vars, n_vars, &list, error))
    return false;
  for (int row = 0; row < db_result_rows (list); row++)
    if (!db_exec (db, db_result_value (list, row, 0), error))
      return false;
  return true;
}

static bool
make_tables (Db *db, GError **error)
{
  const SqlVar vars[] = { { "apart", APART }, { "written", WRITTEN } };
  /* A session that has had temporary tables already keeps the room that it has. */
  (void) sql_run (db, "rebuild/make_room", NULL, 0, NULL, NULL);
  return run_listed (db, "rebuild/shadows", vars, 1, error) && run_listed (db, "rebuild/inputs", vars, G_N_ELEMENTS (vars), error);
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

/* An UPDATE of a row by the shadow's, but for some columns. */
static bool
take_over (Db *db, const char *statement, const char *relation, const char *but, const char *table, const char *schema,
           GError **error)
{
  const SqlVar which[] = { { "relation", relation }, { "but", but } };
  g_autoptr (DbResult) list = NULL;
  if (!sql_run (db, "rebuild/assignments", which, G_N_ELEMENTS (which), &list, error))
    return false;
  const SqlVar vars[] = { { "table", table }, { "schema", schema }, { "assignments", db_result_value (list, 0, 0) } };
  return sql_run (db, statement, vars, G_N_ELEMENTS (vars), NULL, error);
}

static bool
take_rows (Db *db, const char *relation, const char *table, GError **error)
{
  g_autofree char *shadow = g_strconcat ("weir.", relation, NULL);
  const SqlVar vars[] = { { "relation", relation }, { "shadow", shadow }, { "table", table } };
  return sql_run (db, "rebuild/forget_rows", vars, G_N_ELEMENTS (vars), NULL, error)
         && sql_run (db, "rebuild/take_rows", vars, G_N_ELEMENTS (vars), NULL, error);
}

static bool
take_all_rows (Db *db, const char *table, GError **error)
{
  const SqlVar which = { "kept", KEPT };
  g_autoptr (DbResult) relations = NULL;
  if (!sql_run (db, "rebuild/kept", &which, 1, &relations, error))
    return false;
  for (int row = 0; row < db_result_rows (relations); row++)
    if (!take_rows (db, db_result_value (relations, row, 0), table, error))
      return false;
  return true;
}

bool
ledger_shadow_take (Db *db, const char *table, const char *schema, GError **error)
{
  return take_all_rows (db, table, error) && take_over (db, "rebuild/take_files", "file", PLACE_OF_FILE, table, schema, error)
         && sql_run (db, "rebuild/forget_rejects", NULL, 0, NULL, error)
         && sql_run (db, "rebuild/take_rejects", NULL, 0, NULL, error)
         && take_over (db, "rebuild/take_table", "table", PLACE_OF_TABLE, table, schema, error);
}

bool
ledger_rebuilt (Db *db, const RebuiltRun *run, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run->id, id);
  const SqlVar vars[] = {
    { "run", id }, { "begun", run->begun }, { "table", run->table }, { "subject", run->subject }, { "report", run->report }
  };
  return sql_run (db, "rebuild/run", vars, G_N_ELEMENTS (vars), NULL, error)
         && sql_run (db, "rebuild/operation", vars, G_N_ELEMENTS (vars), NULL, error);
}
