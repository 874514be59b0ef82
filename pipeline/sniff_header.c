#include "pipeline/sniff_header.h"

#include "base/text.h"
#include "pipeline/infer.h"

#include <string.h>

#define ROWS_LOOKED_AT 2000
#define EXAMPLES 3

/* One column of the sample: its cell in the first row, and what the rows below have. */
typedef struct
{
  char *first; /* NULL: empty */
  size_t first_length;
  ColumnGuess below;
  int64_t emails_below;
} Column;

static void
columns_free (GArray *columns)
{
  for (guint i = 0; i < columns->len; i++)
    g_free (g_array_index (columns, Column, i).first);
  g_array_unref (columns);
}

typedef GArray Columns;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Columns, columns_free)

static bool
is_email (const char *cell, size_t length)
{
  const char *at = memchr (cell, '@', length);
  if (at == NULL || at == cell || memchr (cell, ' ', length) != NULL)
    return false;
  size_t rest = length - (size_t) (at - cell) - 1;
  return memchr (at + 1, '.', rest) != NULL && memchr (at + 1, '@', rest) == NULL;
}

/* Digits and what stands between them in numbers, dates, times and telephone numbers. */
static bool
is_figures (const char *cell, size_t length)
{
  bool digit = false;
  for (size_t i = 0; i < length; i++)
    {
      if (g_ascii_isdigit (cell[i]))
        digit = true;
      else if (strchr (" +-.,:/()%", cell[i]) == NULL)
        return false;
    }
  return digit;
}

static bool
is_typed (const ColumnGuess *guess)
{
  InferResult result;
  infer_result (guess, &result);
  return !result.unknown && (result.type->id != TYPE_TEXT || result.ambiguous);
}

static bool
is_value (const char *cell, size_t length)
{
  ColumnGuess guess;
  infer_init (&guess);
  infer_cell (&guess, cell, length, false);
  return is_typed (&guess) || is_figures (cell, length) || is_email (cell, length);
}

static void
take_first (GArray *columns, const Record *record)
{
  for (size_t i = 0; i < record->n_fields; i++)
    {
      const Field *field = &record->fields[i];
      Column column = { .first = field->length > 0 ? g_strndup (field->text, field->length) : NULL, .first_length = field->length };
      infer_init (&column.below);
      g_array_append_val (columns, column);
    }
}

static void
take_below (GArray *columns, const Record *record)
{
  for (size_t i = 0; i < record->n_fields; i++)
    {
      const Field *field = &record->fields[i];
      Column *column = &g_array_index (columns, Column, i);
      infer_cell (&column->below, field->text, field->length, field->null);
      column->emails_below += is_email (field->text, field->length);
    }
}

/* *ret_below: how many rows of the first one's width are below it. NULL when the first row cannot be read. */
static Columns *
read_columns (const Sample *sample, const Dialect *dialect, int64_t *ret_below)
{
  g_autoptr (Columns) columns = g_array_new (FALSE, FALSE, sizeof (Column));
  g_autoptr (Reader) reader = sniff_reader (sample, dialect->delimiter, dialect->quote, dialect->skip_lines);
  const Record *record = NULL;
  if (!reader_next (reader, &record, NULL) || record == NULL || record->problem != NULL)
    return NULL;
  take_first (columns, record);
  *ret_below = 0;
  for (int rows = 0; rows < ROWS_LOOKED_AT && reader_next (reader, &record, NULL) && record != NULL; rows++)
    if (record->n_fields == columns->len)
      {
        take_below (columns, record);
        ++*ret_below;
      }
  return g_steal_pointer (&columns);
}

/* Whether the column has no name because it numbers the rows, as data frames write themselves. */
static bool
is_row_number (const Column *column, guint position)
{
  InferResult below;
  infer_result (&column->below, &below);
  return position == 0 && column->first == NULL && column->below.nulls == 0 && below.type->id == TYPE_BIGINT;
}

/* What the column says: 1, the first cell is of another kind than those below; -1, of the same; 0, nothing. */
static int
vote (const Column *column, const char **ret_kind)
{
  if (column->first == NULL)
    return 0;
  InferResult below;
  infer_result (&column->below, &below);
  if (column->emails_below > 0 && column->emails_below == column->below.cells)
    return *ret_kind = "e-mail addresses", is_email (column->first, column->first_length) ? -1 : 1;
  if (!is_typed (&column->below))
    return 0;
  *ret_kind = below.ambiguous ? "date" : below.type->name;
  ColumnGuess with_first = column->below;
  infer_cell (&with_first, column->first, column->first_length, false);
  return is_typed (&with_first) ? -1 : 1;
}

static void
add_example (GString *examples, int *count, const Column *column, const char *kind)
{
  if (++*count > EXAMPLES)
    return;
  g_autofree char *cell = text_printable (column->first != NULL ? column->first : "", column->first_length, 40);
  g_string_append_printf (examples, "%s\"%s\" above %s", *count > 1 ? ", " : "", cell, kind);
}

static bool
decide_by_votes (const GArray *columns, bool *ret_header, char **ret_evidence, double *ret_confidence)
{
  int with = 0, against = 0;
  g_autoptr (GString) unlike = g_string_new (NULL);
  g_autoptr (GString) like = g_string_new (NULL);
  for (guint i = 0; i < columns->len; i++)
    {
      const char *kind = NULL;
      const Column *column = &g_array_index (columns, Column, i);
      int voted = vote (column, &kind);
      if (is_row_number (column, i))
        voted = 1, kind = "row numbers";
      if (voted > 0)
        add_example (unlike, &with, column, kind);
      else if (voted < 0)
        add_example (like, &against, column, kind);
    }
  if (with == 0 && against == 0)
    return false;
  *ret_header = with > against;
  *ret_confidence = with > 0 && against > 0 ? 0.7 : 0.99;
  *ret_evidence = *ret_header ? g_strdup_printf ("header: the first row is unlike those below it: %s", unlike->str)
                              : g_strdup_printf ("no header: the first row is like those below it: %s", like->str);
  return true;
}

static bool
decide_by_known (const GArray *columns, const char *const *known_names, char **ret_evidence, double *ret_confidence)
{
  if (known_names == NULL)
    return false;
  guint known = 0, names = g_strv_length ((char **) known_names);
  for (guint i = 0; i < columns->len; i++)
    {
      const Column *column = &g_array_index (columns, Column, i);
      known += column->first != NULL && sniff_is_known (column->first, column->first_length, known_names);
    }
  if (known == 0 || known * 2 < MIN (names, columns->len))
    return false;
  *ret_evidence = g_strdup_printf ("header: the first row has %u of the %u known names", known, names);
  *ret_confidence = 1;
  return true;
}

/* Whether the first row could be one of names. If not, why. */
static bool
are_names (const GArray *columns, char **ret_why)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < columns->len; i++)
    {
      const Column *column = &g_array_index (columns, Column, i);
      if (column->first == NULL && column->below.cells == 0)
        continue; /* a delimiter at the end of each row */
      if (column->first == NULL)
        return *ret_why = g_strdup_printf ("cell %u of the first row is empty", i + 1), false;
      g_autofree char *shown = text_printable (column->first, column->first_length, 40);
      if (is_value (column->first, column->first_length))
        return *ret_why = g_strdup_printf ("\"%s\" in the first row is a value, no name", shown), false;
      if (!g_hash_table_add (seen, column->first))
        return *ret_why = g_strdup_printf ("\"%s\" is twice in the first row", shown), false;
    }
  return true;
}

bool
sniff_has_header (const Sample *sample, const Dialect *dialect, char **ret_evidence, double *ret_confidence)
{
  int64_t below = 0;
  g_autoptr (Columns) columns = read_columns (sample, dialect, &below);
  if (columns == NULL)
    {
      *ret_evidence = g_strdup ("header: assumed, the first row cannot be read");
      *ret_confidence = 0.5;
      return true;
    }
  bool header = true;
  if (decide_by_known (columns, sample->known_names, ret_evidence, ret_confidence)
      || decide_by_votes (columns, &header, ret_evidence, ret_confidence))
    return header;
  g_autofree char *why = NULL;
  header = are_names (columns, &why);
  *ret_confidence = header && below > 0 ? 0.8 : 0.7;
  *ret_evidence = header ? g_strdup ("header: every cell of the first row could be a name, and none is there twice")
                         : g_strdup_printf ("no header: %s", why);
  return header;
}
