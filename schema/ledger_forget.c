#include "schema/ledger.h"

#include "schema/ledger_delivery.h"
#include "schema/ledger_private.h"
#include "schema/ledger_schedule.h"

bool
ledger_forget_count (Db *db, const char *table, LedgerRest *ret_rest, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK ("forget/count", &result, { "table", table }))
    return false;
  *ret_rest = (LedgerRest) { .runs = db_result_int64 (result, 0, 0),
                             .files = db_result_int64 (result, 0, 1),
                             .held = db_result_int64 (result, 0, 2),
                             .rejects = db_result_int64 (result, 0, 3),
                             .bookmarks = db_result_int64 (result, 0, 4) };
  return true;
}

bool
ledger_forget_places (Db *db, const char *table, DbResult **ret_places, GError **error)
{
  return LEDGER_ASK ("forget/places", ret_places, { "table", table });
}

#define FORGET(statement) sql_run (db, "forget/" statement, (const SqlVar[]) { { "table", table } }, 1, NULL, error)

static bool
forget_runs (Db *db, const char *table, GError **error)
{
  g_autoptr (DbResult) gone = NULL;
  if (!FORGET ("rejects") || !FORGET ("step_models") || !FORGET ("steps") || !LEDGER_ASK ("forget/runs", &gone, { "table", table }))
    return false;
  const SqlVar runs[] = { { "runs", db_result_value (gone, 0, 0) } };
  return FORGET ("operations") && sql_run (db, "forget/executions", runs, G_N_ELEMENTS (runs), NULL, error);
}

/* Rows that wait for what they refer to have no table to go to any more: they are rejects of their runs. */
static bool
forget_waiting (Db *db, const char *table, GError **error)
{
  static const char *const statements[] = { "waiting/begin", "waiting/give_up", "waiting/forget", "waiting/reject",
                                            "waiting/count" };
  const SqlVar vars[] = { { "table", table } };
  for (size_t i = 0; i < G_N_ELEMENTS (statements); i++)
    if (!sql_run (db, statements[i], vars, G_N_ELEMENTS (vars), NULL, error))
      return false;
  return true;
}

bool
ledger_forget (Db *db, const char *table, bool files, bool runs, GError **error)
{
  return forget_waiting (db, table, error) && FORGET ("pins") && FORGET ("observed") && FORGET ("overwritten")
         && FORGET ("bookmarks") && FORGET ("pulled") && FORGET ("identities") && incident_drop (db, table, error)
         && delivery_forget_table (db, table, error) && (!files || FORGET ("files")) && (!runs || forget_runs (db, table, error));
}
