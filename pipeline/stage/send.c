#include "pipeline/stage/send.h"

#include "base/scope.h"
#include "pipeline/records/reader_record.h"
#include "pipeline/stage/fit.h"
#include "pipeline/stage/in_place.h"
#include "pipeline/stage/row.h"
#include "pipeline/stage/row_clock.h"
#include "pipeline/types/null_word.h"

#include <string.h>

#define MOST_GATHERED 2 /* references of which all ids are kept: each may take 4 MiB */

/* A pass under way. */
typedef struct
{
  Db *db;
  const PipelineTask *task;
  Loaded *loaded;
  Row *row;
  CopyWriter copy;
  bool wide;         /* a row may not fit on a page */
  int64_t taken;     /* lines of the rows that went on, or are of whom nothing is to be kept */
  int64_t forgotten; /* of the latter how many */
  int64_t blanked;   /* refused and mended records that are kept without a key */
  int64_t sent;      /* rows of the COPYs that have ended, and how many the server took of them */
  int64_t stored;
  int64_t refused; /* the line that the server did not find a place for, 0: none */
  RowClock *clock; /* the row's */
  bool mended;     /* the last row needed repair */
} Pass;

static bool
send_to_server (const void *bytes, size_t length, void *data, GError **error)
{
  Pass *pass = data;
  int64_t begun = stopwatch_now ();
  bool done = db_copy_write (pass->db, bytes, length, error);
  pass->clock->waited += stopwatch_now () - begun;
  return done;
}

static void
begin_referred (const PipelineTask *task, Loaded *loaded)
{
  g_clear_pointer (&loaded->referred, g_ptr_array_unref);
  if (task->run->size < TASK_LARGE_BYTES)
    return;
  loaded->referred = g_ptr_array_new_with_free_func ((GDestroyNotify) referred_free);
  for (int r = 0; r < MIN (loaded->layout->n_references, MOST_GATHERED); r++)
    g_ptr_array_add (loaded->referred, referred_new ());
}

static void
pass_begin (Pass *pass, Db *db, const PipelineTask *task, Loaded *loaded)
{
  const Layout *layout = loaded->layout;
  *pass = (Pass) { .db = db, .task = task, .loaded = loaded, .wide = layout->n_columns + layout->n_references > FIT_ANYWAY };
  pass->row = row_new (loaded->layout, task->options->secret, task->options->secret_length);
  row_forget (pass->row, task->tombstones);
  pass->clock = row_clock (pass->row);
  copy_begin (&pass->copy, send_to_server, pass);
  g_clear_pointer (&loaded->repeats, repeats_free);
  loaded->repeats = task->model != NULL ? repeats_new (task->run->size) : NULL;
  begin_referred (task, loaded);
  loaded->unreadable = 0;
  g_clear_pointer (&loaded->rejected, g_array_unref);
}

static void
pass_clear (Pass *pass)
{
  g_clear_pointer (&pass->row, row_free);
  copy_clear (&pass->copy);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pass, pass_clear)

/* Ends the COPY under way. */
static bool
end_copy (Pass *pass, GError **error)
{
  int64_t stored;
  if (!copy_end (&pass->copy, error))
    return false;
  int64_t begun = stopwatch_now ();
  bool done = db_copy_end (pass->db, &stored, error);
  pass->clock->waited += stopwatch_now () - begun;
  if (!done)
    return false;
  pass->sent += pass->copy.rows;
  pass->stored += stored;
  return true;
}

/* The row sent last may be too wide. Its COPY ends with it: the server then looks at it before it gathers others, of which each one
 * costs as much to put beside the table, and the line is known. */
static bool
look_at_row (Pass *pass, int64_t line, GError **error)
{
  if (!end_copy (pass, error))
    return pass->refused = line, false;
  copy_clear (&pass->copy);
  copy_begin (&pass->copy, send_to_server, pass);
  return stage_copy_begin (pass->db, pass->loaded->stage, error);
}

/* Keeps a refused record as it was, but for the key of somebody who is forgotten. */
static bool
keep_refused (Pass *pass, const Record *record, const Record *original, GError **error)
{
  g_autofree char *blanked = row_blanked (pass->row, record, rows_dialect (pass->loaded->rows));
  pass->blanked += blanked != NULL;
  const Reject reject = { .line = original->line,
                          .column = row_column (pass->row),
                          .reason = row_reason (pass->row),
                          .message = row_message (pass->row),
                          .original = blanked != NULL ? blanked : original->raw,
                          .original_length = blanked != NULL ? strlen (blanked) : original->raw_length,
                          .lines = original->lines };
  return reject_add (pass->loaded->rejects, &reject, error);
}

/* A refused row is no absent one. What is none of the table's says nothing of its keys. */
static void
note_rejected_key (const Pass *pass, const Record *record, Reason reason)
{
  Loaded *loaded = pass->loaded;
  Uid id;
  if (loaded->layout->absent == ABSENT_KEEP || (reason_use (reason) & REASON_OF_FOREIGN))
    return;
  if (!row_identify (pass->row, record, &id))
    {
      loaded->unreadable++;
      return;
    }
  if (loaded->rejected == NULL)
    loaded->rejected = g_array_new (FALSE, FALSE, sizeof (Uid));
  g_array_append_val (loaded->rejected, id);
}

/* Keeps what a record of another width, or with a bad quote, was before it was mended. */
static bool
keep_mended (Pass *pass, const Record *mended, const Record *original, GError **error)
{
  char problem[80];
  g_autofree char *blanked = row_blanked (pass->row, mended, rows_dialect (pass->loaded->rows));
  const Reject reject = { .line = original->line,
                          .reason = record_reason (original, mended->n_fields),
                          .message = record_describe (original, mended->n_fields, problem, sizeof problem),
                          .original = blanked != NULL ? blanked : original->raw,
                          .original_length = blanked != NULL ? strlen (blanked) : original->raw_length,
                          .repaired = true };
  return reject_add (pass->loaded->rejects, &reject, error);
}

static void
gather_referred (const Pass *pass)
{
  Uid id;
  for (guint r = 0; pass->loaded->referred != NULL && r < pass->loaded->referred->len; r++)
    if (row_reference (pass->row, (int) r, &id))
      referred_add (pass->loaded->referred->pdata[r], id);
}

/* Puts a row aside that is not proved to be in the table already. */
static void
note_suspect (const Pass *pass, const Record *record)
{
  Standing *standing = pass->loaded->standing;
  if (standing == NULL)
    return;
  CopyWriter *suspects = standing_suspects (standing, row_identity (pass->row), row_hash (pass->row));
  if (suspects != NULL && !row_write_again (pass->row, record, suspects, NULL))
    standing_give_up (standing);
}

/* A row of somebody who is forgotten leaves nothing but its count. */
static bool
pass_over (Pass *pass, const Record *record, Reason reason)
{
  pass->forgotten++;
  pass->taken += reason == REASON_SECOND_TABLE || reason == REASON_FOOTER ? 0 : record->lines;
  return true;
}

static bool
put_refused (Pass *pass, const Record *record, const Record *original, GError **error)
{
  Reason reason = row_reason (pass->row);
  if (row_goes (pass->row, record, rows_dialect (pass->loaded->rows)))
    return pass_over (pass, record, reason);
  if (!keep_refused (pass, record, original, error))
    return false;
  note_rejected_key (pass, record, reason);
  return true;
}

/* A converted row goes to the server, a refused one to the rejects; of a mended one the original (else NULL) is kept too. */
static bool
put_row (Pass *pass, RowVerdict verdict, const Record *record, const Record *original, GError **error)
{
  pass->mended = original != NULL;
  if (verdict == ROW_FORGOTTEN)
    return pass_over (pass, record, REASON_NONE);
  if (verdict == ROW_REJECT)
    return put_refused (pass, record, original != NULL ? original : record, error);
  pass->taken += record->lines;
  if (pass->loaded->repeats != NULL)
    repeats_add (pass->loaded->repeats, row_identity (pass->row));
  gather_referred (pass);
  if (pass->loaded->standing != NULL)
    standing_expect (pass->loaded->standing, row_identity (pass->row));
  if (!row_write (pass->row, record, &pass->copy, error)
      || (pass->wide && !row_fits (pass->row) && !look_at_row (pass, record->line, error)))
    return false;
  note_suspect (pass, record);
  return original == NULL || keep_mended (pass, record, original, error);
}

static bool
too_many_rows (const PipelineTask *task, const Record *record, GError **error)
{
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_TOO_MANY_ROWS, .line = record->line, .detail = "Nothing was loaded.",
                                 .hint = "Split the file, or raise \"limits\": {\"rows\": N} in weir.json." },
                    "\"%s\" has more than %" G_GINT64_FORMAT " rows", task->run->file, task->options->max_rows);
}

/* Inside a COPY, which is of no use after a contradiction. */
static bool
send_all (Pass *pass, PipelineResult *result, bool *ret_contradiction, GError **error)
{
  const PipelineTask *task = pass->task;
  Loaded *loaded = pass->loaded;
  const Record *record, *original;
  RowClock *clock = pass->clock;
  int64_t read = 0;
  *ret_contradiction = false;
  for (;; read++)
    {
      int64_t file = rows_file_ns (loaded->rows);
      row_clock_begin_row (clock, read);
      if (!rows_next (loaded->rows, &record, &original, error)
          || (read % TASK_GO_ON_EVERY == 0 && !task_go_on (task, "LOAD", rows_offset (loaded->rows), read, error)))
        return false;
      if (record == NULL)
        break;
      if (read == task->options->max_rows && read > 0)
        return too_many_rows (task, record, error);
      row_clock_take (clock, &clock->parse);
      clock->parse -= (rows_file_ns (loaded->rows) - file) * clock->weight;
      RowVerdict verdict = row_convert (pass->row, record);
      if (verdict == ROW_CONTRADICTION)
        return *ret_contradiction = true;
      if (!put_row (pass, verdict, record, original, error))
        return false;
    }
  result->rows = (RowCounts) { .read = read,
                               .rejected = reject_count (loaded->rejects),
                               .repaired = reject_repaired (loaded->rejects),
                               .staged = pass->sent + pass->copy.rows,
                               .forgotten = pass->forgotten };
  result->lines = rows_lines (loaded->rows, pass->taken, reject_lines (loaded->rejects));
  loaded->forgets = pass->forgotten + pass->blanked + row_lost (pass->row) > 0;
  return lines_check (&result->lines, task->run->file, error);
}

/* What the pass has read as NULL is for the layout to remember. */
static void
keep_null_words (const Pass *pass)
{
  const Layout *layout = pass->loaded->layout;
  for (int i = 0; i < layout->n_columns; i++)
    {
      const int64_t *words = null_count_words (row_nulls (pass->row), i);
      g_free (layout->findings[i].null_words);
      layout->findings[i].null_words = words == NULL ? NULL : g_memdup2 (words, NULL_WORDS_MOST * sizeof *words);
    }
}

/* What the server says of a row's place counts the rows of a COPY, and names the last of those that it has gathered: the line becomes
 * the file's, where it is known. */
static bool
correct_line (const Pass *pass, GError **error)
{
  if (error == NULL || weir_error_get_sqlstate (*error)[0] == '\0')
    return false;
  bool too_wide = scope_is_too_wide (*error);
  weir_error_line (error, too_wide ? pass->refused : 0);
  if (too_wide)
    weir_error_detail (error, "Nothing was changed.");
  return false;
}

bool
send_rows (Db *db, const PipelineTask *task, Loaded *loaded, PipelineResult *result, bool *ret_contradiction, GError **error)
{
  bool small = task->run->size <= IN_PLACE_FILE_BYTES;
  g_clear_pointer (&loaded->standing, standing_free);
  if (!standing_begin (db, task, loaded->layout, &loaded->snapshot, &loaded->standing, error)
      || !db_post (db, "savepoint load", NULL, 0, "savepoint", error)
      || !stage_create (db, loaded->stage, loaded->layout, task->options, small, error)
      || !stage_copy_begin (db, loaded->stage, error))
    return false;
  g_auto (Pass) pass = { 0 };
  pass_begin (&pass, db, task, loaded);
  int64_t begun = stopwatch_now (), file = rows_file_ns (loaded->rows);
  if (!send_all (&pass, result, ret_contradiction, error))
    return db_copy_cancel (db), correct_line (&pass, error);
  if (*ret_contradiction)
    {
      g_clear_pointer (&loaded->standing, standing_free);
      db_copy_cancel (db);
      return db_exec (db, "rollback to savepoint load; release savepoint load", error);
    }
  keep_null_words (&pass);
  loaded->ended = !pass.mended;
  if (!end_copy (&pass, error))
    return correct_line (&pass, error);
  pass.clock->file = rows_file_ns (loaded->rows) - file;
  pass.clock->standing = loaded->standing != NULL ? standing_end (loaded->standing) : 0;
  row_clock_end (pass.clock, stopwatch_now () - begun, db_stopwatch (db));
  if (!db_post (db, "release savepoint load", NULL, 0, "savepoint", error))
    return false;
  if (pass.stored != result->rows.staged)
    return weir_error (error, WEIR_ERROR_RETRY, "the server took %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " rows of \"%s\"",
                       pass.stored, result->rows.staged, task->run->file);
  if (task->tombstones != NULL)
    loaded->row = g_steal_pointer (&pass.row);
  return true;
}
