#include "pipeline/stage/row_inside.h"
#include "pipeline/types/null_word.h"

RowVerdict
row_refuse (Row *row, const char *column, Reason reason, const char *format, ...)
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
    (void) row_refuse (row, column->name, REASON_BAD_VALUE, "the cell is not a %s written %s%s", column->type->name, column->format,
                       has_short_year (column, field) ? ": its year has two digits, as YY in a format reads them" : "");
  else
    (void) row_refuse (row, column->name, REASON_BAD_VALUE, "the cell is not of type %s", column->type->name);
  return layout_refuses_cells (row->layout, column) ? ROW_REJECT : ROW_CONTRADICTION;
}

static bool
is_listed_null (const Column *column, const Field *field)
{
  return column->lists_nulls ? layout_is_null (column->layout, field) : field->null;
}

bool
row_is_listed_null (const Row *row, int column, const Field *field)
{
  return is_listed_null (&row->columns[column], field);
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
is_null (const Column *column, const Field *field)
{
  if (is_listed_null (column, field))
    return true;
  return column->keeps_blanks ? field->length == 0 && column->drops_empty : is_blank (field);
}

/* A value where the column had none so far is no cell of it: its type is asked for. (Once a cell, as below: a call would cost as much
 * as what is done.) */
__attribute__ ((always_inline)) static inline bool
parse_cell (const Column *column, const Field *field, Value *ret_value)
{
  if (!column->text)
    return !(column->layout->unknown && field->length > 0) && layout_read (&column->reader, field->text, field->length, ret_value);
  ret_value->text = field->text;
  ret_value->length = field->length;
  return true;
}

/* Whether a cell is not of its column's inferred or pinned type. */
static bool
contradicts (Row *row, int i, const Field *field)
{
  const Column *column = &row->columns[i];
  Value value;
  if (layout_refuses_cells (row->layout, column->layout) || is_null (column, field))
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
  return column->required ? row_refuse (row, column->name, REASON_NULL_REQUIRED,
                                        "the column is required and \"%s\" stands for nothing", null_word_text (word))
                          : ROW_OK;
}

static RowVerdict
take_null (Row *row, int i)
{
  const LayoutColumn *column = &row->layout->columns[i];
  row->cells[i].null = true;
  return column->required ? row_refuse (row, column->name, REASON_NULL_REQUIRED, "the column is required and the cell is empty")
                          : ROW_OK;
}

__attribute__ ((always_inline)) static inline RowVerdict
convert_cell (Row *row, int i, const Field *field)
{
  const Column *column = &row->columns[i];
  if (is_null (column, field))
    return take_null (row, i);
  if (!parse_cell (column, field, &row->cells[i].value))
    return take_null_word (row, i, field);
  row->cells[i].null = false;
  row->length += row->cells[i].value.length;
  return ROW_OK;
}

RowVerdict
row_convert_cell (Row *row, int i, const Field *field)
{
  return convert_cell (row, i, field);
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

RowVerdict
row_convert_cells (Row *row, const Record *record)
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
