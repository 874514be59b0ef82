#include "pipeline/sniff/sniff_names.h"

#include "pipeline/sniff/sniff_table.h"

#define MOST_TRIED 16 /* rows of words below a row of values */
#define LEAST_ROWS 2  /* above such names, and below them */

static bool
is_words (const SniffCandidate *table, guint row)
{
  size_t i = 0;
  if (sniff_row (table, row)->fields != table->fields)
    return false;
  while (i < table->fields && (sniff_cell_kind (table, row, i) == KIND_TEXT || sniff_cell_kind (table, row, i) == KIND_PADDED))
    i++;
  return i == table->fields;
}

/* Whether none of the columns of values goes on below the row; where it is one only, others begin there. */
static bool
are_names (const SniffCandidate *table, guint first, guint row)
{
  SniffCandidate upper = *table;
  upper.last = row - 1;
  g_autofree CellKind *above = sniff_column_kinds (&upper, first);
  g_autofree CellKind *below = sniff_column_kinds (table, row + 1);
  size_t values = 0, begun = 0;
  for (size_t i = 0; i < table->fields; i++)
    {
      bool typed = sniff_kind_is_typed (above[i]);
      if (typed && (below[i] == KIND_EMPTY || sniff_kind_fits (below[i], above[i])))
        return false;
      values += typed;
      begun += !typed && sniff_kind_is_typed (below[i]);
    }
  return values > 1 || (values == 1 && begun > 0);
}

guint
sniff_last_above_names (const SniffCandidate *table, guint first)
{
  int tried = 0;
  for (guint i = first + LEAST_ROWS; i + LEAST_ROWS <= table->last && tried < MOST_TRIED; i++)
    {
      if (!is_words (table, i) || is_words (table, i - 1))
        continue;
      if (are_names (table, first, i))
        return i - 1;
      tried++;
    }
  return table->last;
}
