#include "schema/ledger_page.h"

#include "schema/ledger_private.h"

bool
ledger_page_runs (Db *db, const RunsWanted *wanted, DbResult **ret_runs, GError **error)
{
  LedgerNumber rows;
  const char *limit = ledger_number (&rows, wanted->limit), *before = wanted->before != NULL ? wanted->before : "infinity";
  if (wanted->table != NULL && wanted->state == NULL)
    return LEDGER_ASK ("page/runs_of_table", ret_runs, { "table", wanted->table }, { "before", before }, { "limit", limit });
  return LEDGER_ASK ("page/runs", ret_runs, { "table", wanted->table }, { "state", wanted->state }, { "before", before },
                     { "limit", limit });
}

bool
ledger_page_rejects (Db *db, Uid run, RejectPlace after, int limit, DbResult **ret_rejects, GError **error)
{
  char text[UID_TEXT_SIZE];
  LedgerNumber line, rows;
  uid_format (run, text);
  return LEDGER_ASK ("page/rejects", ret_rejects, { "run", text }, { "line", ledger_number (&line, after.line) },
                     { "repaired", after.repaired ? "t" : "f" }, { "limit", ledger_number (&rows, limit) });
}

bool
ledger_page_fresh (Db *db, DbResult **ret_tables, GError **error)
{
  return sql_run (db, "page/fresh", NULL, 0, ret_tables, error);
}

bool
ledger_page_activity (Db *db, const char *table, DbResult **ret_days, GError **error)
{
  return LEDGER_ASK ("page/activity", ret_days, { "table", table });
}

bool
ledger_page_sums (Db *db, const char *from, const char *until, const char *runs, DbResult **ret_sums, GError **error)
{
  return LEDGER_ASK ("page/sums", ret_sums, { "from", from != NULL ? from : "-infinity" }, { "until", until }, { "runs", runs });
}

bool
ledger_page_open (Db *db, const char *from, const char *until, const char *runs, DbResult **ret_runs, GError **error)
{
  return LEDGER_ASK ("page/open", ret_runs, { "from", from != NULL ? from : "-infinity" }, { "until", until }, { "runs", runs });
}

bool
ledger_page_now (Db *db, char **ret_now, GError **error)
{
  g_autoptr (DbResult) now = NULL;
  if (!sql_run (db, "page/now", NULL, 0, &now, error))
    return false;
  *ret_now = g_strdup (db_result_value (now, 0, 0));
  return true;
}
