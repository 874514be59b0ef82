#include "src/load/loader.h"

#include "base/error.h"
#include "models/waiting.h"
#include "pipeline/warehouse/agreement.h"
#include "schema/ledger.h"
#include "schema/session.h"
#include "src/jobs/deliveries.h"
#include "src/server/connect.h"

#include <signal.h>
#include <sys/signalfd.h>

int
loader_open_stop (void)
{
  sigset_t set;
  sigemptyset (&set);
  sigaddset (&set, SIGTERM);
  sigaddset (&set, SIGINT);
  sigprocmask (SIG_BLOCK, &set, NULL);
  return signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void
loader_init (Loader *loader, const Settings *settings, int stop_fd)
{
  *loader = (Loader) { .settings = settings,
                       .held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                       .zones = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                       .aside = g_ptr_array_new_with_free_func (g_free) };
  loader->options = (PipelineOptions) {
    .staging_schema = settings->staging_schema,
    .warehouse_schema = settings->warehouse_schema,
    .dimension_schema = settings->warehouse_schema,
    .scratch = settings->state,
    .max_percent = settings->max_percent,
    .min_confidence = settings->min_confidence,
    .index_keys = settings->index_keys,
    .swap_timeout_ms = (int) (settings->swap_timeout * 1000),
    .lock_timeout_ms = MAX ((int) (settings->lock_timeout * 1000), 1), /* 0 would be no limit */
    .limits = { .record_bytes = (size_t) settings->limit_record_kb * 1024,
                .field_bytes = (size_t) settings->limit_field_kb * 1024,
                .fields = (size_t) settings->limit_columns,
                .text_bytes = (int64_t) (settings->limit_file_mb * 1e6) },
    .max_rows = (int64_t) settings->limit_rows,
    .stop_fd = stop_fd,
  };
}

void
loader_clear (Loader *loader)
{
  g_clear_pointer (&loader->held, g_hash_table_unref);
  g_clear_pointer (&loader->zones, g_hash_table_unref);
  g_clear_pointer (&loader->untended, g_hash_table_unref);
  g_clear_pointer (&loader->tended, g_hash_table_unref);
  g_clear_pointer (&loader->aside, g_ptr_array_unref);
  g_clear_pointer (&loader->locked, g_free);
  g_clear_pointer (&loader->blocker, json_decref);
  g_clear_pointer (&loader->db, db_free);
  g_clear_pointer (&loader->catalog, catalog_free);
  g_clear_pointer (&loader->secret, g_free);
  g_clear_pointer (&loader->deliveries, g_free);
}

/* What runs are to be delivered to. */
static bool
load_jobs (Loader *loader, GError **error)
{
  g_autoptr (Jobs) jobs = jobs_load (loader->settings, error);
  if (jobs == NULL)
    return false;
  g_free (loader->deliveries);
  loader->options.deliveries = loader->deliveries = deliveries_wanted (jobs, loader->settings->home);
  return true;
}

static bool
load_models (Loader *loader, GError **error)
{
  g_clear_pointer (&loader->catalog, catalog_free);
  loader->catalog = settings_load_catalog (loader->settings, error);
  return loader->catalog != NULL;
}

/* A secret is made for a home that never had one; a table that is pinned to another says so before anything is loaded. */
static bool
load_secret (Loader *loader, GError **error)
{
  g_clear_pointer (&loader->secret, g_free);
  if (!database_read_secret (loader->settings, loader->db, &loader->secret, &loader->secret_length, error))
    return false;
  loader->options.secret = loader->secret;
  loader->options.secret_length = loader->secret_length;
  return true;
}

/* Asks the server something: that it was started anew since the last file shows only when it is spoken to, and is no outage. */
static bool
does_server_answer (const Loader *loader)
{
  return loader->db != NULL && db_is_usable (loader->db) && db_exec (loader->db, "select", NULL);
}

bool
loader_connect (Loader *loader, GError **error)
{
  g_clear_pointer (&loader->db, db_free);
  g_clear_pointer (&loader->locked, g_free); /* the lock ended with its session */
  loader->db = database_open_to_load (loader->settings, loader->options.stop_fd, error);
  if (loader->db != NULL)
    db_set_tick (loader->db, loader->tick, loader->tick_data);
  return loader->db != NULL;
}

bool
loader_refresh (Loader *loader, GError **error)
{
  if (!does_server_answer (loader) && !loader_connect (loader, error))
    return false;
  return load_models (loader, error) && load_jobs (loader, error) && load_secret (loader, error);
}

void
loader_route_to (const Loader *loader, const char *table, Route *ret_route)
{
  *ret_route = (Route) { .table = g_strdup (table),
                         .model = catalog_find (loader->catalog, table),
                         .broken = catalog_find_broken (loader->catalog, table) };
}

bool
loader_route_again (Loader *loader, const char *name, Uid before, Route *ret_route, GError **error)
{
  catalog_route (loader->catalog, name, ret_route);
  if (ret_route->model != NULL || ret_route->broken != NULL)
    return true;
  g_autoptr (DbResult) run = NULL;
  if (!ledger_run (loader->db, before, &run, error))
    return false;
  const char *table = db_result_rows (run) > 0 ? db_result_named (run, 0, "table") : NULL;
  if (table == NULL || g_str_equal (table, ret_route->table))
    return true;
  route_clear (ret_route);
  loader_route_to (loader, table, ret_route);
  return true;
}

static bool
take_lock (Loader *loader, const char *table, int wait_ms, bool *ret_locked, GError **error)
{
  if (!ledger_lock_table (loader->db, table, ret_locked, error))
    return false;
  return *ret_locked || wait_ms == 0 || (*ret_locked = ledger_wait_table (loader->db, table, wait_ms, error));
}

/* A question to the ledger, where the answer may be an error. */
typedef struct
{
  Db *db;
  GError *error;
} Question;

static bool
is_applied (const char *table, void *data)
{
  Question *question = data;
  g_auto (TableState) state = { 0 };
  return question->error == NULL && ledger_table_read (question->db, table, false, &state, &question->error) && state.applied > 0;
}

/* What a file of the model waits for, as far as the ledger knows: files that are pending are for whoever hands them out. */
static bool
find_wait (Loader *loader, const Model *model, char **ret_waits_for, GError **error)
{
  Wait wait;
  Question question = { loader->db, NULL };
  bool waits = waiting_find (model->references, &(WaitKnowledge) { .is_applied = is_applied, .data = &question }, &wait);
  if (question.error != NULL)
    return g_propagate_error (error, question.error), false;
  *ret_waits_for = waits ? g_strdup (wait.dimension) : NULL;
  return true;
}

bool
loader_lock (Loader *loader, const Route *route, int wait_ms, LockState *ret_state, char **ret_waits_for, GError **error)
{
  *ret_waits_for = NULL;
  if (route->broken != NULL)
    return g_propagate_error (error, g_error_copy (route->broken->error)), false;
  bool locked;
  if (!take_lock (loader, route->table, wait_ms, &locked, error))
    return loader_find_blocker (loader, route->table, error), false;
  *ret_state = locked ? LOCK_OURS : LOCK_BUSY;
  if (!locked)
    return true;
  loader->locked = g_strdup (route->table);
  if (route->model == NULL)
    return true;
  const AgreementTerms terms = { loader->options.warehouse_schema, loader->secret, loader->secret_length, loader->zones };
  bool ready = agreement_check (loader->db, loader->catalog, route->model, &terms, error)
               && find_wait (loader, route->model, ret_waits_for, error);
  if (ready && *ret_waits_for == NULL)
    return true;
  *ret_state = LOCK_WAITS;
  loader_unlock (loader);
  if (!ready)
    database_explain_secret (loader->settings, loader->db, error);
  return ready;
}

void
loader_find_blocker (Loader *loader, const char *table, GError **error)
{
  g_clear_pointer (&loader->blocker, json_decref);
  bool busy = error == NULL || weir_error_get_reason (*error) == REASON_LOCK_BUSY;
  if (!busy || loader->db == NULL || !db_is_usable (loader->db))
    return;
  const Settings *settings = loader->settings;
  loader->blocker = session_holding (loader->db, settings->warehouse_schema, settings->staging_schema, table);
  if (loader->blocker == NULL)
    return;
  g_autofree char *text = session_text (loader->blocker);
  weir_error_detail (error, "In the way is %s", text);
}

void
loader_unlock (Loader *loader)
{
  if (loader->locked == NULL)
    return;
  if (db_is_usable (loader->db) && !ledger_unlock_table (loader->db, loader->locked, NULL))
    g_clear_pointer (&loader->db, db_free); /* a lock that cannot be given back ends with its session */
  g_clear_pointer (&loader->locked, g_free);
}
