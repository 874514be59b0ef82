#include "pipeline/sniff/sniff_titles.h"

#include "pipeline/sniff/sniff_table.h"

#include <string.h>

#define LEAST_FULL 3  /* rows below titles that nothing but their few cells tells from rows, the header one of them */
#define MANY_TITLES 5 /* lines, for fewer rows to be enough: */
#define LEAST_BELOW_MANY 2
#define MOST_SPARSE 10     /* percent of the rows below may be as sparse then */
#define MOST_TITLE_ROWS 20 /* of a file of one column */
#define MOST_KEY_VALUE 2   /* cells */
#define LEAST_ROWS 3       /* below remarks */
#define ROWS_PER_REMARK 10 /* that are cut as the rows are */

/* ---- filled up with delimiters ---- */

/* How many cells a row has, all at its beginning; the table's width where an empty one is before another. */
static size_t
count_leading (const SniffCandidate *best, guint row)
{
  size_t fields = sniff_row (best, row)->fields, filled = 0;
  while (filled < fields && sniff_cell_kind (best, row, filled) != KIND_EMPTY)
    filled++;
  for (size_t i = filled; i < fields; i++)
    if (sniff_cell_kind (best, row, i) != KIND_EMPTY)
      return best->fields;
  return fields == 0 ? best->fields : filled;
}

/* A word and a value. */
static bool
is_key_value (const SniffCandidate *best, guint row)
{
  return best->fields > MOST_KEY_VALUE && count_leading (best, row) == MOST_KEY_VALUE
         && sniff_kind_is_typed (sniff_cell_kind (best, row, 1));
}

static bool
is_sparse (const SniffCandidate *best, guint row)
{
  return count_leading (best, row) * 2 <= best->fields || is_key_value (best, row);
}

static bool
is_like_title (const SniffCandidate *best, guint row)
{
  size_t leading = count_leading (best, row);
  return leading < best->fields && (leading <= MOST_KEY_VALUE || is_sparse (best, row));
}

static bool
is_empty (const SniffCandidate *best, guint row)
{
  return sniff_row (best, row)->fields > 0 && count_leading (best, row) == 0;
}

/* How many of the row's cells hold something. */
static size_t
count_filled (const SniffCandidate *best, guint row)
{
  size_t filled = 0;
  for (size_t i = 0; i < sniff_row (best, row)->fields; i++)
    filled += sniff_cell_kind (best, row, i) != KIND_EMPTY;
  return filled;
}

/* The row behind settings at the top, each of a word and a value, wherever that stands, and a line of delimiters. */
static guint
end_of_settings (const SniffCandidate *best)
{
  guint end = best->first;
  for (guint i = best->first; i <= best->last && count_filled (best, i) <= MOST_KEY_VALUE; i++)
    if (is_empty (best, i))
      end = i + 1;
  return best->fields > MOST_KEY_VALUE * 2 && end - best->first >= MANY_TITLES ? end : best->first;
}

/* The row behind a first block of rows, some of them sparse, and a line of delimiters, as there is no other in the table. */
static guint
end_of_first_block (const SniffCandidate *best)
{
  guint end = best->first;
  bool sparse = false;
  if (end_of_settings (best) > best->first)
    return end_of_settings (best);
  for (guint i = best->first; i <= best->last; i++)
    if (is_empty (best, i))
      end = i + 1;
  for (guint i = best->first; i + 1 < end; i++)
    sparse = sparse || (is_sparse (best, i) && !is_empty (best, i));
  return sparse && end - best->first < best->last + 1 - end ? end : best->first;
}

/* Whether the rows from the header "first" on are full but for a few. */
static bool
are_full (const SniffCandidate *best, guint first)
{
  guint full = 0, sparse = 0;
  for (guint i = first; i <= best->last; i++)
    {
      full += !is_like_title (best, i);
      sparse += is_like_title (best, i);
    }
  bool many = first - best->first >= MANY_TITLES && best->fields > MOST_KEY_VALUE * 2;
  return full >= (many ? LEAST_BELOW_MANY : LEAST_FULL) && sparse * 100 <= (full + sparse) * MOST_SPARSE;
}

Titles
titles_padded (const SniffCandidate *best, guint *ret_first)
{
  bool sparse = false, remark = false;
  guint i = best->first;
  *ret_first = best->first;
  if (best->fields < 2)
    return TITLES_NONE;
  for (; i <= best->last && (is_like_title (best, i) || sniff_row (best, i)->comment); i++)
    {
      sparse = sparse || is_sparse (best, i);
      remark = remark || !is_like_title (best, i);
    }
  guint end = end_of_first_block (best);
  bool block = end > i;
  i = MAX (i, end);
  if (i == best->first || i > best->last || !(sparse || remark || block))
    return TITLES_NONE;
  *ret_first = i;
  return sparse && !remark && !block && are_full (best, i) ? TITLES_ABOVE_NAMES : TITLES_ABOVE_VALUES;
}

/* ---- remarks ---- */

static bool
begins_as_remark (const SniffCandidate *best, guint row)
{
  return sniff_row (best, row)->comment || sniff_row (best, row)->percent;
}

/* Whether the cells of a row are what the columns hold, where those are of one kind. */
static bool
fits_columns (const SniffCandidate *best, const CellKind *kinds, guint row)
{
  size_t fields = MIN (sniff_row (best, row)->fields, best->fields), fitting = 0;
  for (size_t i = 0; i < fields; i++)
    {
      CellKind kind = sniff_cell_kind (best, row, i);
      if (kind == KIND_EMPTY || !sniff_kind_is_typed (kinds[i]))
        continue;
      if (!sniff_kind_fits (kind, kinds[i]))
        return false;
      fitting++;
    }
  return fitting > 0;
}

/* Whether there are several remarks up to the row "below", and none begins as a cell may: #1. */
static bool
are_plain_remarks (const SniffCandidate *best, guint below)
{
  for (guint i = best->first; i < below; i++)
    if (sniff_row (best, i)->cell)
      return false;
  return below - best->first > 1;
}

/* Whether hardly a row from "first" on begins with #. */
static bool
are_without_remarks (const SniffCandidate *best, guint first)
{
  guint rows = 0, remarks = 0, least = are_plain_remarks (best, first) ? 1 : LEAST_ROWS;
  for (guint i = first; i <= best->last; i++)
    {
      bool even = sniff_row (best, i)->fields == best->fields;
      rows += even;
      remarks += even && begins_as_remark (best, i);
    }
  return rows >= least && remarks * ROWS_PER_REMARK <= rows;
}

guint
titles_remarks (const SniffCandidate *best)
{
  guint below = best->first;
  while (below <= best->last && begins_as_remark (best, below))
    below++;
  if (best->fields < 2 || below > best->last || !are_without_remarks (best, below) || is_like_title (best, below))
    return best->first;
  g_autofree CellKind *kinds = sniff_column_kinds (best, below);
  for (guint i = best->first; i < below; i++)
    if (fits_columns (best, kinds, i))
      return best->first;
  return below;
}

/* ---- one column ---- */

/* A line that begins with # and is no single word, which could be a name or a value. */
static bool
is_remark (const Record *record)
{
  const char *raw = record->raw;
  size_t length = record->raw_length, signs = 0;
  while (signs < length && raw[signs] == '#')
    signs++;
  return signs > 0 && (signs == length || memchr (raw, ' ', length) != NULL || memchr (raw, '\t', length) != NULL);
}

static guint
count_leading_remarks (const Sample *sample, const SniffCandidate *best)
{
  guint remarks = 0;
  g_autoptr (Reader) reader = sniff_reader (sample, &best->dialect, 0);
  const Record *record = NULL;
  for (guint i = 0; i < best->rows->len && sniff_row (best, i)->comment; i++)
    {
      if (!reader_next (reader, &record, NULL) || record == NULL)
        break;
      if (is_remark (record))
        remarks = i + 1;
    }
  return remarks < best->rows->len ? remarks : 0;
}

/* Whether a row behind an empty line is a word above values, and what is above it, from "first" on, is no value. */
static bool
is_below_title (const SniffCandidate *best, guint first, guint row)
{
  g_autofree CellKind *kinds = sniff_column_kinds (best, row + 1);
  if (!sniff_row (best, row)->blank || !sniff_kind_is_typed (kinds[0]))
    return false;
  for (guint i = first; i <= row; i++)
    if (sniff_row (best, i)->fields > 0 && sniff_kind_is_typed (sniff_cell_kind (best, i, 0)))
      return false;
  return true;
}

guint
titles_of_one_column (const Sample *sample, const SniffCandidate *best)
{
  guint first = MAX (best->first, count_leading_remarks (sample, best));
  for (guint i = MIN (first + MOST_TITLE_ROWS, best->last); i > first; i--)
    if (is_below_title (best, first, i))
      return i;
  return first;
}

/* ---- rows above ---- */

/* Whether a row has most of the table's cells, and what its columns hold. */
static bool
is_short_row (const SniffCandidate *best, const CellKind *kinds, guint row)
{
  const SniffRow *short_row = sniff_row (best, row);
  return !short_row->comment && short_row->fields < best->fields && short_row->fields * 2 > best->fields
         && fits_columns (best, kinds, row);
}

guint
titles_rows_above (const SniffCandidate *best)
{
  g_autofree CellKind *kinds = sniff_column_kinds (best, best->first);
  guint first = best->first;
  while (first > 0 && !sniff_row (best, first)->blank && is_short_row (best, kinds, first - 1))
    first--;
  return first;
}
