#include "schema/ledger_schedule.h"

#include "schema/ledger_private.h"

#define SCHEDULE_ASK(statement, ret, ...) LEDGER_ASK ("schedule/" statement, ret, __VA_ARGS__)

/* Changes at most one row; whether it did. */
#define SCHEDULE_CHANGE(statement, ret_done, ...)                                                                                  \
  change (db, "schedule/" statement, (const SqlVar[]) { __VA_ARGS__ }, G_N_ELEMENTS (((const SqlVar[]) { __VA_ARGS__ })),          \
          ret_done, error)

static bool
change (Db *db, const char *statement, const SqlVar *vars, size_t n_vars, bool *ret_done, GError **error)
{
  int64_t rows;
  if (!sql_change (db, statement, vars, n_vars, &rows, error))
    return false;
  *ret_done = rows > 0;
  return true;
}

/* Text that lives as long as the row it is of. */
static bool
take_text (const DbResult *result, char **ret_text)
{
  *ret_text = db_result_rows (result) > 0 ? g_strdup (db_result_value (result, 0, 0)) : NULL;
  return true;
}

bool
schedule_now (Db *db, int64_t *ret_now, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!sql_run (db, "schedule/now", NULL, 0, &result, error))
    return false;
  *ret_now = db_result_int64 (result, 0, 0);
  return true;
}

bool
schedule_lock (Db *db, const char *what, bool *ret_ours, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!SCHEDULE_ASK ("lock", &result, { "what", what }))
    return false;
  *ret_ours = db_result_bool (result, 0, 0);
  return true;
}

bool
schedule_unlock (Db *db, const char *what, GError **error)
{
  return SCHEDULE_ASK ("unlock", NULL, { "what", what });
}

/* ---- what there is ---- */

bool
schedule_follow (Db *db, const char *home, const ScheduleRow *row, int64_t now, GError **error)
{
  LedgerNumber next, moment;
  return SCHEDULE_ASK ("take_over", NULL, { "name", row->name }, { "home", home })
         && SCHEDULE_ASK ("follow", NULL, { "name", row->name }, { "kind", row->kind }, { "table", row->table }, { "home", home },
                          { "cron", row->cron }, { "zone", row->zone }, { "by", row->by }, { "cut_off", row->cut_off },
                          { "catch_up", catch_up_words[row->catch_up] }, { "rows", row->rows },
                          { "next", row->has_next ? ledger_number (&next, row->next) : NULL },
                          { "now", ledger_number (&moment, now) });
}

bool
schedule_forget (Db *db, const char *home, const char *names, int64_t now, GError **error)
{
  LedgerNumber moment;
  return SCHEDULE_ASK ("forget", NULL, { "home", home }, { "names", names })
         && SCHEDULE_ASK ("end_unexpected", NULL, { "now", ledger_number (&moment, now) });
}

/* ---- acting ---- */

bool
schedule_due (Db *db, const char *names, int64_t now, DbResult **ret_due, GError **error)
{
  LedgerNumber moment;
  return SCHEDULE_ASK ("due", ret_due, { "names", names }, { "now", ledger_number (&moment, now) });
}

bool
schedule_next (Db *db, const char *names, bool *ret_any, int64_t *ret_next, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!SCHEDULE_ASK ("next", &result, { "names", names }))
    return false;
  *ret_any = db_result_value (result, 0, 0) != NULL;
  *ret_next = db_result_int64 (result, 0, 0);
  return true;
}

bool
schedule_act (Db *db, const ScheduleAct *act, bool *ret_ours, GError **error)
{
  LedgerNumber next, due, now, was;
  if (act->asked)
    return SCHEDULE_CHANGE ("act_now", ret_ours, { "name", act->name }, { "now", ledger_number (&now, act->now) },
                            { "result", act->result }, { "message", act->message });
  return SCHEDULE_CHANGE ("act", ret_ours, { "name", act->name }, { "was", ledger_number (&was, act->was) },
                          { "due", ledger_number (&due, act->due) },
                          { "next", act->has_next ? ledger_number (&next, act->next) : NULL },
                          { "now", ledger_number (&now, act->now) }, { "result", act->result }, { "message", act->message });
}

bool
schedule_end (Db *db, const ScheduleAct *act, int64_t began, GError **error)
{
  LedgerNumber next, now, since;
  return SCHEDULE_ASK (
      "end", NULL, { "name", act->name }, { "began", ledger_number (&since, began) }, { "now", ledger_number (&now, act->now) },
      { "next", act->has_next ? ledger_number (&next, act->next) : NULL }, { "result", act->result }, { "message", act->message });
}

bool
schedule_under_way (Db *db, const char *names, DbResult **ret_rows, GError **error)
{
  return SCHEDULE_ASK ("under_way", ret_rows, { "names", names });
}

bool
schedule_pause (Db *db, const char *name, bool *ret_done, GError **error)
{
  return SCHEDULE_CHANGE ("pause", ret_done, { "name", name });
}

bool
schedule_resume (Db *db, const char *name, bool has_next, int64_t next, bool *ret_done, GError **error)
{
  LedgerNumber number;
  return SCHEDULE_CHANGE ("resume", ret_done, { "name", name }, { "next", has_next ? ledger_number (&number, next) : NULL });
}

bool
schedule_list (Db *db, const char *name, DbResult **ret_rows, GError **error)
{
  return SCHEDULE_ASK ("list", ret_rows, { "name", name });
}

bool
schedule_find (Db *db, const char *name, char **ret_name, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  *ret_name = NULL;
  if (!SCHEDULE_ASK ("find", &result, { "name", name }))
    return false;
  bool is_one = db_result_rows (result) == 1 || (db_result_rows (result) > 0 && g_str_equal (db_result_value (result, 0, 0), name));
  return !is_one || take_text (result, ret_name);
}

/* ---- files that are expected ---- */

bool
incident_since (Db *db, const char *table, int64_t from, char **ret_since, GError **error)
{
  LedgerNumber number;
  g_autoptr (DbResult) result = NULL;
  return SCHEDULE_ASK ("since", &result, { "table", table }, { "from", ledger_number (&number, from) })
         && take_text (result, ret_since);
}

bool
incident_file (Db *db, const char *table, const char *since, char **ret_file, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  return SCHEDULE_ASK ("came", &result, { "table", table }, { "since", since }) && take_text (result, ret_file);
}

bool
incident_file_in_work (Db *db, const char *table, const char *since, bool *ret_is, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!SCHEDULE_ASK ("under_work", &result, { "table", table }, { "since", since }))
    return false;
  *ret_is = db_result_bool (result, 0, 0);
  return true;
}

bool
incident_stale (Db *db, const Stale *stale, char **ret_detail, GError **error)
{
  LedgerNumber due;
  g_autoptr (DbResult) result = NULL;
  return SCHEDULE_ASK ("stale", &result, { "table", stale->table }, { "since", stale->since },
                       { "due", ledger_number (&due, stale->due) }, { "shown", stale->shown }, { "zone", stale->zone },
                       { "waits", stale->waits })
         && take_text (result, ret_detail);
}

bool
incident_recovered (Db *db, const char *tables, DbResult **ret_rows, GError **error)
{
  return SCHEDULE_ASK ("recovered", ret_rows, { "tables", tables });
}

bool
incident_new_files (Db *db, const char *names, DbResult **ret_files, GError **error)
{
  return SCHEDULE_ASK ("new_files", ret_files, { "names", names });
}

bool
incident_rows_before (Db *db, const char *table, const char *seen, int64_t *ret_before, int64_t *ret_good, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!SCHEDULE_ASK ("files_before", &result, { "table", table }, { "seen", seen }))
    return false;
  *ret_before = db_result_value (result, 0, 0) != NULL ? db_result_int64 (result, 0, 0) : -1;
  *ret_good = db_result_value (result, 0, 1) != NULL ? db_result_int64 (result, 0, 1) : -1;
  return true;
}

bool
incident_looked (Db *db, const char *name, const char *was, const char *seen, bool *ret_ours, GError **error)
{
  return SCHEDULE_CHANGE ("looked", ret_ours, { "name", name }, { "was", was }, { "seen", seen });
}

bool
incident_odd_rows (Db *db, const OddRows *odd, GError **error)
{
  return SCHEDULE_ASK ("odd_rows", NULL, { "table", odd->table }, { "run", odd->run }, { "seen", odd->seen },
                       { "detail", odd->detail });
}

bool
incident_usual_rows (Db *db, const OddRows *file, int64_t *ret_ended, GError **error)
{
  const SqlVar vars[] = { { "table", file->table }, { "run", file->run }, { "file", file->file }, { "seen", file->seen } };
  return sql_change (db, "schedule/usual_rows", vars, G_N_ELEMENTS (vars), ret_ended, error);
}

bool
incident_list (Db *db, const char *home, const char *jobs, DbResult **ret_rows, GError **error)
{
  return SCHEDULE_ASK ("incidents", ret_rows, { "home", home }, { "jobs", jobs });
}

bool
incident_drop (Db *db, const char *table, GError **error)
{
  return SCHEDULE_ASK ("drop_incidents", NULL, { "table", table });
}
