#include "src/load/loader.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "pipeline/summary.h"
#include "pipeline/warehouse/agreement.h"
#include "src/server/connect.h"
#include "src/settings/settings.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

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
  *loader = (Loader) { .settings = settings };
  loader->options = (PipelineOptions) {
    .staging_schema = settings->staging_schema,
    .warehouse_schema = settings->warehouse_schema,
    .scratch = settings->state,
    .max_percent = settings->max_percent,
    .swap_timeout_ms = (int) (settings->swap_timeout * 1000),
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
  g_clear_pointer (&loader->locked, g_free);
  g_clear_pointer (&loader->db, db_free);
  g_clear_pointer (&loader->catalog, catalog_free);
  g_clear_pointer (&loader->secret, g_free);
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

/* A server that was started anew since the last file shows only when it is spoken to: that is no outage. */
static bool
is_connected (const Loader *loader)
{
  return loader->db != NULL && db_is_usable (loader->db) && db_exec (loader->db, "select", NULL);
}

bool
loader_refresh (Loader *loader, GError **error)
{
  if (!is_connected (loader))
    {
      g_clear_pointer (&loader->db, db_free);
      loader->db = database_open (loader->settings, true, true, loader->options.stop_fd, error);
      if (loader->db == NULL)
        return false;
    }
  return load_models (loader, error) && load_secret (loader, error);
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
  *ret_locked = true;
  return wait_ms > 0 ? ledger_wait_table (loader->db, table, wait_ms, error)
                     : ledger_lock_table (loader->db, table, ret_locked, error);
}

bool
loader_lock (Loader *loader, const Route *route, int wait_ms, LockState *ret_state, char **ret_waits_for, GError **error)
{
  *ret_waits_for = NULL;
  if (route->broken != NULL)
    return g_propagate_error (error, g_error_copy (route->broken->error)), false;
  bool locked;
  if (!take_lock (loader, route->table, wait_ms, &locked, error))
    return false;
  *ret_state = locked ? LOCK_HELD : LOCK_BUSY;
  if (!locked)
    return true;
  loader->locked = g_strdup (route->table);
  if (route->model == NULL)
    return true;
  const AgreementTerms terms = { loader->options.warehouse_schema, loader->secret, loader->secret_length };
  bool ready = agreement_check (loader->db, loader->catalog, route->model, &terms, error)
               && agreement_find_unloaded (loader->db, route->model, ret_waits_for, error);
  if (ready && *ret_waits_for == NULL)
    return true;
  *ret_state = LOCK_WAITS;
  loader_unlock (loader);
  if (!ready)
    database_explain_secret (loader->settings, error);
  return ready;
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

static void
run_clear (Run *run)
{
  g_free (run->table);
  g_free (run->file);
  g_free (run->place);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static int
open_input (const char *path, const char *name, struct stat *ret_stat, GError **error)
{
  AUTO_FD int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0 || fstat (fd, ret_stat) < 0)
    {
      bool denied = errno == EACCES || errno == EPERM;
      weir_error (error, WEIR_ERROR_LOCAL, "could not open \"%s\": %s", name, g_strerror (errno));
      weir_error_detail (error, "The file was left where it is.");
      if (denied)
        weir_error_hint (error, "weir runs as user %d, who must be allowed to read the file and to enter its folders.",
                         (int) geteuid ());
      weir_error_reason (error, REASON_UNREADABLE);
      return -1;
    }
  if (!S_ISREG (ret_stat->st_mode))
    {
      weir_error (error, WEIR_ERROR_INPUT, "could not load \"%s\": it is %s", name,
                  S_ISDIR (ret_stat->st_mode) ? "a directory" : "not a regular file");
      if (S_ISDIR (ret_stat->st_mode))
        weir_error_hint (error, "Name the files in it: weir load %s%s*.csv", name, g_str_has_suffix (name, "/") ? "" : "/");
      weir_error_reason (error, REASON_NOT_A_FILE);
      return -1;
    }
  return fd_steal (&fd);
}

static void
fill_run (Run *run, Uid id, const Route *route, const char *file, char *place, const struct stat *info)
{
  *run = (Run) { .id = id,
                 .table = g_strdup (route->table),
                 .file = g_strdup (file),
                 .place = place,
                 .size = info->st_size,
                 .mtime_ns = (int64_t) info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec };
}

static bool
begin_run (Loader *loader, const Run *run, const Model *model, GError **error)
{
  Db *db = loader->db;
  if (!db_exec (db, "begin", error))
    return false;
  if (ledger_abandon (db, run->table, run->id, error)
      && ledger_begin (db, run, model == NULL ? NULL : model->path, model == NULL ? NULL : model->checksum, error)
      && db_exec (db, "commit", error))
    return true;
  if (db_is_usable (db))
    (void) db_exec (db, "rollback", NULL);
  return false;
}

/* What the ledger keeps of a file that is given back until a person has mended what the failure names (held.h). NULL: it goes another
 * way. Owned by the caller. */
static char *
summarize_held (const Run *run, const PipelineResult *result, const GError *failure)
{
  if (!g_error_matches (failure, WEIR_ERROR, WEIR_ERROR_MODEL) && !g_error_matches (failure, WEIR_ERROR, WEIR_ERROR_LOCAL))
    return NULL;
  PipelineResult held = *result;
  held.status = STATUS_HELD;
  g_autoptr (Json) summary = pipeline_summary (run, &held, 0, failure);
  return weir_json_text (summary);
}

/* Tells the ledger of a run that ended without being applied. False: it could not be told, and still has the run IN_PROGRESS. */
static bool
record_failure (Loader *loader, const Run *run, const PipelineResult *result, const GError *failure)
{
  if (loader->options.dry_run)
    return true;
  g_autofree char *text = weir_error_format (failure);
  g_autofree char *summary = summarize_held (run, result, failure);
  const FileEnd end = { .state = "failed",
                        .pins_sha256 = result->pins_sha256[0] != '\0' ? result->pins_sha256 : NULL,
                        .counts = result->rows_known ? &result->rows : NULL,
                        .summary = summary };
  bool stopped = g_error_matches (failure, WEIR_ERROR, WEIR_ERROR_STOP);
  if (!stopped && db_is_usable (loader->db))
    return ledger_fail (loader->db, run->id, text, &end, NULL);
  /* After a stop, or with a lost connection, the last word takes a connection of its own. */
  g_autoptr (Db) db = loader->one_shot ? database_open (loader->settings, false, false, -1, NULL) : NULL;
  return db != NULL && ledger_fail (db, run->id, text, &end, NULL);
}

/* A run that a worker will take up again stays IN_PROGRESS. */
static bool
is_resumed (const Loader *loader, const GError *failure)
{
  return !loader->one_shot
         && (g_error_matches (failure, WEIR_ERROR, WEIR_ERROR_RETRY) || g_error_matches (failure, WEIR_ERROR, WEIR_ERROR_STOP));
}

/* Runs the pipeline. True: the summary is good, or tells why the file is refused. False: see loader_claimed. */
static bool
run_pipeline (Loader *loader, const Run *run, const Route *route, int fd, LoadEnd *ret_end, bool *ret_resume, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  g_auto (PipelineResult) result = { 0 };
  g_autoptr (GError) failure = NULL;
  const PipelineTask task = { loader->catalog, route->model, run, fd, &loader->options };
  bool done = pipeline_run (loader->db, &task, &result, &failure);
  if (done)
    fault_point ("after-commit");
  else
    *ret_resume = is_resumed (loader, failure) || !record_failure (loader, run, &result, failure);
  if (!done && (*ret_resume || !g_error_matches (failure, WEIR_ERROR, WEIR_ERROR_INPUT)))
    return g_propagate_error (error, g_steal_pointer (&failure)), false;
  if (done && route->model == NULL && route->suggestion != NULL)
    g_ptr_array_add (result.notes, g_strdup_printf ("there is no model of %s; did you mean %s?", route->table, route->suggestion));
  ret_end->failed = !done;
  ret_end->summary = pipeline_summary (run, &result, (g_get_monotonic_time () - start) / 1000, failure);
  return true;
}

/* A run whose worker died behind the COMMIT: it is in the warehouse, only the file has to go. */
static bool
archive_completed (Loader *loader, Claim *claim, const Route *route, const char *state, const RowCounts *rows, LoadEnd *ret_end,
                   GError **error)
{
  struct stat info;
  AUTO_FD int fd = open_input (claim_path (claim), claim_name (claim), &info, error);
  if (fd < 0)
    return false;
  g_auto (Run) run = { 0 };
  fill_run (&run, claim_run (claim), route, claim_name (claim), g_strdup (""), &info);
  LoadStatus status = g_strcmp0 (state, "staged") == 0      ? STATUS_STAGED
                      : g_strcmp0 (state, "duplicate") == 0 ? STATUS_DUPLICATE
                                                            : STATUS_APPLIED;
  const PipelineResult result = { .status = status, .rows_known = status != STATUS_DUPLICATE, .rows = *rows };
  ret_end->failed = false;
  ret_end->summary = pipeline_summary (&run, &result, 0, NULL);
  return placing_claimed (loader->db, loader->settings, claim, &run, ret_end, error);
}

static bool
begin_claimed (Loader *loader, Claim *claim, const Route *route, Run *run, int *ret_fd, GError **error)
{
  struct stat info;
  AUTO_FD int fd = open_input (claim_path (claim), claim_name (claim), &info, error);
  if (fd < 0)
    return false;
  fill_run (run, claim_run (claim), route, claim_name (claim), settings_shown_path (loader->settings, claim_path (claim)), &info);
  if (!begin_run (loader, run, route->model, error))
    return false;
  *ret_fd = fd_steal (&fd);
  return true;
}

bool
loader_claimed (Loader *loader, Claim *claim, const Route *route, LoadEnd *ret_end, bool *ret_resume, GError **error)
{
  g_autofree char *status = NULL, *state = NULL;
  RowCounts rows;
  bool ignored;
  ret_resume = ret_resume != NULL ? ret_resume : &ignored;
  *ret_end = (LoadEnd) { 0 };
  *ret_resume = false;
  if (!ledger_run_status (loader->db, claim_run (claim), &status, &state, &rows, error))
    return false;
  g_auto (Run) run = { 0 };
  AUTO_FD int fd = -1;
  *ret_resume = true; /* from here on the ledger has the run IN_PROGRESS or COMPLETED, unless the pipeline says otherwise */
  if (g_strcmp0 (status, "COMPLETED") == 0)
    return archive_completed (loader, claim, route, state, &rows, ret_end, error);
  if (!begin_claimed (loader, claim, route, &run, &fd, error))
    return *ret_resume = g_error_matches (*error, WEIR_ERROR, WEIR_ERROR_RETRY), false;
  if (!run_pipeline (loader, &run, route, fd, ret_end, ret_resume, error))
    return false;
  *ret_resume = true;
  GError *local = NULL;
  if (placing_claimed (loader->db, loader->settings, claim, &run, ret_end, &local))
    return true;
  if (!loader->one_shot)
    return g_propagate_error (error, local), false;
  placing_note_stuck (ret_end, "still in imports/.claimed, where `weir watch` takes it up", local);
  return true;
}

bool
loader_refuse (Loader *loader, Claim *claim, const Route *route, const GError *why, LoadEnd *ret_end, GError **error)
{
  *ret_end = (LoadEnd) { .failed = true };
  g_auto (Run) run = { 0 };
  AUTO_FD int fd = -1;
  if (!begin_claimed (loader, claim, route, &run, &fd, error))
    return false;
  const PipelineResult result = { .status = STATUS_FAILED };
  if (!record_failure (loader, &run, &result, why))
    return weir_error (error, WEIR_ERROR_RETRY, "the ledger could not be told that \"%s\" is refused", run.file);
  ret_end->summary = pipeline_summary (&run, &result, 0, why);
  return placing_claimed (loader->db, loader->settings, claim, &run, ret_end, error);
}

bool
loader_in_place (Loader *loader, const char *path, const Route *route, bool archive, LoadEnd *ret_end, GError **error)
{
  struct stat info;
  *ret_end = (LoadEnd) { 0 };
  g_autofree char *name = g_path_get_basename (path);
  AUTO_FD int fd = open_input (path, path, &info, error);
  if (fd < 0)
    return false;
  g_autofree char *full = g_canonicalize_filename (path, NULL);
  g_auto (Run) run = { 0 };
  fill_run (&run, uid_random (), route, name, settings_shown_path (loader->settings, full), &info);
  bool resume;
  if ((!loader->options.dry_run && !begin_run (loader, &run, route->model, error))
      || !run_pipeline (loader, &run, route, fd, ret_end, &resume, error))
    return false;
  return loader->options.dry_run || placing_in_place (loader->db, loader->settings, full, archive, &run, ret_end, error);
}
