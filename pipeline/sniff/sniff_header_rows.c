#include "pipeline/sniff/sniff_header_rows.h"

#include "pipeline/sniff/sniff_series.h"
#include "pipeline/sniff/sniff_vote.h"

#define LEAST_GROUPED 2 /* cells that belong to the name on their left */

/* In how many columns a row has words above values; -1 if it has a value above such. */
static int
count_words (const Top *top, guint row)
{
  int words = 0;
  for (size_t i = 0; i < top->fields; i++)
    {
      int voted = vote_by_kind (top, row, i);
      CellKind kind = top_kind (top, row, i);
      bool word = kind == KIND_TEXT || kind == KIND_PADDED || kind == KIND_BOOLEAN || sniff_is_series (top, row, i);
      bool value = sniff_kind_is_typed (kind) && sniff_kind_is_typed (top->columns[i].kind) && voted <= 0;
      if (value)
        return -1;
      words += voted > 0 && word;
    }
  return words;
}

static bool
is_in_brackets (const Field *field)
{
  char first = field->length > 2 ? field->text[0] : '\0', last = first != '\0' ? field->text[field->length - 1] : '\0';
  return (first == '(' && last == ')') || (first == '[' && last == ']');
}

bool
header_rows_is_units (const Top *top, guint row)
{
  for (size_t i = 0; i < top->fields; i++)
    if (top_cell (top, row, i)->length > 0 && !is_in_brackets (top_cell (top, row, i)))
      return false;
  return top_count_filled (top, row) > 1;
}

/* Whether each cell of a row is a word, and none is there twice below one name of the row above, which goes on to the right. */
static bool
is_row_of_distinct_words (const Top *top, guint row)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (size_t i = 0; i < top->fields; i++)
    {
      const Field *field = top_cell (top, row, i), *group = top_cell (top, row - 1, i);
      bool word = !sniff_kind_is_typed (top_kind (top, row, i)) || sniff_is_series (top, row, i);
      if (group->length > 0 && i > 0 && !sniff_is_equal (group, group - 1))
        g_hash_table_remove_all (seen);
      if (field->length == 0 || !word || !g_hash_table_add (seen, g_strndup (field->text, field->length)))
        return false;
    }
  return true;
}

bool
header_rows_is_series (const Top *top, guint row)
{
  for (size_t i = 0; i < top->fields; i++)
    if (top_cell (top, row, i)->length > 0 && !sniff_is_series (top, row, i))
      return false;
  return top_count_filled (top, row) > 0;
}

/* How many cells are empty, or the same, beside the cell on their left. */
static guint
count_grouped (const Top *top, guint row)
{
  guint grouped = 0;
  bool named = top_cell (top, row, 0)->length > 0;
  for (size_t i = 1; i < top->fields; i++)
    {
      const Field *field = top_cell (top, row, i), *before = field - 1;
      named = named || field->length > 0;
      grouped += named && (field->length == 0 || sniff_is_equal (field, before));
    }
  return grouped;
}

/* Whether each name of the row is for two columns or more. */
static bool
is_row_of_groups (const Top *top, guint row)
{
  guint groups = 0;
  for (size_t i = 0, next; i < top->fields; i = next, groups++)
    {
      const Field *name = top_cell (top, row, i);
      for (next = i + 1; next < top->fields; next++)
        {
          const Field *field = top_cell (top, row, next);
          if (field->length > 0 && !sniff_is_equal (field, name))
            break;
        }
      if (name->length == 0 || next == i + 1)
        return false;
    }
  return groups >= LEAST_GROUPED;
}

/* Whether a row of names is below one of groups of columns. Above text only the groups must be plain, and the rows none. */
static bool
is_below_groups (const Top *top, guint row, int words)
{
  if (row == 0 || !is_row_of_distinct_words (top, row))
    return false;
  if (words > 0)
    return count_grouped (top, row - 1) >= LEAST_GROUPED;
  return row + 2 < top->n && is_row_of_groups (top, row - 1) && count_grouped (top, row + 1) == 0
         && count_grouped (top, row + 2) == 0;
}

/* Whether the row is the one above it once more. */
static bool
is_repeated (const Top *top, guint row)
{
  for (size_t i = 0; i < top->fields; i++)
    if (row == 0 || !sniff_is_equal (top_cell (top, row, i), top_cell (top, row - 1, i)))
      return false;
  return true;
}

/* Units, or the names below groups of columns. */
static bool
is_more_header (const Top *top, guint row)
{
  if (is_repeated (top, row))
    return false;
  int words = count_words (top, row);
  bool units = row + 1 < top->n && header_rows_is_units (top, row) && !header_rows_is_units (top, row + 1);
  return words >= 2 || (words >= 0 && (units || is_below_groups (top, row, words) || header_rows_is_series (top, row)));
}

/* A date, a year or a number of more than two digits: what no name is. */
static bool
is_value_of_title (const Top *top, size_t column)
{
  const Field *field = top_cell (top, 0, column);
  CellKind kind = top_kind (top, 0, column);
  return sniff_kind_is_typed (kind) && kind != KIND_BOOLEAN && !(sniff_is_whole (field) && field->length <= 2);
}

/* Whether "row" has a word in each cell, and no two are the same. */
static bool
is_row_of_names (const Top *top, guint row)
{
  for (size_t i = 0; i < top->fields; i++)
    {
      const Field *field = top_cell (top, row, i);
      if (top_kind (top, row, i) != KIND_TEXT || sniff_is_null_word (field->text, field->length) || is_in_brackets (field))
        return false;
      for (size_t j = 0; j < i; j++)
        if (sniff_is_equal (field, top_cell (top, row, j)))
          return false;
    }
  return true;
}

bool
header_rows_is_title (const Top *top)
{
  if (top->n < 3 || top->fields < 2 || !is_row_of_names (top, 1) || count_words (top, 1) < 1 || is_row_of_names (top, 2))
    return false;
  size_t values = 0;
  for (size_t i = 0; i < top->fields; i++)
    values += is_value_of_title (top, i);
  return values == 1 && top_count_filled (top, 0) == top->fields && count_grouped (top, 0) == 0;
}

int
header_rows_count (const Top *top)
{
  int rows = 1;
  while (rows < TOP_HEADER_ROWS && (guint) rows < top->n && is_more_header (top, (guint) rows))
    rows++;
  return rows;
}

/* Whether the cell is a year with nothing beside it: the name of a group of columns. */
static bool
is_year_of_group (const Top *top, size_t column)
{
  return sniff_period (top_cell (top, 0, column)) > 0 && column + 1 < top->fields && top_cell (top, 0, column + 1)->length == 0;
}

bool
header_rows_are_groups (const Top *top)
{
  if (top->n < 2 || is_more_header (top, 0) || !is_more_header (top, 1))
    return false;
  for (size_t i = 0; i < top->fields; i++)
    if (vote_by_kind (top, 0, i) < 0 && !is_year_of_group (top, i))
      return false;
  return true;
}
