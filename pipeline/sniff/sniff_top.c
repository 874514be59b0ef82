#include "pipeline/sniff/sniff_top.h"

#include "pipeline/records/reader_record.h"
#include "pipeline/records/repair.h"
#include "pipeline/sniff/sniff_table.h"

#include <string.h>

#define ROWS_LOOKED_AT 2000
#define LEAST_RISES 4      /* of texts in order */
#define ROWS_PER_ASTRAY 20 /* one of such a number may stand elsewhere: letters with accents */

void
top_clear (Top *top)
{
  for (guint i = 0; i < top->n; i++)
    g_free (top->memory[i]);
  for (size_t i = 0; top->columns != NULL && i < top->fields; i++)
    sniff_column_clear (&top->columns[i]);
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

bool
top_is_filled (const Top *top, size_t column)
{
  return top->below > 1 && top->columns[column].cells == top->below;
}

bool
top_is_period (const Top *top, guint row, size_t column)
{
  const SniffColumn *below = &top->columns[column];
  return below->periods * 2 <= below->cells && sniff_period (top_cell (top, row, column)) > 0;
}

/* ---- order of the first column ---- */

typedef struct
{
  GString *last; /* the cell above */
  int64_t cells;
  int64_t rises;  /* those behind the cell above them */
  int64_t bytes;  /* those before the cell above them, in the order of bytes */
  int64_t folded; /* in that of letters */
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
  order->cells++;
  if (order->last == NULL)
    {
      order->last = g_string_new (NULL);
      top->continuous = compare_folded (first, field->text, field->length) <= 0;
    }
  else
    {
      order->rises += compare_bytes (field, order->last->str, order->last->len) > 0;
      order->bytes += compare_bytes (field, order->last->str, order->last->len) < 0;
      order->folded += compare_folded (field, order->last->str, order->last->len) < 0;
    }
  g_string_truncate (order->last, 0);
  g_string_append_len (order->last, field->text, (gssize) field->length);
}

/* ---- reading ---- */

static bool
is_first_row (const Top *top, const Record *record)
{
  for (size_t i = 0; i < top->fields; i++)
    if (!sniff_is_equal (top_cell (top, 0, i), &record->fields[i]))
      return false;
  return true;
}

static void
look_below (Top *top, const Record *record, Order *order)
{
  top->below++;
  if (is_first_row (top, record))
    return; /* another table's header */
  for (size_t i = 0; i < top->fields; i++)
    sniff_column_take (&top->columns[i], &record->fields[i], top_cell (top, 0, i));
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

static SniffColumn *
make_columns (const SniffCandidate *best, guint first)
{
  /* Any of the first rows may be of the header, but where there are few at most half of them. */
  guint from = MAX (first, best->first), skipped = MIN (TOP_HEADER_ROWS, (best->last + 1 - MIN (from, best->last)) / 2);
  g_autofree CellKind *kinds = sniff_column_kinds (best, from + MAX (skipped, first == from));
  SniffColumn *columns = g_new0 (SniffColumn, best->fields);
  for (size_t i = 0; i < best->fields; i++)
    columns[i].kind = kinds[i];
  return columns;
}

void
top_read (const Sample *sample, const SniffCandidate *best, guint first, Top *ret_top)
{
  *ret_top = (Top) { .fields = best->fields, .columns = make_columns (best, first) };
  Order order = { 0 };
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
  ret_top->ordered = order.rises >= LEAST_RISES && MIN (order.bytes, order.folded) * ROWS_PER_ASTRAY <= order.cells;
  if (order.last != NULL)
    g_string_free (order.last, TRUE);
}
