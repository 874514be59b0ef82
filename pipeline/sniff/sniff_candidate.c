#include "pipeline/sniff/sniff_candidate.h"

#include "base/text.h"
#include "pipeline/sniff/sniff_table.h"

#include <string.h>

#define NAMES_WITHIN 20 /* rows that may be a header with known names */
#define LEAST_BLANKS 80 /* percent of the delimiters that have blanks on one side, for blanks to belong to no cell */
#define LEAST_PADDED 2  /* delimiters with blanks */

void
sniff_candidate_clear (SniffCandidate *candidate)
{
  g_clear_pointer (&candidate->rows, g_array_unref);
  g_clear_pointer (&candidate->kinds, g_byte_array_unref);
}

void
sniff_settle (SniffCandidate *best, SniffCandidate *other, bool better)
{
  sniff_candidate_clear (better ? best : other);
  if (better)
    *best = *other;
}

bool
sniff_occurs (const Sample *sample, const char *text)
{
  return memmem (sample->bytes, sample->length, text, strlen (text)) != NULL;
}

const SniffRow *
sniff_row (const SniffCandidate *candidate, guint index)
{
  return &g_array_index (candidate->rows, SniffRow, index);
}

CellKind
sniff_cell_kind (const SniffCandidate *candidate, guint row, size_t column)
{
  return (CellKind) candidate->kinds->data[sniff_row (candidate, row)->kinds + column];
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

static size_t
count_known (const Sample *sample, const Record *record)
{
  size_t known = 0;
  for (size_t i = 0; sample->known != NULL && i < record->n_fields; i++)
    known += sniff_is_known (sample->known, record->fields[i].text, record->fields[i].length);
  return known;
}

/* Counts what is around the delimiter that ends at "at". */
static void
count_blanks (SniffCandidate *candidate, const Record *record, const char *at)
{
  const Dialect *dialect = &candidate->dialect;
  const char *raw = record->raw, *end = raw + record->raw_length, *delimiter = at - strlen (dialect->delimiter);
  size_t before = dialect_blanks_before (dialect, raw, delimiter), behind = dialect_blanks_behind (dialect, at, end);
  bool cell_before = delimiter - before > raw, cell_behind = at + behind < end;
  candidate->before += cell_before;
  candidate->behind += cell_behind;
  candidate->blank_before += cell_before && before > 0;
  candidate->blank_behind += cell_behind && behind > 0;
}

/* Counts what the reader does not tell of a sound record: the cells in quotes, the quotes in them, and blanks around
 * delimiters. */
static void
count_marks (SniffCandidate *candidate, const Record *record)
{
  const Dialect *dialect = &candidate->dialect;
  const char *raw = record->raw, *end = raw + record->raw_length, first = dialect->delimiter[0], quote = dialect->quote;
  size_t length = strlen (dialect->delimiter);
  bool inside = false, escapes = dialect->escape == ESCAPE_BACKSLASH;
  const char *cell = raw + dialect_blanks_behind (dialect, raw, end); /* where its quote would be */
  for (const char *at = cell; at < end; at++)
    if (escapes && inside && *at == '\\')
      {
        at++;
        candidate->doubled += at < end && *at == quote;
      }
    else if (*at == quote && !dialect_is_apostrophe (dialect, raw, (size_t) (at - raw), record->raw_length))
      {
        candidate->quoted += !inside && at == cell;
        candidate->doubled += !inside && at != cell;
        inside = !inside;
      }
    else if (*at == first && !inside && (size_t) (end - at) >= length && memcmp (at, dialect->delimiter, length) == 0)
      {
        count_blanks (candidate, record, at + length);
        cell = at + length + dialect_blanks_behind (dialect, at + length, end);
        at = cell - 1;
      }
}

/* Counts a cell that a quote begins. */
static void
count_edge (SniffCandidate *candidate, const Field *field)
{
  const Dialect *dialect = &candidate->dialect;
  const char *end = field->text + field->length, *at = field->text + dialect_blanks_behind (dialect, field->text, end);
  if (at == end || (*at != '"' && *at != '\''))
    return;
  const char *last = end - dialect_blanks_before (dialect, at, end) - 1;
  candidate->edges += *at == '"';
  candidate->lone += *at == '"' && last == at;
  candidate->opened += *at == '\'';
  candidate->wrapped += *at == '\'' && last > at && *last == '\'';
}

/* Whether the cell is the last and nothing but blanks, which are what is behind a delimiter at the end of the line. */
static bool
is_line_end (const SniffCandidate *candidate, const Record *record, size_t index)
{
  const Field *field = &record->fields[index];
  return index > 0 && index + 1 == record->n_fields
         && dialect_blanks_behind (&candidate->dialect, field->text, field->text + field->length) == field->length;
}

static void
take_row (SniffCandidate *candidate, const Record *record)
{
  SniffRow row = { .line = record->line,
                   .lines = 1 + text_count_line_ends (record->raw, record->raw_length),
                   .fields = (guint) record->n_fields,
                   .kinds = candidate->kinds->len,
                   .comment = record->raw_length > 0 && record->raw[0] == '#',
                   .percent = record->raw_length > 1 && record->raw[0] == '%' && record->raw[1] == ' ',
                   .cell = record->raw_length > 1 && strchr ("# \t", record->raw[1]) == NULL };
  if (candidate->rows->len > 0)
    {
      const SniffRow *before = sniff_row (candidate, candidate->rows->len - 1);
      row.blank = before->line + before->lines < row.line;
    }
  g_array_append_val (candidate->rows, row);
  candidate->problems += record->problem != NULL;
  g_byte_array_set_size (candidate->kinds, row.kinds + row.fields);
  for (size_t i = 0; i < record->n_fields; i++)
    {
      const Field *field = &record->fields[i];
      bool nothing = is_line_end (candidate, record, i);
      candidate->kinds->data[row.kinds + i] = (guint8) (nothing ? KIND_EMPTY : sniff_kind (field->text, field->length));
      count_edge (candidate, field);
    }
  if (record->problem == NULL)
    count_marks (candidate, record);
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
        ret_candidate->known = MAX (ret_candidate->known, count_known (sample, record));
    }
  forget_wide_rows (ret_candidate);
  sniff_find_table (ret_candidate);
}

static bool
has_long_rows (const SniffCandidate *candidate)
{
  for (guint i = 0; i < candidate->rows->len; i++)
    if (sniff_row (candidate, i)->lines >= READER_SWALLOW_LINES)
      return true;
  return false;
}

/* Whether most delimiters have a blank on the same side, the header's left out of account, which may be written without. */
static bool
is_padded (const SniffCandidate *candidate)
{
  int64_t header = (int64_t) candidate->fields - 1, before = MAX (candidate->before - header, LEAST_PADDED);
  int64_t behind = MAX (candidate->behind - header, LEAST_PADDED);
  return candidate->blank_before * 100 >= before * LEAST_BLANKS || candidate->blank_behind * 100 >= behind * LEAST_BLANKS;
}

static void
look_again (const Sample *sample, const Dialect *dialect, SniffCandidate *candidate)
{
  size_t fields = candidate->fields;
  sniff_candidate_clear (candidate);
  look (sample, dialect, fields, candidate);
}

/* Spaces between columns that are filled up with more of them: any number is one delimiter, if that makes the better table. */
static void
look_for_runs (const Sample *sample, const Dialect *dialect, SniffCandidate *candidate)
{
  Dialect runs = *dialect;
  SniffCandidate other;
  if (dialect->trim || sample->declared->blanks != NULL || !g_str_equal (dialect->delimiter, " ") || candidate->kinds->len == 0
      || memchr (candidate->kinds->data, KIND_EMPTY, candidate->kinds->len) == NULL)
    return;
  runs.trim = true;
  look (sample, &runs, 0, &other);
  sniff_settle (candidate, &other, other.score > candidate->score);
}

void
sniff_look (const Sample *sample, const Dialect *dialect, SniffCandidate *ret_candidate)
{
  Dialect trimming = *dialect;
  look (sample, dialect, 0, ret_candidate);
  look_for_runs (sample, dialect, ret_candidate);
  if (ret_candidate->fields < 2)
    return;
  trimming.trim = ret_candidate->dialect.trim || (sample->declared->blanks == NULL && is_padded (ret_candidate));
  /* Rows that a quote swallowed are none of its cell. */
  if (has_long_rows (ret_candidate) || trimming.trim != ret_candidate->dialect.trim)
    look_again (sample, &trimming, ret_candidate);
}
