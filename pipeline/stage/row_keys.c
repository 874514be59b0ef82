#include "pipeline/stage/row_inside.h"

#include <string.h>

void
row_fill_parts (Row *row, const Record *record, const int *columns, int n)
{
  for (int part = 0; part < n; part++)
    {
      const Field *field = &record->fields[columns[part]];
      bool null = row_is_listed_null (row, columns[part], field);
      row->parts[part] = (KeyPart) { .text = field->text, .length = field->length, .null = null };
    }
}

bool
row_canonical_key (Row *row, int part)
{
  int i = row->layout->key_columns[part];
  const Column *column = &row->columns[i];
  return key_canonical (row->key, column->layout->unknown ? NULL : column->type, &column->reader.format, &row->parts[part],
                        row->texts[part], &row->cells[i].value);
}

/* For each row: what others call as well is a part of it all the same. */
__attribute__ ((flatten)) RowVerdict
row_convert_key (Row *row, const Record *record)
{
  const Layout *layout = row->layout;
  const KeyPart *normalized;
  size_t empty;
  row_fill_parts (row, record, layout->key_columns, layout->n_key_columns);
  for (int part = 0; part < layout->n_key_columns; part++)
    {
      int i = layout->key_columns[part];
      row->cells[i].null = row->columns[i].text || !row_canonical_key (row, part);
    }
  if (!key_make (row->key, row->parts, (size_t) layout->n_key_columns, &row->id, &normalized, &empty))
    return row_refuse (row, layout->columns[layout->key_columns[empty]].name, REASON_EMPTY_KEY, "the business key is empty");
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
      if (!row->columns[i].text && !layout_read (&row->columns[i].reader, field.text, field.length, &unused))
        field = record->fields[i];
      RowVerdict verdict = row_convert_cell (row, i, &field);
      if (verdict != ROW_OK)
        return verdict;
    }
  return ROW_OK;
}

static bool
is_number (const Type *type)
{
  return type->id == TYPE_BIGINT || type->id == TYPE_NUMERIC || type->id == TYPE_DOUBLE;
}

/* The part as the dimension knows it: a value of its type, in this file's way of writing where that is known, else in the
 * dimension's, else in the type's own. What is none of them is taken as it is, and is nobody's key: false. */
bool
row_canonical_reference (Row *row, int r, int part)
{
  const LayoutReference *reference = &row->layout->references[r];
  const Column *column = &row->columns[reference->columns[part]];
  const Type *known = reference->key[part].type;
  if (known == NULL || known->write == NULL) /* nobody knows it yet, or it is known by its spelling */
    return true;
  bool alike = !column->layout->unknown && (column->type == known || (is_number (column->type) && is_number (known)));
  const Type *own = alike ? column->type : NULL;
  KeyMaker *key = row->reference_keys[r];
  GString *text = row->texts[row->layout->n_columns + part]; /* the row's own key still borrows the others */
  Value unused;
  return key_canonical (key, own, &column->reader.format, &row->parts[part], text, &unused)
         || key_canonical (key, known, &row->reference_formats[r][part], &row->parts[part], text, &unused)
         || key_canonical (key, known, &cell_format_own, &row->parts[part], text, &unused);
}

/* Returns the first part that is nobody's key; -1: none is. */
static int
fill_reference (Row *row, const Record *record, int r)
{
  const LayoutReference *reference = &row->layout->references[r];
  int nobody = -1;
  row_fill_parts (row, record, reference->columns, reference->n_columns);
  for (int part = 0; part < reference->n_columns; part++)
    if (!row_canonical_reference (row, r, part) && nobody < 0)
      nobody = part;
  return nobody;
}

const KeyPart *
row_reference_key (Row *row, const Record *record, int r)
{
  const KeyPart *normalized;
  size_t count = (size_t) row->layout->references[r].n_columns, empty;
  Uid id;
  (void) fill_reference (row, record, r);
  return key_make (row->reference_keys[r], row->parts, count, &id, &normalized, &empty) ? normalized : NULL;
}

RowVerdict
row_convert_reference (Row *row, const Record *record, int r)
{
  const LayoutReference *reference = &row->layout->references[r];
  int nobody = fill_reference (row, record, r);
  size_t empty;
  Cell *cell = &row->reference_cells[r];
  Uid *id = &row->reference_ids[r];
  cell->null = !key_make (row->reference_keys[r], row->parts, (size_t) reference->n_columns, id, NULL, &empty);
  memcpy (cell->value.uuid, id->bytes, sizeof id->bytes);
  /* The dimension could not have a placeholder with such a key. */
  if (!cell->null && nobody >= 0 && reference->reference->missing == MISSING_PLACEHOLDER)
    return row_refuse (row, row->layout->columns[reference->columns[nobody]].name, REASON_MISSING_REFERENCE,
                       "no row of %s can have this key, which is no %s", reference->reference->dimension,
                       reference->key[nobody].type->name);
  if (!cell->null)
    return ROW_OK;
  for (int part = 0; part < reference->n_columns; part++)
    if (!key_part_is_empty (row->reference_keys[r], &row->parts[part]))
      return row_refuse (row, row->layout->columns[reference->columns[empty]].name, REASON_INCOMPLETE_REFERENCE,
                         "the reference to %s has some of its columns empty", reference->reference->dimension);
  return ROW_OK;
}
