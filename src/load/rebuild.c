#include "src/load/rebuild.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "base/text.h"
#include "pipeline/layout/pins.h"
#include "pipeline/warehouse/agreement.h"
#include "pipeline/warehouse/inferred.h"
#include "pipeline/warehouse/warehouse.h"
#include "schema/ledger_delivery.h"
#include "schema/sql.h"
#include "src/load/declaring.h"
#include "src/load/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_NAMED 20 /* files that are nowhere */

static void
rebuild_file_free (RebuildFile *file)
{
  g_free (file->path);
  g_free (file->name);
  g_free (file->problem);
  run_clear (&file->run);
  g_free (file);
}

void
rebuild_free (Rebuild *rebuild)
{
  if (rebuild == NULL)
    return;
  g_ptr_array_unref (rebuild->files);
  g_free (rebuild->pins);
  g_free (rebuild->history);
  g_free (rebuild->key);
  g_free (rebuild->schema);
  g_free (rebuild->temporary);
  g_free (rebuild->begun);
  g_free (rebuild);
}

/* ---- finding ---- */

/* The columns of the answer; see ledger_rebuild_files. */
enum
{
  FILE_RUN,
  FILE_NAME,
  FILE_SHA256,
  FILE_DISPOSITION,
  FILE_SIZE,
  FILE_INSTANT,
  FILE_KEY,
  FILE_AGAIN,
  FILE_RETRY_OF,
  FILE_APPLIED_ON,
  FILE_OVERTAKEN,
  FILE_PLACES,
  FILE_TRIMMED,
  FILE_DECLARATION,
};

static RebuildFile *
file_from (const DbResult *result, int row, const char *table)
{
  RebuildFile *file = g_new0 (RebuildFile, 1);
  const char *id = db_result_value (result, row, FILE_RUN);
  file->name = g_strdup (db_result_value (result, row, FILE_NAME));
  file->overwrite = !db_result_bool (result, row, FILE_OVERTAKEN);
  file->run = (Run) { .table = g_strdup (table),
                      .file = g_strdup (file->name),
                      .size = db_result_int64 (result, row, FILE_SIZE),
                      .instant_ns = db_result_int64 (result, row, FILE_INSTANT),
                      .order_key = g_strdup (db_result_value (result, row, FILE_KEY)),
                      .again = db_result_bool (result, row, FILE_AGAIN),
                      .retry_of = g_strdup (db_result_value (result, row, FILE_RETRY_OF)),
                      .applied_on = g_strdup (db_result_value (result, row, FILE_APPLIED_ON)),
                      .declaration = g_strdup (db_result_value (result, row, FILE_DECLARATION)) };
  (void) uid_parse (id, strlen (id), &file->run.id);
  return file;
}

/* Looks for the bytes where they may be. */
static bool
find_bytes (const Loader *loader, const DbResult *result, int row, RebuildFile *file, GError **error)
{
  g_auto (KeptFile) kept = { 0 };
  if (!kept_find (loader->settings, db_result_value (result, row, FILE_PLACES), &kept, error))
    return false;
  file->path = g_steal_pointer (&kept.path);
  if (file->path != NULL)
    {
      file->run.size = kept.size;
      file->is_less = g_strcmp0 (kept.sha256, db_result_value (result, row, FILE_SHA256)) != 0;
    }
  const char *trimmed = db_result_value (result, row, FILE_TRIMMED);
  if (file->path != NULL)
    file->run.place = settings_shown_path (loader->settings, file->path);
  else if (trimmed != NULL)
    file->problem = g_strdup_printf ("was removed by \"retention\" on %s: %s", trimmed, kept.first);
  else if (kept.first == NULL)
    file->problem = g_strdup (g_strcmp0 (db_result_value (result, row, FILE_DISPOSITION), "deleted") == 0
                                  ? "was deleted when it was loaded (\"after_load\": \"delete\")"
                                  : "is kept nowhere");
  else
    file->problem = g_strdup_printf ("is not as it was, or not there: %s", kept.first);
  return true;
}

static bool
refuse_lost (const Rebuild *rebuild, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  int named = 0;
  for (guint i = 0; i < rebuild->files->len && named < MOST_NAMED; i++)
    {
      const RebuildFile *file = rebuild->files->pdata[i];
      if (file->problem == NULL)
        continue;
      char id[UID_TEXT_SIZE];
      uid_format (file->run.id, id);
      g_string_append_printf (names, "%s%s (run %.8s) %s", named > 0 ? "\n" : "", file->name, id, file->problem);
      named++;
    }
  if (rebuild->lost > named)
    g_string_append_printf (names, "\nand %d more", rebuild->lost - named);
  return weir_fail (
      error,
      &(Failure) { WEIR_ERROR_MODEL, .detail = names->str,
                   .hint = "Put them back where they were, from a backup: `weir runs RUN` says where. Or look at what the others "
                           "give: --missing-ok." },
      "%s cannot be made again: %d of its %u file%s cannot be had", rebuild->model->table, rebuild->lost, rebuild->files->len,
      rebuild->files->len == 1 ? "" : "s");
}

static bool
refuse_unknown (const Model *model, GError **error)
{
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, .detail = "The ledger knows of no file that was applied to it.",
                                 .hint = "`weir runs` lists the files, and `weir retry RUN` loads one again." },
                    "there is nothing to make %s from", model->table);
}

static bool
find_files (Loader *loader, Rebuild *rebuild, GError **error)
{
  g_autoptr (DbResult) files = NULL;
  if (!ledger_rebuild_files (loader->db, rebuild->model->table, &files, error))
    return false;
  for (int row = 0; row < db_result_rows (files); row++)
    {
      RebuildFile *file = file_from (files, row, rebuild->model->table);
      g_ptr_array_add (rebuild->files, file);
      if (!find_bytes (loader, files, row, file, error))
        return false;
      rebuild->lost += file->path == NULL;
    }
  return true;
}

static char *
ask_now (Db *db, GError **error)
{
  g_autoptr (DbResult) now = NULL;
  return sql_run (db, "rebuild/now", NULL, 0, &now, error) ? g_strdup (db_result_value (now, 0, 0)) : NULL;
}

Rebuild *
rebuild_find (Loader *loader, const Model *model, bool lost_ok, GError **error)
{
  g_autoptr (Rebuild) rebuild = g_new0 (Rebuild, 1);
  rebuild->model = model;
  rebuild->files = g_ptr_array_new_with_free_func ((GDestroyNotify) rebuild_file_free);
  rebuild->begun = ask_now (loader->db, error);
  if (rebuild->begun == NULL)
    return NULL;
  g_auto (TableState) state = { 0 };
  if (!ledger_table_read (loader->db, model->table, false, &state, error) || !find_files (loader, rebuild, error))
    return NULL;
  rebuild->pins = g_steal_pointer (&state.pins);
  rebuild->history = g_steal_pointer (&state.history);
  rebuild->key = g_steal_pointer (&state.key);
  rebuild->schema = g_strdup (state.warehouse_schema != NULL ? state.warehouse_schema : loader->settings->warehouse_schema);
  if ((guint) rebuild->lost == rebuild->files->len && rebuild->lost == 0)
    return refuse_unknown (model, error), NULL;
  if (rebuild->lost > 0 && (!lost_ok || (guint) rebuild->lost == rebuild->files->len))
    return refuse_lost (rebuild, error), NULL;
  return g_steal_pointer (&rebuild);
}

/* ---- running ---- */

static bool
begin_run (Loader *loader, const Model *model, const RebuildFile *file, GError **error)
{
  Db *db = loader->db;
  if (run_begin (db, &loader->options, RUN_READING, error) && ledger_begin (db, &file->run, model->path, model->checksum, error)
      && db_exec (db, "commit", error))
    return true;
  if (db_is_usable (db))
    (void) db_exec (db, "rollback", NULL);
  return false;
}

/* What is to be mended is the model: the file was good. */
static bool
explain (const RebuildFile *file, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (file->run.id, id);
  if (error != NULL && g_error_matches (*error, WEIR_ERROR, WEIR_ERROR_INPUT))
    g_prefix_error (error, "%s (run %.8s), which was applied once, is refused now: ", file->name, id);
  return false;
}

/* Nothing is left of it since somebody was forgotten. */
static bool
is_empty (const RebuildFile *file, GError **error)
{
  if (!file->is_less || error == NULL || weir_error_get_reason (*error) != REASON_NO_ROWS)
    return false;
  g_clear_error (error);
  return true;
}

static bool
load_once_more (Loader *loader, const Model *model, RebuildFile *file, int64_t *ret_rows, GError **error)
{
  struct stat info;
  AUTO_FD int fd = open (file->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 || fstat (fd, &info) != 0)
    return weir_system_error (error, errno, "could not open \"%s\"", file->path);
  file->run.mtime_ns = fs_nanoseconds (info.st_mtim);
  file->run.inode = info.st_ino;
  loader->options.overwrite = file->overwrite;
  const RunGoal goal = { .place = file->run.place, .disposition = "archived", .begun = g_get_monotonic_time () };
  g_autoptr (Declaration) declaration = NULL;
  if (!declaring_read (&file->run, &declaration, error))
    return false;
  const PipelineTask task = { .catalog = loader->catalog,
                              .model = model,
                              .run = &file->run,
                              .fd = fd,
                              .options = &loader->options,
                              .goal = &goal,
                              .declaration = declaration };
  g_auto (PipelineResult) result = { 0 };
  if (!begin_run (loader, model, file, error))
    return explain (file, error);
  if (!pipeline_run (loader->db, &task, &result, error))
    return is_empty (file, error) || explain (file, error);
  if (result.status != STATUS_APPLIED)
    return weir_error (error, WEIR_ERROR_INPUT, "%s was applied once, and is %s now", file->name, load_status_word (result.status));
  *ret_rows = result.rows.read;
  return true;
}

static bool
analyze (Db *db, const Rebuild *rebuild, GError **error)
{
  const SqlVar vars[] = { { "schema", rebuild->temporary }, { "table", rebuild->model->table } };
  return sql_run (db, "rebuild/analyze", vars, G_N_ELEMENTS (vars), NULL, error);
}

static bool
load_all (Loader *loader, Rebuild *rebuild, void (*tell) (const char *, guint, guint, void *), void *data, GError **error)
{
  guint analyzed = 1; /* nobody else does it for a temporary table */
  for (guint i = 0, number = 1; i < rebuild->files->len; i++)
    {
      RebuildFile *file = rebuild->files->pdata[i];
      int64_t rows = -1;
      if (file->path == NULL)
        continue;
      tell (file->name, number, rebuild->files->len - (guint) rebuild->lost, data);
      if (!load_once_more (loader, rebuild->model, file, &rows, error))
        return false;
      if (rows < 0)
        continue;
      if (number == analyzed && (analyzed *= 2, !analyze (loader->db, rebuild, error)))
        return false;
      rebuild->rows += rows;
      number++;
    }
  return true;
}

/* Whether the model can be loaded at all, as things are. */
static bool
check_model (Loader *loader, const Model *model, GError **error)
{
  const AgreementTerms terms = { loader->settings->warehouse_schema, loader->secret, loader->secret_length, loader->zones };
  return agreement_check_model (loader->db, loader->catalog, model, &terms, error);
}

/* Whom facts have named stays, as long as the table has the same ids. */
static bool
put_down_placeholders (Loader *loader, const Rebuild *rebuild, GError **error)
{
  const Model *model = rebuild->model;
  g_autofree char *key = key_definition (model, loader->secret, loader->secret_length);
  g_auto (History) history = { 0 };
  const InferredIn in = { rebuild->schema, model, &history, loader->options.lock_timeout_ms };
  bool same = key_definition_check (model->table, rebuild->key, key, NULL);
  return history_parse (rebuild->history, &history, error) && inferred_begin (loader->db, &in, same, error);
}

bool
rebuild_run (Loader *loader, Rebuild *rebuild, void (*tell) (const char *name, guint number, guint of, void *data), void *data,
             GError **error)
{
  if (!check_model (loader, rebuild->model, error) || !put_down_placeholders (loader, rebuild, error)
      || !ledger_shadow (loader->db, rebuild->model->table, &rebuild->temporary, error))
    return false;
  const PipelineOptions before = loader->options;
  loader->options.staging_schema = loader->options.warehouse_schema = rebuild->temporary;
  loader->options.replays = loader->options.force = true;
  bool done = load_all (loader, rebuild, tell, data, error);
  loader->options = before;
  if (db_is_usable (loader->db))
    db_shadow (loader->db, NULL);
  return done;
}

/* ---- finishing ---- */

void
rebuild_end_clear (RebuildEnd *end)
{
  g_clear_pointer (&end->difference, difference_free);
  g_clear_pointer (&end->sample, json_decref);
}

static bool
lock_table (Db *db, const Rebuild *rebuild, GError **error)
{
  const SqlVar vars[] = { { "schema", rebuild->schema }, { "table", rebuild->model->table } };
  bool exists;
  return sql_run (db, "rebuild/lock_row", vars, G_N_ELEMENTS (vars), NULL, error)
         && warehouse_exists (db, rebuild->schema, rebuild->model->table, &exists, error)
         && (!exists || sql_run (db, "rebuild/lock", vars, G_N_ELEMENTS (vars), NULL, error));
}

static bool
record (Db *db, const Rebuild *rebuild, RebuildEnd *end, GError **error)
{
  const Difference *difference = end->difference;
  char id[UID_TEXT_SIZE];
  end->run = uid_random ();
  uid_format (end->run, id);
  g_autoptr (Json) report = json_pack ("{s:i, s:{s:I, s:I, s:I, s:I}}", "files", (int) rebuild->files->len, "rows", "rebuilt",
                                       (json_int_t) difference->rebuilt_rows, "extra", (json_int_t) difference->extra, "missing",
                                       (json_int_t) difference->missing, "different", (json_int_t) difference->different);
  g_autofree char *text = weir_json_text (report), *extra = text_count (difference->extra);
  g_autofree char *missing = text_count (difference->missing), *different = text_count (difference->different);
  g_autofree char *subject = g_strdup_printf ("%s put in, %s changed, %s taken out", missing, different, extra);
  return ledger_rebuilt (db, &(RebuiltRun) { end->run, rebuild->model->table, rebuild->begun, subject, text }, error);
}

static bool
write_all (Loader *loader, const Rebuild *rebuild, RebuildEnd *end, GError **error)
{
  Db *db = loader->db;
  if (!difference_write (db, end->difference, error)
      || !inferred_give (db, rebuild->model, loader->catalog, rebuild->schema, loader->options.lock_timeout_ms, &end->placeholders,
                         error)
      || !ledger_shadow_take (db, rebuild->model->table, rebuild->schema, error) || !record (db, rebuild, end, error))
    return false;
  char run[UID_TEXT_SIZE];
  uid_format (end->run, run);
  fault_point ("rebuild-written");
  return delivery_note (db, loader->options.deliveries, rebuild->model->table, run, "whole", error);
}

/* A model that has become one of full exports closes whom older files lack: of each of them nobody was asked. */
static bool
find_closes (Db *db, const Rebuild *rebuild, RebuildEnd *end, GError **error)
{
  const Model *model = rebuild->model;
  g_auto (TableState) state = { 0 };
  g_auto (History) history = { 0 };
  g_autoptr (DbResult) counts = NULL;
  if (model->absent == ABSENT_KEEP || !end->difference->exists || !end->difference->comparable)
    return true;
  if (!ledger_table_read (db, model->table, false, &state, error) || !history_parse (state.history, &history, error))
    return false;
  const SqlVar vars[] = { { "schema", rebuild->schema },
                          { "temporary", rebuild->temporary },
                          { "table", model->table },
                          { "id", model->id_column },
                          { "current", history.names[HISTORY_CURRENT] },
                          { "current_then", model->history.names[HISTORY_CURRENT] } };
  if (!sql_run (db, "rebuild/closes", vars, G_N_ELEMENTS (vars), &counts, error))
    return false;
  end->closes = db_result_int64 (counts, 0, 0);
  end->holding = db_result_int64 (counts, 0, 1);
  return true;
}

static bool
check_closes (const Rebuild *rebuild, const RebuildWish *wish, const RebuildEnd *end, GError **error)
{
  double most = rebuild->model->guard.close_percent;
  if (!wish->write || wish->approved || (double) end->closes * 100 <= most * (double) end->holding)
    return true;
  g_autofree char *closes = text_count (end->closes), *holding = text_count (end->holding);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, REASON_HELD, .detail = "Nothing was changed.",
                                 .hint = "Without --write the difference is shown; `--write --approve` writes it all the same." },
                    "it would close %s of %s keys of %s, and %g %% is the most (\"guard\": {\"close_percent\": %g})", closes,
                    holding, rebuild->model->table, most, most);
}

static bool
in_transaction (Loader *loader, const Rebuild *rebuild, const RebuildWish *wish, RebuildEnd *end, GError **error)
{
  Db *db = loader->db;
  const DifferenceOf of = { rebuild->model,     loader->catalog, rebuild->schema,
                            rebuild->temporary, rebuild->pins,   loader->options.lock_timeout_ms };
  if ((wish->write && (!lock_table (db, rebuild, error) || !difference_retell (db, &of, rebuild->history, error)))
      || !ledger_shadow_changed (db, error))
    return false;
  end->difference = difference_find (db, &of, error);
  return end->difference != NULL && find_closes (db, rebuild, end, error) && check_closes (rebuild, wish, end, error)
         && difference_sample (db, end->difference, wish->limit, wish->show_pii, &end->sample, error)
         && (wish->schema == NULL || difference_publish (db, end->difference, wish->schema, error))
         && (!wish->write || write_all (loader, rebuild, end, error));
}

bool
rebuild_finish (Loader *loader, const Rebuild *rebuild, const RebuildWish *wish, RebuildEnd *ret_end, GError **error)
{
  Db *db = loader->db;
  *ret_end = (RebuildEnd) { 0 };
  if (!run_begin (db, &loader->options, RUN_COMPARING, error))
    return false;
  bool keeps = wish->write || wish->schema != NULL;
  if (in_transaction (loader, rebuild, wish, ret_end, error) && db_exec (db, keeps ? "commit" : "rollback", error))
    return true;
  if (db_is_usable (db))
    (void) db_exec (db, "rollback", NULL);
  loader_find_blocker (loader, rebuild->model->table, error);
  return false;
}
