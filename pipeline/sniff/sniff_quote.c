#include "pipeline/sniff/sniff_quote.h"

#include <string.h>

#define LEAST_STRAYS 3        /* rows with stray quotes, for there to be no quote; and 1 % of all */
#define LEAST_PLAIN_SHARE 0.8 /* of rows that are even without quotes */

Dialect
sniff_declared (const ModelDialect *declared)
{
  Dialect dialect = dialect_default;
  if (declared->delimiter != NULL)
    g_strlcpy (dialect.delimiter, declared->delimiter, sizeof dialect.delimiter);
  dialect.trim = g_strcmp0 (declared->blanks, "trim") == 0;
  if (declared->quote != NULL)
    dialect.quote = declared->quote[0];
  if (declared->escape != NULL)
    dialect.escape = strcmp (declared->escape, "backslash") == 0 ? ESCAPE_BACKSLASH : ESCAPE_DOUBLED;
  if (declared->comment != NULL)
    dialect.comment = declared->comment[0];
  if (declared->header_rows >= 0)
    dialect.header_rows = declared->header_rows;
  if (declared->skip_lines >= 0)
    dialect.skip_lines = declared->skip_lines;
  return dialect;
}

/* ---- escape ---- */

/* Backslashes escape when that makes rows well-formed that are not otherwise: one before a quote alone says nothing. */
static void
try_backslash (const Sample *sample, SniffCandidate *best)
{
  const char escaped[] = { '\\', best->dialect.quote, '\0' };
  if (sample->declared->escape != NULL || best->problems == 0 || !sniff_occurs (sample, escaped))
    return;
  Dialect dialect = best->dialect;
  dialect.escape = ESCAPE_BACKSLASH;
  SniffCandidate other;
  sniff_look (sample, &dialect, &other);
  sniff_settle (best, &other, other.problems < best->problems && other.quoted > 0 && other.share >= best->share);
}

/* ---- quote ---- */

/* Whether quotes are characters like any other, as in 5" pipe. Taking that for granted would leave real ones in the cells, so it
 * takes more than a bad row or two, and more bad rows than cells in quotes. What weir handed back has a cell in quotes in each row,
 * unless there is no quote. */
static bool
is_unquoted (const Sample *sample, const SniffCandidate *with, const SniffCandidate *without)
{
  int64_t strays = with->problems - without->problems, least = sample->returned ? 1 : LEAST_STRAYS;
  bool ditto = without->lone > 0 && without->lone == without->edges; /* "the same as above", and no cell that goes on below */
  if (ditto && without->fields > 1 && without->share >= 1 && with->quoted < LEAST_STRAYS)
    return true;
  bool plain = without->share >= LEAST_PLAIN_SHARE || without->edges == 0; /* otherwise quotes hide delimiters */
  return plain && without->share > with->share && strays >= least && strays * 100 >= with->rows->len && strays > with->quoted;
}

/* Whether each cell that a single quote begins ends with one, too: those are its quotes, whatever is between them ('the cats'
 * toys'). */
static bool
are_wrapped (const SniffCandidate *single, const SniffCandidate *twofold)
{
  return twofold->quoted == 0 && twofold->wrapped >= LEAST_STRAYS && twofold->wrapped == twofold->opened
         && single->quoted >= LEAST_STRAYS && single->quoted > single->problems;
}

static bool
is_single_quoted (const SniffCandidate *single, const SniffCandidate *twofold)
{
  if (are_wrapped (single, twofold))
    return true;
  if (single->quoted == 0 || single->problems * 20 > single->rows->len)
    return false;
  bool alone = twofold->quoted == 0 && single->problems == 0, many = single->quoted >= LEAST_STRAYS;
  bool sure = alone && (single->doubled > 0 || (twofold->dialect.quote == 0 && many));
  return single->share > twofold->share || (single->share >= twofold->share && sure)
         || (single->share + 0.02 >= twofold->share && twofold->quoted == 0 && single->quoted * 10 >= (single->rows->len - 1) * 9);
}

/* Whether a cell may begin with an apostrophe. One right behind a letter or digit, as in O'Neill, is inside of a cell: what ends before a
 * cell is a line, a blank or the delimiter. */
static bool
may_be_quotes (const Sample *sample, const char *delimiter)
{
  const char *end = sample->bytes + sample->length, *at = sample->bytes;
  char last = delimiter[0] != '\0' ? delimiter[strlen (delimiter) - 1] : '\0';
  for (; (at = memchr (at, '\'', (size_t) (end - at))) != NULL; at++)
    if (at == sample->bytes || !g_ascii_isalnum (at[-1]) || at[-1] == last)
      return true;
  return false;
}

void
sniff_look_with_quotes (const Sample *sample, const char *delimiter, SniffCandidate *ret_best)
{
  Dialect dialect = sniff_declared (sample->declared);
  g_strlcpy (dialect.delimiter, delimiter, sizeof dialect.delimiter);
  sniff_look (sample, &dialect, ret_best);
  if (sample->declared->quote != NULL)
    {
      try_backslash (sample, ret_best);
      return;
    }
  if (ret_best->problems > 0 || (ret_best->quoted > 0 && ret_best->quoted < LEAST_STRAYS))
    {
      dialect.quote = 0;
      SniffCandidate none;
      sniff_look (sample, &dialect, &none);
      try_backslash (sample, ret_best);
      sniff_settle (ret_best, &none, is_unquoted (sample, ret_best, &none));
    }
  if (may_be_quotes (sample, delimiter))
    {
      dialect.quote = '\'';
      SniffCandidate single;
      sniff_look (sample, &dialect, &single);
      try_backslash (sample, &single);
      sniff_settle (ret_best, &single, is_single_quoted (&single, ret_best));
    }
}
