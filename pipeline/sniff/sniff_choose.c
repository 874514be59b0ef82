#include "pipeline/sniff/sniff_choose.h"

#include "base/text.h"
#include "pipeline/sniff/sniff_beside.h"
#include "pipeline/sniff/sniff_quote.h"
#include "pipeline/sniff/sniff_table.h"

#include <string.h>

#define LEAST_PLAIN_ROWS 4  /* with the header; */
#define LEAST_PAIR_ROWS 2   /* of words and figures with a blank behind each comma */
#define MOST_PREAMBLE 30    /* lines */
#define LEAST_SHARE 0.3     /* of the rows in the table, preamble left out */
#define LEAST_ONE_SHARE 0.9 /* the same of one column instead */
#define LEAST_EVEN 0.98     /* of the rows, for a delimiter to cut all of them */
#define LEAST_WIDTHS 4      /* of rows, for them to be of any length */
#define LEAST_WIDE 8        /* names above rows that are all shorter */
#define CLOCK_WORTH 0.3     /* of a colon that is one of clocks */

const char *const sniff_delimiters[] = { ",", ", ", ";", "\t", "|", "||", ":", "::", "^", "~", " ", "", NULL };

/* ---- delimiter ---- */

/* Whether only a comma with a blank behind it is the delimiter, and other commas are text. "pair" is the candidate of both. */
static bool
is_pair (const SniffCandidate *comma, const SniffCandidate *pair)
{
  return pair->share > comma->share && (pair->fields == comma->fields || pair->score > comma->score);
}

/* Whether the delimiter is twice the other's: all of these stand in pairs. */
static bool
is_doubled (const SniffCandidate *doubled, const SniffCandidate *single)
{
  const char *delimiter = doubled->dialect.delimiter;
  return delimiter[0] != '\0' && delimiter[1] == delimiter[0] && g_str_equal (single->dialect.delimiter, delimiter + 1)
         && single->fields == 2 * doubled->fields - 1 && doubled->share >= single->share;
}

/* Whether tabs cut all rows into about as many cells: what is between them are lists then, for no text has tabs in it. */
static bool
is_even_tab (const Sample *sample, const SniffCandidate *candidate, const SniffCandidate *other)
{
  char delimiter = other->dialect.delimiter[0];
  return g_str_equal (candidate->dialect.delimiter, "\t") && candidate->share >= LEAST_EVEN && candidate->fields > 2
         && candidate->fields * 2 >= other->fields
         && !(delimiter != '\0' && strchr (",;|", delimiter) != NULL && sniff_are_tabs_around (sample, delimiter));
}

/* Whether the first row holds words in each column, and nothing that may separate. */
static bool
is_first_of_words (const SniffCandidate *table)
{
  for (size_t i = 0; i < table->fields; i++)
    if (sniff_cell_kind (table, table->first, i) != KIND_TEXT)
      return false;
  return true;
}

static bool
has_digit (const Field *field)
{
  for (size_t i = 0; i < field->length; i++)
    if (g_ascii_isdigit (field->text[i]))
      return true;
  return false;
}

/* Digits and what stands between them: 12 400. */
static bool
is_figures (const Field *field)
{
  for (size_t i = 0; i < field->length; i++)
    if (g_ascii_isalpha (field->text[i]))
      return false;
  return has_digit (field);
}

/* Whether a column has a digit in each cell but the first row's; in a short table nothing but such. */
static bool
has_column_of_digits (const Sample *sample, const SniffCandidate *table)
{
  bool (*fits) (const Field *) = table->even < LEAST_PLAIN_ROWS ? is_figures : has_digit;
  g_autofree bool *other = g_new0 (bool, table->fields); /* the column is another one */
  g_autoptr (Reader) reader = sniff_reader (sample, &table->dialect, 0);
  const Record *record = NULL;
  for (guint row = 0; reader_next (reader, &record, NULL) && record != NULL; row++)
    for (size_t i = 0; i < table->fields && record->n_fields == table->fields; i++)
      other[i] = other[i] || fits (&record->fields[i]) == (row == table->first);
  return memchr (other, false, table->fields) != NULL;
}

/* Whether a first row of words and nearly all rows below it are cut into as many cells: a list of something that holds the
 * delimiter has no such header. The commas of names and sentences are before blanks: then the first row must be the file's, and a
 * column must tell itself from it by digits. Between blanks all columns must hold values, and several. */
static bool
is_plain_table (const Sample *sample, const SniffCandidate *table)
{
  static const char *const plain[] = { ",", ";", "\t", "|", NULL };
  bool blank = g_str_equal (table->dialect.delimiter, " "), words = table->dialect.delimiter[0] == ',' && table->dialect.trim;
  if ((!blank && !g_strv_contains (plain, table->dialect.delimiter)) || table->fields < (blank ? 3 : 2)
      || table->even < (words ? LEAST_PAIR_ROWS : LEAST_PLAIN_ROWS) || table->first > MOST_PREAMBLE)
    return false;
  if (!is_first_of_words (table) || (words && (table->first > 0 || !has_column_of_digits (sample, table))))
    return false;
  g_autofree CellKind *kinds = sniff_column_kinds (table, table->first + 1);
  for (size_t i = 0; i < table->fields && blank; i++)
    if (!sniff_kind_is_typed (kinds[i]))
      return false;
  int64_t rows = 0;
  for (guint i = table->first; i < table->rows->len; i++)
    rows += !sniff_is_remark (sniff_row (table, i), table->fields);
  return table->even * 10 >= rows * 9;
}

/* Whether the delimiter cuts all rows alike, the first, which may be a header, like the others. Colons are in titles, too. */
static bool
cuts_all (const Sample *sample, const SniffCandidate *table)
{
  const char *delimiter = table->dialect.delimiter;
  if (delimiter[0] == '\0' || delimiter[0] == ' ' || table->first > 0 || table->even < 2 || table->share < LEAST_EVEN)
    return false;
  return delimiter[0] != ':' || (is_first_of_words (table) && !sniff_are_clocks (sample, table->rows->len));
}

/* Whether "b" finds its table only below the first row, which "a" cuts as it cuts all others: what "b" cuts is inside of cells. */
static bool
is_inside_cells (const Sample *sample, const SniffCandidate *a, const SniffCandidate *b)
{
  return b->first > 0 && b->fields > 1 && cuts_all (sample, a);
}

/* Whether nearly every row has the delimiter, and it is one that words have not: rows of any length are cut by it. */
static bool
is_in_every_row (const SniffCandidate *table)
{
  static const char *const plain[] = { ";", "\t", "|", NULL };
  int64_t rows = 0, cut = 0;
  for (guint i = 0; i < table->rows->len; i++)
    {
      rows += !sniff_is_remark (sniff_row (table, i), table->fields);
      cut += !sniff_is_remark (sniff_row (table, i), table->fields) && sniff_row (table, i)->fields != 1;
    }
  return g_strv_contains (plain, table->dialect.delimiter) && rows >= LEAST_PLAIN_ROWS
         && (double) cut >= LEAST_EVEN * (double) rows;
}

/* Whether each cell of a row could be a name. */
static bool
is_row_of_names (const SniffCandidate *table, guint index)
{
  const SniffRow *row = sniff_row (table, index);
  for (size_t i = 0; i < row->fields; i++)
    {
      CellKind kind = sniff_cell_kind (table, index, i);
      if (kind != KIND_TEXT && kind != KIND_PADDED && kind != KIND_BOOLEAN) /* "No" */
        return false;
    }
  return row->fields > 0;
}

/* Whether many names stand above rows of any length, of which none has more cells, and the first column holds values: the last
 * cells are left out, and the names tell the width. */
static bool
is_wide (const SniffCandidate *table, SniffCandidate *ret_wide)
{
  *ret_wide = *table;
  ret_wide->fields = sniff_row (table, 0)->fields;
  ret_wide->first = 0;
  ret_wide->last = table->rows->len - 1;
  ret_wide->shorter = true;
  if ((double) table->even >= LEAST_SHARE * table->rows->len || ret_wide->fields < LEAST_WIDE || !is_row_of_names (table, 0))
    return false;
  for (guint i = 1; i <= ret_wide->last; i++)
    if (sniff_row (table, i)->fields < 2 || sniff_row (table, i)->fields > ret_wide->fields)
      return false;
  g_autofree CellKind *kinds = sniff_column_kinds (ret_wide, 1);
  return sniff_kind_is_typed (kinds[0]);
}

static bool
is_better (const Sample *sample, const SniffCandidate *a, const SniffCandidate *b)
{
  if (sample->long_records && (a->problems == 0) != (b->problems == 0))
    return a->problems == 0;
  if (a->known != b->known)
    return a->known > b->known;
  if (is_doubled (a, b))
    return true;
  if (is_inside_cells (sample, a, b) != is_inside_cells (sample, b, a))
    return is_inside_cells (sample, a, b);
  if (g_str_equal (a->dialect.delimiter, ", ") && g_str_equal (b->dialect.delimiter, ","))
    return is_pair (b, a);
  SniffCandidate wide;
  if (a->dialect.delimiter[0] == '\0' && (is_plain_table (sample, b) || is_in_every_row (b) || is_wide (b, &wide)))
    return false;
  if (is_even_tab (sample, a, b) != is_even_tab (sample, b, a))
    return is_even_tab (sample, a, b);
  return a->score > b->score;
}

static bool
splits (const SniffCandidate *candidate)
{
  return candidate->dialect.delimiter[0] == '\0' || candidate->fields >= 2;
}

/* Whether few of the rows are in the table; those above it are not counted, if they may be a preamble. */
static bool
is_too_small (const SniffCandidate *table)
{
  guint above = table->first <= MOST_PREAMBLE ? table->first : 0;
  return (double) table->even < LEAST_SHARE * (double) (table->rows->len - above);
}

/* How many widths rows with a delimiter have. */
static guint
count_widths (const SniffCandidate *table)
{
  g_autoptr (GHashTable) widths = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < table->rows->len; i++)
    if (sniff_row (table, i)->fields > 1)
      g_hash_table_add (widths, GUINT_TO_POINTER (sniff_row (table, i)->fields));
  return g_hash_table_size (widths);
}

/* Where rows are of any length, those above the longest run of even ones are no preamble: it begins with the first of all. */
static bool
begin_ragged (SniffCandidate *table)
{
  if ((double) table->even >= LEAST_SHARE * table->rows->len || count_widths (table) < LEAST_WIDTHS || !is_in_every_row (table))
    return false;
  for (table->first = 0; sniff_row (table, table->first)->fields < 2;)
    table->first++;
  return true;
}

/* Where what looked like a table is too small for one, one column holds all rows. */
static void
doubt (const Sample *sample, SniffCandidate *best, SniffCandidate *second)
{
  SniffCandidate wide;
  if (best->rows == NULL || best->known > 0)
    return;
  if (best->dialect.delimiter[0] != '\0' && is_wide (best, &wide))
    {
      *best = wide;
      return;
    }
  if (best->other_below || begin_ragged (best) || !is_too_small (best))
    return;
  SniffCandidate one;
  sniff_look_with_quotes (sample, "", &one);
  if (one.share < LEAST_ONE_SHARE)
    {
      sniff_candidate_clear (&one);
      return;
    }
  sniff_candidate_clear (second);
  *second = *best;
  *best = one;
}

void
sniff_choose (const Sample *sample, SniffCandidate *ret_best, SniffCandidate *ret_second)
{
  *ret_best = *ret_second = (SniffCandidate) { 0 };
  if (sample->declared->delimiter != NULL)
    {
      sniff_look_with_quotes (sample, sample->declared->delimiter, ret_best);
      return;
    }
  for (size_t i = 0; sniff_delimiters[i] != NULL; i++)
    {
      if (!sniff_occurs (sample, sniff_delimiters[i]))
        continue;
      SniffCandidate other;
      sniff_look_with_quotes (sample, sniff_delimiters[i], &other);
      if (g_str_equal (sniff_delimiters[i], ":") && sniff_are_clocks (sample, other.rows->len))
        other.score *= CLOCK_WORTH;
      if (!splits (&other))
        {
          sniff_candidate_clear (&other);
          continue;
        }
      if (ret_best->rows == NULL || is_better (sample, &other, ret_best))
        {
          sniff_candidate_clear (ret_second);
          *ret_second = *ret_best;
          *ret_best = other;
        }
      else
        sniff_settle (ret_second, &other,
                      sniff_delimiters[i][0] != '\0' && (ret_second->rows == NULL || other.share > ret_second->share));
    }
  doubt (sample, ret_best, ret_second);
}

/* ---- in words ---- */

static const char *
delimiter_word (const char *delimiter)
{
  return g_str_equal (delimiter, "\t")   ? "tab"
         : g_str_equal (delimiter, " ")  ? "space"
         : g_str_equal (delimiter, ", ") ? "comma and space"
                                         : delimiter;
}

static const char *
blanks_word (const Dialect *dialect)
{
  if (!dialect->trim)
    return "";
  return g_str_equal (dialect->delimiter, " ") ? ", one or more" : " and blanks around it";
}

char *
sniff_describe_delimiter (const SniffCandidate *best, const SniffCandidate *second)
{
  g_autofree char *even = text_count (best->even);
  g_autofree char *rows = text_count (best->rows->len);
  g_autoptr (GString) text = g_string_new ("delimiter ");
  if (best->dialect.delimiter[0] == '\0')
    g_string_append_printf (text, "none: nothing splits the %s rows into a better table", rows);
  else if (best->shorter)
    g_string_append_printf (text, "%s%s : the header has %zu fields, most rows have fewer",
                            delimiter_word (best->dialect.delimiter), blanks_word (&best->dialect), best->fields);
  else
    g_string_append_printf (text, "%s%s : %s of %s rows have %zu fields", delimiter_word (best->dialect.delimiter),
                            blanks_word (&best->dialect), even, rows, best->fields);
  if (second->rows != NULL && second->dialect.delimiter[0] != '\0')
    g_string_append_printf (text, "; runner-up %s : %.0f %% have %zu", delimiter_word (second->dialect.delimiter),
                            100 * second->share, second->fields);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
sniff_describe_quote (const SniffCandidate *best)
{
  char quote = best->dialect.quote;
  g_autofree char *quoted = text_count (best->quoted);
  if (quote == 0)
    return g_strdup ("quote none: the quotes in the file are in the middle of cells or have no partner");
  if (best->quoted == 0)
    return g_strdup_printf ("quote %c : assumed, no cell is quoted", quote);
  return g_strdup_printf ("quote %c : around %s cell%s%s", quote, quoted, best->quoted == 1 ? "" : "s",
                          best->dialect.escape == ESCAPE_BACKSLASH ? ", escaped by a backslash" : "");
}
