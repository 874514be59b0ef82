#include "base/error.h"
#include "schema/ledger.h"
#include "schema/ledger_private.h"

#include <string.h>

bool
ledger_tables (Db *db, DbResult **ret_tables, GError **error)
{
  return sql_run (db, "report/tables", NULL, 0, ret_tables, error);
}

bool
ledger_waiting (Db *db, DbResult **ret_waiting, GError **error)
{
  return sql_run (db, "report/waiting", NULL, 0, ret_waiting, error);
}

bool
ledger_table_names (Db *db, DbResult **ret_names, GError **error)
{
  return sql_run (db, "report/table_names", NULL, 0, ret_names, error);
}

bool
ledger_held (Db *db, DbResult **ret_held, GError **error)
{
  return sql_run (db, "report/held", NULL, 0, ret_held, error);
}

bool
ledger_guarded (Db *db, DbResult **ret_files, GError **error)
{
  return sql_run (db, "report/guarded", NULL, 0, ret_files, error);
}

bool
ledger_runs (Db *db, const char *table, int limit, DbResult **ret_runs, GError **error)
{
  LedgerNumber rows;
  return LEDGER_ASK ("report/runs", ret_runs, { "table", table }, { "limit", ledger_number (&rows, limit) });
}

/* Whether the text can be (the beginning of) a run's id. */
static bool
looks_like_id (const char *text)
{
  size_t length = strlen (text);
  return length >= 4 && length <= 36 && strspn (text, "0123456789abcdef-") == length;
}

bool
ledger_find_execution (Db *db, const char *text, Uid *ret_run, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (text, -1);
  g_autoptr (DbResult) result = NULL;
  if (strcmp (text, "last") == 0)
    {
      if (!sql_run (db, "report/find_last", NULL, 0, &result, error))
        return false;
    }
  else if (looks_like_id (lower))
    {
      if (!LEDGER_ASK ("report/find_run", &result, { "text", lower }))
        return false;
      if (db_result_rows (result) > 1)
        return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "Give more of the id; `weir runs` lists them." },
                          "more than one run begins with \"%s\"", text);
    }
  if (result == NULL || db_result_rows (result) == 0)
    {
      g_clear_pointer (&result, db_result_free);
      if (!LEDGER_ASK ("report/find_file", &result, { "text", text }))
        return false;
    }
  if (db_result_rows (result) == 0)
    {
      g_clear_pointer (&result, db_result_free);
      if (!LEDGER_ASK ("report/find_pipeline", &result, { "text", text }))
        return false;
    }
  if (db_result_rows (result) == 0)
    return weir_fail (
        error,
        &(Failure) {
            WEIR_ERROR_MODEL,
            .hint = "A run is an id, the beginning of one, a file's or a pipeline's name, or `last`; `weir runs` lists them." },
        "no run \"%s\"", text);
  const char *id = db_result_value (result, 0, 0);
  return uid_parse (id, strlen (id), ret_run);
}

static bool
has_no_file (const char *text, const char *what, GError **error)
{
  g_autofree char *hint = g_strdup_printf ("`weir runs %s` shows it.", text);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint }, "run \"%s\" is of %s, and has no file", text, what);
}

bool
ledger_find_run (Db *db, const char *text, Uid *ret_run, GError **error)
{
  char id[UID_TEXT_SIZE];
  g_autoptr (DbResult) without = NULL;
  if (!ledger_find_execution (db, text, ret_run, error))
    return false;
  uid_format (*ret_run, id);
  if (!LEDGER_ASK ("report/without_file", &without, { "run", id }))
    return false;
  return db_result_rows (without) == 0 || has_no_file (text, db_result_value (without, 0, 0), error);
}

static bool
ask_about_run (Db *db, const char *statement, Uid run, DbResult **ret_result, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  return LEDGER_ASK (statement, ret_result, { "run", id });
}

bool
ledger_run (Db *db, Uid run, DbResult **ret_run, GError **error)
{
  return ask_about_run (db, "report/run", run, ret_run, error);
}

bool
ledger_run_steps (Db *db, Uid run, DbResult **ret_steps, GError **error)
{
  return ask_about_run (db, "report/steps", run, ret_steps, error);
}

bool
ledger_run_command (Db *db, Uid run, DbResult **ret_command, GError **error)
{
  return ask_about_run (db, "report/command", run, ret_command, error);
}

bool
ledger_run_files (Db *db, const char *runs, DbResult **ret_files, GError **error)
{
  return LEDGER_ASK ("report/run_files", ret_files, { "runs", runs });
}

bool
ledger_secret_table (Db *db, char **ret_table, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!sql_run (db, "report/secret_table", NULL, 0, &result, error))
    return false;
  *ret_table = db_result_rows (result) > 0 ? g_strdup (db_result_value (result, 0, 0)) : NULL;
  return true;
}

bool
ledger_rejects (Db *db, Uid run, RejectPlace after, int limit, DbResult **ret_rejects, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  LedgerNumber line, rows;
  /* Without statistics, as right after a load, each page would sort all that are left: the index has them in order. */
  if (after.line == 0 && !db_exec (db, "set enable_sort = off", error))
    return false;
  return LEDGER_ASK ("report/rejects", ret_rejects, { "run", id }, { "line", ledger_number (&line, after.line) },
                     { "repaired", after.repaired ? "true" : "false" }, { "limit", ledger_number (&rows, limit) });
}
