#include "schema/ledger.h"

#include "base/error.h"
#include "schema/ledger_private.h"

#include <string.h>

const char ledger_reject_copy[] =
    "copy weir.reject (run_id, line, column_name, reason, message, repaired, waiting, original) from stdin (format binary)";

void
table_state_clear (TableState *state)
{
  g_free (state->kind);
  g_free (state->pins);
  g_free (state->key);
  g_free (state->history);
  g_free (state->last_run);
  g_free (state->last_sha256);
  g_free (state->last_checksum);
  g_free (state->last_pins_sha256);
  g_free (state->newest_key);
  g_free (state->warehouse_schema);
  g_free (state->partial);
  *state = (TableState) { 0 };
}

void
run_clear (Run *run)
{
  g_free (run->table);
  g_free (run->file);
  g_free (run->place);
  g_free (run->order_key);
  g_free (run->retry_of);
  g_free (run->past);
  g_free (run->as_of);
  g_free (run->as_of_zone);
  g_free (run->applied_on);
  g_free (run->declaration);
}

void
run_state_clear (RunState *state)
{
  g_free (state->status);
  g_free (state->state);
  g_free (state->lines);
  g_free (state->order_key);
  g_free (state->retry_of);
  g_free (state->overtook);
  g_free (state->effective);
  g_free (state->declaration);
}

const char *
ledger_number (LedgerNumber *buffer, int64_t n)
{
  g_snprintf (buffer->text, sizeof buffer->text, "%" G_GINT64_FORMAT, n);
  return buffer->text;
}

bool
ledger_lock_table (Db *db, const char *table, bool *ret_locked, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK ("ledger/try_lock", &result, { "table", table }))
    return false;
  *ret_locked = db_result_bool (result, 0, 0);
  return true;
}

bool
ledger_wait_table (Db *db, const char *table, int milliseconds, GError **error)
{
  g_autofree char *timeout = g_strdup_printf ("set lock_timeout = %d", milliseconds);
  if (!db_exec (db, timeout, error))
    return false;
  bool locked = LEDGER_RUN ("wait_lock", { "table", table });
  if (!locked)
    weir_error_hint (error, "Another load of %s is running; `weir runs` names it.", table);
  return db_exec (db, "set lock_timeout = " G_STRINGIFY (DB_LOCK_TIMEOUT_MS), locked ? error : NULL) && locked;
}

bool
ledger_unlock_table (Db *db, const char *table, GError **error)
{
  return LEDGER_RUN ("unlock", { "table", table });
}

bool
ledger_run_state (Db *db, Uid run, RunState *ret_state, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  *ret_state = (RunState) { 0 };
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK ("ledger/run_status", &result, { "run", id }))
    return false;
  if (db_result_rows (result) == 0)
    return true;
  RowCounts *c = &ret_state->rows;
  int64_t *const counts[] = { &c->read,     &c->rejected,  &c->repaired,    &c->duplicate, &c->unchanged,
                              &c->inserted, &c->updated,   &c->deactivated, &c->staged,    &c->waiting,
                              &c->late,     &c->corrected, &c->deleted,     &c->absent,    &c->forgotten };
  int column = 0;
  ret_state->status = g_strdup (db_result_value (result, 0, column++));
  ret_state->state = g_strdup (db_result_value (result, 0, column++));
  for (size_t i = 0; i < G_N_ELEMENTS (counts); i++)
    *counts[i] = db_result_int64 (result, 0, column++);
  ret_state->lines = g_strdup (db_result_value (result, 0, column++));
  ret_state->instant_ns = db_result_int64 (result, 0, column++);
  ret_state->order_key = g_strdup (db_result_value (result, 0, column++));
  ret_state->again = db_result_bool (result, 0, column++);
  ret_state->retry_of = g_strdup (db_result_value (result, 0, column++));
  ret_state->overtook = g_strdup (db_result_value (result, 0, column++));
  ret_state->overtook_count = db_result_int64 (result, 0, column++);
  ret_state->effective = g_strdup (db_result_value (result, 0, column++));
  ret_state->declaration = g_strdup (db_result_value (result, 0, column));
  return true;
}

bool
ledger_begin (Db *db, const Run *run, const char *model_path, const char *model_checksum, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run->id, id);
  LedgerNumber size, mtime, inode, instant;
  int64_t begun;
  const SqlVar vars[] = { { "run", id } };
  if (!sql_change (db, "ledger/begin_execution", vars, G_N_ELEMENTS (vars), &begun, error))
    return false;
  if (begun == 0)
    return weir_error (error, WEIR_ERROR_RETRY, "the run of \"%s\" is completed: another worker has loaded the file", run->file);
  return LEDGER_POST ("begin_file", { "run", id }, { "table", run->table }, { "file", run->file }, { "place", run->place },
                      { "claimed", run->claimed ? "true" : "false" }, { "size", ledger_number (&size, run->size) },
                      { "mtime", ledger_number (&mtime, run->mtime_ns) }, { "checksum", model_checksum },
                      { "inode", ledger_number (&inode, (int64_t) run->inode) },
                      { "instant", ledger_number (&instant, run->instant_ns) }, { "key", run->order_key },
                      { "again", run->again ? "true" : "false" }, { "retry_of", run->retry_of }, { "as_of", run->as_of },
                      { "as_of_zone", run->as_of_zone }, { "declaration", run->declaration })
         && ledger_forget_rejects (db, run->id, error)
         && ledger_step_begin (db, run->id, "LOAD", model_path, model_checksum, error);
}

bool
ledger_abandon (Db *db, const char *table, Uid but_run, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (but_run, id);
  return LEDGER_POST ("abandon_steps", { "table", table }, { "run", id })
         && LEDGER_POST ("abandon_files", { "table", table }, { "run", id })
         && LEDGER_POST ("abandon", { "table", table }, { "run", id });
}

bool
ledger_forget_rejects (Db *db, Uid run, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  return LEDGER_POST ("forget_rejects", { "run", id });
}

bool
ledger_commonest_reject (Db *db, Uid run, char **ret_text, Reason *ret_reason, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  *ret_text = NULL;
  *ret_reason = REASON_NONE;
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK ("ledger/commonest_reject", &result, { "run", id }))
    return false;
  if (db_result_rows (result) == 0)
    return true;
  const char *column = db_result_value (result, 0, 2);
  *ret_reason = reason_find (db_result_value (result, 0, 1));
  *ret_text = g_strdup_printf ("%s of them: %s%s%s, first on line %s: %s", db_result_value (result, 0, 0),
                               db_result_value (result, 0, 1), column != NULL ? " in " : "", column != NULL ? column : "",
                               db_result_value (result, 0, 3), db_result_value (result, 0, 4));
  return true;
}

bool
ledger_step_begin (Db *db, Uid run, const char *step, const char *model_path, const char *model_checksum, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  if (!LEDGER_POST ("step_begin", { "run", id }, { "step", step }))
    return false;
  return model_path == NULL
         || LEDGER_POST ("step_model", { "run", id }, { "step", step }, { "model", model_path }, { "checksum", model_checksum });
}

bool
ledger_step_expected (Db *db, const char *table, int64_t rows, int64_t *ret_milliseconds, GError **error)
{
  LedgerNumber number;
  g_autoptr (DbResult) result = NULL;
  *ret_milliseconds = 0;
  if (!LEDGER_ASK ("ledger/step_expected", &result, { "table", table }, { "rows", ledger_number (&number, rows) }))
    return false;
  if (db_result_rows (result) > 0)
    *ret_milliseconds = db_result_int64 (result, 0, 0);
  return true;
}

bool
ledger_step_end (Db *db, Uid run, const char *step, bool completed, int64_t rows, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  LedgerNumber count;
  return LEDGER_POST ("step_end", { "run", id }, { "step", step }, { "status", completed ? "COMPLETED" : "FAILED" },
                      { "rows", ledger_number (&count, rows) });
}

bool
ledger_file_loaded (Db *db, Uid run, const FileLoaded *loaded, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  g_autofree char *dialect = weir_json_text (loaded->dialect);
  g_autofree char *columns = weir_json_text (loaded->columns);
  g_autofree char *lines = weir_json_text (loaded->lines);
  const RowCounts *counts = loaded->counts;
  LedgerNumber read, rejected, repaired, staged, forgotten;
  return LEDGER_POST ("file_loaded", { "run", id }, { "sha", loaded->sha256 }, { "dialect", dialect }, { "columns", columns },
                      { "header", loaded->header }, { "read", ledger_number (&read, counts->read) },
                      { "rejected", ledger_number (&rejected, counts->rejected) },
                      { "repaired", ledger_number (&repaired, counts->repaired) },
                      { "staged", ledger_number (&staged, counts->staged) },
                      { "forgotten", ledger_number (&forgotten, counts->forgotten) },
                      { "forgets", loaded->forgets ? "true" : "false" }, { "lines", lines })
         && LEDGER_POST ("heartbeat", { "run", id });
}

bool
ledger_file_columns (Db *db, Uid run, Json **ret_columns, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  *ret_columns = NULL;
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK ("ledger/file_columns", &result, { "run", id }))
    return false;
  const char *text = db_result_rows (result) > 0 ? db_result_value (result, 0, 0) : NULL;
  return text == NULL || (*ret_columns = weir_json_parse (text, strlen (text), "weir.file.columns", error)) != NULL;
}

bool
ledger_file_forgets (Db *db, Uid run, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  const SqlVar vars[] = { { "run", id }, { "by", id } };
  return sql_run (db, "forgotten/file_due", vars, G_N_ELEMENTS (vars), NULL, error);
}

bool
ledger_complete (Db *db, Uid run, bool *ret_ours, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  const SqlVar vars[] = { { "run", id } };
  int64_t rows = 0;
  if (!sql_change (db, "ledger/complete", vars, 1, &rows, error))
    return false;
  *ret_ours = rows == 1;
  return true;
}

bool
ledger_file_finished (Db *db, Uid run, const FileEnd *end, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  g_autofree char *lines = end->lines != NULL ? weir_json_text (end->lines) : NULL;
  const RowCounts none = { 0 };
  const RowCounts *c = end->counts != NULL ? end->counts : &none;
  const int64_t counts[] = { c->read,     c->rejected,  c->repaired,    c->duplicate, c->unchanged,
                             c->inserted, c->updated,   c->deactivated, c->staged,    c->waiting,
                             c->late,     c->corrected, c->deleted,     c->absent,    c->forgotten };
  LedgerNumber buffers[G_N_ELEMENTS (counts)];
  const char *text[G_N_ELEMENTS (counts)];
  for (size_t i = 0; i < G_N_ELEMENTS (counts); i++)
    text[i] = end->counts != NULL ? ledger_number (&buffers[i], counts[i]) : NULL;
  return LEDGER_POST ("file_finished", { "run", id }, { "state", end->state }, { "sha", end->sha256 },
                      { "pins_sha", end->pins_sha256 }, { "summary", end->summary }, { "read", text[0] }, { "rejected", text[1] },
                      { "repaired", text[2] }, { "duplicate", text[3] }, { "unchanged", text[4] }, { "inserted", text[5] },
                      { "updated", text[6] }, { "deactivated", text[7] }, { "staged", text[8] }, { "waiting", text[9] },
                      { "late", text[10] }, { "corrected", text[11] }, { "deleted", text[12] }, { "absent", text[13] },
                      { "forgotten", text[14] }, { "lines", lines }, { "place", end->place }, { "disposition", end->disposition },
                      { "applied_on", end->applied_on })
         && LEDGER_POST ("completed", { "run", id });
}

bool
ledger_fail (Db *db, Uid run, const char *message, const FileEnd *end, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  if (!db_exec (db, "begin; set local synchronous_commit = on", error))
    return false;
  int64_t failed = 0;
  const SqlVar vars[] = { { "run", id }, { "message", message } };
  if (LEDGER_POST ("fail_steps", { "run", id }, { "message", message })
      && sql_change (db, "ledger/fail", vars, G_N_ELEMENTS (vars), &failed, error) && failed > 0
      && ledger_file_finished (db, run, end, error) && LEDGER_POST ("fail_left", { "run", id }) && db_exec (db, "commit", error))
    return true;
  /* A connection that was lost within COMMIT may have committed: then the run is COMPLETED, and stays so with all that it says. */
  if (failed == 0 && error != NULL && *error == NULL)
    (void) weir_error (error, WEIR_ERROR_RETRY, "the run is not in progress: it may have been applied");
  (void) db_exec (db, "rollback", NULL);
  return false;
}

bool
ledger_file_placed (Db *db, Uid run, const char *place, const char *disposition, const char *summary, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  return LEDGER_RUN ("file_placed", { "run", id }, { "place", place }, { "disposition", disposition }, { "summary", summary });
}

bool
ledger_approve (Db *db, Uid run, bool *ret_done, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  const SqlVar vars[] = { { "run", id } };
  int64_t rows = 0;
  bool done = sql_change (db, "ledger/approve", vars, G_N_ELEMENTS (vars), &rows, error);
  *ret_done = rows > 0;
  return done;
}

bool
ledger_file_sha256 (Db *db, Uid run, char **ret_sha256, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  *ret_sha256 = NULL;
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK ("ledger/file_sha256", &result, { "run", id }))
    return false;
  *ret_sha256 = db_result_rows (result) > 0 ? g_strdup (db_result_value (result, 0, 0)) : NULL;
  return true;
}

bool
ledger_file_end (Db *db, const Run *run, int64_t seconds, char **ret_summary, GError **error)
{
  LedgerNumber size, mtime, inode, most;
  *ret_summary = NULL;
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK ("ledger/file_end", &result, { "file", run->file }, { "size", ledger_number (&size, run->size) },
                   { "mtime", ledger_number (&mtime, run->mtime_ns) }, { "inode", ledger_number (&inode, (int64_t) run->inode) },
                   { "seconds", ledger_number (&most, seconds) }))
    return false;
  *ret_summary = db_result_rows (result) > 0 ? g_strdup (db_result_value (result, 0, 0)) : NULL;
  return true;
}

bool
ledger_table_read (Db *db, const char *table, bool for_update, TableState *ret_state, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK (for_update ? "ledger/table_read_for_update" : "ledger/table_read", &result, { "table", table }))
    return false;
  *ret_state = (TableState) { 0 };
  if (db_result_rows (result) == 0)
    return true;
  *ret_state = (TableState) {
    .exists = db_result_bool (result, 0, 15),
    .kind = g_strdup (db_result_value (result, 0, 0)),
    .pins = g_strdup (db_result_value (result, 0, 1)),
    .key = g_strdup (db_result_value (result, 0, 2)),
    .last_run = g_strdup (db_result_value (result, 0, 3)),
    .last_sha256 = g_strdup (db_result_value (result, 0, 4)),
    .last_size = db_result_int64 (result, 0, 5),
    .last_checksum = g_strdup (db_result_value (result, 0, 6)),
    .last_pins_sha256 = g_strdup (db_result_value (result, 0, 7)),
    .last_had_rejects = db_result_bool (result, 0, 8),
    .newest_ns = db_result_int64 (result, 0, 9),
    .newest_key = g_strdup (db_result_value (result, 0, 10)),
    .applied = db_result_int64 (result, 0, 11),
    .warehouse_schema = g_strdup (db_result_value (result, 0, 12)),
    .waiting = db_result_int64 (result, 0, 13),
    .history = g_strdup (db_result_value (result, 0, 14)),
    .forgotten = db_result_bool (result, 0, 16),
    .partial = g_strdup (db_result_value (result, 0, 17)),
    .partial_whole = db_result_value (result, 0, 18) == NULL || db_result_bool (result, 0, 18),
  };
  return true;
}

bool
ledger_table_ensure (Db *db, const char *table, const char *kind, const char *warehouse_schema, GError **error)
{
  return LEDGER_POST ("table_ensure", { "table", table }, { "kind", kind }, { "schema", warehouse_schema });
}

bool
ledger_table_pin (Db *db, const char *table, const char *pins, const char *key, const char *history, GError **error)
{
  return LEDGER_POST ("table_pin", { "table", table }, { "pins", pins }, { "key", key }, { "history", history });
}

bool
ledger_table_release (Db *db, const char *table, const char *kind, const char *warehouse_schema, GError **error)
{
  return LEDGER_POST ("table_release", { "table", table }, { "kind", kind }, { "schema", warehouse_schema });
}

bool
ledger_table_instant (Db *db, const char *table, const char *now, char **ret_instant, int64_t *ret_ahead, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK ("ledger/table_instant", &result, { "table", table }, { "now", now }))
    return false;
  g_assert (db_result_rows (result) == 1);
  *ret_instant = g_strdup (db_result_value (result, 0, 0));
  if (ret_ahead != NULL)
    *ret_ahead = db_result_int64 (result, 0, 1);
  return true;
}

bool
ledger_table_applied (Db *db, const Run *run, const FileIdentity *identity, bool had_rejects, const char *effective, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run->id, id);
  LedgerNumber size, instant;
  return LEDGER_POST ("table_applied", { "table", run->table }, { "run", id }, { "sha", identity->sha256 },
                      { "size", ledger_number (&size, identity->size) }, { "checksum", identity->model_checksum },
                      { "pins_sha", identity->pins_sha256 }, { "rejects", had_rejects ? "true" : "false" },
                      { "instant", ledger_number (&instant, run->instant_ns) }, { "key", run->order_key },
                      { "effective", effective });
}

bool
ledger_was_applied (Db *db, const char *table, const FileIdentity *identity, bool *ret_was, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK ("ledger/was_applied", &result, { "table", table }, { "sha", identity->sha256 },
                   { "checksum", identity->model_checksum }, { "pins_sha", identity->pins_sha256 }))
    return false;
  *ret_was = db_result_bool (result, 0, 0);
  return true;
}

bool
ledger_size_known (Db *db, const char *table, int64_t size, bool *ret_known, GError **error)
{
  LedgerNumber bytes;
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK ("ledger/size_known", &result, { "table", table }, { "size", ledger_number (&bytes, size) }))
    return false;
  *ret_known = db_result_bool (result, 0, 0);
  return true;
}

bool
ledger_waiting_tables (Db *db, DbResult **ret_tables, GError **error)
{
  return sql_run (db, "waiting/tables", NULL, 0, ret_tables, error);
}

bool
ledger_refused_file (Db *db, const char *table, char **ret_text, GError **error)
{
  g_autoptr (DbResult) file = NULL;
  if (!LEDGER_ASK ("waiting/refused_file", &file, { "table", table }))
    return false;
  bool refused = db_result_rows (file) > 0 && db_result_bool (file, 0, 2);
  *ret_text = refused ? g_strdup_printf ("; its newest file, %s, was refused: mend it, then `weir retry %.8s`",
                                         db_result_value (file, 0, 0), db_result_value (file, 0, 1))
                      : g_strdup ("");
  return true;
}
