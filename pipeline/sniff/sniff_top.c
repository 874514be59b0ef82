#include "pipeline/sniff/sniff_top.h"

#include "pipeline/records/reader_record.h"
#include "pipeline/records/repair.h"
#include "pipeline/sniff/sniff_table.h"

#include <string.h>

#define ROWS_LOOKED_AT 2000

void
top_clear (Top *top)
{
  for (guint i = 0; i < top->n; i++)
    g_free (top->memory[i]);
  g_free (top->columns);
  *top = (Top) { 0 };
}

/* ---- cells ---- */

const Field *
top_cell (const Top *top, guint row, size_t column)
{
  return &top->rows[row].fields[column];
}

CellKind
top_kind (const Top *top, guint row, size_t column)
{
  const Field *field = top_cell (top, row, column);
  return sniff_kind (field->text, field->length);
}

size_t
top_count_filled (const Top *top, guint row)
{
  size_t filled = 0;
  for (size_t i = 0; i < top->fields; i++)
    filled += top_cell (top, row, i)->length > 0;
  return filled;
}

static int64_t
read_digits (const char *text, size_t length)
{
  int64_t number = 0;
  for (size_t i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return -1;
      number = number * 10 + (text[i] - '0');
    }
  return number;
}

int64_t
top_period (const Field *field)
{
  const char *text = field->text;
  size_t length = field->length;
  for (; length > 0 && *text == ' '; length--)
    text++;
  while (length > 0 && text[length - 1] == ' ')
    length--;
  bool dated = length == 7 && text[4] == '-';
  if (length != 4 && !dated)
    return 0;
  int64_t year = read_digits (text, 4), month = dated ? read_digits (text + 5, 2) : 0;
  return year >= 1900 && year <= 2100 && month >= 0 && month <= 12 ? year * 12 + month : 0;
}

bool
top_is_period (const Top *top, guint row, size_t column)
{
  const TopColumn *below = &top->columns[column];
  return below->periods * 2 <= below->cells && top_period (top_cell (top, row, column)) > 0;
}

bool
top_has_sign (const Field *field, int sign)
{
  static const char *const signs[TOP_SIGNS] = { "0123456789", "/", "=", "\\", "@", "<", ">", " " };
  for (size_t i = 0; i < field->length; i++)
    if (field->text[i] != '\0' && strchr (signs[sign], field->text[i]) != NULL)
      return true;
  return false;
}

bool
top_is_equal (const Field *a, const Field *b)
{
  return a->length == b->length && memcmp (a->text, b->text, a->length) == 0;
}

static size_t
common_prefix (const Field *a, const Field *b)
{
  size_t i = 0;
  while (i < a->length && i < b->length && a->text[i] == b->text[i])
    i++;
  return i;
}

static bool
is_word_byte (char byte)
{
  return g_ascii_isalnum (byte) || (byte & 0x80) != 0;
}

/* The next piece of a cell: 'a' for a word, '9' for one with a digit in it, else the sign itself; '\0' at the end. */
static char
next_piece (const Field *field, size_t *at)
{
  if (*at == field->length)
    return '\0';
  if (!is_word_byte (field->text[*at]))
    return field->text[(*at)++];
  char piece = 'a';
  for (; *at < field->length && is_word_byte (field->text[*at]); (*at)++)
    piece = g_ascii_isdigit (field->text[*at]) ? '9' : piece;
  return piece;
}

static bool
is_built_alike (const Field *a, const Field *b)
{
  size_t at_a = 0, at_b = 0;
  char piece = '\0';
  do
    {
      piece = next_piece (a, &at_a);
      if (piece != next_piece (b, &at_b))
        return false;
    }
  while (piece != '\0');
  return true;
}

/* ---- order of the first column ---- */

typedef struct
{
  GString *last; /* the cell above */
  bool bytes;    /* in the order of bytes so far */
  bool folded;   /* in that of letters */
} Order;

static int
compare_folded (const Field *a, const char *text, size_t length)
{
  int order = g_ascii_strncasecmp (a->text, text, MIN (a->length, length));
  return order != 0 ? order : (a->length > length) - (a->length < length);
}

static int
compare_bytes (const Field *a, const char *text, size_t length)
{
  int order = memcmp (a->text, text, MIN (a->length, length));
  return order != 0 ? order : (a->length > length) - (a->length < length);
}

static void
look_at_order (Top *top, const Field *field, Order *order)
{
  const Field *first = top_cell (top, 0, 0);
  if (order->last == NULL)
    {
      order->last = g_string_new (NULL);
      top->continuous = compare_folded (first, field->text, field->length) <= 0;
    }
  else
    {
      order->bytes = order->bytes && compare_bytes (field, order->last->str, order->last->len) >= 0;
      order->folded = order->folded && compare_folded (field, order->last->str, order->last->len) >= 0;
    }
  g_string_truncate (order->last, 0);
  g_string_append_len (order->last, field->text, (gssize) field->length);
}

/* ---- reading ---- */

static bool
is_first_row (const Top *top, const Record *record)
{
  for (size_t i = 0; i < top->fields; i++)
    if (!top_is_equal (top_cell (top, 0, i), &record->fields[i]))
      return false;
  return true;
}

static void
look_at_cell (TopColumn *column, const Field *field, const Field *first)
{
  if (field->length == 0)
    return;
  bool only = column->cells++ == 0;
  column->length = only || column->length == field->length ? field->length : 0;
  size_t prefix = common_prefix (field, first);
  column->prefix = only ? prefix : MIN (column->prefix, prefix);
  column->periods += top_period (field) > 0;
  column->alike += is_built_alike (field, first);
  column->recurs = column->recurs || top_is_equal (field, first);
  for (int sign = 0; sign < TOP_SIGNS; sign++)
    column->signs[sign] += top_has_sign (field, sign);
}

static void
look_below (Top *top, const Record *record, Order *order)
{
  top->below++;
  if (is_first_row (top, record))
    return; /* another table's header */
  for (size_t i = 0; i < top->fields; i++)
    look_at_cell (&top->columns[i], &record->fields[i], top_cell (top, 0, i));
  if (record->fields[0].length > 0)
    look_at_order (top, &record->fields[0], order);
}

static bool
is_filled (const Record *record)
{
  for (size_t i = 0; i < record->n_fields; i++)
    if (record->fields[i].length == 0)
      return false;
  return record->problem == NULL;
}

static void
take_top_row (Top *top, const Record *record, const Record *fit, size_t found, guint index)
{
  if (top->n == 0)
    {
      top->found = found;
      top->named = is_filled (record);
    }
  top->index[top->n] = index;
  top->rows[top->n] = record_copy (fit, &top->memory[top->n]);
  top->n++;
}

static void
count_values (Top *top, guint row)
{
  for (size_t i = 0; i < top->fields; i++)
    {
      CellKind kind = top_kind (top, row, i);
      top->other_values[row] += sniff_kind_is_typed (kind) && kind != KIND_BOOLEAN && !top_is_period (top, row, i);
    }
}

static TopColumn *
make_columns (const SniffCandidate *best, guint first)
{
  /* Any of the first rows may be of the header, but where there are few at most half of them. */
  guint from = MAX (first, best->first), skipped = MIN (TOP_HEADER_ROWS, (best->last + 1 - MIN (from, best->last)) / 2);
  g_autofree CellKind *kinds = sniff_column_kinds (best, from + MAX (skipped, first == from));
  TopColumn *columns = g_new0 (TopColumn, best->fields);
  for (size_t i = 0; i < best->fields; i++)
    columns[i].kind = kinds[i];
  return columns;
}

void
top_read (const Sample *sample, const SniffCandidate *best, guint first, Top *ret_top)
{
  *ret_top = (Top) { .fields = best->fields, .columns = make_columns (best, first) };
  Order order = { NULL, true, true };
  g_autoptr (Repair) repair = repair_new (&best->dialect, best->fields);
  g_autoptr (Reader) reader = sniff_reader (sample, &best->dialect, sniff_row (best, first)->line - 1);
  const Record *record = NULL;
  for (guint i = first; i < best->rows->len && i < first + ROWS_LOOKED_AT; i++)
    {
      size_t found = 0;
      if (!reader_next (reader, &record, NULL) || record == NULL)
        break;
      const Record *fit = ret_top->n < TOP_ROWS ? repair_record (repair, record, &found) : NULL;
      if (fit != NULL)
        take_top_row (ret_top, record, fit, found, i);
      if (record->n_fields == best->fields && i > first && ret_top->n > 0)
        look_below (ret_top, record, &order);
    }
  for (guint i = 0; i < ret_top->n; i++)
    count_values (ret_top, i);
  ret_top->ordered = order.last != NULL && (order.bytes || order.folded);
  if (order.last != NULL)
    g_string_free (order.last, TRUE);
}
