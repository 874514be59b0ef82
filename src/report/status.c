#include "src/report/status.h"

#include "base/error.h"
#include "base/text.h"
#include "schema/ledger_schedule.h"
#include "schema/session.h"
#include "src/jobs/deliveries.h"
#include "src/report/delivered.h"
#include "src/report/guarded.h"
#include "src/report/show.h"
#include "src/report/told.h"
#include "src/schedule/incident.h"
#include "src/server/connect.h"

#include <string.h>

void
status_clear (Status *status)
{
  g_free (status->where);
  g_clear_error (&status->away);
  g_clear_pointer (&status->session, json_decref);
  g_clear_pointer (&status->tables, tables_free);
  g_clear_pointer (&status->waiting, g_ptr_array_unref);
  failed_files_clear (&status->failed);
  g_clear_pointer (&status->guarded, g_ptr_array_unref);
  g_clear_pointer (&status->strays, g_ptr_array_unref);
  g_clear_pointer (&status->incidents, db_result_free);
  g_clear_pointer (&status->alerted, alerted_free);
  g_clear_pointer (&status->deliveries, json_decref);
  g_clear_pointer (&status->plan, alert_plan_free);
}

Db *
status_connect (const Settings *settings, DbTick (*tick) (int64_t waited_us, void *data), void *data, Status *status)
{
  g_autofree char *url = NULL;
  if (!database_url (settings, false, &url, &status->where, &status->away))
    return NULL;
  Db *db = database_open_watched (settings, tick, data, &status->away);
  /* Rows of a table that somebody has locked are left out: whoever looks does not wait long. */
  if (db != NULL)
    (void) db_exec (db, "set lock_timeout = 1000", NULL);
  return db;
}

/* A ledger that somebody has locked says nothing, as if it was away: folders and board alone can tell then. */
static Tables *
read_tables (Db *db, Status *status, GError **error)
{
  const Settings *settings = status->settings;
  g_autoptr (GError) problem = NULL;
  Tables *tables = tables_read (db, settings, status->catalog, status->estimate, &problem);
  if (tables != NULL)
    return tables;
  if (db == NULL || !g_error_matches (problem, WEIR_ERROR, WEIR_ERROR_RETRY))
    return g_propagate_error (error, g_steal_pointer (&problem)), NULL;
  if (weir_error_get_reason (problem) == REASON_LOCK_BUSY && db_is_usable (db))
    status->session = session_holding (db, settings->warehouse_schema, settings->staging_schema, "");
  g_autofree char *who = status->session != NULL ? session_text (status->session) : NULL;
  if (who != NULL)
    weir_error_detail (&problem, "In the way is %s", who);
  status->away = g_steal_pointer (&problem);
  return tables_read (NULL, settings, status->catalog, false, error);
}

static bool
find_held (Db *db, Status *status, GError **error)
{
  status->strays = guarded_list (status->settings);
  status->guarded = guarded_read (db, status->settings, status->catalog, error);
  if (status->guarded != NULL)
    guarded_keep_strays (status->strays, status->settings, status->guarded);
  return status->guarded != NULL;
}

/* What is of the home's jobs. Where these cannot be listed `weir check` says so, and the rest is told. */
static bool
find_of_jobs (Db *db, Status *status, GError **error)
{
  g_autoptr (Jobs) jobs = jobs_load (status->settings, NULL);
  g_autofree char *names = deliveries_jobs (jobs);
  if (!incident_list (db, status->settings->home, names, &status->incidents, error))
    return false;
  status->deliveries = delivered_waiting (db, status->settings, jobs, error);
  return status->deliveries != NULL;
}

static bool
find_alerts (Db *db, Status *status, GError **error)
{
  status->plan = alert_plan_read (status->settings->notify, "$.notify", NULL);
  if (status->plan->targets->len > 0)
    status->alerted = alerted_read (db, status->settings, status->plan, error);
  return status->alerted != NULL || status->plan->targets->len == 0;
}

bool
status_read (Db *db, const Settings *settings, const Catalog *catalog, Status *status, GError **error)
{
  status->settings = settings;
  status->catalog = catalog;
  status->tables = read_tables (db, status, error);
  if (status->tables == NULL)
    return false;
  if (status->away == NULL
      && (!find_held (db, status, error) || !find_of_jobs (db, status, error) || !find_alerts (db, status, error)))
    return false;
  TableKnowledge knowledge = tables_knowledge (status->tables);
  status->waiting = folders_list_waiting (settings, catalog, status->away == NULL ? &knowledge : NULL, error);
  return status->waiting != NULL && folders_find_failed (settings, &status->failed, error);
}

bool
status_needs_attention (const Status *status)
{
  if (status->failed.files > 0 || (status->incidents != NULL && db_result_rows (status->incidents) > 0)
      || (status->guarded != NULL && status->guarded->len > 0) || (status->strays != NULL && status->strays->len > 0)
      || (status->alerted != NULL && alerted_is_troubled (status->alerted)) || delivered_is_troubled (status->deliveries))
    return true;
  for (guint i = 0; i < status->tables->tables->len; i++)
    {
      const Table *table = g_ptr_array_index (status->tables->tables, i);
      if (table->broken != NULL || table->problem != NULL || table->emptied || table->waiting->len > 0
          || g_strcmp0 (table->last_state, "failed") == 0)
        return true;
    }
  for (guint i = 0; i < status->waiting->len; i++)
    {
      const WaitingFile *file = g_ptr_array_index (status->waiting, i);
      if (!g_str_equal (file->state, "in work") && !g_str_equal (file->state, "ignored"))
        return true;
    }
  return false;
}

/* ---- as JSON ---- */

static const char *
model_word (const Table *table)
{
  return table->broken != NULL ? table->broken->path : table->model != NULL ? table->model->path : NULL;
}

static Json *
number_or_null (int64_t number)
{
  return number >= 0 ? json_integer (number) : json_null ();
}

static Json *
waiting_rows_to_json (const Table *table)
{
  static const char *const times[] = { "since", NULL };
  Json *array = json_array ();
  for (guint i = 0; i < table->waiting->len; i++)
    {
      const WaitingRows *waiting = g_ptr_array_index (table->waiting, i);
      Json *object = json_pack ("{s:s, s:I, s:s, s:s, s:o, s:s?}", "dimension", waiting->dimension, "rows",
                                (json_int_t) waiting->rows, "since", waiting->since, "runs", waiting->runs, "refused_file",
                                weir_json_string (waiting->refused_file), "refused_run", waiting->refused_run);
      show_times_to_iso (object, times);
      json_array_append_new (array, object);
    }
  return array;
}

static Json *
table_to_json (const Table *table)
{
  const char *problem = table->broken != NULL    ? table->broken->error->message
                        : table->problem != NULL ? table->problem->message
                                                 : NULL;
  static const char *const times[] = { "last_seen", NULL };
  Json *object = json_pack (
      "{s:o, s:s?, s:o, s:b, s:o, s:b, s:o, s:o, s:b, s:o, s:o, s:I, s:o, s:s?, s:s?, s:s?, s:b, s:b, s:b, s:b, s:s?, s:o, s:b}",
      "table", weir_json_string (table->table), "kind", table->kind, "model", weir_json_string (model_word (table)), "broken",
      table->broken != NULL, "problem", weir_json_string (problem), "applied", table->applied, "rows", number_or_null (table->rows),
      "versions", number_or_null (table->versions), "estimated", table->estimated, "files", number_or_null (table->files), "failed",
      number_or_null (table->failed), "rejected", (json_int_t) table->rejected, "last_file", weir_json_string (table->last_file),
      "last_state", table->last_state, "last_seen", table->last_seen, "last_run", table->last_run, "staged", table->staged, "gone",
      table->gone, "staging_emptied", table->emptied, "staging_stale", table->stale != NULL, "refill_run", table->refill_run,
      "waiting", waiting_rows_to_json (table), "of_step", (int) table->of_step);
  show_times_to_iso (object, times);
  return object;
}

/* Why a file waits of which no `weir watch` tells, in the words of one (src/watch/troubles.c) where these have it. NULL: it does not. */
static const char *
cause_of (const WaitingFile *file)
{
  static const char *const causes[][2] = { { "writing", "incomplete" },
                                           { "settling", "incomplete" },
                                           { "unreadable", "unreadable" },
                                           { "blocked", "model" },
                                           { "waits", "waits" } };
  if (file->waits_for != NULL)
    return "older";
  for (size_t i = 0; file->run == NULL && i < G_N_ELEMENTS (causes); i++)
    if (g_str_equal (file->state, causes[i][0]))
      return causes[i][1];
  return NULL;
}

/* Such a file has waited since it came. */
static void
tell_cause (const WaitingFile *file, const char *until, Json *object)
{
  static const char *const times[] = { "since", "next_try", NULL };
  const char *cause = file->told == NULL ? cause_of (file) : NULL;
  if (cause == NULL)
    return;
  g_autofree char *since = text_time (file->ctime_ns);
  json_object_set_new (object, "cause", json_string (cause));
  json_object_set_new (object, "since", json_string (since));
  json_object_set_new (object, "next_try", weir_json_string (until));
  show_times_to_iso (object, times);
}

static Json *
waiting_to_json (const WaitingFile *file)
{
  static const char *const times[] = { "until", NULL };
  g_autofree char *until = file->until_ns > 0 ? text_time (file->until_ns) : NULL;
  Json *object = json_pack ("{s:o, s:o, s:s, s:o, s:s?, s:o, s:s?}", "file", weir_json_string (file->file), "table",
                            weir_json_string (file->table), "state", file->state, "reason", weir_json_string (file->reason), "run",
                            file->run, "waits_for", weir_json_string (file->waits_for), "until", until);
  show_times_to_iso (object, times);
  told_to_json (file->told, object);
  tell_cause (file, until, object);
  return object;
}

static Json *
strays_to_json (const Settings *settings, const GPtrArray *strays)
{
  Json *array = strays != NULL ? json_array () : json_null ();
  for (guint i = 0; strays != NULL && i < strays->len; i++)
    {
      g_autofree char *shown = settings_shown_path (settings, strays->pdata[i]);
      json_array_append_new (array, weir_json_string (shown));
    }
  return array;
}

static Json *
incidents_to_json (const DbResult *incidents)
{
  static const char *const times[] = { "began", NULL };
  Json *array = incidents != NULL ? show_result_to_json (incidents) : json_null ();
  for (int row = 0; incidents != NULL && row < db_result_rows (incidents); row++)
    {
      Json *object = json_array_get (array, (size_t) row);
      const char *detail = db_result_named (incidents, row, "detail");
      g_autofree char *text = incident_row_text (incidents, row);
      show_times_to_iso (object, times);
      json_object_set_new (object, "detail", weir_json_parse (detail, strlen (detail), "incident", NULL));
      json_object_set_new (object, "text", weir_json_string (text));
    }
  return array;
}

Json *
status_to_json (const Status *status)
{
  Json *tables = json_array (), *waiting = json_array ();
  for (guint i = 0; i < status->tables->tables->len; i++)
    json_array_append_new (tables, table_to_json (g_ptr_array_index (status->tables->tables, i)));
  for (guint i = 0; i < status->waiting->len; i++)
    json_array_append_new (waiting, waiting_to_json (g_ptr_array_index (status->waiting, i)));
  const char *away = status->away != NULL ? status->away->message : NULL;
  Json *report = status->failed.report != NULL ? json_object_get (status->failed.report, "error") : NULL;
  Json *failed = json_pack ("{s:i, s:o, s:O?}", "files", status->failed.files, "latest", weir_json_string (status->failed.latest),
                            "error", report);
  bool reached = status->away == NULL || status->session != NULL;
  return json_pack ("{s:o, s:{s:o, s:b, s:o, s:O?}, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "home",
                    weir_json_string (status->settings->home), "database", "where", weir_json_string (status->where), "reachable",
                    reached, "error", weir_json_string (away), "session", status->session, "tables", tables, "waiting", waiting,
                    "held", guarded_to_json (status->guarded), "not_held", strays_to_json (status->settings, status->strays),
                    "failed", failed, "incidents", incidents_to_json (status->incidents), "alerts",
                    status->alerted != NULL ? alerted_troubles_to_json (status->alerted) : json_array (), "deliveries",
                    status->deliveries != NULL ? json_incref (status->deliveries) : json_null ());
}
