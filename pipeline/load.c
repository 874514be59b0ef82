#include "pipeline/load.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "pipeline/row.h"
#include "pipeline/sniff.h"
#include "pipeline/source.h"

#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#define SAMPLE_RECORDS 2000
#define CHECK_EVERY 4096 /* records between looks at the stop descriptor and the progress bar */

/* What the functions below work on: the file's side of one load. */
typedef struct
{
  const LoadInput *input;
  Loaded *loaded;
  PipelineResult *result;
  ColumnGuess *guesses;
  int64_t size;
} Work;

void
loaded_clear (Loaded *loaded)
{
  g_clear_pointer (&loaded->layout, layout_free);
  g_clear_pointer (&loaded->reader, reader_free);
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
    options->progress (step, reader_offset (work->loaded->reader), work->size, options->progress_data);
  struct pollfd stop = { .fd = options->stop_fd, .events = POLLIN };
  if (options->stop_fd >= 0 && poll (&stop, 1, 0) > 0)
    return weir_error (error, WEIR_ERROR_STOP, "stopped while loading \"%s\"", work->input->run->file);
  return true;
}

/* The names that make a first line a header. */
static GStrv
known_names (const Model *model, const Pins *pins)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  if (model != NULL)
    {
      for (guint i = 0; i < model->columns->len; i++)
        g_strv_builder_add (names, ((ModelColumn *) model->columns->pdata[i])->name);
      g_strv_builder_addv (names, (const char **) model->business_key);
      for (guint i = 0; i < model->references->len; i++)
        g_strv_builder_addv (names, (const char **) ((ModelReference *) model->references->pdata[i])->columns);
    }
  GHashTableIter pin;
  gpointer name;
  g_hash_table_iter_init (&pin, pins->columns);
  while (g_hash_table_iter_next (&pin, &name, NULL))
    g_strv_builder_add (names, name);
  return g_strv_builder_end (names);
}

static bool
sniff (Work *work, GError **error)
{
  const LoadInput *input = work->input;
  g_autofree char *head = g_malloc (SNIFF_HEAD_SIZE);
  size_t length = 0;
  bool whole = false;
  Compression compression = COMPRESSION_NONE;
  if (!source_head (input->fd, head, SNIFF_HEAD_SIZE, &length, &whole, &compression, error))
    return false;
  g_auto (GStrv) names = known_names (input->model, input->pins);
  if (!sniff_dialect (head, length, whole, names[0] == NULL ? NULL : (const char *const *) names, input->run->file,
                      &work->loaded->dialect, NULL, error))
    return false;
  work->loaded->dialect.compression = compression;
  return true;
}

static bool
no_rows (const Work *work, GError **error)
{
  weir_error (error, WEIR_ERROR_INPUT, "\"%s\" has a header but no rows", work->input->run->file);
  weir_error_detail (error, "An export that was cut off looks like this too, so it is not taken for \"nothing new\". Nothing was changed.");
  weir_error_hint (error, "If there is really nothing to load, remove the file; if it should have rows, drop it again.");
  weir_error_reason (error, "no_rows");
  return false;
}

/* Reads records into the guesses: the sample, or the whole file. *ret_end: the file ended. */
static bool
look (Work *work, int64_t limit, bool *ret_end, GError **error)
{
  Loaded *loaded = work->loaded;
  const Record *record;
  for (int64_t n = 0; n < limit; n++)
    {
      if (!reader_next (loaded->reader, &record, error) || !check_stop (work, "INFER", n, error))
        return false;
      *ret_end = record == NULL;
      if (record == NULL)
        return n > 0 || no_rows (work, error);
      layout_look (loaded->layout, work->guesses, record);
    }
  return true;
}

static void
reset_guesses (Work *work)
{
  Layout *layout = work->loaded->layout;
  work->guesses = g_renew (ColumnGuess, work->guesses, layout->n_columns);
  for (int i = 0; i < layout->n_columns; i++)
    {
      infer_init (&work->guesses[i]);
      layout->columns[i].contradictions = 0;
    }
}

/* Guesses from the beginning of the file, as far as "limit"; settles what can be settled. */
static bool
infer (Work *work, int64_t limit, bool *ret_again, GError **error)
{
  Loaded *loaded = work->loaded;
  bool end = false;
  reset_guesses (work);
  return look (work, limit, &end, error) && reader_rewind (loaded->reader, error)
         && layout_settle (loaded->layout, work->guesses, end, work->result->notes, ret_again, error);
}

/* How many fields the first record has: the width of a file without a header. */
static bool
first_width (Work *work, int *ret_fields, GError **error)
{
  const Record *record;
  do
    if (!reader_next (work->loaded->reader, &record, error))
      return false;
  while (record != NULL && record->problem != NULL);
  if (record == NULL)
    return no_rows (work, error);
  *ret_fields = (int) record->n_fields;
  return reader_rewind (work->loaded->reader, error);
}

static bool
lay_out (Work *work, GError **error)
{
  const LoadInput *input = work->input;
  Loaded *loaded = work->loaded;
  loaded->reader = reader_new (input->fd, &loaded->dialect, &reader_default_limits, loaded->sha);
  const Record *header;
  int fields = 0;
  if (!reader_header (loaded->reader, &header, error))
    return false;
  if (header == NULL && !first_width (work, &fields, error))
    return false;
  if (header != NULL && header->problem != NULL)
    return weir_error (error, WEIR_ERROR_INPUT, "the header of \"%s\" cannot be read: %s", input->run->file, header->problem),
           weir_error_line (error, header->line), weir_error_reason (error, header->reason), false;
  loaded->layout = layout_new (input->model, input->catalog, header, fields, input->pins, error);
  bool again;
  if (loaded->layout == NULL || !infer (work, SAMPLE_RECORDS, &again, error))
    return false;
  return !again || infer (work, INT64_MAX, &again, error);
}

static bool
add_reject (Work *work, const Row *row, const Record *record, GError **error)
{
  const Reject reject = { .line = record->line,
                          .column = row_column (row),
                          .reason = row_reason (row),
                          .message = row_message (row),
                          .original = record->raw,
                          .original_length = record->raw_length };
  return reject_add (work->loaded->rejects, &reject, error);
}

static bool
send_to_server (const void *bytes, size_t length, void *data, GError **error)
{
  return db_copy_write (data, bytes, length, error);
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
  const Record *record;
  for (;; read++)
    {
      if (!reader_next (loaded->reader, &record, error) || !check_stop (work, "LOAD", read, error))
        return false;
      if (record == NULL)
        break;
      RowVerdict verdict = row_convert (row, record);
      if (verdict == ROW_CONTRADICTION)
        return *ret_contradiction = true;
      if (verdict == ROW_REJECT ? !add_reject (work, row, record, error) : !row_write (row, record, &copy, error))
        return false;
    }
  work->result->rows.read = read;
  work->result->rows.rejected = reject_count (loaded->rejects);
  work->result->rows.staged = copy.rows;
  return copy_end (&copy, error);
}

/* Makes the table and fills it; leaves no trace in the transaction when the pass met a contradiction. */
static bool
copy_pass (Work *work, Db *db, bool *ret_contradiction, GError **error)
{
  Loaded *loaded = work->loaded;
  if (!db_exec (db, "savepoint load", error) || !stage_create (db, loaded->stage, loaded->layout, error)
      || !stage_copy (db, loaded->stage, error))
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
    return weir_error (error, WEIR_ERROR_RETRY, "the server took %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " rows of \"%s\"", taken,
                       work->result->rows.staged, work->input->run->file);
  return true;
}

static bool
copy_file (Work *work, Db *db, GError **error)
{
  bool contradiction, again;
  if (!copy_pass (work, db, &contradiction, error))
    return false;
  if (!contradiction)
    return true;
  if (!reader_rewind (work->loaded->reader, error) || !reject_restart (work->loaded->rejects, error)
      || !infer (work, INT64_MAX, &again, error) || !copy_pass (work, db, &contradiction, error))
    return false;
  if (contradiction)
    return weir_error (error, WEIR_ERROR_RETRY, "\"%s\" changed while it was read", work->input->run->file),
           weir_error_reason (error, "file_changed"), false;
  return true;
}

static bool
file_is_unchanged (const LoadInput *input, const struct stat *before, GError **error)
{
  struct stat after;
  if (fstat (input->fd, &after) < 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not look at \"%s\": %s", input->run->file, g_strerror (errno));
  if (after.st_size == before->st_size && after.st_mtim.tv_sec == before->st_mtim.tv_sec && after.st_mtim.tv_nsec == before->st_mtim.tv_nsec)
    return true;
  weir_error (error, WEIR_ERROR_RETRY, "\"%s\" changed while it was read", input->run->file);
  weir_error_reason (error, "file_changed");
  return false;
}

static void
note_layout (const Layout *layout, GPtrArray *notes)
{
  for (int i = 0; i < layout->n_columns; i++)
    if (layout->columns[i].ambiguous)
      g_ptr_array_add (notes, g_strdup_printf ("column %s has dates whose day and month could not be told apart, and was taken as text: "
                                               "\"%s\": {\"type\": \"date\", \"format\": \"DD/MM/YYYY\"} in a model settles it",
                                               layout->columns[i].name, layout->columns[i].name));
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
  if (loaded->rejects == NULL || !sniff (work, error) || !lay_out (work, error)
      || !stage_ensure_schema (db, input->options->staging_schema, "staging", error) || !copy_file (work, db, error)
      || !file_is_unchanged (input, &before, error))
    return false;
  sha256_finish (loaded->sha, loaded->sha256);
  work->result->rows_known = true;
  note_layout (loaded->layout, work->result->notes);
  return reject_store (loaded->rejects, db, error) && stage_finish (db, loaded->stage, loaded->layout, input->run, error)
         && stage_swap (db, loaded->stage, input->options->swap_timeout_ms, work->result->notes, error);
}

bool
load_file (Db *db, const LoadInput *input, Loaded *ret_loaded, PipelineResult *result, GError **error)
{
  *ret_loaded = (Loaded){ .sha = sha256_new () };
  Work work = { .input = input, .loaded = ret_loaded, .result = result };
  bool done = load_work (&work, db, error);
  g_free (work.guesses);
  return done;
}

bool
load_reread (Loaded *loaded, GError **error)
{
  return reader_rewind (loaded->reader, error);
}

bool
load_spool_refused (Loaded *loaded, const DbResult *refused, GError **error)
{
  int row = 0, rows = db_result_rows (refused);
  const Record *record;
  while (row < rows)
    {
      if (!reader_next (loaded->reader, &record, error))
        return false;
      if (record == NULL)
        return weir_error (error, WEIR_ERROR_RETRY, "the file changed while it was read"), weir_error_reason (error, "file_changed"), false;
      if (record->line != db_result_int64 (refused, row, 0))
        continue;
      const Reject reject = { .line = record->line,
                              .column = db_result_value (refused, row, 1),
                              .reason = db_result_value (refused, row, 2),
                              .message = db_result_value (refused, row, 3),
                              .original = record->raw,
                              .original_length = record->raw_length };
      if (!reject_add (loaded->rejects, &reject, error))
        return false;
      row++;
    }
  return true;
}
