#include "pipeline/sniff/sniff_table.h"

#include <string.h>

#define WIDTHS_TRIED 8     /* of rows, the most frequent first */
#define LEAST_AGREEMENT 80 /* percent of a column's cells that are of one kind, for it to be of that */

/* What rows take from a run of even ones, which are worth 1. */
#define OTHER_ROW 1.0
#define NEAR_ROW 0.3 /* of about the width */
#define BAD_ROW 0.1  /* that cannot be read */

/* Rows of a table above a larger one, for it to be the one that is meant. */
#define LEAST_FIRST 8
#define LEAST_FIRST_GAP 5 /* with an empty line between them */

/* Settings above a table, filled up with delimiters. */
#define MOST_KEY_VALUE 2       /* cells of one */
#define LEAST_BELOW_SETTINGS 2 /* rows of the table */

/* What a cell is worth. */
#define TYPED_WORTH 0.8 /* a value */
#define FIGURES_WORTH 0.75
#define TEXT_WORTH 0.7
#define PADDED_WORTH 0.65
#define ODD_WORTH 0.3
#define BROKEN_WORTH 0.1
#define EMPTY_WORTH 0.5  /* a column of nothing */
#define TYPED_COLUMN 0.2 /* more for each value of a column of one kind */

/* What takes from a table's worth. */
#define BLANK_WORTH 0.62 /* delimiters that are punctuation in words, too */
#define COLON_WORTH 0.65
#define RARE_WORTH 0.95 /* ^ and ~ */
#define PAIR_WORTH 0.98 /* a comma with a blank */
#define ONE_TYPED 0.8   /* one column of dates, times, links, which have separators in them */
#define ONE_COLUMN 0.5
#define ONE_ROW 0.5       /* one row among others */
#define BELOW_OTHERS 0.95 /* other rows are above it */

/* ---- a run of even rows ---- */

bool
sniff_is_remark (const SniffRow *row, size_t fields)
{
  return row->comment && row->fields != fields;
}

bool
sniff_is_near (const SniffRow *row, size_t fields)
{
  return row->fields > 1 && row->fields * 2 > fields && row->fields * 2 < fields * 3;
}

/* What a row is worth to a table of "fields" columns: rows of about the width are accidents in it, others are not of it. */
static double
worth (const SniffRow *row, size_t fields)
{
  if (row->fields == fields)
    return 1;
  if (sniff_is_remark (row, fields))
    return 0;
  if (row->fields == 0)
    return -BAD_ROW;
  return sniff_is_near (row, fields) ? -NEAR_ROW : -OTHER_ROW;
}

static int64_t
count_remarks (const SniffCandidate *candidate, size_t fields)
{
  int64_t remarks = 0;
  for (guint i = 0; i < candidate->rows->len; i++)
    remarks += sniff_is_remark (sniff_row (candidate, i), fields);
  return remarks;
}

/* The run of rows worth most (Kadane's maximum subarray), of equals the first begun and the longest; it begins and ends with a row
 * of the width. */
static void
find_run (SniffCandidate *candidate, size_t fields)
{
  double best = 0, sum = 0;
  guint first = 0;
  int64_t even = 0;
  for (guint i = 0; i < candidate->rows->len; i++)
    {
      const SniffRow *row = sniff_row (candidate, i);
      bool running = even > 0;
      if (!running && row->fields != fields)
        continue;
      if (!running)
        first = i, sum = 0;
      sum += worth (row, fields);
      even += row->fields == fields;
      if (sum > best || (sum >= best && first == candidate->first && row->fields == fields))
        {
          best = sum;
          candidate->first = first;
          candidate->last = i;
          candidate->even = even;
        }
      if (sum < 0)
        even = 0;
    }
  candidate->fields = fields;
  candidate->share = (double) candidate->even / (double) (candidate->rows->len - count_remarks (candidate, fields));
}

/* ---- what its columns hold ---- */

/* The kinds of the cells of one column in the table's even rows, counted. */
static int64_t
count_kinds (const SniffCandidate *candidate, guint first, size_t column, int64_t counts[N_KINDS])
{
  int64_t cells = 0;
  memset (counts, 0, N_KINDS * sizeof counts[0]);
  for (guint i = first; i <= candidate->last; i++)
    {
      const SniffRow *row = sniff_row (candidate, i);
      if (row->fields == candidate->fields || (candidate->shorter && row->fields > column && row->fields < candidate->fields))
        counts[candidate->kinds->data[row->kinds + column]]++, cells++;
    }
  return cells - counts[KIND_EMPTY];
}

CellKind *
sniff_column_kinds (const SniffCandidate *candidate, guint first)
{
  CellKind *kinds = g_new (CellKind, candidate->fields + 1);
  for (size_t i = 0; i < candidate->fields; i++)
    {
      int64_t counts[N_KINDS], cells = count_kinds (candidate, first, i, counts);
      kinds[i] = cells == 0 ? KIND_EMPTY : KIND_TEXT;
      for (CellKind kind = KIND_NUMBER; kind < KIND_TEXT; kind++)
        if (counts[kind] > 0 && counts[kind] * 100 >= cells * LEAST_AGREEMENT)
          kinds[i] = kind;
    }
  return kinds;
}

/* ---- how likely it was meant ---- */

static double
cell_worth (CellKind kind)
{
  switch (kind)
    {
    case KIND_FIGURES:
      return FIGURES_WORTH;
    case KIND_TEXT:
      return TEXT_WORTH;
    case KIND_PADDED:
      return PADDED_WORTH;
    case KIND_ODD:
      return ODD_WORTH;
    case KIND_BROKEN:
      return BROKEN_WORTH;
    default:
      return TYPED_WORTH;
    }
}

/* The pattern score of G.J.J. van den Burg, A. Nazabal and C. Sutton, "Wrangling messy CSV files by detecting row and type
 * patterns", Data Mining and Knowledge Discovery 33 (2019), taken by column: cells of one kind are worth most, words less, and
 * cells that hold other delimiters or quotes hardly anything. */
static double
score_column (const SniffCandidate *candidate, size_t column)
{
  int64_t counts[N_KINDS], cells = count_kinds (candidate, candidate->first, column, counts), most = 0;
  if (cells == 0)
    return EMPTY_WORTH;
  double sum = 0;
  for (CellKind kind = KIND_NUMBER; kind < N_KINDS; kind++)
    {
      sum += cell_worth (kind) * (double) counts[kind];
      if (sniff_kind_is_typed (kind))
        most = MAX (most, counts[kind]);
    }
  bool typed = most >= 2 && most * 100 >= (cells - 1) * LEAST_AGREEMENT; /* one may be the header's */
  return (sum + (typed ? TYPED_COLUMN * (double) most : 0)) / (double) cells;
}

static double
delimiter_worth (const Dialect *dialect)
{
  const char *delimiter = dialect->delimiter;
  switch (delimiter[0])
    {
    case ' ':
      return BLANK_WORTH;
    case ':':
      return delimiter[1] == '\0' ? COLON_WORTH : 1;
    case '^':
    case '~':
      return RARE_WORTH;
    case ',':
      return dialect->trim || delimiter[1] != '\0' ? PAIR_WORTH : 1;
    default:
      return 1;
    }
}

/* More columns say more. */
static double
width_worth (const SniffCandidate *candidate)
{
  if (candidate->fields > 1)
    return (double) (candidate->fields - 1) / (double) candidate->fields;
  g_autofree CellKind *kinds = sniff_column_kinds (candidate, candidate->first);
  return kinds[0] >= KIND_DATE && kinds[0] < KIND_TEXT ? ONE_TYPED : ONE_COLUMN;
}

static void
set_score (SniffCandidate *candidate)
{
  double typed = 0;
  for (size_t i = 0; i < candidate->fields; i++)
    typed += score_column (candidate, i);
  typed /= (double) candidate->fields; /* squared below: well cut cells are worth more than many */
  /* By cells: a wide row says more than a line of words above it. */
  guint rows = candidate->rows->len;
  double cells = (double) candidate->problems * (double) candidate->fields;
  for (guint i = 0; i < rows; i++)
    {
      const SniffRow *row = sniff_row (candidate, i);
      cells += sniff_is_remark (row, candidate->fields) ? 0 : row->fields;
    }
  double coverage = (double) candidate->even * (double) candidate->fields / cells;
  if (candidate->even == 1 && rows > 1)
    coverage *= ONE_ROW;
  candidate->score = coverage * width_worth (candidate) * typed * typed * delimiter_worth (&candidate->dialect);
  if (candidate->first > 0)
    candidate->score *= BELOW_OTHERS;
}

/* ---- the table ---- */

/* The widths that most rows have, the most frequent first; a delimiter makes two fields at least, if any. */
static size_t
frequent_widths (const SniffCandidate *candidate, size_t widths[WIDTHS_TRIED])
{
  size_t widest = 1;
  for (guint i = 0; i < candidate->rows->len; i++)
    widest = MAX (widest, sniff_row (candidate, i)->fields);
  g_autofree int64_t *counts = g_new0 (int64_t, widest + 1);
  for (guint i = 0; i < candidate->rows->len; i++)
    counts[sniff_row (candidate, i)->fields]++;
  size_t n = 0, ones = candidate->dialect.delimiter[0] != '\0' ? (size_t) counts[1] : 0;
  if (ones > 0 && (guint) counts[0] + ones < candidate->rows->len)
    counts[1] = 0;
  for (; n < WIDTHS_TRIED; n++)
    {
      size_t most = 0;
      for (size_t i = 1; i <= widest; i++)
        if (counts[i] > (most > 0 ? counts[most] : 0))
          most = i;
      if (most == 0)
        break;
      widths[n] = most;
      counts[most] = 0;
    }
  return n;
}

/* Whether the rows below the first are values in some column. */
static bool
has_typed_column (const SniffCandidate *table)
{
  g_autofree CellKind *kinds = sniff_column_kinds (table, table->first + 1);
  for (size_t i = 0; i < table->fields; i++)
    if (sniff_kind_is_typed (kinds[i]))
      return true;
  return false;
}

/* Whether the table is the one that "best" stands below: the first one is wanted, if it is one and no preamble. */
static bool
is_first_table (const SniffCandidate *table, const SniffCandidate *best)
{
  if (table->last >= best->first || table->fields < 2)
    return false;
  bool blank = sniff_row (table, table->last + 1)->blank;
  bool small = table->fields * 2 <= best->fields; /* may be what a report was made with */
  return table->even >= (blank ? LEAST_FIRST_GAP : LEAST_FIRST)
         && (!small || (blank && table->even >= best->even && has_typed_column (table)));
}

/* Whether the table has nothing behind its second column: words and values that were filled up with delimiters. */
static bool
is_filled_up (const SniffCandidate *table)
{
  if (table->fields <= MOST_KEY_VALUE + 1)
    return false;
  g_autofree CellKind *kinds = sniff_column_kinds (table, table->first);
  for (size_t i = MOST_KEY_VALUE; i < table->fields; i++)
    if (kinds[i] != KIND_EMPTY)
      return false;
  return true;
}

/* Whether the table stands right below settings that were filled up with delimiters, and has cells where they have none. */
static bool
is_below_settings (const SniffCandidate *table, const SniffCandidate *settings)
{
  if (table->first != settings->last + 1 || table->even < LEAST_BELOW_SETTINGS || table->fields * 2 < settings->fields
      || !is_filled_up (settings))
    return false;
  return !is_filled_up (table) && table->fields > MOST_KEY_VALUE;
}

void
sniff_find_table (SniffCandidate *candidate)
{
  size_t widths[WIDTHS_TRIED], n = frequent_widths (candidate, widths);
  SniffCandidate best = *candidate;
  for (size_t i = 0; i < n; i++)
    {
      SniffCandidate table = *candidate;
      find_run (&table, widths[i]);
      set_score (&table);
      if (best.fields == 0 || table.score > best.score)
        best = table;
    }
  for (size_t i = 0; i < n; i++)
    {
      SniffCandidate table = *candidate;
      find_run (&table, widths[i]);
      set_score (&table);
      if (is_below_settings (&table, &best))
        {
          *candidate = table;
          return;
        }
    }
  SniffCandidate first = best;
  for (size_t i = 0; i < n; i++)
    {
      SniffCandidate table = *candidate;
      find_run (&table, widths[i]);
      if (is_first_table (&table, &first))
        {
          table.score = best.score;
          table.other_below = true;
          first = table;
        }
    }
  *candidate = first;
}
