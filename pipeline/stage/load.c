#include "pipeline/stage/load.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/text.h"
#include "pipeline/layout/survey.h"
#include "pipeline/stage/send.h"

#include <string.h>
#include <sys/stat.h>

#define SAMPLE_RECORDS 2000

void
loaded_clear (Loaded *loaded)
{
  g_clear_pointer (&loaded->header, g_free);
  g_clear_pointer (&loaded->layout, layout_free);
  g_clear_pointer (&loaded->rows, rows_free);
  g_clear_pointer (&loaded->sha, sha256_free);
  g_clear_pointer (&loaded->rejects, reject_spool_free);
  g_clear_pointer (&loaded->stage, stage_free);
}

/* Reads records into the survey: the sample, or the whole file. *ret_end: the file ended. */
static bool
look (const PipelineTask *task, Rows *rows, Survey *survey, int64_t limit, bool *ret_end, GError **error)
{
  const Record *record, *original;
  *ret_end = false;
  for (int64_t n = 0; n < limit; n++)
    {
      if (!rows_next (rows, &record, &original, error)
          || (n % TASK_GO_ON_EVERY == 0 && !task_go_on (task, "INFER", rows_offset (rows), error)))
        return false;
      *ret_end = record == NULL;
      if (record == NULL)
        return n > 0 || rows_none (rows, error);
      survey_look (survey, record);
    }
  return true;
}

/* Looks from the beginning of the file, as far as "limit", and settles what can be settled. */
static bool
infer (const PipelineTask *task, Loaded *loaded, int64_t limit, bool *ret_again, GError **error)
{
  g_autoptr (Survey) survey = survey_new (loaded->layout);
  bool end;
  return look (task, loaded->rows, survey, limit, &end, error) && rows_rewind (loaded->rows, error)
         && survey_settle (survey, end, ret_again, error);
}

/* Behind what is to be mended: how the file is loaded then. A dry run leaves nothing that could be. */
static void
hint_retry (const PipelineTask *task, GError **error)
{
  if (error == NULL || weir_error_get_hint (*error) == NULL || task->options->dry_run)
    return;
  char id[UID_TEXT_SIZE];
  uid_format (task->run->id, id);
  g_autofree char *hint = g_strdup (weir_error_get_hint (*error));
  weir_error_hint (error, "%s `weir retry %.8s` then loads it again.", hint, id);
}

/* What "left_out" lines of the file are in no row for, and a person should say rather than weir guess. */
static bool
refuse_doubtful (const PipelineTask *task, const Rows *rows, int64_t left_out, GError **error)
{
  const ModelDialect *declared = task->model != NULL ? &task->model->dialect : NULL;
  bool said = declared != NULL && (declared->delimiter != NULL || declared->header_rows >= 0);
  int percent = sniff_percent (rows_evidence (rows)), least = task->options->min_confidence;
  if (said || !sniff_is_doubtful (percent, least, left_out, rows_dialect (rows)->header_rows))
    return true;
  g_autofree char *lines = text_count (left_out);
  g_autofree char *what = left_out > 0 ? g_strdup_printf ("%s line%s would be in no row", lines, left_out == 1 ? "" : "s")
                                       : g_strdup ("there is no header");
  g_autofree char *model = dialect_to_model (rows_dialect (rows));
  g_autofree char *detail = g_strdup_printf ("A file below %d %% is refused then (\"sniff\": {\"min_confidence_percent\": %d}). "
                                             "Nothing was loaded.",
                                             least, least);
  g_autofree char *hint =
      g_strdup_printf ("`weir sniff --explain` shows what else it could be. If weir is right, say so in %s: %s.",
                       task->model != NULL ? task->model->path : "a model of the table", model);
  weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_LOW_CONFIDENCE, .detail = detail, .hint = hint },
             "\"%s\" is read with a confidence of %d %% only, and %s", task->run->file, percent, what);
  return hint_retry (task, error), false;
}

static bool
lay_out (const PipelineTask *task, const Pins *pins, Loaded *loaded, PipelineResult *result, GError **error)
{
  bool again;
  g_autofree const char **columns = pins_names (pins);
  const RowsInput file = { task->fd, task->run->file, task->model, columns, &task->options->limits, loaded->sha };
  loaded->rows = rows_open (&file, error);
  if (loaded->rows == NULL)
    return false;
  result->confidence = sniff_percent (rows_evidence (loaded->rows));
  if (!refuse_doubtful (task, loaded->rows, rows_dialect (loaded->rows)->skip_lines, error))
    return false;
  const Record *header = rows_header (loaded->rows);
  loaded->layout = layout_new (task->model, task->catalog, header, (int) rows_width (loaded->rows), pins, error);
  if (loaded->layout == NULL)
    return hint_retry (task, error), false;
  if (!layout_check_columns (loaded->layout, task->run->file, error))
    return false;
  if (header != NULL)
    loaded->header = layout_header (loaded->layout, rows_dialect (loaded->rows));
  if (!infer (task, loaded, SAMPLE_RECORDS, &again, error))
    return false;
  return !again || infer (task, loaded, INT64_MAX, &again, error);
}

static bool
file_changed (const PipelineTask *task, GError **error)
{
  return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_FILE_CHANGED }, "\"%s\" changed while it was read",
                    task->run->file);
}

static bool
copy_file (Db *db, const PipelineTask *task, Loaded *loaded, RowCounts *counts, GError **error)
{
  bool contradiction, again;
  if (!send_rows (db, task, loaded, counts, &contradiction, error))
    return false;
  if (!contradiction)
    return true;
  if (!rows_rewind (loaded->rows, error) || !reject_restart (loaded->rejects, error)
      || !infer (task, loaded, INT64_MAX, &again, error) || !send_rows (db, task, loaded, counts, &contradiction, error))
    return false;
  return !contradiction || file_changed (task, error);
}

/* Whether the file is still what was opened. */
static bool
check_file (const PipelineTask *task, GError **error)
{
  struct stat now;
  if (fstat (task->fd, &now) < 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not look at \"%s\": %s", task->run->file, g_strerror (errno));
  int64_t mtime_ns = (int64_t) now.st_mtim.tv_sec * 1000000000 + now.st_mtim.tv_nsec;
  return (now.st_size == task->run->size && mtime_ns == task->run->mtime_ns) || file_changed (task, error);
}

/* Rows below the table do not refuse the file, so they must not go unsaid. */
static void
note_foreign (const PipelineTask *task, int64_t foreign, GPtrArray *notes)
{
  char id[UID_TEXT_SIZE];
  uid_format (task->run->id, id);
  g_autofree char *where = task->options->dry_run ? g_strdup ("") : g_strdup_printf (": `weir rejects %.8s` shows them", id);
  if (foreign > 0)
    g_ptr_array_add (notes,
                     g_strdup_printf ("%" G_GINT64_FORMAT " row%s below the table (a footer, or another table) %s not loaded%s",
                                      foreign, foreign == 1 ? "" : "s", foreign == 1 ? "was" : "were", where));
}

static void
note_doubts (const Layout *layout, GPtrArray *notes)
{
  for (int i = 0; i < layout->n_columns; i++)
    if (layout->findings[i].settle != NULL)
      g_ptr_array_add (notes,
                       g_strdup_printf ("column %s can be read in two ways and was taken as text: \"%s\": {%s} or {%s} in a model "
                                        "settles it",
                                        layout->columns[i].name, layout->columns[i].name, layout->findings[i].settle,
                                        layout->findings[i].settle_or));
}

/* Every byte is something in Windows-1252, so reading a file as that must not go unsaid. */
static void
note_encoding (const Rows *rows, const Model *model, GPtrArray *notes)
{
  const char *evidence = rows_evidence (rows)->encoding;
  bool declared = model != NULL && model->dialect.encoding != NULL;
  if (rows_dialect (rows)->encoding == ENCODING_WINDOWS_1252 && !declared)
    g_ptr_array_add (notes, g_strdup_printf ("read as %s; \"dialect\": {\"encoding\": \"windows-1252\"} in a model settles it",
                                             evidence + strlen ("encoding ")));
}

bool
load_file (Db *db, const PipelineTask *task, const Pins *pins, Loaded *ret_loaded, PipelineResult *result, GError **error)
{
  const PipelineOptions *options = task->options;
  Loaded *loaded = ret_loaded;
  *loaded = (Loaded) { .sha = sha256_new (), .stage = stage_new (options->staging_schema, task->run) };
  loaded->rejects = reject_spool_new (options->scratch, task->run->id, error);
  if (loaded->rejects == NULL || !lay_out (task, pins, loaded, result, error)
      || !stage_ensure_schema (db, options->staging_schema, "staging", error) || !copy_file (db, task, loaded, &result->rows, error)
      || !check_file (task, error)
      || !refuse_doubtful (task, loaded->rows, rows_dialect (loaded->rows)->skip_lines + reject_foreign (loaded->rejects), error))
    return false;
  sha256_finish (loaded->sha, loaded->sha256);
  note_encoding (loaded->rows, task->model, result->notes);
  note_doubts (loaded->layout, result->notes);
  note_foreign (task, reject_foreign (loaded->rejects), result->notes);
  return reject_replace (loaded->rejects, db, error) && stage_finish (db, loaded->stage, loaded->layout, task->run, error)
         && stage_swap (db, loaded->stage, options->swap_timeout_ms, result->notes, error);
}
