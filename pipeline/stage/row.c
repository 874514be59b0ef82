#include "pipeline/records/reader_record.h"
#include "pipeline/stage/fit.h"
#include "pipeline/stage/row_inside.h"

static void
prepare_columns (Row *row)
{
  const Layout *layout = row->layout;
  row->columns = g_new0 (Column, layout->n_columns + 1);
  row->plain = g_new (int, layout->n_columns + 1);
  for (int i = 0; i < layout->n_columns; i++)
    {
      const LayoutColumn *of = &layout->columns[i];
      bool text = of->type->id == TYPE_TEXT;
      Column *column = &row->columns[i];
      if (of->key_part < 0)
        row->plain[row->n_plain++] = i;
      column->layout = of;
      column->type = of->type;
      column->text = text && !of->unknown;
      layout_reader_init (&column->reader, of);
      column->lists_nulls = of->nulls != NULL || (text && of->known_nulls != 0);
      column->keeps_blanks = of->exact || (text && !of->was_number);
      column->drops_empty = row->bag && !of->exact;
      column->searched = of->key_part >= 0 && !layout_refuses_cells (layout, of) && !(text && !of->unknown);
    }
}

/* NULLs are left out of the hash. So are the empty texts of rows without a key: a model may say "distinct" of them later, and they are
 * NULL then. */
static void
prepare_hash (Row *row)
{
  const Layout *layout = row->layout;
  g_autofree HashedColumn *columns = g_new0 (HashedColumn, layout->hashed->len + 1);
  for (guint slot = 0; slot < layout->hashed->len; slot++)
    columns[slot].name = layout->hashed->pdata[slot];
  for (int i = 0; i < layout->n_columns; i++)
    if (layout->columns[i].hash_slot >= 0)
      {
        HashedColumn *column = &columns[layout->columns[i].hash_slot];
        column->type = layout->columns[i].type;
        column->cell = &row->cells[i];
        column->empty_is_null = row->key == NULL && column->type->id == TYPE_TEXT && !layout->columns[i].exact;
      }
  for (int i = 0; i < layout->n_references; i++)
    {
      HashedColumn *column = &columns[layout->references[i].hash_slot];
      column->type = &types[TYPE_UUID];
      column->cell = &row->reference_cells[i];
    }
  bool dated = layout->effective >= 0 && model_has_versions (layout->model);
  RowHashKind kind = layout->n_key_columns == 0 ? ROW_HASH_BAG : dated ? ROW_HASH_DATED : ROW_HASH_KEYED;
  row->hash = row_hash_new (columns, layout->hashed->len, kind);
}

static void
prepare_references (Row *row, const void *secret, size_t secret_length)
{
  const Layout *layout = row->layout;
  row->reference_keys = g_new0 (KeyMaker *, layout->n_references + 1);
  row->reference_formats = g_new0 (CellFormat *, layout->n_references + 1);
  row->reference_ids = g_new0 (Uid, layout->n_references + 1);
  row->reference_cells = g_new0 (Cell, layout->n_references + 1);
  for (int i = 0; i < layout->n_references; i++)
    {
      const LayoutReference *reference = &layout->references[i];
      row->reference_keys[i] = key_maker_new (reference->dimension, secret, secret_length);
      row->reference_formats[i] = g_new0 (CellFormat, reference->n_columns + 1);
      for (int part = 0; part < reference->n_columns; part++)
        if (reference->key[part].type != NULL)
          cell_format_read (&row->reference_formats[i][part], reference->key[part].type->id, reference->key[part].format);
    }
}

Row *
row_new (const Layout *layout, const void *secret, size_t secret_length)
{
  Row *row = g_new0 (Row, 1);
  row->layout = layout;
  row->bag = layout_is_bag (layout);
  row->cells = g_new0 (Cell, layout->n_columns + 1);
  row->message = g_string_new (NULL);
  row->parts = g_new0 (KeyPart, layout->n_columns + 1);
  row->texts = g_new0 (GString *, 2 * layout->n_columns + 1);
  for (int i = 0; i < 2 * layout->n_columns; i++)
    row->texts[i] = g_string_new (NULL);
  if (layout->n_key_columns > 0)
    row->key = key_maker_new (layout->model, secret, secret_length);
  prepare_references (row, secret, secret_length);
  row->nulls = null_count_new (layout->n_columns);
  prepare_columns (row);
  prepare_hash (row);
  return row;
}

void
row_free (Row *row)
{
  if (row == NULL)
    return;
  for (int i = 0; i < row->layout->n_references; i++)
    {
      key_maker_free (row->reference_keys[i]);
      g_free (row->reference_formats[i]);
    }
  for (int i = 0; i < 2 * row->layout->n_columns; i++)
    g_string_free (row->texts[i], TRUE);
  g_clear_pointer (&row->key, key_maker_free);
  row_hash_free (row->hash);
  g_string_free (row->message, TRUE);
  g_free (row->reference_keys);
  g_free (row->reference_formats);
  g_free (row->reference_ids);
  g_free (row->reference_cells);
  g_free (row->reference_forgotten);
  g_free (row->parts);
  g_free (row->texts);
  null_count_free (row->nulls);
  g_free (row->columns);
  g_free (row->plain);
  g_free (row->cells);
  g_free (row);
}

RowClock *
row_clock (Row *row)
{
  return &row->clock;
}

const NullCount *
row_nulls (const Row *row)
{
  return row->nulls;
}

const char *
row_column (const Row *row)
{
  return row->column;
}

Reason
row_reason (const Row *row)
{
  return row->reason;
}

const char *
row_message (const Row *row)
{
  return row->message->str;
}

RowVerdict
row_convert (Row *row, const Record *record)
{
  const Layout *layout = row->layout;
  const size_t width = (size_t) layout->n_columns;
  char problem[80];
  null_count_begin_row (row->nulls);
  row->length = 0;
  if (record->problem != NULL || record->n_fields != width)
    return row_refuse (row, NULL, record_reason (record, width), "%s", record_describe (record, width, problem, sizeof problem));
  RowVerdict verdict = row_convert_cells (row, record);
  row_clock_take (&row->clock, &row->clock.convert);
  if (verdict == ROW_OK && row->key != NULL)
    verdict = row_convert_key (row, record);
  for (int r = 0; r < layout->n_references && verdict == ROW_OK; r++)
    verdict = row_convert_reference (row, record, r);
  row_clock_take (&row->clock, &row->clock.key);
  if (row->reference_forgotten != NULL && verdict == ROW_OK)
    verdict = row_pass_forgotten (row);
  if (verdict != ROW_OK)
    return verdict;
  row_hash_make (row->hash, row->length, &row->row_hash);
  row_clock_take (&row->clock, &row->clock.hash);
  return verdict;
}

bool
row_identify (Row *row, const Record *record, Uid *ret_id)
{
  bool whole = record->problem == NULL && record->n_fields == (size_t) row->layout->n_columns;
  if (!whole || row->key == NULL || row_convert_key (row, record) != ROW_OK)
    return false;
  *ret_id = row->id;
  return true;
}

bool
row_fits (const Row *row)
{
  const Layout *layout = row->layout;
  size_t at = 0;
  for (int i = 0; i < layout->n_columns; i++)
    if (!row->cells[i].null)
      at = fit_add (at, layout->columns[i].type, row->cells[i].value.length);
  for (int r = 0; r < layout->n_references; r++)
    at = row->reference_cells[r].null ? at : fit_add (at, &types[TYPE_UUID], 0);
  at = fit_add (at, &types[TYPE_BIGINT], 0); /* _line, _id, _hash */
  at = fit_add (fit_add (at, &types[TYPE_UUID], 0), &types[TYPE_UUID], 0);
  return fit_is_within (at, layout->n_columns + layout->n_references + 3);
}

Uid
row_identity (const Row *row)
{
  return row->key != NULL ? row->id : row->row_hash;
}

bool
row_reference (const Row *row, int reference, Uid *ret_id)
{
  *ret_id = row->reference_ids[reference];
  return !row->reference_cells[reference].null;
}

Uid
row_hash (const Row *row)
{
  return row->row_hash;
}

bool
row_write (Row *row, const Record *record, CopyWriter *copy, GError **error)
{
  null_count_take_row (row->nulls);
  return row_write_again (row, record, copy, error);
}

bool
row_write_again (const Row *row, const Record *record, CopyWriter *copy, GError **error)
{
  const Layout *layout = row->layout;
  const int fields = layout->n_columns + layout->n_references + 3;
  uint8_t *at = copy_row (copy, fields, (size_t) fields * copy_room (TYPE_ROOM) + row->length);
  for (int i = 0; i < layout->n_columns; i++)
    at = row->cells[i].null ? copy_null (at) : copy_value (at, layout->columns[i].type, &row->cells[i].value);
  for (int r = 0; r < layout->n_references; r++)
    at = row->reference_cells[r].null ? copy_null (at) : copy_uid (at, row->reference_ids[r]);
  at = copy_int64 (at, record->line);
  at = row->key != NULL ? copy_uid (at, row->id) : copy_null (at);
  return copy_row_end (copy, copy_uid (at, row->row_hash), error);
}
