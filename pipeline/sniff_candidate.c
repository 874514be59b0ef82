#include "pipeline/sniff_candidate.h"

#include "pipeline/ident.h"

#include <string.h>

#define NEARLY_EVEN 0.05 /* shares that differ by less are equally good */
#define LEAST_SHARE 0.5  /* of records of one width, for a delimiter to be one at all */
#define LEAST_STRAYS 3   /* records with stray quotes, for there to be no quote; and 1 % of all */

static const char delimiters[] = { ',', ';', '\t', '|', 0 };
static const char quotes[] = { '"', '\'', 0 };

#define N_DELIMITERS G_N_ELEMENTS (delimiters)
#define N_QUOTES G_N_ELEMENTS (quotes)

Reader *
sniff_reader (const Sample *sample, char delimiter, char quote, int skip_lines)
{
  Dialect dialect = dialect_default;
  dialect.delimiter = delimiter;
  dialect.quote = quote;
  dialect.header = false;
  dialect.skip_lines = skip_lines;
  /* A quote that never closes must not swallow the whole sample. */
  ReaderLimits limits = reader_default_limits;
  limits.record_bytes = MIN (MAX (sample->length / 2, 65536), limits.record_bytes);
  return reader_new_bytes (sample->bytes, sample->length, sample->whole, &dialect, &limits);
}

bool
sniff_is_known (const char *cell, size_t length, const char *const *known_names)
{
  g_autofree char *text = g_strndup (cell, length);
  g_strstrip (text);
  if (text[0] == '\0')
    return false;
  g_autofree char *ident = ident_from_text (text, 0);
  for (; *known_names != NULL; known_names++)
    {
      g_autofree char *known_ident = ident_from_text (*known_names, 0);
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

/* The cells in quotes of a sound record: the reader does not tell. */
static int64_t
count_quoted (const Record *record, char delimiter, char quote)
{
  if (quote == 0 || memchr (record->raw, quote, record->raw_length) == NULL)
    return 0;
  int64_t quoted = 0;
  bool inside = false, begins = true;
  for (size_t i = 0; i < record->raw_length; i++)
    {
      char byte = record->raw[i];
      if (byte == quote && !inside)
        quoted += begins; /* otherwise the second of a doubled quote */
      if (byte == quote)
        inside = !inside;
      begins = byte == delimiter && !inside;
    }
  return quoted;
}

static void
settle_width (SniffCandidate *candidate, const int64_t *widths, size_t n_widths)
{
  candidate->fields = candidate->first_fields;
  for (size_t i = n_widths - 1; i > 0; i--)
    if (widths[i] > widths[candidate->fields] || candidate->fields == 0)
      candidate->fields = i;
  candidate->even = widths[candidate->fields];
  candidate->share = candidate->records > 0 ? (double) candidate->even / (double) candidate->records : 0;
}

static void
look (const Sample *sample, int skip_lines, SniffCandidate *candidate)
{
  g_autoptr (Reader) reader = sniff_reader (sample, candidate->delimiter, candidate->quote, skip_lines);
  size_t n_widths = reader_default_limits.fields + 1;
  g_autofree int64_t *widths = g_new0 (int64_t, n_widths);
  const Record *record = NULL;
  while (reader_next (reader, &record, NULL) && record != NULL)
    {
      candidate->records++;
      if (record->problem != NULL)
        {
          candidate->problems++;
          continue;
        }
      if (candidate->records == 1)
        {
          candidate->first_fields = record->n_fields;
          candidate->known = count_known (record, sample->known_names);
        }
      widths[record->n_fields]++;
      candidate->quoted += count_quoted (record, candidate->delimiter, candidate->quote);
    }
  widths[0] = 0;
  settle_width (candidate, widths, n_widths);
}

static bool
occurs (const Sample *sample, char character)
{
  return memchr (sample->bytes, character, sample->length) != NULL;
}

/* Whether quotes are characters like any other, as in 5" pipe. Taking that for granted would leave real ones in the cells, so it
 * takes more than a bad row or two, and more bad rows than cells in quotes. */
static bool
is_unquoted (const SniffCandidate *with, const SniffCandidate *without)
{
  int64_t strays = with->problems - without->problems;
  return without->share > with->share && strays >= LEAST_STRAYS && strays * 100 >= with->records && strays > with->quoted;
}

/* The best quote for one delimiter. The double quote is what files mean unless the records say otherwise: the single one must be
 * without problems, and either make the records more even or be around most cells of each. */
static SniffCandidate
choose_quote (const Sample *sample, int skip_lines, char delimiter)
{
  SniffCandidate seen[N_QUOTES];
  for (size_t i = 0; i < N_QUOTES; i++)
    {
      seen[i] = (SniffCandidate) { .delimiter = delimiter, .quote = quotes[i] };
      if (i == 0 || (quotes[i] == 0 ? seen[0].problems > 0 : occurs (sample, quotes[i])))
        look (sample, skip_lines, &seen[i]);
    }
  const SniffCandidate *twofold = &seen[0], *single = &seen[1], *none = &seen[2];
  if (single->quoted > 0 && single->problems == 0
      && (single->share > twofold->share
          || (single->share >= twofold->share && twofold->quoted == 0 && single->quoted >= single->records)))
    return *single;
  return is_unquoted (twofold, none) ? *none : *twofold;
}

/* Whether each comma stands between two digits, as in 1,5: then it is rather a decimal comma. */
static bool
is_decimal_comma (const Sample *sample, char delimiter)
{
  if (delimiter != ',')
    return false;
  const char *bytes = sample->bytes, *end = bytes + sample->length;
  for (const char *at = bytes; (at = memchr (at, ',', (size_t) (end - at))) != NULL; at++)
    if (at == bytes || at + 1 == end || !g_ascii_isdigit (at[-1]) || !g_ascii_isdigit (at[1]))
      return false;
  return true;
}

static bool
splits (const SniffCandidate *candidate)
{
  return candidate->delimiter != 0 && candidate->fields >= 2 && candidate->share >= LEAST_SHARE;
}

static bool
is_better (const Sample *sample, const SniffCandidate *a, const SniffCandidate *b)
{
  if (a->known != b->known)
    return a->known > b->known;
  if (splits (a) != splits (b))
    return splits (a);
  if (!splits (a))
    return a->delimiter == 0 && b->delimiter != 0;
  if (a->share > b->share + NEARLY_EVEN || b->share > a->share + NEARLY_EVEN)
    return a->share > b->share;
  bool a_first = a->first_fields == a->fields, b_first = b->first_fields == b->fields;
  if (a_first != b_first)
    return a_first;
  bool a_decimal = is_decimal_comma (sample, a->delimiter), b_decimal = is_decimal_comma (sample, b->delimiter);
  if (a_decimal != b_decimal)
    return b_decimal;
  return a->fields != b->fields ? a->fields > b->fields : a->share > b->share;
}

void
sniff_choose (const Sample *sample, int skip_lines, SniffCandidate *ret_best, SniffCandidate *ret_second)
{
  SniffCandidate seen[N_DELIMITERS];
  size_t n = 0, best = 0;
  for (size_t i = 0; i < N_DELIMITERS; i++)
    if (delimiters[i] == 0 || occurs (sample, delimiters[i]))
      {
        seen[n++] = choose_quote (sample, skip_lines, delimiters[i]);
        if (is_better (sample, &seen[n - 1], &seen[best]))
          best = n - 1;
      }
  *ret_best = seen[best];
  *ret_second = (SniffCandidate) { 0 };
  for (size_t i = 0; i < n; i++)
    if (i != best && seen[i].delimiter != 0 && seen[i].fields >= 2 && seen[i].share > ret_second->share)
      *ret_second = seen[i];
}
