#include "src/load/loading.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "models/order.h"
#include "pipeline/summary.h"
#include "pipeline/warehouse/warehouse.h"
#include "schema/sql.h"
#include "src/load/declaring.h"
#include "src/load/outcome.h"
#include "src/load/upkeep.h"
#include "src/server/connect.h"
#include "watcher/beside.h"
#include "watcher/opening.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define GONE_WAIT_MS 10000 /* for what the server does yet in a session that was lost */

/* A file that is open, and the run over it. */
typedef struct
{
  Run run;
  const Route *route;
  int fd;           /* for reading */
  int own;          /* the same where it is ours to close, -1: the claim's */
  struct stat info; /* as it was when it was claimed, or opened */
  bool keep;        /* weir will keep it: its bytes must be on the disk before its rows are */
} Input;

static void
input_clear (Input *input)
{
  run_clear (&input->run);
  fd_cleanup (&input->own);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Input, input_clear)

static void
set_run (Input *input, Uid id, const Route *route, const char *file, char *place)
{
  const struct stat *info = &input->info;
  input->route = route;
  input->run = (Run) { .id = id,
                       .table = g_strdup (route->table),
                       .file = g_strdup (file),
                       .place = place,
                       .size = info->st_size,
                       .mtime_ns = fs_nanoseconds (info->st_mtim),
                       .inode = info->st_ino };
}

/* Since when a file is true of which nothing was known before it was opened. */
static void
place_as_new (Input *input)
{
  Run *run = &input->run;
  run->instant_ns = order_instant (run->mtime_ns, fs_nanoseconds (input->info.st_ctim), g_get_real_time () * 1000);
  run->order_key = order_key (run->file);
}

static void
take_claimed (const Loader *loader, const Claim *claim, const Route *route, Input *ret_input)
{
  *ret_input = (Input) { .fd = claim_file (claim), .own = -1, .info = *claim_info (claim), .keep = true };
  set_run (ret_input, claim_run (claim), route, claim_name (claim), settings_shown_path (loader->settings, claim_path (claim)));
  ret_input->run.claimed = true;
  ret_input->run.declaration = declaring_text (claim_beside (claim));
}

/* Whether all that the ledger is told when a run begins would be found again without it: of a file that stays where it is everything; a claim
 * has its run, and its file has its place in the order by a time that claiming leaves as it was. */
static bool
is_plain (const Run *run)
{
  return !run->claimed || (run->instant_ns == run->mtime_ns && !run->again && run->past == NULL && run->as_of == NULL);
}

/* Tells the ledger that the run has begun, and that those of dead processes on this table are over. Of a plain file that need not be on the
 * disk: if the server crashes before a COMMIT that is, the run never was, and the claim is one that the ledger does not know. */
static bool
begin_run (Loader *loader, const Input *input, GError **error)
{
  Db *db = loader->db;
  const Model *model = input->route->model;
  if (!sql_post (db, "run/begin", NULL, 0, error))
    return false;
  if ((!is_plain (&input->run) || sql_post (db, "run/not_durable", NULL, 0, error))
      && ledger_abandon (db, input->run.table, input->run.id, error)
      && ledger_begin (db, &input->run, model == NULL ? NULL : model->path, model == NULL ? NULL : model->checksum, error)
      && db_exec (db, "commit", error))
    return true;
  if (db_is_usable (db))
    (void) db_exec (db, "rollback", NULL);
  loader_find_blocker (loader, input->run.table, error);
  return false;
}

/* What the ledger keeps of a file that is given back until a person has mended what the failure names (held.h). NULL: it goes
 * another way. Owned by the caller. */
static char *
summarize_held (const Run *run, const PipelineResult *result, const GError *failure)
{
  bool is_model = g_error_matches (failure, WEIR_ERROR, WEIR_ERROR_MODEL);
  if (!is_model && !g_error_matches (failure, WEIR_ERROR, WEIR_ERROR_LOCAL))
    return NULL;
  PipelineResult held = *result;
  held.status = STATUS_BLOCKED;
  g_autoptr (Json) summary = pipeline_summary (run, &held, 0, failure);
  json_object_set_new (summary, "outcome", json_string (outcome_word (outcome_of_error (failure))));
  json_object_set_new (summary, "scope", json_string (scope_word (is_model ? SCOPE_FILE : scope_of_error (failure))));
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
  g_autoptr (Json) lines = result->rows_known ? lines_to_json (&result->lines) : NULL;
  const FileEnd end = { .state = load_status_word (result->held != NULL ? STATUS_HELD : STATUS_FAILED),
                        .pins_sha256 = result->pins_sha256[0] != '\0' ? result->pins_sha256 : NULL,
                        .counts = result->rows_known ? &result->rows : NULL,
                        .lines = lines,
                        .summary = summary };
  bool stopped = g_error_matches (failure, WEIR_ERROR, WEIR_ERROR_STOP);
  if (!stopped && db_is_usable (loader->db))
    return ledger_fail (loader->db, run->id, text, &end, NULL);
  /* After a stop, or with a lost connection, the last word takes a connection of its own. */
  g_autoptr (Db) db = loader->one_shot ? database_open (loader->settings, NULL) : NULL;
  return db != NULL && ledger_fail (db, run->id, text, &end, NULL);
}

/* A run that a worker will take up again stays IN_PROGRESS. */
static bool
is_resumed (const Loader *loader, const GError *failure)
{
  return !loader->one_shot
         && (g_error_matches (failure, WEIR_ERROR, WEIR_ERROR_RETRY) || g_error_matches (failure, WEIR_ERROR, WEIR_ERROR_STOP));
}

static void
note_held (Loader *loader, Uid run, bool held)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  if (held)
    g_hash_table_add (loader->held, g_strdup (id));
  else
    g_hash_table_remove (loader->held, id);
}

/* Where the file is when all went well. Owned by the caller. */
static char *
find_goal (const Loader *loader, const Run *run, int64_t second, const char **ret_disposition)
{
  if (run->claimed)
    return placing_place (loader->settings, run, second, ret_disposition);
  *ret_disposition = "left";
  return g_strdup (run->place);
}

/* Runs the pipeline. True: the summary is good, or tells why the file is refused. False: *ret_fate says whether the ledger has the
 * run FAILED or still open. */
static bool
run_pipeline (Loader *loader, const Input *input, LoadEnd *ret_end, ClaimFate *ret_fate, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  const Run *run = &input->run;
  const Route *route = input->route;
  g_auto (PipelineResult) result = { 0 };
  g_autoptr (GError) failure = NULL;
  int64_t second = time (NULL);
  RunGoal goal = { .begun = start };
  g_autofree char *place = find_goal (loader, run, second, &goal.disposition);
  goal.place = place;
  /* A file without a model ends with a word on models, which the pipeline does not have. One that nobody claimed is told behind its move. */
  bool has_goal = route->model != NULL && (run->claimed || !input->keep);
  g_autoptr (Declaration) declaration = NULL;
  bool done = declaring_read (run, &declaration, &failure);
  const PipelineTask task = { .catalog = loader->catalog,
                              .model = route->model,
                              .run = run,
                              .fd = input->fd,
                              .options = &loader->options,
                              .keep = input->keep,
                              .goal = has_goal ? &goal : NULL,
                              .declaration = declaration };
  if (done)
    done = pipeline_run (loader->db, &task, &result, &failure);
  else
    result = (PipelineResult) { .status = STATUS_FAILED, .notes = g_ptr_array_new_with_free_func (g_free) };
  note_held (loader, run->id, result.columns_held);
  if (result.aside != NULL)
    g_ptr_array_add (loader->aside, g_steal_pointer (&result.aside));
  if (!done)
    loader_find_blocker (loader, run->table, &failure);
  if (done)
    fault_point ("after-commit");
  else
    *ret_fate = is_resumed (loader, failure) || !record_failure (loader, run, &result, failure) ? CLAIM_ORPHAN : CLAIM_GIVE_BACK;
  if (!done && (*ret_fate == CLAIM_ORPHAN || !g_error_matches (failure, WEIR_ERROR, WEIR_ERROR_INPUT)))
    return g_propagate_error (error, g_steal_pointer (&failure)), false;
  if (done && route->model == NULL && route->suggestion != NULL)
    g_ptr_array_add (result.notes, g_strdup_printf ("there is no model of %s; did you mean %s?", route->table, route->suggestion));
  ret_end->failed = !done || result.would_be_held;
  ret_end->held = result.held != NULL;
  ret_end->told = done && result.told ? second : 0;
  ret_end->may_wait = result.may_wait;
  ret_end->forgets = result.forgets;
  ret_end->made = result.made;
  ret_end->summary = pipeline_summary (run, &result, (g_get_monotonic_time () - start) / 1000, failure);
  return true;
}

static Placing
placing_of (const Loader *loader, const Input *input, LoadEnd *end)
{
  return (Placing) { loader->db, loader->settings, &input->run, end, input->fd, &input->info, false };
}

static bool
is_completed (const RunState *past)
{
  return g_strcmp0 (past->status, "COMPLETED") == 0;
}

/* NULL: none. Owned by the caller. */
static GPtrArray *
list_overtook (const RunState *past)
{
  if (past->overtook == NULL)
    return NULL;
  GPtrArray *runs = g_ptr_array_new_with_free_func (g_free);
  g_autofree char **each = g_strsplit (past->overtook, " ", -1);
  for (char **run = each; *run != NULL; run++)
    g_ptr_array_add (runs, *run);
  return runs;
}

/* Why the file of a run that was taken back is not in the archive. */
static GError *
undone_error (const RunState *past, const Run *run)
{
  char id[UID_TEXT_SIZE];
  uid_format (run->id, id);
  if (g_strcmp0 (past->state, "undone") != 0)
    return NULL;
  GError *why = NULL;
  g_autofree char *hint = g_strdup_printf ("`weir retry %.8s` loads it again; if it is not to come back, delete it.", id);
  weir_fail (&why, &(Failure) { WEIR_ERROR_INPUT, REASON_UNDONE, .hint = hint },
             "the file was applied, and taken back by `weir undo`");
  return why;
}

/* A run whose worker died behind the COMMIT: it is in the warehouse, only the file has to go. Or it was taken back (undoing.h). */
static bool
place_completed (Loader *loader, const Input *input, const Claim *claim, const RunState *past, LoadEnd *ret_end, GError **error)
{
  g_autoptr (GError) undone = undone_error (past, &input->run);
  LoadStatus status = g_strcmp0 (past->state, "staged") == 0      ? STATUS_STAGED
                      : g_strcmp0 (past->state, "duplicate") == 0 ? STATUS_DUPLICATE
                      : undone != NULL                            ? STATUS_FAILED
                                                                  : STATUS_APPLIED;
  g_autoptr (Json) lines =
      past->lines != NULL ? weir_json_parse (past->lines, strlen (past->lines), "weir.file.lines", error) : NULL;
  if (past->lines != NULL && lines == NULL)
    return false;
  g_autoptr (GPtrArray) overtook = list_overtook (past);
  const PipelineResult result = { .status = status,
                                  .rows_known = status != STATUS_DUPLICATE,
                                  .rows = past->rows,
                                  .lines = lines_from_json (lines),
                                  .overtook = overtook,
                                  .overtook_count = past->overtook_count };
  ret_end->failed = undone != NULL;
  ret_end->summary = pipeline_summary (&input->run, &result, 0, undone);
  ret_end->forgets = past->rows.forgotten > 0;
  ret_end->may_wait = true; /* its worker may have died before it looked */
  Placing placing = placing_of (loader, input, ret_end);
  placing.resumed = true;
  return placing_claimed (&placing, claim, error);
}

/* A run that found its table's columns held, and is tried again: false while they are. Its file is not read in vain each time. */
static bool
may_change_columns (Loader *loader, const Input *input, GError **error)
{
  const Model *model = input->route->model;
  char id[UID_TEXT_SIZE];
  uid_format (input->run.id, id);
  if (model == NULL || !g_hash_table_contains (loader->held, id)
      || warehouse_try_change (loader->db, &loader->options, model, loader->catalog, error))
    return true;
  loader_find_blocker (loader, input->run.table, error);
  return false;
}

/* Whether the ledger surely does not know the run: the lost session, whose COMMIT may come yet, has the table no more. */
static bool
never_began (const Loader *loader, const Run *run)
{
  g_autoptr (Db) db = loader->one_shot ? database_open (loader->settings, NULL) : NULL;
  g_autoptr (DbResult) found = NULL;
  return db != NULL && ledger_wait_table (db, run->table, GONE_WAIT_MS, NULL) && ledger_run (db, run->id, &found, NULL)
         && db_result_rows (found) == 0;
}

/* Of a run that could not be begun. A COMMIT whose answer was lost, or that a stop cut off, may have begun it, and who gives the file back then leaves
 * a run that is open for ever: it has to be told as failed first. */
static ClaimFate
fate_unbegun (Loader *loader, const Input *input, const GError *failure)
{
  const PipelineResult none = { .status = STATUS_FAILED };
  if (is_resumed (loader, failure))
    return CLAIM_ORPHAN;
  bool is_settled =
      db_is_usable (loader->db) || record_failure (loader, &input->run, &none, failure) || never_began (loader, &input->run);
  return is_settled ? CLAIM_GIVE_BACK : CLAIM_ORPHAN;
}

/* Loads an open claimed file and places it. */
static bool
load_and_place (Loader *loader, const Input *input, const Claim *claim, LoadEnd *ret_end, ClaimFate *ret_fate, GError **error)
{
  if (!may_change_columns (loader, input, error))
    return *ret_fate = CLAIM_ORPHAN, false;
  if (!begin_run (loader, input, error))
    return *ret_fate = fate_unbegun (loader, input, *error), false;
  if (!run_pipeline (loader, input, ret_end, ret_fate, error))
    return false;
  GError *local = NULL;
  *ret_fate = CLAIM_DONE;
  const Placing placing = placing_of (loader, input, ret_end);
  if (placing_claimed (&placing, claim, &local))
    return true;
  *ret_fate = CLAIM_ORPHAN;
  if (!loader->one_shot)
    return g_propagate_error (error, local), false;
  placing_note_stuck (ret_end, "still in imports/.claimed, where `weir watch` takes it up", local);
  return true;
}

/* The run whose file was claimed to be tried again may not have been told, where whoever claimed it died: the file is not there any more. */
static bool
tell_retried (Loader *loader, const Input *input, const char *before, GError **error)
{
  Uid run;
  struct stat info;
  g_autoptr (DbResult) result = NULL;
  if (before == NULL || !uid_parse (before, strlen (before), &run) || uid_equal (run, input->run.id))
    return true;
  if (!ledger_run (loader->db, run, &result, error))
    return false;
  if (db_result_rows (result) == 0) /* `weir gc` */
    return true;
  const char *place = db_result_named (result, 0, "place"), *disposition = db_result_named (result, 0, "disposition");
  const char *size = db_result_named (result, 0, "size");
  bool kept = g_strcmp0 (disposition, "archived") == 0 || g_strcmp0 (disposition, "failed") == 0;
  g_autofree char *path = g_canonicalize_filename (place != NULL ? place : "", loader->settings->home);
  if (!kept || size == NULL || g_ascii_strtoll (size, NULL, 10) != input->run.size || lstat (path, &info) == 0 || errno != ENOENT)
    return true;
  return ledger_file_placed (loader->db, run, "", "retried", NULL, error);
}

/* An orphan: what the ledger knows of its run, and the place that its file has. */
static bool
take_orphan (Loader *loader, const Claim *claim, const Route *route, RunState *past, Input *input, GError **error)
{
  g_auto (Candidate) candidate = { 0 };
  if (!ledger_run_state (loader->db, claim_run (claim), past, error))
    return false;
  take_claimed (loader, claim, route, input);
  if (!candidate_orphan (loader->db, past, &input->run, route, claim_info (claim), &candidate, error))
    return false;
  candidate_place (&candidate, &input->run);
  return tell_retried (loader, input, candidate.retry_of, error);
}

bool
loading_claimed (Loader *loader, Claim *claim, const Route *route, const Candidate *candidate, LoadEnd *ret_end,
                 ClaimFate *ret_fate, GError **error)
{
  g_auto (RunState) past = { 0 };
  g_auto (Input) input = { .own = -1 };
  *ret_end = (LoadEnd) { 0 };
  *ret_fate = CLAIM_GIVE_BACK;
  if (candidate == NULL && !take_orphan (loader, claim, route, &past, &input, error))
    return *ret_fate = is_completed (&past) ? CLAIM_ORPHAN : CLAIM_GIVE_BACK, false;
  if (candidate != NULL)
    {
      take_claimed (loader, claim, route, &input);
      candidate_place (candidate, &input.run);
    }
  bool completed = is_completed (&past);
  if (completed)
    *ret_fate = CLAIM_ORPHAN;
  if (completed ? !place_completed (loader, &input, claim, &past, ret_end, error)
                : !load_and_place (loader, &input, claim, ret_end, ret_fate, error))
    return false;
  if (completed)
    *ret_fate = CLAIM_DONE;
  upkeep_after_file (loader, route, ret_end);
  return true;
}

/* Tells the ledger of a claimed file that is refused, and moves it. */
static bool
refuse (Loader *loader, const Input *input, const Claim *claim, const GError *why, LoadEnd *ret_end, GError **error)
{
  if (!begin_run (loader, input, error))
    return false;
  ret_end->failed = true;
  const PipelineResult result = { .status = STATUS_FAILED };
  if (!record_failure (loader, &input->run, &result, why))
    return weir_error (error, WEIR_ERROR_RETRY, "the ledger could not be told that \"%s\" is refused", input->run.file);
  ret_end->summary = pipeline_summary (&input->run, &result, 0, why);
  const Placing placing = placing_of (loader, input, ret_end);
  return placing_claimed (&placing, claim, error);
}

bool
loading_refused (Loader *loader, Claim *claim, const Route *route, const GError *why, LoadEnd *ret_end, GError **error)
{
  g_auto (RunState) past = { 0 };
  g_auto (Input) input = { .own = -1 };
  *ret_end = (LoadEnd) { 0 };
  if (!take_orphan (loader, claim, route, &past, &input, error))
    return false;
  return is_completed (&past) ? place_completed (loader, &input, claim, &past, ret_end, error)
                              : refuse (loader, &input, claim, why, ret_end, error);
}

/* What lies beside a file that is loaded where it lies. */
static bool
read_beside (const char *full, Beside *ret_beside, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (full), *name = g_path_get_basename (full);
  AUTO_FD int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  *ret_beside = (Beside) { 0 };
  return fd < 0 || beside_read (fd, name, ret_beside, error);
}

/* It does not stay alone. */
static void
remove_beside (const char *full, const Beside *beside)
{
  struct stat info;
  g_autofree char *folder = g_path_get_dirname (full), *name = g_path_get_basename (full);
  AUTO_FD int fd = beside->text != NULL ? open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (fd >= 0 && lstat (full, &info) != 0 && errno == ENOENT)
    beside_remove (fd, name, beside);
}

/* Opens a file that a person named. One in the drop folder was perhaps put there by somebody else. */
static int
open_named (const Loader *loader, const char *path, struct stat *ret_info, GError **error)
{
  g_autofree char *full = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (full);
  if (!settings_is_drop_folder (loader->settings, folder))
    return opening_named (path, ret_info, error);
  g_autofree char *name = g_path_get_basename (full);
  AUTO_FD int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return weir_system_error (error, errno, "could not open folder \"%s\"", folder), -1;
  return opening_dropped (fd, name, path, ret_info, error);
}

bool
loading_in_place (Loader *loader, const char *path, const Route *route, const Candidate *candidate, bool archive, LoadEnd *ret_end,
                  GError **error)
{
  *ret_end = (LoadEnd) { 0 };
  g_auto (Input) input = { .keep = archive };
  input.fd = input.own = open_named (loader, path, &input.info, error);
  if (input.fd < 0)
    return false;
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *full = g_canonicalize_filename (path, NULL);
  g_auto (Beside) beside = { 0 };
  const Uid none = { 0 };
  Uid id = uid_equal (candidate->run, none) ? uid_random () : candidate->run;
  set_run (&input, id, route, name, settings_shown_path (loader->settings, full));
  if (!read_beside (full, &beside, error))
    return false;
  input.run.declaration = declaring_text (beside.text);
  candidate_place (candidate, &input.run);
  if (input.run.order_key == NULL)
    place_as_new (&input);
  ClaimFate ignored;
  bool dry_run = loader->options.dry_run;
  if ((!dry_run && !begin_run (loader, &input, error)) || !run_pipeline (loader, &input, ret_end, &ignored, error))
    return false;
  if (dry_run)
    return true;
  const Placing placing = placing_of (loader, &input, ret_end);
  if (!placing_in_place (&placing, full, archive, error))
    return false;
  remove_beside (full, &beside);
  upkeep_after_file (loader, route, ret_end);
  return true;
}
