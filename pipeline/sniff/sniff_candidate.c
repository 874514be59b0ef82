#include "pipeline/sniff/sniff_candidate.h"

#include "base/text.h"
#include "models/name.h"

#include <string.h>

#define WIDTHS_TRIED 8
#define NAMES_WITHIN 20    /* rows that may be a header with known names */
#define LEAST_AGREEMENT 80 /* percent of a column's cells that are of one kind, for it to be of that */

void
sniff_candidate_clear (SniffCandidate *candidate)
{
  g_clear_pointer (&candidate->rows, g_array_unref);
  g_clear_pointer (&candidate->kinds, g_byte_array_unref);
}

const SniffRow *
sniff_row (const SniffCandidate *candidate, guint index)
{
  return &g_array_index (candidate->rows, SniffRow, index);
}

Reader *
sniff_reader (const Sample *sample, const Dialect *dialect, int64_t skip_lines)
{
  Dialect plain = *dialect;
  plain.header_rows = 0;
  plain.skip_lines = (int) skip_lines;
  plain.encoding = ENCODING_UTF8; /* the sample is, whatever the file */
  plain.bom = 0;
  /* A quote that never closes must not swallow the whole sample. */
  ReaderLimits limits = reader_default_limits;
  limits.record_bytes = sample->long_records ? sample->length + 2 : MIN (MAX (sample->length / 2, 65536), limits.record_bytes);
  limits.lines = sample->long_records ? sample->length + 2 : 0;
  limits.fields = SNIFF_MOST_FIELDS;
  return reader_new_bytes (sample->bytes, sample->length, sample->whole, &plain, &limits);
}

/* ---- reading ---- */

bool
sniff_is_known (const char *cell, size_t length, const char *const *known_names)
{
  g_autofree char *text = g_strndup (cell, length);
  g_strstrip (text);
  if (text[0] == '\0')
    return false;
  g_autofree char *ident = name_of_column (text, 0);
  for (; *known_names != NULL; known_names++)
    {
      g_autofree char *known_ident = name_of_column (*known_names, 0);
      if (g_str_equal (text, *known_names) || g_str_equal (ident, known_ident))
        return true;
    }
  return false;
}

static size_t
count_known (const Record *record, const char *const *known_names)
{
  size_t known = 0;
  for (size_t i = 0; known_names != NULL && i < record->n_fields; i++)
    known += sniff_is_known (record->fields[i].text, record->fields[i].length, known_names);
  return known;
}

/* The cells in quotes of a sound record, and the doubled quotes in them, which are added up: the reader does not tell. */
static int64_t
count_quoted (const Record *record, const Dialect *dialect, int64_t *ret_doubled)
{
  const char *raw = record->raw, *end = raw + record->raw_length;
  if (dialect->quote == 0 || memchr (raw, dialect->quote, record->raw_length) == NULL)
    return 0;
  size_t delimiter = strlen (dialect->delimiter);
  int64_t quoted = 0;
  bool inside = false;
  for (const char *at = raw; at < end; at++)
    {
      if (dialect->escape == ESCAPE_BACKSLASH && inside && *at == '\\')
        at++;
      else if (*at == dialect->quote)
        {
          bool begins =
              at == raw
              || (delimiter > 0 && (size_t) (at - raw) >= delimiter && memcmp (at - delimiter, dialect->delimiter, delimiter) == 0);
          quoted += !inside && begins;
          *ret_doubled += !inside && !begins;
          inside = !inside;
        }
    }
  return quoted;
}

static void
take_row (SniffCandidate *candidate, const Record *record)
{
  SniffRow row = { .line = record->line,
                   .lines = 1 + text_count_line_ends (record->raw, record->raw_length),
                   .fields = (guint) record->n_fields,
                   .kinds = candidate->kinds->len,
                   .comment = record->raw_length > 0 && record->raw[0] == '#' };
  if (candidate->rows->len > 0)
    {
      const SniffRow *before = sniff_row (candidate, candidate->rows->len - 1);
      row.blank = before->line + before->lines < row.line;
    }
  g_array_append_val (candidate->rows, row);
  candidate->problems += record->problem != NULL;
  for (size_t i = 0; i < record->n_fields; i++)
    {
      const Field *field = &record->fields[i];
      guint8 kind = (guint8) sniff_kind (field->text, field->length);
      g_byte_array_append (candidate->kinds, &kind, 1);
      candidate->inner += i > 0;
      candidate->blank_before += i > 0 && field->length > 0 && field->text[0] == ' ';
      candidate->blank_behind += i + 1 < record->n_fields && field->length > 0 && field->text[field->length - 1] == ' ';
    }
  candidate->quoted += record->problem == NULL ? count_quoted (record, &candidate->dialect, &candidate->doubled) : 0;
}

/* ---- the table ---- */

/* What a row is worth to a table of "fields" columns: rows of about the width are accidents in it, others are not of it. */
static double
worth (const SniffRow *row, size_t fields)
{
  if (row->fields == fields)
    return 1;
  if (sniff_is_remark (row, fields))
    return 0;
  if (row->fields == 0)
    return -0.1;
  return row->fields * 2 > fields && row->fields * 2 < fields * 3 && row->fields > 1 ? -0.3 : -1;
}

bool
sniff_is_remark (const SniffRow *row, size_t fields)
{
  return row->comment && row->fields != fields;
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
find_table (SniffCandidate *candidate, size_t fields)
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

/* The kinds of the cells of one column in the table's even rows, counted. */
static int64_t
count_kinds (const SniffCandidate *candidate, guint first, size_t column, int64_t counts[N_KINDS])
{
  int64_t cells = 0;
  memset (counts, 0, N_KINDS * sizeof counts[0]);
  for (guint i = first; i <= candidate->last; i++)
    {
      const SniffRow *row = sniff_row (candidate, i);
      if (row->fields == candidate->fields)
        counts[candidate->kinds->data[row->kinds + column]]++, cells++;
    }
  return cells - counts[KIND_EMPTY];
}

/* The pattern score of G.J.J. van den Burg, A. Nazabal and C. Sutton, "Wrangling messy CSV files by detecting row and type
 * patterns", Data Mining and Knowledge Discovery 33 (2019), taken by column: cells of one kind are worth most, words less, and
 * cells that hold other delimiters or quotes hardly anything. */
static double
score_column (const SniffCandidate *candidate, size_t column)
{
  static const double worths[N_KINDS] = {
    [KIND_NUMBER] = 0.8,    [KIND_FIGURES] = 0.75, [KIND_DATE] = 0.8,  [KIND_TIME] = 0.8,
    [KIND_TIMESTAMP] = 0.8, [KIND_BOOLEAN] = 0.8,  [KIND_EMAIL] = 0.8, [KIND_URL] = 0.8,
    [KIND_TEXT] = 0.7,      [KIND_PADDED] = 0.65,  [KIND_ODD] = 0.3,   [KIND_BROKEN] = 0.1,
  };
  int64_t counts[N_KINDS], cells = count_kinds (candidate, candidate->first, column, counts), most = 0;
  if (cells == 0)
    return 0.5;
  double sum = 0;
  for (CellKind kind = KIND_NUMBER; kind < N_KINDS; kind++)
    {
      sum += worths[kind] * (double) counts[kind];
      if (sniff_kind_is_typed (kind))
        most = MAX (most, counts[kind]);
    }
  bool typed = most >= 2 && most * 100 >= (cells - 1) * LEAST_AGREEMENT; /* one may be the header's */
  return (sum + (typed ? 0.2 * (double) most : 0)) / (double) cells;
}

/* Delimiters that are punctuation in words too must show more. */
static double
prior (const char *delimiter)
{
  switch (delimiter[0])
    {
    case ' ':
      return 0.62;
    case ':':
      return 0.65;
    case '^':
    case '~':
      return 0.95;
    default:
      return delimiter[0] != '\0' && delimiter[1] != '\0' ? 0.98 : 1;
    }
}

/* More columns say more. One says much if it holds what has separators in it: dates, times, links. */
static double
width_worth (const SniffCandidate *candidate)
{
  if (candidate->fields > 1)
    return (double) (candidate->fields - 1) / (double) candidate->fields;
  g_autofree CellKind *kinds = sniff_column_kinds (candidate, candidate->first);
  return kinds[0] >= KIND_DATE && kinds[0] < KIND_TEXT ? 0.8 : 0.5;
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
    coverage /= 2;
  candidate->score = coverage * width_worth (candidate) * typed * typed * prior (candidate->dialect.delimiter);
  if (candidate->first > 0)
    candidate->score *= 0.95;
}

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
  return table->even >= (blank ? 5 : 8) && (!small || (blank && table->even >= best->even && has_typed_column (table)));
}

static void
settle_table (SniffCandidate *candidate)
{
  size_t widths[WIDTHS_TRIED], n = frequent_widths (candidate, widths);
  SniffCandidate best = *candidate;
  for (size_t i = 0; i < n; i++)
    {
      SniffCandidate table = *candidate;
      find_table (&table, widths[i]);
      set_score (&table);
      if (best.fields == 0 || table.score > best.score)
        best = table;
    }
  SniffCandidate first = best;
  for (size_t i = 0; i < n; i++)
    {
      SniffCandidate table = *candidate;
      find_table (&table, widths[i]);
      if (is_first_table (&table, &first))
        {
          table.score = best.score;
          table.other_below = true;
          first = table;
        }
    }
  *candidate = first;
}

/* A row over the reader's limit is one that it will not take; but where most are, the table has too many columns. */
static void
forget_wide_rows (SniffCandidate *candidate)
{
  guint wide = 0;
  for (guint i = 0; i < candidate->rows->len; i++)
    wide += sniff_row (candidate, i)->fields > reader_default_limits.fields;
  for (guint i = 0; i < candidate->rows->len && wide * 2 < candidate->rows->len; i++)
    {
      SniffRow *row = &g_array_index (candidate->rows, SniffRow, i);
      bool over = row->fields > reader_default_limits.fields;
      candidate->problems += over;
      row->fields = over ? 0 : row->fields;
    }
}

/* "width": of the table, as reader_set_width takes it. */
static void
look (const Sample *sample, const Dialect *dialect, size_t width, SniffCandidate *ret_candidate)
{
  *ret_candidate =
      (SniffCandidate) { .dialect = *dialect, .rows = g_array_new (FALSE, FALSE, sizeof (SniffRow)), .kinds = g_byte_array_new () };
  g_autoptr (Reader) reader = sniff_reader (sample, dialect, 0);
  reader_set_width (reader, width);
  const Record *record = NULL;
  while (reader_next (reader, &record, NULL) && record != NULL)
    {
      take_row (ret_candidate, record);
      if (ret_candidate->rows->len <= NAMES_WITHIN)
        ret_candidate->known = MAX (ret_candidate->known, count_known (record, sample->known_names));
    }
  forget_wide_rows (ret_candidate);
  settle_table (ret_candidate);
}

static bool
has_long_rows (const SniffCandidate *candidate)
{
  for (guint i = 0; i < candidate->rows->len; i++)
    if (sniff_row (candidate, i)->lines > 3)
      return true;
  return false;
}

void
sniff_look (const Sample *sample, const Dialect *dialect, SniffCandidate *ret_candidate)
{
  look (sample, dialect, 0, ret_candidate);
  size_t fields = ret_candidate->fields;
  if (fields < 2 || !has_long_rows (ret_candidate))
    return;
  /* Once more: rows that a quote swallowed are none of its cell. */
  sniff_candidate_clear (ret_candidate);
  look (sample, dialect, fields, ret_candidate);
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
