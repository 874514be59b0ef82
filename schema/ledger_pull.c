#include "schema/ledger_pull.h"

#include "schema/ledger_private.h"

bool
ledger_pull_lock (Db *db, const char *job, bool *ret_ours, char **ret_holder, GError **error)
{
  g_autoptr (DbResult) lock = NULL, holder = NULL;
  *ret_holder = NULL;
  if (!LEDGER_ASK ("pull/lock", &lock, { "job", job }))
    return false;
  *ret_ours = db_result_bool (lock, 0, 0);
  if (*ret_ours)
    return true;
  if (!LEDGER_ASK ("pull/holder", &holder, { "job", job }))
    return false;
  const char *user = db_result_rows (holder) > 0 ? db_result_value (holder, 0, 1) : NULL;
  const char *program = db_result_rows (holder) > 0 ? db_result_value (holder, 0, 2) : NULL;
  const char *since = db_result_rows (holder) > 0 ? db_result_value (holder, 0, 3) : NULL;
  *ret_holder = db_result_rows (holder) == 0
                    ? g_strdup ("a session that has just ended")
                    : g_strdup_printf ("session %s (%s, %s), which is there since %s", db_result_value (holder, 0, 0),
                                       user != NULL ? user : "?", program != NULL ? program : "?", since != NULL ? since : "?");
  return true;
}

bool
ledger_pull_held (Db *db, const char *job, char **ret_run, char **ret_file, GError **error)
{
  g_autoptr (DbResult) held = NULL;
  *ret_run = *ret_file = NULL;
  if (!LEDGER_ASK ("pull/held", &held, { "job", job }))
    return false;
  if (db_result_rows (held) == 0)
    return true;
  *ret_run = g_strdup (db_result_value (held, 0, 0));
  *ret_file = g_strdup (db_result_value (held, 0, 1));
  return true;
}

bool
ledger_pull_first_into (Db *db, const char *job, const char *table, char **ret_file, char **ret_job, GError **error)
{
  g_autoptr (DbResult) others = NULL;
  *ret_file = *ret_job = NULL;
  if (!LEDGER_ASK ("pull/first_into", &others, { "job", job }, { "table", table }))
    return false;
  if (db_result_rows (others) == 0)
    return true;
  *ret_file = g_strdup (db_result_value (others, 0, 0));
  *ret_job = g_strdup (db_result_value (others, 0, 1));
  return true;
}

bool
ledger_pull_unseen (Db *db, const char *job, const Json *files, DbResult **ret_files, GError **error)
{
  g_autofree char *text = weir_json_text (files);
  return LEDGER_ASK ("pull/unseen", ret_files, { "job", job }, { "files", text });
}

bool
ledger_pull_unsettled (Db *db, const char *job, DbResult **ret_files, GError **error)
{
  return LEDGER_ASK ("pull/unsettled", ret_files, { "job", job });
}

bool
ledger_pull_of_jobs (Db *db, const char *jobs, DbResult **ret_rows, GError **error)
{
  return LEDGER_ASK ("pull/of_jobs", ret_rows, { "jobs", jobs });
}

bool
ledger_pull_count (Db *db, const char *schema, const char *table, const char *condition, int64_t *ret_rows, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK ("pull/current_rows", &result, { "schema", schema }, { "table", table }, { "condition", condition }))
    return false;
  *ret_rows = db_result_int64 (result, 0, 0);
  return true;
}
