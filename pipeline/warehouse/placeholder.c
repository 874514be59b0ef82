#include "pipeline/warehouse/placeholder.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/stage/copybin.h"
#include "pipeline/stage/row.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/expressions.h"
#include "pipeline/warehouse/inferred.h"
#include "pipeline/warehouse/missing.h"
#include "pipeline/warehouse/vars.h"
#include "schema/ledger_delivery.h"

static bool
write_key (CopyWriter *copy, Row *row, const Record *record, int which, int n_parts, GError **error)
{
  const KeyPart *parts = row_convert (row, record) == ROW_OK ? row_reference_key (row, record, which) : NULL;
  Uid id;
  if (parts == NULL || !row_reference (row, which, &id))
    return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_FILE_CHANGED }, "the file changed while it was read");
  size_t room = copy_room (sizeof id);
  for (int part = 0; part < n_parts; part++)
    room += copy_room (parts[part].length);
  uint8_t *at = copy_uid (copy_row (copy, n_parts + 1, room), id);
  for (int part = 0; part < n_parts; part++)
    at = copy_bytes (at, parts[part].text, parts[part].length);
  return copy_row_end (copy, at, error);
}

/* Reads the file on to the lines, which are in its order, and sends their keys. */
static bool
send_page (Db *db, Loaded *loaded, Row *row, int which, const DbResult *lines, GError **error)
{
  const int n_parts = loaded->layout->references[which].n_columns;
  const Record *record, *original;
  g_auto (CopyWriter) copy = { 0 };
  copy_begin_on (&copy, db);
  for (int i = 0; i < db_result_rows (lines);)
    {
      if (!rows_next (loaded->rows, &record, &original, error))
        return false;
      if (record == NULL)
        return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_FILE_CHANGED }, "the file changed while it was read");
      if (record->line != db_result_int64 (lines, i, 0))
        continue;
      if (!write_key (&copy, row, record, which, n_parts, error))
        return false;
      i++;
    }
  return copy_end (&copy, error);
}

static bool
copy_page (Db *db, Loaded *loaded, Row *row, int which, const DbResult *lines, GError **error)
{
  if (!db_copy_begin (db, "copy weir_key from stdin (format binary)", error))
    return false;
  if (!send_page (db, loaded, row, which, lines, error))
    return db_copy_cancel (db), false;
  return db_copy_end (db, NULL, error);
}

static bool
copy_keys (Db *db, const PipelineTask *task, Loaded *loaded, int which, GError **error)
{
  g_autoptr (Row) row = row_new (loaded->layout, task->options->secret, task->options->secret_length);
  g_autofree char *after = g_strdup ("0");
  if (!rows_rewind (loaded->rows, error))
    return false;
  for (;;)
    {
      const SqlVar vars[] = { { "after", after } };
      g_autoptr (DbResult) lines = NULL;
      if (!sql_run (db, "inferred/list", vars, G_N_ELEMENTS (vars), &lines, error))
        return false;
      int count = db_result_rows (lines);
      if (count == 0)
        return true;
      if (!copy_page (db, loaded, row, which, lines, error))
        return false;
      g_free (after);
      after = g_strdup (db_result_value (lines, count - 1, 0));
    }
}

/* The rows of weir_key, as inferred.h wants them: the columns of the key are of texts there. Owned by the caller. */
static char *
list_keys (const Model *dimension, const char *run, char **ret_columns)
{
  g_autoptr (GPtrArray) key = columns_of_key (dimension);
  g_autofree char *names = expression_list (key, "");
  *ret_columns = expression_names (key, ", ", " text");
  return g_strdup_printf ("(select id, '%s'::uuid as by, array[%s] as key from weir_key)", run, names);
}

static void
note (const LayoutReference *reference, int64_t made, GPtrArray *notes)
{
  g_autofree char *columns = g_strjoinv (", ", reference->reference->columns), *count = text_count (made);
  g_ptr_array_add (
      notes, g_strdup_printf ("%s placeholder%s made in %s, which did not have the %s: filled by the first file that has %s", count,
                              made == 1 ? " was" : "s were", reference->dimension->table, columns, made == 1 ? "it" : "them"));
}

/* With the dimension locked: who was missing a moment ago may have come. Of a table that is made again nobody else sees anything. */
static bool
insert (Db *db, const PipelineTask *task, const Model *dimension, const char *named, int64_t *ret_made, GError **error)
{
  g_auto (TableState) locked = { 0 };
  g_auto (History) history = { 0 };
  const InferredIn in = { task->options->dimension_schema, dimension, &history, task->options->lock_timeout_ms };
  char run[UID_TEXT_SIZE];
  uid_format (task->run->id, run);
  *ret_made = 0;
  if (task->options->replays)
    return inferred_name (db, dimension, named, error);
  return ledger_table_read (db, dimension->table, true, &locked, error) && history_parse (locked.history, &history, error)
         && inferred_insert (db, &in, named, ret_made, error)
         && (*ret_made == 0 || delivery_note (db, task->options->deliveries, dimension->table, run, "run", error));
}

static bool
make (Db *db, const PipelineTask *task, Loaded *loaded, int which, GPtrArray *notes, GError **error)
{
  const LayoutReference *reference = &loaded->layout->references[which];
  const Model *dimension = reference->dimension;
  char run[UID_TEXT_SIZE];
  char *columns;
  uid_format (task->run->id, run);
  g_autofree char *named = list_keys (dimension, run, &columns);
  const SqlVar tables[] = {
    { "schema", task->options->dimension_schema }, { "dimension", dimension->table }, { "id", dimension->id_column },
    { "staging", loaded->stage->schema },          { "build", loaded->stage->name },  { "as", reference->reference->as }
  };
  int64_t made;
  g_auto (Vars) vars = vars_from (tables, G_N_ELEMENTS (tables));
  vars_take (&vars, "columns", columns);
  if (!vars_run (db, &vars, "inferred/find", error) || !vars_run (db, &vars, "inferred/index_lines", error)
      || !vars_run (db, &vars, "inferred/keys", error) || !copy_keys (db, task, loaded, which, error)
      || !insert (db, task, dimension, named, &made, error) || !vars_run (db, &vars, "inferred/forget", error))
    return false;
  if (made > 0)
    note (reference, made, notes);
  return true;
}

bool
placeholder_make (Db *db, const PipelineTask *task, Loaded *loaded, PipelineResult *step, GError **error)
{
  for (int i = 0; i < loaded->layout->n_references; i++)
    {
      const LayoutReference *reference = &loaded->layout->references[i];
      int64_t rows;
      if (reference->reference->missing != MISSING_PLACEHOLDER)
        continue;
      if (!missing_count (db, task, loaded, reference, step->rows.staged, &rows, error)
          || (rows > 0 && !make (db, task, loaded, i, step->notes, error)))
        return false;
    }
  return true;
}
