#include "pipeline/table/above.h"

#include "pipeline/records/reader_record.h"
#include "pipeline/sniff/sniff.h"
#include "pipeline/sniff/sniff_kind.h"
#include "pipeline/table/words.h"

#include <string.h>

#define LEAST_ROWS 3     /* of a table that has nothing above its values */
#define LEAST_SETTINGS 3 /* rows of two cells below words, for them to be no settings */
#define MOST_SETTINGS 8  /* of two words; more are a table */
#define MOST_VALUES 10   /* lines of one value each; more are data */

/* A row above the table. */
typedef struct
{
  Record record;
  char *memory;
} AboveRow;

struct Above
{
  GArray *rows; /* of AboveRow */
};

static void
clear_row (gpointer row)
{
  g_free (((AboveRow *) row)->memory);
}

void
above_free (Above *above)
{
  if (above == NULL)
    return;
  g_array_unref (above->rows);
  g_free (above);
}

static const Record *
record_at (const Above *above, guint index)
{
  return &g_array_index (above->rows, AboveRow, index).record;
}

const Record *
above_record (const Above *above, guint index)
{
  return index < above->rows->len ? record_at (above, index) : NULL;
}

/* ---- the text above the table ---- */

/* The bytes of the first "lines" lines. */
static size_t
length_of_lines (const GString *text, int lines)
{
  size_t at = 0;
  for (; lines > 0 && at < text->len; lines--)
    {
      while (at < text->len && text->str[at] != '\n' && text->str[at] != '\r')
        at++;
      bool pair = text->str[at] == '\r' && text->str[at + 1] == '\n'; /* a GString ends with a NUL byte */
      at += pair ? 2 : at < text->len;
    }
  return at;
}

static bool
read_rows (int fd, const Dialect *dialect, GArray *rows, GError **error)
{
  g_autofree char *bytes = g_malloc (SNIFF_HEAD_SIZE);
  SourceHead head;
  if (!source_head (fd, bytes, SNIFF_HEAD_SIZE, &head, error))
    return false;
  g_autoptr (GString) text = source_transcode (head.bytes, head.length, true, dialect->encoding);
  Dialect plain = *dialect;
  plain.encoding = ENCODING_UTF8;
  plain.header_rows = plain.skip_lines = plain.bom = 0;
  g_autoptr (Reader) reader =
      reader_new_bytes (text->str, length_of_lines (text, dialect->skip_lines), true, &plain, &reader_default_limits);
  const Record *record = NULL;
  while (reader_next (reader, &record, NULL) && record != NULL)
    {
      AboveRow row = { 0 };
      row.record = record_copy (record, &row.memory);
      g_array_append_val (rows, row);
    }
  return true;
}

/* ---- which of its rows are a table's ---- */

static size_t
count_filled (const Record *record)
{
  size_t filled = 0;
  for (size_t i = 0; i < record->n_fields; i++)
    filled += record->fields[i].length > 0;
  return filled;
}

/* Less those at its end that are empty: programs fill up settings with delimiters. */
static size_t
count_cells (const Record *record)
{
  size_t cells = record->n_fields;
  while (cells > 0 && record->fields[cells - 1].length == 0)
    cells--;
  return cells;
}

/* A row of cells, and no remark or directive. */
static bool
has_cells (const Record *record)
{
  return count_filled (record) > 1 && strchr ("#%@!", record->raw[0]) == NULL;
}

static bool
is_full (const Record *record, size_t width)
{
  return record->n_fields == width && has_cells (record) && count_filled (record) * 2 > width
         && count_cells (record) > MIN (width - 1, 2);
}

static bool
is_value (const Field *field)
{
  CellKind kind = sniff_kind (field->text, field->length);
  return sniff_kind_is_typed (kind) || kind == KIND_FIGURES;
}

/* A line of one value, which no words tell about. */
static bool
is_lone_value (const Record *record)
{
  return record->n_fields > 0 && count_cells (record) == 1 && is_value (&record->fields[0]);
}

/* Whether the row of index "first" has words, and those from there to "end" values in one of its columns. */
static bool
has_header (const Above *above, guint first, guint end)
{
  const Record *names = record_at (above, first);
  bool found = false;
  for (size_t column = 0; column < names->n_fields; column++)
    {
      bool values = end > first + 1;
      if (is_value (&names->fields[column]))
        return false;
      for (guint i = first + 1; i < end; i++)
        values = values && is_value (&record_at (above, i)->fields[column]);
      found = found || values;
    }
  return found;
}

/* Whether all rows from index "first" to "end" begin with a value: settings begin with a name. */
static bool
begin_with_values (const Above *above, guint first, guint end)
{
  while (first < end && is_value (&record_at (above, first)->fields[0]))
    first++;
  return first == end;
}

/* Behind the last of the rows of one width that begin with "first", no empty line between them. */
static guint
end_of_run (const Above *above, guint first)
{
  const Record *begin = record_at (above, first);
  guint i = first + 1;
  for (; i < above->rows->len; i++)
    {
      const Record *record = record_at (above, i);
      if (record->n_fields != begin->n_fields || record->blank > 0 || !has_cells (record))
        break;
    }
  return i;
}

/* Whether most rows from index "first" to "end" begin with a word and a colon, as settings do. */
static bool
are_labelled (const Above *above, guint first, guint end)
{
  guint labels = 0, rows = end - first;
  for (; first < end; first++)
    {
      const Field *name = &record_at (above, first)->fields[0];
      labels += name->length > 1 && name->text[name->length - 1] == ':';
    }
  return labels * 2 > rows;
}

/* "foreign": cut by another delimiter than the table's, as words may be too. */
static bool
is_table (const Above *above, guint first, guint end, bool foreign)
{
  guint rows = end - first;
  size_t cells = 0;
  if (!has_cells (record_at (above, first)))
    return false;
  for (guint i = first; i < end; i++)
    cells = MAX (cells, count_cells (record_at (above, i)));
  bool header = has_header (above, first, end);
  if (rows >= LEAST_ROWS && (begin_with_values (above, first, end) || (header && begin_with_values (above, first + 1, end))))
    return true;
  if (cells > 2 && !foreign)
    return rows >= LEAST_ROWS || header;
  if (header)
    return cells > 2 || rows > LEAST_SETTINGS;
  return rows > MOST_SETTINGS && !are_labelled (above, first, end) && !(foreign && words_are_sentence (record_at (above, first)));
}

/* Whether there are many lines of one value each. */
static bool
are_values_many (const Above *above)
{
  guint values = 0;
  for (guint i = 0; i < above->rows->len; i++)
    values += is_lone_value (record_at (above, i));
  return values > MOST_VALUES;
}

/* Leaves out what is none. "width": of the table, 0: they are cut by another delimiter. */
static void
keep_tables (Above *above, size_t width)
{
  g_autofree bool *kept = g_new0 (bool, above->rows->len + 1);
  bool values = width > 0 && are_values_many (above);
  for (guint first = 0, end = 0; first < above->rows->len; first = end)
    {
      end = end_of_run (above, first);
      bool table = is_table (above, first, end, width == 0);
      for (guint i = first; i < end; i++)
        kept[i] = table || is_full (record_at (above, i), width) || (values && is_lone_value (record_at (above, i)));
    }
  for (guint i = above->rows->len; i-- > 0;)
    if (!kept[i])
      g_array_remove_index (above->rows, i);
}

/* ---- other delimiters ---- */

static bool
is_known (const Above *above, const Record *record)
{
  for (guint i = 0; i < above->rows->len; i++)
    {
      const Record *other = record_at (above, i);
      if (record->line < other->line + other->lines && other->line < record->line + record->lines)
        return true;
    }
  return false;
}

static gint
compare_lines (gconstpointer a, gconstpointer b)
{
  int64_t x = ((const AboveRow *) a)->record.line, y = ((const AboveRow *) b)->record.line;
  return (x > y) - (x < y);
}

/* Moves the rows of "other" to "above" that it does not have. */
static void
add_rows (Above *above, Above *other)
{
  for (guint i = 0; i < other->rows->len; i++)
    {
      AboveRow *row = &g_array_index (other->rows, AboveRow, i);
      if (is_known (above, &row->record))
        continue;
      g_array_append_val (above->rows, *row);
      row->memory = NULL;
    }
  g_array_sort (above->rows, compare_lines);
}

static Above *
read_above (int fd, const Dialect *dialect, size_t width, GError **error)
{
  g_autoptr (Above) above = g_new0 (Above, 1);
  above->rows = g_array_new (FALSE, FALSE, sizeof (AboveRow));
  g_array_set_clear_func (above->rows, clear_row);
  if (!read_rows (fd, dialect, above->rows, error))
    return NULL;
  keep_tables (above, width);
  return g_steal_pointer (&above);
}

Above *
above_find (int fd, const Dialect *dialect, size_t width, GError **error)
{
  g_autoptr (Above) above = read_above (fd, dialect, width, error);
  for (const char *delimiter = ",;\t|"; *delimiter != 0 && above != NULL; delimiter++)
    {
      Dialect foreign = *dialect;
      if (dialect->delimiter[0] == *delimiter)
        continue;
      foreign.delimiter[0] = *delimiter;
      foreign.delimiter[1] = 0;
      g_autoptr (Above) other = read_above (fd, &foreign, 0, error);
      if (other == NULL)
        return NULL;
      add_rows (above, other);
    }
  return g_steal_pointer (&above);
}
