#include "pipeline/stage/load.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "pipeline/layout/survey.h"
#include "pipeline/records/reader_record.h"
#include "pipeline/stage/row.h"

#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#define SAMPLE_RECORDS 2000
#define COPY_BATCH 1000  /* rows that the server gathers before it writes them */
#define CHECK_EVERY 4096 /* records between looks at the stop descriptor and the progress bar */

/* What the functions below work on: the file's side of one load. */
typedef struct
{
  const LoadInput *input;
  Loaded *loaded;
  PipelineResult *result;
  int64_t size;
} Work;

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

static bool
check_stop (const Work *work, const char *step, int64_t records, GError **error)
{
  const PipelineOptions *options = work->input->options;
  if (records % CHECK_EVERY != 0)
    return true;
  if (options->progress != NULL)
    options->progress (step, rows_offset (work->loaded->rows), work->size, options->progress_data);
  struct pollfd stop = { .fd = options->stop_fd, .events = POLLIN };
  if (options->stop_fd >= 0 && poll (&stop, 1, 0) > 0)
    return weir_error (error, WEIR_ERROR_STOP, "stopped while loading \"%s\"", work->input->run->file);
  return true;
}

/* Reads records into the survey: the sample, or the whole file. *ret_end: the file ended. */
static bool
look (Work *work, Survey *survey, int64_t limit, bool *ret_end, GError **error)
{
  Loaded *loaded = work->loaded;
  const Record *record, *original;
  for (int64_t n = 0; n < limit; n++)
    {
      if (!rows_next (loaded->rows, &record, &original, error) || !check_stop (work, "INFER", n, error))
        return false;
      *ret_end = record == NULL;
      if (record == NULL)
        return n > 0 || rows_none (loaded->rows, error);
      survey_look (survey, record);
    }
  return true;
}

/* Looks from the beginning of the file, as far as "limit"; settles what can be settled. */
static bool
infer (Work *work, int64_t limit, bool *ret_again, GError **error)
{
  Loaded *loaded = work->loaded;
  g_autoptr (Survey) survey = survey_new (loaded->layout);
  bool end = false;
  return look (work, survey, limit, &end, error) && rows_rewind (loaded->rows, error)
         && survey_settle (survey, end, ret_again, error);
}

/* Behind what is to be mended: how the file is loaded then. A dry run leaves nothing that could be. */
static void
hint_retry (const LoadInput *input, GError **error)
{
  if (error == NULL || weir_error_get_hint (*error) == NULL || input->options->dry_run)
    return;
  char id[UID_TEXT_SIZE];
  uid_format (input->run->id, id);
  g_autofree char *hint = g_strdup (weir_error_get_hint (*error));
  weir_error_hint (error, "%s `weir retry %.8s` then loads it again.", hint, id);
}

static bool
lay_out (Work *work, GError **error)
{
  const LoadInput *input = work->input;
  Loaded *loaded = work->loaded;
  bool again;
  g_autofree const char **columns = pins_names (input->pins);
  const RowsInput file = { input->fd, input->run->file, input->model, columns, &input->options->limits, loaded->sha };
  loaded->rows = rows_open (&file, error);
  if (loaded->rows == NULL)
    return false;
  const Record *header = rows_header (loaded->rows);
  loaded->layout = layout_new (input->model, input->catalog, header, (int) rows_width (loaded->rows), input->pins, error);
  if (loaded->layout == NULL)
    return hint_retry (input, error), false;
  if (!layout_check_columns (loaded->layout, input->run->file, error))
    return false;
  if (header != NULL)
    loaded->header = layout_header (loaded->layout, rows_dialect (loaded->rows));
  if (!infer (work, SAMPLE_RECORDS, &again, error))
    return false;
  return !again || infer (work, INT64_MAX, &again, error);
}

/* Keeps a refused record as it was. */
static bool
keep_refused (Work *work, const Row *row, const Record *original, GError **error)
{
  const Reject reject = { .line = original->line,
                          .column = row_column (row),
                          .reason = row_reason (row),
                          .message = row_message (row),
                          .original = original->raw,
                          .original_length = original->raw_length };
  return reject_add (work->loaded->rejects, &reject, error);
}

/* Keeps what a record of another width, or with a bad quote, was before it was mended. */
static bool
keep_mended (Work *work, const Record *mended, const Record *original, GError **error)
{
  char problem[80];
  const Reject reject = { .line = original->line,
                          .reason = record_reason (original, mended->n_fields),
                          .message = record_describe (original, mended->n_fields, problem, sizeof problem),
                          .original = original->raw,
                          .original_length = original->raw_length,
                          .repaired = true };
  return reject_add (work->loaded->rejects, &reject, error);
}

/* A converted row goes to the server, a refused one to the rejects; of a mended one the original is kept too. */
static bool
put_row (Work *work, const Row *row, RowVerdict verdict, const Record *record, const Record *original, CopyWriter *copy,
         GError **error)
{
  if (verdict == ROW_REJECT)
    return keep_refused (work, row, original != NULL ? original : record, error);
  return row_write (row, record, copy, error) && (original == NULL || keep_mended (work, record, original, error));
}

static bool
send_to_server (const void *bytes, size_t length, void *data, GError **error)
{
  return db_copy_write (data, bytes, length, error);
}

static bool
too_many_rows (const Work *work, const Record *record, GError **error)
{
  weir_error (error, WEIR_ERROR_INPUT, "\"%s\" has more than %" G_GINT64_FORMAT " rows", work->input->run->file,
              work->input->options->max_rows);
  weir_error_line (error, record->line);
  weir_error_detail (error, "Nothing was loaded.");
  weir_error_hint (error, "Split the file, or raise \"limits\": {\"rows\": N} in weir.json.");
  weir_error_reason (error, REASON_TOO_MANY_ROWS);
  return false;
}

/* One pass over the file, inside a COPY. *ret_contradiction: a cell is not of its column's type; the COPY is of no use then. */
static bool
send_rows (Work *work, Db *db, bool *ret_contradiction, GError **error)
{
  Loaded *loaded = work->loaded;
  g_autoptr (Row) row = row_new (loaded->layout, work->input->options->secret, work->input->options->secret_length);
  g_auto (CopyWriter) copy = { 0 };
  copy_begin (&copy, send_to_server, db);
  *ret_contradiction = false;
  int64_t read = 0;
  const Record *record, *original;
  for (;; read++)
    {
      if (!rows_next (loaded->rows, &record, &original, error) || !check_stop (work, "LOAD", read, error))
        return false;
      if (record == NULL)
        break;
      if (read == work->input->options->max_rows && read > 0)
        return too_many_rows (work, record, error);
      RowVerdict verdict = row_convert (row, record);
      if (verdict == ROW_CONTRADICTION)
        return *ret_contradiction = true;
      if (!put_row (work, row, verdict, record, original, &copy, error))
        return false;
    }
  work->result->rows.read = read;
  work->result->rows.rejected = reject_count (loaded->rejects);
  work->result->rows.repaired = reject_repaired (loaded->rejects);
  work->result->rows.staged = copy.rows;
  return copy_end (&copy, error);
}

/* Makes the table and fills it; leaves no trace in the transaction when the pass met a contradiction. */
static bool
copy_pass (Work *work, Db *db, bool *ret_contradiction, GError **error)
{
  Loaded *loaded = work->loaded;
  if (!db_exec (db, "savepoint load", error) || !stage_create (db, loaded->stage, loaded->layout, error)
      || !stage_copy (db, loaded->stage, false, error))
    return false;
  if (!send_rows (work, db, ret_contradiction, error))
    return db_copy_cancel (db), false;
  if (*ret_contradiction)
    {
      db_copy_cancel (db);
      return db_exec (db, "rollback to savepoint load", error);
    }
  int64_t taken;
  if (!db_copy_end (db, &taken, error) || !db_exec (db, "release savepoint load", error))
    return false;
  if (taken != work->result->rows.staged)
    return weir_error (error, WEIR_ERROR_RETRY, "the server took %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " rows of \"%s\"",
                       taken, work->result->rows.staged, work->input->run->file);
  return true;
}

/* Sends the rows around "last" once more, one by one: the server refuses the one that it refused. "lines" gets theirs. */
static bool
send_singly (Work *work, Db *db, int64_t last, GArray *lines, GError **error)
{
  Loaded *loaded = work->loaded;
  const Record *record = NULL, *original;
  g_autoptr (Row) row = row_new (loaded->layout, work->input->options->secret, work->input->options->secret_length);
  g_auto (CopyWriter) copy = { 0 };
  copy_begin (&copy, send_to_server, db);
  for (int64_t good = 0; good < last;)
    {
      if (!rows_next (loaded->rows, &record, &original, error))
        return false;
      if (record == NULL)
        break;
      if (row_convert (row, record) == ROW_REJECT || ++good < last - COPY_BATCH)
        continue;
      g_array_append_val (lines, record->line);
      if (!row_write (row, record, &copy, error))
        return false;
    }
  return copy_end (&copy, error) && db_copy_end (db, NULL, error);
}

/* A row that is too wide for the server is refused with its batch, of which the error names the last. */
static bool
name_wide_row (Work *work, Db *db, GError **error)
{
  if (error == NULL || weir_error_get_sqlstate (*error)[0] == '\0')
    return false;
  int64_t last = weir_error_get_line (*error);
  weir_error_line (error, 0); /* it was none of the file */
  if (last == 0 || strcmp (weir_error_get_sqlstate (*error), "54000") != 0)
    return false;
  Loaded *loaded = work->loaded;
  g_autoptr (GArray) lines = g_array_new (FALSE, FALSE, sizeof (int64_t));
  g_autoptr (GError) again = NULL;
  bool sent = db_exec (db, "rollback to savepoint load", &again) && stage_create (db, loaded->stage, loaded->layout, &again)
              && rows_rewind (loaded->rows, &again) && stage_copy (db, loaded->stage, true, &again)
              && send_singly (work, db, last, lines, &again);
  db_copy_cancel (db);
  int64_t row = sent || again == NULL ? 0 : weir_error_get_line (again);
  if (row > 0 && row <= lines->len)
    weir_error_line (error, g_array_index (lines, int64_t, row - 1));
  weir_error_detail (error, "Nothing was changed.");
  return false;
}

static bool
copy_file (Work *work, Db *db, GError **error)
{
  bool contradiction, again;
  if (!copy_pass (work, db, &contradiction, error))
    return name_wide_row (work, db, error);
  if (!contradiction)
    return true;
  if (!rows_rewind (work->loaded->rows, error) || !reject_restart (work->loaded->rejects, error)
      || !infer (work, INT64_MAX, &again, error))
    return false;
  if (!copy_pass (work, db, &contradiction, error))
    return name_wide_row (work, db, error);
  if (contradiction)
    return weir_error (error, WEIR_ERROR_RETRY, "\"%s\" changed while it was read", work->input->run->file),
           weir_error_reason (error, REASON_FILE_CHANGED), false;
  return true;
}

static bool
file_is_unchanged (const LoadInput *input, const struct stat *before, GError **error)
{
  struct stat after;
  if (fstat (input->fd, &after) < 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not look at \"%s\": %s", input->run->file, g_strerror (errno));
  if (after.st_size == before->st_size && after.st_mtim.tv_sec == before->st_mtim.tv_sec
      && after.st_mtim.tv_nsec == before->st_mtim.tv_nsec)
    return true;
  weir_error (error, WEIR_ERROR_RETRY, "\"%s\" changed while it was read", input->run->file);
  weir_error_reason (error, REASON_FILE_CHANGED);
  return false;
}

/* Rows below the table do not refuse the file, so they must not go unsaid. */
static void
note_foreign (const Work *work)
{
  char id[UID_TEXT_SIZE];
  uid_format (work->input->run->id, id);
  int64_t foreign = reject_foreign (work->loaded->rejects);
  g_autofree char *where = work->input->options->dry_run ? g_strdup ("") : g_strdup_printf (": `weir rejects %.8s` shows them", id);
  if (foreign > 0)
    g_ptr_array_add (work->result->notes,
                     g_strdup_printf ("%" G_GINT64_FORMAT " row%s below the table (a footer, or another table) %s not loaded%s",
                                      foreign, foreign == 1 ? "" : "s", foreign == 1 ? "was" : "were", where));
}

static void
note_layout (const Layout *layout, GPtrArray *notes)
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

static bool
load_work (Work *work, Db *db, GError **error)
{
  const LoadInput *input = work->input;
  Loaded *loaded = work->loaded;
  struct stat before;
  if (fstat (input->fd, &before) < 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not look at \"%s\": %s", input->run->file, g_strerror (errno));
  work->size = before.st_size;
  loaded->stage = stage_new (input->options->staging_schema, input->run);
  loaded->rejects = reject_spool_new (input->options->scratch, input->run->id, error);
  if (loaded->rejects == NULL || !lay_out (work, error)
      || !stage_ensure_schema (db, input->options->staging_schema, "staging", error) || !copy_file (work, db, error)
      || !file_is_unchanged (input, &before, error))
    return false;
  sha256_finish (loaded->sha, loaded->sha256);
  work->result->rows_known = true;
  note_encoding (loaded->rows, input->model, work->result->notes);
  note_layout (loaded->layout, work->result->notes);
  note_foreign (work);
  return reject_store (loaded->rejects, db, error) && stage_finish (db, loaded->stage, loaded->layout, input->run, error)
         && stage_swap (db, loaded->stage, input->options->swap_timeout_ms, work->result->notes, error);
}

bool
load_file (Db *db, const LoadInput *input, Loaded *ret_loaded, PipelineResult *result, GError **error)
{
  *ret_loaded = (Loaded) { .sha = sha256_new () };
  Work work = { .input = input, .loaded = ret_loaded, .result = result };
  return load_work (&work, db, error);
}

bool
load_spool_refused (Loaded *loaded, const DbResult *refused, GError **error)
{
  int row = 0, rows = db_result_rows (refused);
  const Record *record, *original;
  while (row < rows)
    {
      if (!rows_next (loaded->rows, &record, &original, error))
        return false;
      if (record == NULL)
        return weir_error (error, WEIR_ERROR_RETRY, "the file changed while it was read"),
               weir_error_reason (error, REASON_FILE_CHANGED), false;
      if (record->line != db_result_int64 (refused, row, 0))
        continue;
      record = original != NULL ? original : record;
      const Reject reject = { .line = record->line,
                              .column = db_result_value (refused, row, 1),
                              .reason = reason_find (db_result_value (refused, row, 2)),
                              .message = db_result_value (refused, row, 3),
                              .original = record->raw,
                              .original_length = record->raw_length };
      if (!reject_add (loaded->rejects, &reject, error))
        return false;
      row++;
    }
  return true;
}
