#include "schema/ledger_alerts.h"

#include "schema/ledger_private.h"

/* Tables that are told of in messages of their own; more share one. */
#define MOST_TABLES "5"

static bool
finish (Db *db, bool done, GError **error)
{
  if (done)
    return db_exec (db, "commit", error);
  (void) db_exec (db, "rollback", NULL);
  return false;
}

bool
alerts_lock (Db *db, const char *target, bool *ret_ours, GError **error)
{
  g_autoptr (DbResult) lock = NULL;
  if (!LEDGER_ASK ("alerts/lock", &lock, { "target", target }) || !LEDGER_ASK ("alerts/begin_target", NULL, { "target", target }))
    return false;
  *ret_ours = db_result_bool (lock, 0, 0);
  return true;
}

bool
alerts_due (Db *db, const char *target, AlertsDue *ret_due, GError **error)
{
  g_autoptr (DbResult) due = NULL;
  if (!LEDGER_ASK ("alerts/due", &due, { "target", target }))
    return false;
  bool known = db_result_rows (due) > 0;
  *ret_due = known ? (AlertsDue) { db_result_bool (due, 0, 0), db_result_bool (due, 0, 1), db_result_bool (due, 0, 2) }
                   : (AlertsDue) { false };
  return true;
}

bool
alerts_note (Db *db, const char *target, const char *rules, GError **error)
{
  static const char *const statements[] = { "alerts/note_begin", "alerts/note_plan", "alerts/note", "alerts/close",
                                            "alerts/open",       "alerts/advance",   NULL };
  const SqlVar vars[] = { { "target", target }, { "rules", rules } };
  return finish (db, sql_run_all (db, statements, vars, G_N_ELEMENTS (vars), error), error);
}

bool
alerts_note_incidents (Db *db, const char *target, const char *rules, GError **error)
{
  return LEDGER_ASK ("alerts/note_incidents", NULL, { "target", target }, { "rules", rules });
}

bool
alerts_add (Db *db, const char *target, const char *rule, const char *cause, const char *text, GError **error)
{
  return LEDGER_ASK ("alerts/add", NULL, { "target", target }, { "rule", rule }, { "cause", cause }, { "text", text });
}

bool
alerts_seal (Db *db, const char *target, int64_t gather, int64_t every, GError **error)
{
  LedgerNumber one, other;
  return LEDGER_ASK ("alerts/seal", NULL, { "target", target }, { "gather", ledger_number (&one, gather) },
                     { "every", ledger_number (&other, every) }, { "most_tables", MOST_TABLES });
}

void
alert_message_clear (AlertMessage *message)
{
  g_free (message->id);
  g_free (message->rule);
  g_free (message->table);
  *message = (AlertMessage) { 0 };
}

bool
alerts_take (Db *db, const char *target, int64_t most_seconds, AlertMessage *ret_message, GError **error)
{
  LedgerNumber most;
  g_autoptr (DbResult) taken = NULL;
  *ret_message = (AlertMessage) { 0 };
  if (!LEDGER_ASK ("alerts/take", &taken, { "target", target }, { "most_seconds", ledger_number (&most, most_seconds) }))
    return false;
  if (db_result_rows (taken) == 0)
    return true;
  *ret_message = (AlertMessage) { g_strdup (db_result_value (taken, 0, 0)),
                                  g_strdup (db_result_value (taken, 0, 1)),
                                  g_strdup (db_result_value (taken, 0, 2)),
                                  db_result_int64 (taken, 0, 3),
                                  db_result_int64 (taken, 0, 4),
                                  db_result_bool (taken, 0, 5) };
  return true;
}

bool
alerts_items (Db *db, const char *message, int limit, DbResult **ret_items, int64_t *ret_tables, GError **error)
{
  LedgerNumber most;
  g_autoptr (DbResult) tables = NULL;
  if (!LEDGER_ASK ("alerts/tables_of", &tables, { "message", message })
      || !LEDGER_ASK ("alerts/items", ret_items, { "message", message }, { "limit", ledger_number (&most, limit) }))
    return false;
  *ret_tables = db_result_int64 (tables, 0, 0);
  return true;
}

bool
alerts_settle (Db *db, const char *target, const AlertAnswer *answer, GError **error)
{
  LedgerNumber pause;
  const SqlVar vars[] = { { "target", target },
                          { "message", answer->message },
                          { "state", answer->state },
                          { "answer", answer->answer },
                          { "pause", answer->pause >= 0 ? ledger_number (&pause, answer->pause) : NULL } };
  if (!db_exec (db, "begin", error))
    return false;
  bool done = (answer->message == NULL || sql_run (db, "alerts/settle", vars, G_N_ELEMENTS (vars), NULL, error))
              && sql_run (db, "alerts/answered", vars, G_N_ELEMENTS (vars), NULL, error);
  return finish (db, done, error);
}

/* The first number of an answer. */
static bool
ask_number (Db *db, const char *statement, const char *name, const char *value, int64_t *ret_number, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK (statement, &result, { name, value }))
    return false;
  *ret_number = db_result_rows (result) > 0 ? db_result_int64 (result, 0, 0) : 0;
  return true;
}

bool
alerts_failures (Db *db, const char *target, int64_t *ret_failures, GError **error)
{
  return ask_number (db, "alerts/failures", "target", target, ret_failures, error);
}

bool
alerts_trim (Db *db, GError **error)
{
  return sql_run (db, "alerts/trim", NULL, 0, NULL, error);
}

bool
alerts_targets (Db *db, DbResult **ret_targets, GError **error)
{
  return sql_run (db, "alerts/targets", NULL, 0, ret_targets, error);
}

bool
alerts_undelivered (Db *db, int limit, DbResult **ret_messages, GError **error)
{
  LedgerNumber most;
  return LEDGER_ASK ("alerts/undelivered", ret_messages, { "limit", ledger_number (&most, limit) });
}

bool
alerts_retry (Db *db, const char *name, int64_t *ret_messages, GError **error)
{
  return ask_number (db, "alerts/retry", "name", name, ret_messages, error);
}

bool
alerts_drop (Db *db, const char *name, int64_t *ret_messages, GError **error)
{
  return ask_number (db, "alerts/drop", "name", name, ret_messages, error);
}

bool
alerts_forget_target (Db *db, const char *name, bool *ret_done, GError **error)
{
  const SqlVar vars[] = { { "name", name } };
  int64_t targets = 0;
  bool done = sql_change (db, "alerts/forget_target", vars, G_N_ELEMENTS (vars), &targets, error);
  *ret_done = targets > 0;
  return done;
}
