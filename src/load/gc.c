#include "src/load/gc_private.h"

#include "base/error.h"
#include "base/fault.h"
#include "schema/ledger.h"
#include "schema/ledger_delivery.h"
#include "schema/sql.h"

#include <stdio.h>
#include <string.h>

/* So long the lock of a table is kept, in microseconds; then others get it, who ask each half a second. */
#define HOLD_US 1000000
#define PAUSE_MS 700

void
gc_report_clear (GcReport *report)
{
  g_clear_pointer (&report->unmakeable, g_free);
  g_clear_pointer (&report->busy, g_ptr_array_unref);
}

bool
gc_is_wanted (const Settings *settings)
{
  return settings->keep_archive > 0 || settings->keep_failed > 0 || settings->keep_rejects > 0 || settings->keep_undo > 0
         || settings->keep_ledger > 0;
}

/* ---- the plan ---- */

/* NULL: forever. Owned by the caller. */
static char *
seconds (int64_t period)
{
  return period > 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, period) : NULL;
}

static bool
make_plan (const Gc *gc, GError **error)
{
  const Settings *settings = gc->settings;
  g_autofree char *archive = seconds (settings->keep_archive), *failed = seconds (settings->keep_failed);
  g_autofree char *rejects = seconds (settings->keep_rejects), *undo = seconds (settings->keep_undo);
  g_autofree char *ledger = seconds (settings->keep_ledger);
  static const char *const statements[] = { "gc/forget_plan", "gc/plan", "gc/plan_index", "gc/plan_runs", "gc/plan_analyze", NULL };
  const SqlVar vars[] = { { "archive", archive }, { "failed", failed }, { "rejects", rejects },
                          { "undo", undo },       { "ledger", ledger }, { "home", settings->home } };
  return sql_run_all (gc->db, statements, vars, G_N_ELEMENTS (vars), error);
}

static GcBatch
batch_at (const DbResult *batches, int row)
{
  return (GcBatch) { db_result_value (batches, row, 0), db_result_value (batches, row, 1), db_result_value (batches, row, 2) };
}

bool
gc_read_batch (const Gc *gc, const GcBatch *batch, DbResult **ret_rows, GError **error)
{
  const SqlVar vars[] = { { "what", batch->what }, { "table", batch->table }, { "batch", batch->number } };
  return sql_run (gc->db, "gc/batch", vars, G_N_ELEMENTS (vars), ret_rows, error);
}

/* What is not in its place, or was changed since, is none of the plan's. */
static bool
check_plan (Gc *gc, bool counts, GError **error)
{
  g_autoptr (DbResult) batches = NULL, unmakeable = NULL;
  if (!sql_run (gc->db, "gc/batches", NULL, 0, &batches, error))
    return false;
  for (int row = 0; row < db_result_rows (batches); row++)
    {
      const GcBatch batch = batch_at (batches, row);
      if (strcmp (batch.what, "file") == 0 && !gc_check_files (gc, &batch, counts, error))
        return false;
    }
  if (!sql_run (gc->db, "gc/unmakeable", NULL, 0, &unmakeable, error))
    return false;
  gc->report->unmakeable = g_strdup (db_result_value (unmakeable, 0, 0));
  return true;
}

/* Where the runs of a part are counted, and the rows, if these are. */
static int64_t *
counter_of (GcReport *report, const char *what, int64_t **ret_rows)
{
  const struct
  {
    const char *what;
    int64_t *runs, *rows;
  } counters[] = { { "rejects", &report->reject_runs, &report->reject_rows },
                   { "undo", &report->undo_runs, &report->undo_rows },
                   { "details", &report->details, NULL },
                   { "run", &report->runs, NULL },
                   { "execution", &report->executions, NULL },
                   { "incident", &report->incidents, NULL },
                   { "kept", &report->kept, NULL } };
  for (size_t i = 0; i < G_N_ELEMENTS (counters); i++)
    if (strcmp (counters[i].what, what) == 0)
      return *ret_rows = counters[i].rows, counters[i].runs;
  return NULL;
}

/* all: what is planned; else only what is told of what stays. */
static bool
count_plan (Gc *gc, bool all, GError **error)
{
  g_autoptr (DbResult) counts = NULL;
  if (!sql_run (gc->db, "gc/count", NULL, 0, &counts, error))
    return false;
  for (int row = 0; row < db_result_rows (counts); row++)
    {
      const char *what = db_result_value (counts, row, 0);
      int64_t *rows = NULL, *runs = counter_of (gc->report, what, &rows);
      if (runs == NULL || (!all && strcmp (what, "kept") != 0))
        continue;
      *runs = db_result_int64 (counts, row, 1);
      if (rows != NULL)
        *rows = db_result_int64 (counts, row, 2);
    }
  return true;
}

/* ---- doing it ---- */

static bool
take_rows (Gc *gc, const GcBatch *batch, const char *runs, int64_t n, GError **error)
{
  const SqlVar var = { "runs", runs };
  g_autofree char *statement = g_strconcat ("gc/", batch->what, NULL);
  g_autoptr (DbResult) gone = NULL;
  int64_t *rows = NULL, *counter = counter_of (gc->report, batch->what, &rows);
  if (!sql_run (gc->db, statement, &var, 1, &gone, error))
    return false;
  *counter += n;
  *rows += db_result_int64 (gone, 0, 0);
  return true;
}

static bool
take_details (Gc *gc, const char *runs, int64_t n, GError **error)
{
  static const char *const statements[] = { "gc/step_models", "gc/steps", "gc/details", NULL };
  const SqlVar var = { "runs", runs };
  gc->report->details += n;
  return sql_run_all (gc->db, statements, &var, 1, error);
}

/* The execution's row goes last: all others refer to it. */
static bool
take_executions (Gc *gc, const char *const *before, const char *runs, int64_t *counter, GError **error)
{
  const SqlVar var = { "runs", runs };
  g_autoptr (DbResult) gone = NULL;
  if (!sql_run_all (gc->db, before, &var, 1, error) || !sql_run (gc->db, "gc/executions", &var, 1, &gone, error))
    return false;
  *counter += db_result_int64 (gone, 0, 0);
  return true;
}

static bool
take_runs (Gc *gc, const char *runs, GError **error)
{
  static const char *const before[] = { "gc/step_models", "gc/steps", "gc/run_rejects", "gc/run_files", NULL };
  const SqlVar var = { "runs", runs };
  g_autoptr (DbResult) gone = NULL;
  return sql_run (gc->db, "gc/gone_runs", &var, 1, &gone, error)
         && take_executions (gc, before, db_result_value (gone, 0, 0), &gc->report->runs, error);
}

static bool
take_part (Gc *gc, const GcBatch *batch, const char *runs, int64_t n, GError **error)
{
  static const char *const before[] = { "gc/step_models", "gc/steps", "gc/operations", "gc/commands", NULL };
  if (strcmp (batch->what, "details") == 0)
    return take_details (gc, runs, n, error);
  if (strcmp (batch->what, "run") == 0)
    return take_runs (gc, runs, error);
  if (strcmp (batch->what, "execution") == 0)
    return take_executions (gc, before, runs, &gc->report->executions, error);
  return take_rows (gc, batch, runs, n, error);
}

static bool
take_incidents (Gc *gc, const GcBatch *batch, GError **error)
{
  const SqlVar var = { "batch", batch->number };
  g_autoptr (DbResult) gone = NULL;
  if (!sql_run (gc->db, "gc/incidents", &var, 1, &gone, error))
    return false;
  gc->report->incidents += db_result_int64 (gone, 0, 0);
  return true;
}

/* One transaction. What it counted is not done where it fails. */
static bool
do_batch (Gc *gc, const GcBatch *batch, GError **error)
{
  const SqlVar vars[] = { { "what", batch->what }, { "table", batch->table }, { "batch", batch->number } };
  const GcReport before = *gc->report;
  g_autoptr (DbResult) ended = NULL;
  if (!db_exec (gc->db, "begin", error))
    return false;
  if (sql_run (gc->db, "gc/ended", vars, G_N_ELEMENTS (vars), &ended, error)
      && take_part (gc, batch, db_result_value (ended, 0, 1), db_result_int64 (ended, 0, 0), error))
    {
      fault_point ("gc-before-commit");
      if (db_exec (gc->db, "commit", error))
        return true;
    }
  *gc->report = before;
  if (db_is_usable (gc->db))
    (void) db_exec (gc->db, "rollback", NULL);
  return false;
}

/* ---- with the lock of each table ---- */

typedef struct
{
  const char *table; /* whose batches are worked off now; borrowed; NULL: none so far */
  bool locked, skipped;
  gint64 since; /* when the lock was had; monotonic */
} Turn;

static bool
unlock (Gc *gc, Turn *turn, GError **error)
{
  bool was = turn->locked;
  turn->locked = false;
  return !was || !db_is_usable (gc->db) || ledger_unlock_table (gc->db, turn->table, error);
}

/* A table that others work on all the time waits for the next gc. */
static bool
lock (Gc *gc, Turn *turn, GError **error)
{
  g_autoptr (GError) problem = NULL;
  turn->since = g_get_monotonic_time ();
  if (*turn->table == '\0')
    return true;
  turn->locked = ledger_wait_table (gc->db, turn->table, MAX ((int) (gc->settings->lock_timeout * 1000), 1), &problem);
  if (turn->locked)
    return true;
  if (weir_error_get_reason (problem) != REASON_LOCK_BUSY)
    return g_propagate_error (error, g_steal_pointer (&problem)), false;
  turn->skipped = true;
  g_ptr_array_add (gc->report->busy, g_strdup (turn->table));
  return true;
}

/* The lock of the batch's table; after a while others get it in between. */
static bool
take_turn (Gc *gc, Turn *turn, const char *table, GError **error)
{
  bool same = turn->table != NULL && strcmp (turn->table, table) == 0;
  if (same && (turn->skipped || g_get_monotonic_time () - turn->since < HOLD_US))
    return true;
  bool pause = turn->locked && same;
  if (!unlock (gc, turn, error) || (pause && !db_sleep (gc->db, PAUSE_MS, error)))
    return false;
  *turn = (Turn) { .table = table };
  return lock (gc, turn, error);
}

static bool
work_off (Gc *gc, const GcBatch *batch, GError **error)
{
  if (strcmp (batch->what, "file") == 0 || strcmp (batch->what, "left") == 0)
    return gc_remove_files (gc, batch, error);
  if (strcmp (batch->what, "incident") == 0)
    return take_incidents (gc, batch, error);
  return do_batch (gc, batch, error);
}

static bool
do_plan (Gc *gc, GError **error)
{
  Turn turn = { 0 };
  g_autoptr (DbResult) batches = NULL;
  if (!sql_run (gc->db, "gc/batches", NULL, 0, &batches, error))
    return false;
  fault_point ("gc-planned");
  bool done = true;
  for (int row = 0; done && row < db_result_rows (batches); row++)
    {
      const GcBatch batch = batch_at (batches, row);
      done = take_turn (gc, &turn, batch.table, error) && (turn.skipped || work_off (gc, &batch, error));
    }
  return unlock (gc, &turn, done ? error : NULL) && done;
}

static bool
take_lock (Db *db, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!sql_run (db, "gc/lock", NULL, 0, &result, error))
    return false;
  return db_result_bool (result, 0, 0)
         || weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_LOCK_BUSY },
                       "another session already takes away what is too old");
}

bool
gc_run (Db *db, const Settings *settings, bool dry_run, GcReport *ret_report, GError **error)
{
  Gc gc = { db, settings, ret_report };
  *ret_report = (GcReport) { .busy = g_ptr_array_new_with_free_func (g_free) };
  if (!take_lock (db, error))
    return false;
  bool done = make_plan (&gc, error) && check_plan (&gc, dry_run, error) && count_plan (&gc, dry_run, error)
              && (dry_run || do_plan (&gc, error))
              && delivery_trim (db, settings->keep_ledger, dry_run, &ret_report->deliveries, error);
  if (!db_is_usable (db))
    return false;
  (void) sql_run (db, "gc/forget_plan", NULL, 0, NULL, NULL);
  return sql_run (db, "gc/unlock", NULL, 0, NULL, done ? error : NULL) && done;
}
