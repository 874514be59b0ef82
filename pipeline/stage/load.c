#include "pipeline/stage/load.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "pipeline/layout/survey.h"
#include "pipeline/records/bad_text.h"
#include "pipeline/stage/send.h"
#include "pipeline/types/null_word.h"
#include "schema/ledger_bookmark.h"

#include <string.h>
#include <sys/stat.h>

#define SAMPLE_RECORDS 2000
#define MOST_WORD_NOTES 10 /* columns */

void
loaded_clear (Loaded *loaded)
{
  g_clear_pointer (&loaded->header, g_free);
  g_clear_pointer (&loaded->row, row_free); /* it borrows the layout */
  g_clear_pointer (&loaded->layout, layout_free);
  g_clear_pointer (&loaded->rows, rows_free);
  g_clear_pointer (&loaded->sha, sha256_free);
  g_clear_pointer (&loaded->rejects, reject_spool_free);
  g_clear_pointer (&loaded->repeats, repeats_free);
  g_clear_pointer (&loaded->referred, g_ptr_array_unref);
  g_clear_pointer (&loaded->rejected, g_array_unref);
  g_clear_pointer (&loaded->standing, standing_free);
  g_clear_pointer (&loaded->snapshot, g_free);
  g_clear_pointer (&loaded->stage, stage_free);
}

/* A file that is declared to have no rows has none because its source has none. */
static bool
is_declared_empty (const PipelineTask *task)
{
  return task->declaration != NULL && task->declaration->columns != NULL && task->declaration->count == 0;
}

/* Reads records into the survey: the sample, or the whole file. *ret_end: the file ended. */
static bool
look (const PipelineTask *task, Rows *rows, Survey *survey, int64_t limit, bool *ret_end, GError **error)
{
  const Record *record, *original;
  bool any = false;
  *ret_end = false;
  for (int64_t n = 0; n < limit; n++)
    {
      if (!rows_next (rows, &record, &original, error)
          || (n % TASK_GO_ON_EVERY == 0 && !task_go_on (task, "INFER", rows_offset (rows), n, error)))
        return false;
      *ret_end = record == NULL;
      if (record == NULL)
        return any || is_declared_empty (task) || rows_none (rows, error);
      any = any || !(reason_use (record->reason) & REASON_OF_FOREIGN);
      survey_look (survey, record);
    }
  return true;
}

/* Looks from the beginning of the file, as far as "limit", and settles what can be settled. */
static bool
infer (const Db *db, const PipelineTask *task, Loaded *loaded, int64_t limit, bool *ret_again, GError **error)
{
  int64_t begun = stopwatch_now ();
  g_autoptr (Survey) survey = survey_new (loaded->layout);
  bool end;
  bool done = look (task, loaded->rows, survey, limit, &end, error) && rows_rewind (loaded->rows, error)
              && survey_settle (survey, end, ret_again, error);
  stopwatch_add (db_stopwatch (db), "infer", begun);
  return done;
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
  bool said = declared != NULL && declared->delimiter != NULL;
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

/* Whether nothing of it is to be worked out. */
static bool
is_declared (const PipelineTask *task)
{
  return task->declaration != NULL && task->declaration->columns != NULL;
}

bool
load_open (const Db *db, const PipelineTask *task, const Pins *pins, Loaded *ret_loaded, PipelineResult *result, GError **error)
{
  Loaded *loaded = ret_loaded;
  bool again;
  g_autofree const char **columns = pins_names (pins);
  const Declaration *declaration = task->declaration;
  bool declared = is_declared (task);
  const RowsInput file = { task->fd, task->run->file, task->model, columns, &task->options->limits, loaded->sha, declaration };
  int64_t begun = stopwatch_now ();
  loaded->rows = rows_open (&file, error);
  stopwatch_add (db_stopwatch (db), "sniff", begun);
  if (loaded->rows == NULL)
    return false;
  result->confidence = sniff_percent (rows_evidence (loaded->rows));
  if (!declared && !refuse_doubtful (task, loaded->rows, rows_dialect (loaded->rows)->skip_lines, error))
    return false;
  const Record *header = rows_header (loaded->rows);
  loaded->layout =
      layout_new_declared (task->model, task->catalog, header, (int) rows_width (loaded->rows), pins, declaration, error);
  if (loaded->layout == NULL)
    return hint_retry (task, error), false;
  if (!layout_check_columns (loaded->layout, task->run->file, error))
    return false;
  if (header != NULL)
    loaded->header = layout_header (loaded->layout, rows_dialect (loaded->rows));
  if (!declaration_leaves_types (declaration))
    return true;
  if (!infer (db, task, loaded, SAMPLE_RECORDS, &again, error))
    return false;
  return !again || infer (db, task, loaded, INT64_MAX, &again, error);
}

bool
load_infer_all (const Db *db, const PipelineTask *task, Loaded *loaded, GError **error)
{
  bool again;
  return rows_rewind (loaded->rows, error) && infer (db, task, loaded, INT64_MAX, &again, error);
}

static bool
file_changed (const PipelineTask *task, GError **error)
{
  return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_FILE_CHANGED }, "\"%s\" changed while it was read",
                    task->run->file);
}

static bool
copy_file (Db *db, const PipelineTask *task, Loaded *loaded, PipelineResult *result, GError **error)
{
  bool contradiction;
  if (!send_rows (db, task, loaded, result, &contradiction, error))
    return false;
  if (!contradiction)
    return true;
  if (!reject_restart (loaded->rejects, error) || !load_infer_all (db, task, loaded, error)
      || !send_rows (db, task, loaded, result, &contradiction, error))
    return false;
  return !contradiction || file_changed (task, error);
}

/* Whether the file is still what was opened. */
static bool
check_file (const PipelineTask *task, GError **error)
{
  struct stat now;
  if (fstat (task->fd, &now) < 0)
    return weir_system_error (error, errno, "could not look at \"%s\"", task->run->file);
  int64_t mtime_ns = fs_nanoseconds (now.st_mtim);
  return (now.st_size == task->run->size && mtime_ns == task->run->mtime_ns) || file_changed (task, error);
}

/* A footer does not refuse the file, so it must not go unsaid. */
static void
note_foreign (const PipelineTask *task, int64_t foreign, GPtrArray *notes)
{
  if (foreign == 0)
    return;
  char id[UID_TEXT_SIZE];
  uid_format (task->run->id, id);
  g_autofree char *where = task->options->dry_run ? g_strdup ("") : g_strdup_printf (": `weir rejects %.8s` shows them", id);
  g_autofree char *rows = text_count (foreign);
  g_ptr_array_add (notes, g_strdup_printf ("%s row%s none of the table's (footers, headers once more, other tables) and %s not "
                                           "loaded%s",
                                           rows, foreign == 1 ? " is" : "s are", foreign == 1 ? "was" : "were", where));
}

static void
note_tables (int64_t headers, GPtrArray *notes)
{
  if (headers > 1)
    g_ptr_array_add (notes, g_strdup_printf ("the header stands in the file %" G_GINT64_FORMAT
                                             " times: the rows of %" G_GINT64_FORMAT " tables were taken for those of one",
                                             headers, headers));
}

/* What a model could say of a column that was taken as text. */
static void
note_settling (const char *name, const ColumnFinding *finding, GPtrArray *notes)
{
  const char *doubt = finding->declarable ? "" : " can be read in two ways and";
  if (finding->settle_or != NULL)
    g_ptr_array_add (notes, g_strdup_printf ("column %s%s was taken as text: \"%s\": {%s} or {%s} in a model settles it", name,
                                             doubt, name, finding->settle, finding->settle_or));
  else if (finding->settle != NULL)
    g_ptr_array_add (notes, g_strdup_printf ("column %s%s was taken as text: \"%s\": {%s} in a model reads it as that", name, doubt,
                                             name, finding->settle));
}

static void
note_null_words (const char *name, const int64_t *counts, GPtrArray *notes)
{
  g_autoptr (GString) words = g_string_new (NULL);
  int kinds = 0;
  for (int i = 0; i < NULL_WORDS_MOST; i++)
    if (counts[i] > 0)
      {
        kinds++;
        g_autofree char *count = text_count (counts[i]);
        g_string_append_printf (words, "%s\"%s\" (%s cell%s)", words->len > 0 ? ", " : "", null_word_text (i), count,
                                counts[i] == 1 ? "" : "s");
      }
  g_ptr_array_add (
      notes, g_strdup_printf ("column %s: %s %s as NULL; \"%s\": {\"null\": []} in a model switches that off", name, words->str,
                              kinds > 1 ? "stand for nothing and were read" : "stands for nothing and was read", name));
}

/* A note for each column, but for the words of the many columns that a wide file may have. */
static void
note_columns (const Layout *layout, GPtrArray *notes)
{
  int with_words = 0;
  for (int i = 0; i < layout->n_columns; i++)
    {
      note_settling (layout->columns[i].name, &layout->findings[i], notes);
      bool words = layout_null_words (&layout->findings[i]) != 0;
      with_words += words;
      if (words && with_words <= MOST_WORD_NOTES)
        note_null_words (layout->columns[i].name, layout->findings[i].null_words, notes);
    }
  if (with_words > MOST_WORD_NOTES)
    g_ptr_array_add (notes,
                     g_strdup_printf ("words that stand for nothing were read as NULL in %d more column%s: `weir sniff` names them",
                                      with_words - MOST_WORD_NOTES, with_words == MOST_WORD_NOTES + 1 ? "" : "s"));
}

/* Every byte is something in Windows-1252 and its like, so reading a file as that must not go unsaid. */
static void
note_encoding (const Rows *rows, const Model *model, GPtrArray *notes)
{
  const char *evidence = rows_evidence (rows)->encoding;
  bool declared = model != NULL && model->dialect.encoding != NULL;
  Encoding encoding = rows_dialect (rows)->encoding;
  if (encoding >= ENCODING_WINDOWS_1252 && !declared)
    g_ptr_array_add (notes, g_strdup_printf ("read as %s; \"dialect\": {\"encoding\": \"%s\"} in a model settles it",
                                             evidence + strlen ("encoding "), encoding_word (encoding)));
}

/* What a name was is a guess where the header has bytes that are no text. */
static void
note_header (const Rows *rows, const Layout *layout, GPtrArray *notes)
{
  const char *likelier = rows_evidence (rows)->likelier;
  g_autofree char *say = likelier != NULL
                             ? g_strdup_printf ("\"dialect\": {\"encoding\": \"%s\"} in a model says what it is", likelier)
                             : g_strdup ("\"encoding\" in the \"dialect\" of a model says what it is");
  for (int i = 0; rows_header_problem (rows) != NULL && i < layout->n_columns; i++)
    if (strstr (layout->columns[i].header, BAD_TEXT_SIGN) != NULL)
      g_ptr_array_add (notes, g_strdup_printf ("the header is no %s: \"%s\" is taken for column %s; %s",
                                               encoding_word (rows_dialect (rows)->encoding), layout->columns[i].header,
                                               layout->columns[i].name, say));
}

/* Whether the file ends where a line does. What a compressed one ends with its own end tells. */
static bool
ends_with_a_line (const PipelineTask *task, const Rows *rows)
{
  char last[2];
  if (rows_dialect (rows)->compression != COMPRESSION_NONE
      || pread (task->fd, last, sizeof last, task->run->size - (off_t) sizeof last) != sizeof last)
    return true;
  char end = last[1] != '\0' ? last[1] : last[0]; /* of UTF-16, too */
  return end == '\n' || end == '\r';
}

static bool
not_declared (const PipelineTask *task, const char *why, GError **error)
{
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_NOT_AS_DECLARED, .detail = "Nothing was loaded.",
                                 .hint =
                                     "It was cut off or changed on its way, or lies beside another file's declaration: drop both "
                                     "again." },
                    "\"%s\" is not what its declaration says: %s", task->run->file, why);
}

/* Whether weir has taken somebody out of the file who was forgotten, so that it is less than it was. */
static bool
is_cut (Db *db, const PipelineTask *task, const char *sha256, bool *ret_is, GError **error)
{
  *ret_is = false;
  return !task->run->again || ledger_is_cut (db, sha256, task->declaration->sha256, ret_is, error);
}

bool
load_check_sha256 (Db *db, const PipelineTask *task, const char *sha256, GError **error)
{
  const Declaration *declared = task->declaration;
  bool cut;
  if (declared == NULL || declared->sha256 == NULL || task->options->replays || strcmp (declared->sha256, sha256) == 0)
    return true;
  return is_cut (db, task, sha256, &cut, error) && (cut || not_declared (task, "its checksum is another", error));
}

static bool
check_count (Db *db, const PipelineTask *task, const char *sha256, int64_t read, GError **error)
{
  bool cut;
  if (task->declaration->count == read || task->options->replays)
    return true;
  if (!is_cut (db, task, sha256, &cut, error) || cut)
    return cut;
  g_autofree char *has = text_count (read), *says = text_count (task->declaration->count);
  g_autofree char *why = g_strdup_printf ("it has %s rows, and %s are declared", has, says);
  return not_declared (task, why, error);
}

static bool
check_declared (Db *db, const PipelineTask *task, const Loaded *loaded, int64_t read, GError **error)
{
  const Declaration *declared = task->declaration;
  if (declared == NULL)
    return true;
  if (!load_check_sha256 (db, task, loaded->sha256, error)
      || (declared->count >= 0 && !check_count (db, task, loaded->sha256, read, error)))
    return false;
  return read > 0 || is_declared_empty (task) || declared->columns == NULL || rows_none (loaded->rows, error);
}

bool
load_file (Db *db, const PipelineTask *task, const Pins *pins, Loaded *ret_loaded, PipelineResult *result, GError **error)
{
  const PipelineOptions *options = task->options;
  Loaded *loaded = ret_loaded;
  *loaded = (Loaded) { .sha = sha256_new (), .stage = stage_new (options->staging_schema, task->run) };
  loaded->rejects = reject_spool_new (options->scratch, task->run->id, error);
  if (loaded->rejects == NULL || !load_open (db, task, pins, loaded, result, error)
      || !stage_ensure_schema (db, options->staging_schema, "staging", error) || !copy_file (db, task, loaded, result, error)
      || !check_file (task, error)
      || (!is_declared (task) && !refuse_doubtful (task, loaded->rows, lines_out (&result->lines), error)))
    return false;
  sha256_finish (loaded->sha, loaded->sha256);
  if (!check_declared (db, task, loaded, result->rows.read, error))
    return false;
  loaded->ended = loaded->ended && ends_with_a_line (task, loaded->rows);
  note_encoding (loaded->rows, task->model, result->notes);
  note_header (loaded->rows, loaded->layout, result->notes);
  note_columns (loaded->layout, result->notes);
  note_foreign (task, reject_foreign (loaded->rejects), result->notes);
  note_tables (rows_headers (loaded->rows), result->notes);
  return reject_replace (loaded->rejects, db, error) && stage_finish (db, loaded->stage, loaded->layout, task->run, error)
         && (options->replays || stage_swap (db, loaded->stage, options, result->notes, error));
}
