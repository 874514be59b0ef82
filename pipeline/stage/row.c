#include "pipeline/stage/row.h"

#include "pipeline/layout/key.h"
#include "pipeline/records/reader_record.h"
#include "pipeline/stage/fit.h"
#include "pipeline/stage/rowhash.h"
#include "pipeline/types/null_word.h"

#include <string.h>

/* What is asked of every cell of a column, looked up once. */
typedef struct
{
  const LayoutColumn *layout;
  const Type *type;
  LayoutReader reader;
  bool lists_nulls; /* texts that mean NULL: the layout must be asked */
  bool keeps_blanks;
  bool searched; /* the raw cells of a key may contradict its type */
} Column;

struct Row
{
  const Layout *layout;
  bool bag;
  Column *columns;
  int *plain; /* the columns that are not of the key */
  int n_plain;
  Cell *cells;   /* by column */
  size_t length; /* of the text that the cells borrow */
  KeyMaker *key; /* NULL: no business key */
  KeyMaker **reference_keys;
  CellFormat **reference_formats; /* of the dimension's own columns, by part */
  Uid *reference_ids;
  Cell *reference_cells; /* the ids, as they are hashed */
  KeyPart *parts;        /* room for the longest key */
  GString **texts;       /* of the parts that are known by their value: the key's, then a reference's from n_columns on */
  RowHash *hash;
  Uid id, row_hash;
  RowClock clock;
  NullCount *nulls; /* by words */
  const char *column;
  Reason reason;
  GString *message;
};

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
      layout_reader_init (&column->reader, of);
      column->lists_nulls = of->nulls != NULL || (text && of->known_nulls != 0);
      column->keeps_blanks = text && !of->was_number;
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
        column->empty_is_null = row->key == NULL && column->type->id == TYPE_TEXT;
      }
  for (int i = 0; i < layout->n_references; i++)
    {
      HashedColumn *column = &columns[layout->references[i].hash_slot];
      column->type = &types[TYPE_UUID];
      column->cell = &row->reference_cells[i];
    }
  bool dated = layout->effective >= 0 && layout->model->kind == MODEL_DIMENSION;
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

G_GNUC_PRINTF (4, 5)
static RowVerdict
refuse (Row *row, const char *column, Reason reason, const char *format, ...)
{
  row->column = column;
  row->reason = reason;
  va_list arguments;
  va_start (arguments, format);
  g_string_vprintf (row->message, format, arguments);
  va_end (arguments);
  return ROW_REJECT;
}

/* A year of two digits where the format has four: YY in it would read the cell. */
static bool
has_short_year (const LayoutColumn *column, const Field *field)
{
  g_auto (GStrv) parts = g_strsplit (column->format, "YYYY", 2);
  g_autofree char *format = g_strjoinv ("YY", parts);
  LayoutColumn other = *column;
  Value value;
  other.format = format;
  return g_strv_length (parts) == 2 && types_format_fits (column->type->name, format)
         && layout_parse (&other, field->text, field->length, &value);
}

/* Messages travel, the value does not: it is in the row's original bytes, in the column that is named beside it. */
static RowVerdict
bad_cell (Row *row, const LayoutColumn *column, const Field *field)
{
  if (column->format != NULL)
    (void) refuse (row, column->name, REASON_BAD_VALUE, "the cell is not a %s written %s%s", column->type->name, column->format,
                   has_short_year (column, field) ? ": its year has two digits, as YY in a format reads them" : "");
  else
    (void) refuse (row, column->name, REASON_BAD_VALUE, "the cell is not of type %s", column->type->name);
  return layout_refuses_cells (row->layout, column) ? ROW_REJECT : ROW_CONTRADICTION;
}

/* Whether it means NULL whatever the column's type may be. */
static bool
is_listed_null (const Column *column, const Field *field)
{
  return column->lists_nulls ? layout_is_null (column->layout, field) : field->null;
}

static bool
is_blank (const Field *field)
{
  return (field->length == 0 || (unsigned char) field->text[0] <= ' ' || (unsigned char) field->text[0] >= 0x7f)
         && layout_is_blank (field);
}

/* A quoted empty cell is an empty text, and nothing in any other type; so are blanks. A column without a value is one of texts
 * until it has one, and one that held numbers once still has none of them. In rows that are known by their hash the empty text is
 * nothing: they must not be others when their column turns out to hold numbers. */
static bool
is_null (const Row *row, const Column *column, const Field *field)
{
  if (is_listed_null (column, field))
    return true;
  return column->keeps_blanks ? field->length == 0 && row->bag : is_blank (field);
}

/* A value where the column had none so far is no cell of it: its type is asked for. (Once a cell, as below: a call would cost as much
 * as what is done.) */
__attribute__ ((always_inline)) static inline bool
parse_cell (const Column *column, const Field *field, Value *ret_value)
{
  return !(column->layout->unknown && field->length > 0) && layout_read (&column->reader, field->text, field->length, ret_value);
}

/* Whether a cell is not of its column's inferred or pinned type. */
static bool
contradicts (Row *row, int i, const Field *field)
{
  const Column *column = &row->columns[i];
  Value value;
  if (layout_refuses_cells (row->layout, column->layout) || is_null (row, column, field))
    return false;
  return !parse_cell (column, field, &value) && (column->layout->unknown || layout_null_word (column->layout, field) < 0);
}

/* A cell that is not of its column's type may stand for nothing. */
static RowVerdict
take_null_word (Row *row, int i, const Field *field)
{
  const LayoutColumn *column = &row->layout->columns[i];
  int word = column->unknown ? -1 : layout_null_word (column, field);
  if (word < 0)
    return bad_cell (row, column, field);
  row->cells[i].null = true;
  null_count_meet (row->nulls, i, word);
  return column->required ? refuse (row, column->name, REASON_NULL_REQUIRED, "the column is required and \"%s\" stands for nothing",
                                    null_word_text (word))
                          : ROW_OK;
}

static RowVerdict
take_null (Row *row, int i)
{
  const LayoutColumn *column = &row->layout->columns[i];
  row->cells[i].null = true;
  return column->required ? refuse (row, column->name, REASON_NULL_REQUIRED, "the column is required and the cell is empty")
                          : ROW_OK;
}

__attribute__ ((always_inline)) static inline RowVerdict
convert_cell (Row *row, int i, const Field *field)
{
  const Column *column = &row->columns[i];
  if (is_null (row, column, field))
    return take_null (row, i);
  if (!parse_cell (column, field, &row->cells[i].value))
    return take_null_word (row, i, field);
  row->cells[i].null = false;
  row->length += row->cells[i].value.length;
  return ROW_OK;
}

/* A row that is refused is searched for contradictions all the same, and so are the raw cells of the key: inference sees them too, and
 * a type must not depend on where in the file a cell stands. */
static RowVerdict
search_rest (Row *row, const Record *record, int plain)
{
  for (; plain < row->n_plain; plain++)
    {
      int i = row->plain[plain];
      if (contradicts (row, i, &record->fields[i]))
        return bad_cell (row, &row->layout->columns[i], &record->fields[i]);
    }
  return ROW_REJECT;
}

/* All cells but the key's, which are normalised first. */
static RowVerdict
convert_cells (Row *row, const Record *record)
{
  const Layout *layout = row->layout;
  for (int part = 0; part < layout->n_key_columns; part++)
    {
      int i = layout->key_columns[part];
      if (row->columns[i].searched && contradicts (row, i, &record->fields[i]))
        return bad_cell (row, &layout->columns[i], &record->fields[i]);
    }
  for (int plain = 0; plain < row->n_plain; plain++)
    {
      int i = row->plain[plain];
      RowVerdict verdict = convert_cell (row, i, &record->fields[i]);
      if (verdict != ROW_OK)
        return verdict == ROW_REJECT ? search_rest (row, record, plain + 1) : verdict;
    }
  return ROW_OK;
}

static void
fill_parts (Row *row, const Record *record, const int *columns, int n)
{
  for (int part = 0; part < n; part++)
    {
      const Field *field = &record->fields[columns[part]];
      bool null = is_listed_null (&row->columns[columns[part]], field);
      row->parts[part] = (KeyPart) { .text = field->text, .length = field->length, .null = null };
    }
}

/* The id, and the key columns' cells in their normalised form. */
static RowVerdict
convert_key (Row *row, const Record *record)
{
  const Layout *layout = row->layout;
  const KeyPart *normalized;
  size_t empty;
  fill_parts (row, record, layout->key_columns, layout->n_key_columns);
  for (int part = 0; part < layout->n_key_columns; part++)
    {
      int i = layout->key_columns[part];
      const Column *column = &row->columns[i];
      row->cells[i].null = !key_canonical (row->key, column->layout->unknown ? NULL : column->type, &column->reader.format,
                                           &row->parts[part], row->texts[part], &row->cells[i].value);
    }
  if (!key_make (row->key, row->parts, (size_t) layout->n_key_columns, &row->id, &normalized, &empty))
    return refuse (row, layout->columns[layout->key_columns[empty]].name, REASON_EMPTY_KEY, "the business key is empty");
  for (int part = 0; part < layout->n_key_columns; part++)
    {
      int i = layout->key_columns[part];
      if (!row->cells[i].null)
        {
          row->length += row->cells[i].value.length;
          continue;
        }
      Field field = { .text = normalized[part].text, .length = normalized[part].length };
      Value unused;
      /* What lower case breaks ("{\"A\": TRUE}" is no JSON then) is stored by the value it was written for. */
      if (!layout_read (&row->columns[i].reader, field.text, field.length, &unused))
        field = record->fields[i];
      RowVerdict verdict = convert_cell (row, i, &field);
      if (verdict != ROW_OK)
        return verdict;
    }
  return ROW_OK;
}

static bool
is_number (const Type *type)
{
  return type != NULL && (type->id == TYPE_BIGINT || type->id == TYPE_NUMERIC || type->id == TYPE_DOUBLE);
}

/* The part as the dimension knows it: a value of its type, in this file's way of writing where that is known, else in the
 * dimension's, else in the type's own. What is none of them is taken as it is, and is nobody's key. */
static void
canonical_reference (Row *row, int r, int part)
{
  const LayoutReference *reference = &row->layout->references[r];
  const Column *column = &row->columns[reference->columns[part]];
  const Type *known = reference->key[part].type;
  bool alike =
      known != NULL && !column->layout->unknown && (column->type == known || (is_number (column->type) && is_number (known)));
  const Type *own = alike ? column->type : NULL;
  KeyMaker *key = row->reference_keys[r];
  GString *text = row->texts[row->layout->n_columns + part]; /* the row's own key still borrows the others */
  Value unused;
  (void) (key_canonical (key, own, &column->reader.format, &row->parts[part], text, &unused)
          || key_canonical (key, known, &row->reference_formats[r][part], &row->parts[part], text, &unused)
          || key_canonical (key, known, &cell_format_own, &row->parts[part], text, &unused));
}

/* A reference is NULL when all its columns are empty; half of a composite one refers to nothing. */
static RowVerdict
convert_reference (Row *row, const Record *record, int r)
{
  const LayoutReference *reference = &row->layout->references[r];
  fill_parts (row, record, reference->columns, reference->n_columns);
  for (int part = 0; part < reference->n_columns; part++)
    canonical_reference (row, r, part);
  size_t empty;
  Cell *cell = &row->reference_cells[r];
  Uid *id = &row->reference_ids[r];
  cell->null = !key_make (row->reference_keys[r], row->parts, (size_t) reference->n_columns, id, NULL, &empty);
  memcpy (cell->value.uuid, id->bytes, sizeof id->bytes);
  if (!cell->null)
    return ROW_OK;
  for (int part = 0; part < reference->n_columns; part++)
    if (!key_part_is_empty (row->reference_keys[r], &row->parts[part]))
      return refuse (row, row->layout->columns[reference->columns[empty]].name, REASON_INCOMPLETE_REFERENCE,
                     "the reference to %s has some of its columns empty", reference->reference->dimension);
  return ROW_OK;
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
    return refuse (row, NULL, record_reason (record, width), "%s", record_describe (record, width, problem, sizeof problem));
  RowVerdict verdict = convert_cells (row, record);
  row_clock_take (&row->clock, &row->clock.convert);
  if (verdict == ROW_OK && row->key != NULL)
    verdict = convert_key (row, record);
  for (int r = 0; r < layout->n_references && verdict == ROW_OK; r++)
    verdict = convert_reference (row, record, r);
  row_clock_take (&row->clock, &row->clock.key);
  if (verdict != ROW_OK)
    return verdict;
  row_hash_make (row->hash, row->length, &row->row_hash);
  row_clock_take (&row->clock, &row->clock.hash);
  return verdict;
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
