#include "pipeline/sniff/sniff_header.h"

#include "pipeline/sniff/sniff_header_rows.h"
#include "pipeline/sniff/sniff_judge.h"
#include "pipeline/sniff/sniff_titles.h"

#include <string.h>

#define MOST_WORDS 5         /* of a name, on an average */
#define LEAST_TITLE_BLANKS 2 /* of a title */

/* ---- rows above ---- */

/* Whether a row is right above the row "first" that may be one of the table. */
static bool
is_row_above (const SniffCandidate *best, guint first)
{
  if (first == 0 || sniff_row (best, first)->blank)
    return false;
  const SniffRow *above = sniff_row (best, first - 1);
  return (best->fields > 1 || above->fields == 0) && (!above->comment || above->fields == best->fields);
}

/* Whether it could belong to the table, with separators too few or too many or a bad quote. */
static bool
could_belong (const SniffCandidate *best, const Top *above, guint first)
{
  size_t found = above->found;
  if (above->n == 0 || above->index[0] != first - 1)
    return false;
  bool near = found > 1 && found * 2 >= best->fields && found * 2 <= best->fields * 3 + 2;
  return near || (first == 1 && (found > 1 || best->fields <= 2));
}

/* Whether the row above is the header and not the one that could be one of names: it has about as many cells, or is the only one.
 */
static bool
is_better_header (const Top *above, guint first, SniffHeader *higher)
{
  size_t found = MIN (above->found, above->fields);
  bool only = first == 1, most = found + 1 >= above->fields;
  if (higher->rows > 0)
    return only || most;
  if (found < 2 || !(only || (most && found > 2)))
    return false;
  g_free (higher->evidence);
  judge_names (above, found, higher);
  return higher->rows > 0;
}

/* Whether the row above is a line without a delimiter that reads as a title does: several words, a number among them. */
static bool
is_title (const Top *above)
{
  const Field *field = top_cell (above, 0, 0);
  int blanks = 0;
  for (size_t i = 0; i < field->length; i++)
    blanks += field->text[i] == ' ';
  return above->found == 1 && blanks >= LEAST_TITLE_BLANKS && sniff_has_sign (field, 0) && above->columns[0].kind == KIND_TEXT
         && above->columns[0].signs[0] == 0;
}

/* A header that the votes do not find may be in the row above "first". */
static void
judge_above (const Sample *sample, const SniffCandidate *best, guint first, SniffHeader *header)
{
  g_auto (Top) above = { 0 };
  if (!is_row_above (best, first))
    return;
  top_read (sample, best, first - 1, &above);
  if (!could_belong (best, &above, first))
    return;
  SniffHeader higher;
  judge_row (sample, &above, &higher);
  if (header->rows == 0 && higher.rows == 0 && is_title (&above))
    {
      g_free (higher.evidence);
      return;
    }
  bool setting = above.found < above.fields && above.other_values[0] > 0;          /* a word and a value */
  bool units = higher.rows > 1 && above.n > 1 && header_rows_is_units (&above, 1); /* names are above them */
  bool take = (header->rows == 0 && !(setting && higher.rows > 0)) || units
              || (header->confidence < JUDGE_LIKELY && is_better_header (&above, first, &higher));
  g_free (take ? header->evidence : higher.evidence);
  *header = take ? higher : *header;
}

/* ---- all together ---- */

/* Whether the header is below titles. */
static bool
judge_below_titles (const Sample *sample, const SniffCandidate *best, SniffHeader *ret_header)
{
  guint first = best->first;
  Titles titles = titles_padded (best, &first);
  if (titles == TITLES_NONE)
    return false;
  judge_at (sample, best, first, ret_header);
  if (ret_header->rows > 0 && (titles == TITLES_ABOVE_NAMES || ret_header->confidence > JUDGE_UNDECIDED))
    return true;
  g_clear_pointer (&ret_header->evidence, g_free);
  return false;
}

/* Whether a remark reads as a sentence does: it has a blank behind a delimiter, and the rows have none; or many words. */
static bool
is_sentence (const Top *top)
{
  int blanks = 0;
  for (size_t i = 0; i < top->fields; i++)
    {
      const Field *field = top_cell (top, 0, i);
      const char *below = top->columns[i].text;
      if (i > 0 && field->text[0] == ' ' && below != NULL && below[0] != ' ')
        return true;
      for (size_t j = 0; j < field->length; j++)
        blanks += field->text[j] == ' ';
    }
  return blanks >= (int) top->fields * MOST_WORDS;
}

static bool
has_digits (const Top *top)
{
  for (size_t i = 0; i < top->fields; i++)
    if (sniff_has_sign (top_cell (top, 0, i), 0))
      return true;
  return false;
}

/* The last remark above the row "below" that is cut as the rows are. */
static guint
find_last_remark (const SniffCandidate *best, guint below)
{
  guint last = below - 1;
  while (last > best->first && sniff_row (best, last)->fields != best->fields)
    last--;
  return last;
}

/* Whether the last of the remarks above the row "below" has the names of the columns. One that does not stand right above it, and
 * one that reads as a sentence, must show more. */
static bool
judge_remark (const Sample *sample, const SniffCandidate *best, guint below, SniffHeader *ret_header)
{
  g_auto (Top) top = { 0 };
  guint last = find_last_remark (best, below);
  top_read (sample, best, last, &top);
  judge_row (sample, &top, ret_header);
  bool apart = last + 1 < below || sniff_row (best, below)->blank, sentence = is_sentence (&top);
  double least = sentence ? JUDGE_SURE : apart ? JUDGE_LIKELY : 0;
  if (ret_header->rows > 0 && ret_header->confidence >= least && !((apart || sentence) && has_digits (&top)))
    return true;
  g_clear_pointer (&ret_header->evidence, g_free);
  return false;
}

/* Whether remarks that are cut as the rows are stand above them. The header is below them, or the last of them is it. */
static bool
judge_below_remarks (const Sample *sample, const SniffCandidate *best, SniffHeader *ret_header)
{
  guint below = titles_remarks (best);
  if (below == best->first)
    return false;
  judge_at (sample, best, below, ret_header);
  SniffHeader remark;
  if ((ret_header->rows > 0 && ret_header->confidence >= JUDGE_SURE) || !judge_remark (sample, best, below, &remark))
    return true;
  g_free (ret_header->evidence);
  *ret_header = remark;
  return true;
}

static void
find_header (const Sample *sample, const SniffCandidate *best, SniffHeader *ret_header)
{
  guint first = best->first;
  bool free = sample->declared->skip_lines < 0;
  if (free && best->fields == 1)
    first = titles_of_one_column (sample, best);
  if (free && (judge_below_remarks (sample, best, ret_header) || judge_below_titles (sample, best, ret_header)))
    return;
  judge_at (sample, best, first, ret_header);
  if (!free || first > best->first)
    return;
  if (ret_header->rows == 0)
    first = titles_rows_above (best);
  if (first < best->first)
    {
      g_free (ret_header->evidence);
      judge_at (sample, best, first, ret_header);
    }
  judge_above (sample, best, first, ret_header);
}

void
sniff_find_header (const Sample *sample, const SniffCandidate *best, SniffHeader *ret_header)
{
  const ModelDialect *declared = sample->declared;
  find_header (sample, best, ret_header);
  if (sample->returned)
    {
      g_free (ret_header->evidence);
      *ret_header = (SniffHeader) { .rows = 1,
                                    .evidence = g_strdup ("header: of rows that weir handed back for correction"),
                                    .confidence = 1,
                                    .width = sniff_row (best, 0)->fields,
                                    .known = true };
    }
  else if (declared->header_rows >= 0)
    {
      g_free (ret_header->evidence);
      *ret_header = (SniffHeader) { declared->header_rows > 0 ? ret_header->first : best->first, declared->header_rows,
                                    g_strdup ("header: declared"), 1 };
    }
}
