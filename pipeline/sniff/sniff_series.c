#include "pipeline/sniff/sniff_series.h"

#include <string.h>

#define MOST_YEARS 10     /* from one name to the next */
#define LEAST_OTHERS 3    /* cells below a lone year, none of them a year */
#define LEAST_FRACTIONS 5 /* below a whole number */
#define LEAST_COUNTED 3   /* names that count on, where there are others in the row */
#define LEAST_WORD 2      /* bytes before a number, for two of them to be enough */
#define LEAST_ASCENDING 5 /* numbers, each greater than the one before; 2 behind an empty cell */
#define LEAST_MATRIX 4    /* numbers that count from 0, above whole numbers */

/* ---- years and months ---- */

/* From one column to the next, in months; 0: one of them is no name of a year or month, or the other is too far. */
static int64_t
period_step (const Top *top, guint row, size_t column)
{
  if (column + 1 >= top->fields || !top_is_period (top, row, column) || !top_is_period (top, row, column + 1))
    return 0;
  int64_t step = sniff_period (top_cell (top, row, column + 1)) - sniff_period (top_cell (top, row, column));
  return ABS (step) <= MOST_YEARS * 12 ? step : 0;
}

/* Whether a word begins the row that is none of what is below it: codes with digits, or names that begin with a capital. */
static bool
begins_with_name (const Top *top, guint row)
{
  const SniffColumn *below = &top->columns[0];
  const Field *field = top_cell (top, row, 0);
  if (below->cells == 0 || top_kind (top, row, 0) != KIND_TEXT || sniff_has_sign (field, 0))
    return false;
  return below->signs[0] == below->cells || (below->capitals == below->cells && !sniff_is_capital (field));
}

/* Whether a year is the only value of its row, and none is below it; or most are none, and a name begins the row. */
static bool
is_lone_period (const Top *top, guint row, size_t column)
{
  const SniffColumn *below = &top->columns[column];
  if (top->fields < 2 || top->other_values[row] > 0)
    return false;
  return (below->periods == 0 && below->cells >= LEAST_OTHERS) || (column > 0 && begins_with_name (top, row));
}

/* Whether it is one of three at equal steps, one of two where the row has no other values, or all that the row has. */
static bool
is_series_of_periods (const Top *top, guint row, size_t column)
{
  if (!top_is_period (top, row, column))
    return false;
  for (size_t i = column - MIN (column, 2); i <= column; i++)
    if (period_step (top, row, i) != 0 && period_step (top, row, i) == period_step (top, row, i + 1))
      return true;
  if (period_step (top, row, column) != 0 || (column > 0 && period_step (top, row, column - 1) != 0))
    return top->other_values[row] == 0;
  return (top->fields > 1 && top_count_filled (top, row) == 1) || is_lone_period (top, row, column);
}

/* ---- dates ---- */

static bool
is_date_above_other (const Top *top, guint row, size_t column)
{
  CellKind kind = top_kind (top, row, column), below = top->columns[column].kind;
  return (kind == KIND_DATE || kind == KIND_TIME || kind == KIND_TIMESTAMP) && below != kind && !sniff_kind_fits (kind, below);
}

/* Whether the cells of two columns are different dates, and none of what is below. */
static bool
are_dates_above_others (const Top *top, guint row, size_t column)
{
  if (column + 1 >= top->fields || top_kind (top, row, column) != top_kind (top, row, column + 1))
    return false;
  const Field *a = top_cell (top, row, column), *b = a + 1;
  return !sniff_is_equal (a, b) && is_date_above_other (top, row, column) && is_date_above_other (top, row, column + 1);
}

/* ---- numbers that count ---- */

/* The bytes before the number that a cell ends with. Its length, where it ends with none. */
static size_t
before_number (const Field *field)
{
  size_t length = field->length;
  while (length > 0 && field->length - length < 6 && g_ascii_isdigit (field->text[length - 1]))
    length--;
  return length;
}

static int64_t
number_of (const Field *field, size_t before)
{
  int64_t number = 0;
  for (size_t i = before; i < field->length; i++)
    number = number * 10 + (field->text[i] - '0');
  return number;
}

/* Whether the cell to the right has the next number and the same word before it. */
static bool
counts_on (const Top *top, guint row, size_t column)
{
  if (row >= top->n || column + 1 >= top->fields)
    return false;
  const Field *a = top_cell (top, row, column), *b = a + 1;
  size_t before = before_number (a);
  return before < a->length && before_number (b) == before && before < b->length && memcmp (a->text, b->text, before) == 0
         && number_of (b, before) == number_of (a, before) + 1;
}

/* The names that count on which the cell is one of: the first of them, and how many. */
static size_t
run_of (const Top *top, guint row, size_t column, size_t *ret_first)
{
  size_t first = column, last = column;
  while (first > 0 && counts_on (top, row, first - 1))
    first--;
  while (counts_on (top, row, last))
    last++;
  *ret_first = first;
  return last - first + 1;
}

/* Whether some row below the numbers from 0 to "most" has something that is none of them. */
static bool
goes_beyond (const Top *top, guint row, size_t first, size_t most)
{
  for (guint i = row + 1; i < top->n; i++)
    for (size_t j = first; j <= first + most; j++)
      {
        const Field *field = top_cell (top, i, j);
        if (field->length > 0 && (!sniff_is_whole (field) || field->length > 5 || number_of (field, 0) > (int64_t) most + 1))
          return true;
      }
  return false;
}

/* Whether numbers of columns are none of their values: above what is no whole number, or all columns numbered from 0. */
static bool
are_numbers_of_columns (const Top *top, guint row, size_t first, size_t n)
{
  int64_t from = number_of (top_cell (top, row, first), 0);
  bool mixed = false;
  for (size_t i = first; i < first + n; i++)
    mixed = mixed || (top->columns[i].cells > 0 && top->columns[i].wholes * 2 <= top->columns[i].cells);
  if (from == 0 && n >= LEAST_MATRIX && n == top_count_filled (top, row))
    return mixed || goes_beyond (top, row, first, n - 1);
  return from <= 1 && mixed;
}

static bool
is_counted (const Top *top, guint row, size_t column)
{
  size_t first, n = run_of (top, row, column, &first), word = before_number (top_cell (top, row, first));
  bool begins = number_of (top_cell (top, row, first), word) <= 1;
  bool enough = n >= LEAST_COUNTED || n == top_count_filled (top, row) || (word >= LEAST_WORD && begins);
  if (n < 2 || !enough || counts_on (top, row + 1, first))
    return false;
  return word > 0 || (row == 0 && are_numbers_of_columns (top, row, first, n));
}

/* ---- numbers in order ---- */

/* A number, also with a fraction behind it: 4 1/2. */
static bool
read_size (const Field *field, double *ret_number)
{
  g_autofree char *text = g_strndup (field->text, field->length);
  char *end = text;
  *ret_number = g_ascii_strtod (text, &end);
  if (end == text || *end == '\0')
    return end != text;
  char *slash = strchr (end, '/');
  if (*end != ' ' || slash == NULL)
    return false;
  double part = g_ascii_strtod (end, &end), whole = end == slash ? g_ascii_strtod (slash + 1, &end) : 0;
  *ret_number += whole > 0 ? part / whole : 0;
  return whole > part && *end == '\0';
}

/* How many numbers a row has from a column on, each greater than the one before; 0: they are not so, or not all are numbers. */
static size_t
count_ascending (const Top *top, guint row, size_t from)
{
  double before = -G_MAXDOUBLE;
  for (size_t i = from; i < top->fields; i++)
    {
      double number;
      if (!read_size (top_cell (top, row, i), &number) || !(number > before))
        return 0;
      before = number;
    }
  return top->fields - from;
}

/* How many columns with a cell in each row have none in the first, from the left on. */
static size_t
corner_width (const Top *top, guint row)
{
  size_t width = 0;
  while (width < top->fields && top_cell (top, row, width)->length == 0 && top_is_filled (top, width))
    width++;
  return width;
}

/* Whether many numbers in order stand beside an empty corner above words: sizes, though those below are in order, too. */
static bool
is_axis_beside_words (const Top *top, guint row)
{
  size_t corner = corner_width (top, row);
  return corner > 0 && top->columns[0].kind == KIND_TEXT && count_ascending (top, row, corner) >= LEAST_ASCENDING;
}

/* Whether the numbers of a row are in order, as those of no row below it: points of an axis, classes. */
static bool
is_axis (const Top *top, guint row)
{
  const Field *corner = top_cell (top, row, 0);
  bool empty = corner->length == 0 && top_is_filled (top, 0), word = !sniff_kind_is_typed (top_kind (top, row, 0));
  if (is_axis_beside_words (top, row))
    return true;
  if (!word || count_ascending (top, row, 1) < (empty ? 2 : LEAST_ASCENDING))
    return false;
  for (guint i = row + 1; i < top->n; i++)
    if (count_ascending (top, i, 1) > 0)
      return false;
  return row + 1 < top->n;
}

/* A data frame of one column without a name. */
static bool
is_zero_beside_corner (const Top *top, guint row)
{
  return top->fields == 2 && top_cell (top, row, 0)->length == 0 && top_is_filled (top, 0) && top_cell (top, row, 1)->length == 1
         && top_cell (top, row, 1)->text[0] == '0';
}

/* ---- whole numbers ---- */

bool
sniff_is_above_fractions (const Top *top, guint row, size_t column)
{
  const SniffColumn *below = &top->columns[column];
  return sniff_is_whole (top_cell (top, row, column)) && below->kind == KIND_NUMBER && below->wholes == 0
         && below->cells >= LEAST_FRACTIONS;
}

/* Whether all numbers of the row are whole and different, and above fractions: at least two. */
static bool
are_wholes_above_fractions (const Top *top, guint row)
{
  size_t numbers = 0;
  const Field *before = NULL;
  for (size_t i = 0; i < top->fields; i++)
    {
      const Field *field = top_cell (top, row, i);
      if (!sniff_kind_is_typed (top_kind (top, row, i)))
        continue;
      if (!sniff_is_above_fractions (top, row, i) || (before != NULL && sniff_is_equal (before, field)))
        return false;
      numbers++;
      before = field;
    }
  return numbers > 1;
}

/* ---- all together ---- */

/* Numbers that are names only in the first row. */
static bool
is_number_of_first (const Top *top, size_t column)
{
  return (sniff_is_above_fractions (top, 0, column) && are_wholes_above_fractions (top, 0))
         || (column > 0 && (is_axis (top, 0) || is_zero_beside_corner (top, 0)));
}

bool
sniff_is_series (const Top *top, guint row, size_t column)
{
  return is_series_of_periods (top, row, column) || are_dates_above_others (top, row, column)
         || (column > 0 && are_dates_above_others (top, row, column - 1)) || is_counted (top, row, column)
         || (row == 0 && is_number_of_first (top, column));
}
