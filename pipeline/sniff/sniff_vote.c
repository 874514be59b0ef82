#include "pipeline/sniff/sniff_vote.h"

#define LEAST_FOR 5      /* cells below that have something in common, for a cell that has it not to be no such */
#define MOST_OTHER 10    /* percent of the cells may lack it */
#define LEAST_AGAINST 2  /* for one that has it to be one of them */
#define LEAST_ALIKE 3    /* and that are built as it is, or begin so */
#define LEAST_ORDERED 20 /* cells in order, for one that begins it to be no accident */
#define LEAST_PREFIX 2   /* bytes */
#define MOST_YEARS 10    /* from one name to the next */

/* ---- series ---- */

/* From one column to the next, in months; 0: one of them is no name of a year or month, or the other is too far. */
static int64_t
period_step (const Top *top, guint row, size_t column)
{
  if (column + 1 >= top->fields || !top_is_period (top, row, column) || !top_is_period (top, row, column + 1))
    return 0;
  int64_t step = top_period (top_cell (top, row, column + 1)) - top_period (top_cell (top, row, column));
  return ABS (step) <= MOST_YEARS * 12 ? step : 0;
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
  bool beside = period_step (top, row, column) != 0 || (column > 0 && period_step (top, row, column - 1) != 0);
  return beside ? top->other_values[row] == 0 : top->fields > 1 && top_count_filled (top, row) == 1;
}

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
  return !top_is_equal (a, b) && is_date_above_other (top, row, column) && is_date_above_other (top, row, column + 1);
}

bool
vote_is_series (const Top *top, guint row, size_t column)
{
  return is_series_of_periods (top, row, column) || are_dates_above_others (top, row, column)
         || (column > 0 && are_dates_above_others (top, row, column - 1));
}

/* ---- columns of one kind ---- */

int
vote_by_kind (const Top *top, guint row, size_t column)
{
  const Field *field = top_cell (top, row, column);
  CellKind kind = top_kind (top, row, column), below = top->columns[column].kind;
  if (kind == KIND_EMPTY || !sniff_kind_is_typed (below) || sniff_is_null_word (field->text, field->length))
    return 0;
  if (!sniff_kind_is_typed (kind) || vote_is_series (top, row, column))
    return 1;
  if (sniff_kind_fits (kind, below))
    return -1;
  return kind == KIND_BOOLEAN; /* a word too */
}

/* ---- columns of text ---- */

/* What the cells below have in common that words have not: -1, the first row's has it too; 1, it has not. */
static int
vote_by_signs (const TopColumn *below, const Field *field, const char **ret_what)
{
  static const char *const words[TOP_SIGNS] = { "texts with digits", "texts with /", "texts with =", "texts with \\",
                                                "texts with @",      "texts with <", "texts with >", "texts of several words" };
  for (int sign = 0; sign < TOP_SIGNS; sign++)
    {
      if (below->cells < LEAST_AGAINST || (below->cells - below->signs[sign]) * 100 > below->cells * MOST_OTHER)
        continue;
      *ret_what = words[sign];
      bool has = top_has_sign (field, sign);
      bool tells = sign > 0 && sign < TOP_SIGNS - 1; /* names have digits and blanks, too */
      if (has && tells)
        return -1;
      if (!has && below->cells >= LEAST_FOR)
        return 1;
    }
  return 0;
}

static int
vote_by_order (const Top *top, const char **ret_what)
{
  *ret_what = "texts in order";
  int64_t cells = top->columns[0].cells;
  if (!top->ordered || cells < LEAST_FOR)
    return 0;
  return !top->continuous ? 1 : cells >= LEAST_ORDERED ? -1 : 0;
}

static int
vote_of_text (const Top *top, size_t column, const char **ret_what)
{
  const Field *field = top_cell (top, 0, column);
  const TopColumn *below = &top->columns[column];
  if (field->length == 0 || vote_is_series (top, 0, column))
    return 0;
  if (below->recurs)
    return *ret_what = "the same text", -1;
  if (below->cells >= LEAST_ALIKE && field->text[0] != ' ' && below->prefix >= LEAST_PREFIX && below->prefix < field->length)
    return *ret_what = "texts with the same beginning", -1;
  if (below->cells >= LEAST_FOR && below->length > 0 && below->length != field->length)
    return *ret_what = "texts of one length", 1;
  if (below->cells >= LEAST_ALIKE && below->alike * 2 >= below->cells && top_has_sign (field, 0))
    return *ret_what = "texts built alike", -1;
  int voted = vote_by_signs (below, field, ret_what);
  return voted == 0 && column == 0 ? vote_by_order (top, ret_what) : voted;
}

int
vote_of_first (const Top *top, size_t column, const char **ret_what)
{
  CellKind below = top->columns[column].kind;
  *ret_what = sniff_kind_word (below);
  if (top_cell (top, 0, column)->length == 0 && column == 0 && below == KIND_NUMBER && top->fields > 1)
    return *ret_what = "row numbers", 1; /* as data frames write themselves */
  return sniff_kind_is_typed (below) ? vote_by_kind (top, 0, column) : vote_of_text (top, column, ret_what);
}
