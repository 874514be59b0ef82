#include "schema/ledger_steps.h"

#include "schema/ledger_private.h"

#include <string.h>

#define STEPS_ASK(statement, ret, ...) LEDGER_ASK ("steps/" statement, ret, __VA_ARGS__)

bool
ledger_steps_last (Db *db, const char *pipeline, StepsLast *ret_last, GError **error)
{
  g_autoptr (DbResult) last = NULL;
  *ret_last = (StepsLast) { 0 };
  if (!STEPS_ASK ("last", &last, { "pipeline", pipeline }))
    return false;
  if (db_result_rows (last) == 0)
    return true;
  const char *id = db_result_value (last, 0, 0), *status = db_result_value (last, 0, 1);
  ret_last->there = uid_parse (id, strlen (id), &ret_last->id);
  ret_last->completed = strcmp (status, "COMPLETED") == 0;
  ret_last->failed = strcmp (status, "FAILED") == 0;
  ret_last->began = db_result_int64 (last, 0, 2);
  return true;
}

bool
ledger_steps_list (Db *db, Uid run, DbResult **ret_steps, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  return STEPS_ASK ("list", ret_steps, { "id", id });
}

bool
ledger_steps_reopen (Db *db, Uid run, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  if (!db_exec (db, "begin", error))
    return false;
  if (STEPS_ASK ("reopen", NULL, { "id", id }) && STEPS_ASK ("reopen_steps", NULL, { "id", id }))
    return db_exec (db, "commit", error);
  (void) db_exec (db, "rollback", NULL);
  return false;
}

bool
ledger_steps_tell (Db *db, const char *step, const char *message, const Json *detail, GError **error)
{
  g_autofree char *text = detail != NULL ? weir_json_text (detail) : NULL;
  return STEPS_ASK ("tell", NULL, { "step", step }, { "message", message }, { "detail", text });
}

Json *
ledger_steps_column (Db *db, const char *schema, const char *table, const char *column, GError **error)
{
  g_autoptr (DbResult) values = NULL;
  if (!STEPS_ASK ("column", &values, { "schema", schema }, { "table", table }, { "column", column }))
    return NULL;
  const char *text = db_result_value (values, 0, 0);
  return weir_json_parse (text, strlen (text), column, error);
}

bool
ledger_steps_view (Db *db, const char *name, const char *schema, const char *table, const char *columns, GError **error)
{
  return STEPS_ASK ("view", NULL, { "name", name }, { "schema", schema }, { "table", table }, { "columns", columns });
}

bool
ledger_steps_drop_view (Db *db, const char *name, GError **error)
{
  return STEPS_ASK ("drop_view", NULL, { "name", name });
}

bool
ledger_steps_drop (Db *db, const char *schema, const char *table, GError **error)
{
  return STEPS_ASK ("drop", NULL, { "schema", schema }, { "table", table });
}
