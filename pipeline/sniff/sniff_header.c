#include "pipeline/sniff/sniff_header.h"

#include "base/text.h"
#include "pipeline/sniff/sniff_header_rows.h"
#include "pipeline/sniff/sniff_titles.h"
#include "pipeline/sniff/sniff_series.h"
#include "pipeline/sniff/sniff_vote.h"

#include <string.h>

#define EXAMPLES 3
#define MOST_WORDS 5  /* of a name, on an average */
#define SURE 0.99     /* all cells say the same */
#define LIKELY 0.85   /* they do, and are texts */
#define DOUBTFUL 0.7  /* some say the opposite */
#define UNDECIDED 0.6 /* nothing in the rows says anything */

/* ---- one row ---- */

static void
add_example (GString *examples, int *count, const Field *field, const char *what)
{
  if (++*count > EXAMPLES)
    return;
  g_autofree char *shown = text_printable (field->text, field->length, 40);
  g_string_append_printf (examples, "%s\"%s\" above %s", *count > 1 ? ", " : "", shown, what);
}

/* What the cells of the first row say for and against a header. */
typedef struct
{
  int with, against;
  bool typed; /* some are in columns of one kind */
} Votes;

static double
confidence_of (const Votes *votes)
{
  int more = MAX (votes->with, votes->against), less = MIN (votes->with, votes->against);
  if (more < 2 * less || more == less)
    return DOUBTFUL;
  return less == 0 && votes->typed ? SURE : LIKELY;
}

static bool
decide_by_votes (const Top *top, SniffHeader *header)
{
  Votes votes = { 0 };
  int unlikes = 0, likes = 0;
  g_autoptr (GString) unlike = g_string_new (NULL);
  g_autoptr (GString) like = g_string_new (NULL);
  for (size_t i = 0; i < top->fields; i++)
    {
      const char *what = NULL;
      int voted = vote_of_first (top, i, &what);
      votes.typed = votes.typed || (voted != 0 && sniff_kind_is_typed (top->columns[i].kind));
      votes.with += MAX (voted, 0);
      votes.against -= MIN (voted, 0);
      if (voted > 0)
        add_example (unlike, &unlikes, top_cell (top, 0, i), what);
      else if (voted < 0)
        add_example (like, &likes, top_cell (top, 0, i), what);
    }
  if (votes.with == 0 && votes.against == 0)
    return false;
  header->rows = votes.with > votes.against;
  header->confidence = confidence_of (&votes);
  header->evidence = header->rows > 0 ? g_strdup_printf ("header: the first row is unlike those below it: %s", unlike->str)
                                      : g_strdup_printf ("no header: the first row is like those below it: %s", like->str);
  return true;
}

static bool
decide_by_known (const Top *top, const char *const *known_names, SniffHeader *header)
{
  if (known_names == NULL)
    return false;
  guint known = 0, names = g_strv_length ((char **) known_names);
  for (size_t i = 0; i < top->fields; i++)
    known += sniff_is_known (top_cell (top, 0, i)->text, top_cell (top, 0, i)->length, known_names);
  if (known == 0 || known * 2 < MIN (names, top->fields))
    return false;
  header->rows = 1;
  header->known = true;
  header->evidence = g_strdup_printf ("header: the first row has %u of the %u known names", known, names);
  header->confidence = 1;
  return true;
}

/* Nothing of sentences or codes: in one column a row lost costs more than a name. */
static bool
is_plain_name (const Field *field)
{
  for (size_t i = 0; i < field->length; i++)
    if (g_ascii_isdigit (field->text[i]) || (field->text[i] != '\0' && strchr (".,;:-", field->text[i]) != NULL))
      return false;
  return true;
}

/* Whether the first row's first "fields" cells could be names. If not, why. */
static bool
are_names (const Top *top, size_t fields, char **ret_why)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  bool series = top_count_filled (top, 0) > 1 && header_rows_is_series (top, 0);
  for (size_t i = 0; i < fields; i++)
    {
      const Field *field = top_cell (top, 0, i);
      if (field->length == 0 && (top->columns[i].kind == KIND_EMPTY || series))
        continue; /* a delimiter at the end of each row, or the corner above the names of rows */
      if (field->length == 0)
        return *ret_why = g_strdup_printf ("cell %zu of the first row is empty", i + 1), false;
      g_autofree char *shown = text_printable (field->text, field->length, 40);
      if (sniff_kind_is_typed (top_kind (top, 0, i)) && !sniff_is_series (top, 0, i))
        return *ret_why = g_strdup_printf ("\"%s\" in the first row is a value, no name", shown), false;
      if (!g_hash_table_add (seen, g_strndup (field->text, field->length)) && top->below > 0)
        return *ret_why = g_strdup_printf ("\"%s\" is twice in the first row", shown), false;
      if (top->fields == 1 && top->below > 0 && !is_plain_name (field))
        return *ret_why = g_strdup_printf ("\"%s\" may be a row like those below it", shown), false;
    }
  return true;
}

static void
decide_by_names (const Top *top, size_t fields, SniffHeader *header)
{
  g_autofree char *why = NULL;
  header->rows = are_names (top, fields, &why);
  header->confidence = UNDECIDED;
  header->evidence = header->rows > 0 ? g_strdup ("header: every cell of the first row could be a name, and none is there twice")
                                      : g_strdup_printf ("no header: %s", why);
}

/* ---- a row and those below it ---- */

static void
judge (const Sample *sample, const Top *top, SniffHeader *ret_header)
{
  *ret_header = (SniffHeader) { .first = top->n > 0 ? top->index[0] : 0 };
  if (top->n == 0)
    {
      ret_header->rows = 1;
      ret_header->evidence = g_strdup ("header: assumed, the first row cannot be read");
      ret_header->confidence = 0.5;
      return;
    }
  if (!decide_by_known (top, sample->known_names, ret_header) && !decide_by_votes (top, ret_header))
    decide_by_names (top, top->fields, ret_header);
  int rows = ret_header->rows;
  if (rows == 1 || header_rows_are_groups (top))
    rows = header_rows_count (top);
  if (rows > 1)
    {
      g_free (ret_header->evidence);
      ret_header->evidence = g_strdup_printf ("header: %d rows are unlike those below them", rows);
      ret_header->confidence = 0.9;
    }
  ret_header->rows = rows;
  ret_header->width = rows == 1 && top->named ? top->found : 0;
}

static void
judge_at (const Sample *sample, const SniffCandidate *best, guint first, SniffHeader *ret_header)
{
  g_auto (Top) top = { 0 };
  top_read (sample, best, first, &top);
  judge (sample, &top, ret_header);
}

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
  decide_by_names (above, found, higher);
  return higher->rows > 0;
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
  judge (sample, &above, &higher);
  bool setting = above.found < above.fields && above.other_values[0] > 0;          /* a word and a value */
  bool units = higher.rows > 1 && above.n > 1 && header_rows_is_units (&above, 1); /* names are above them */
  bool take = (header->rows == 0 && !(setting && higher.rows > 0)) || units
              || (header->confidence < LIKELY && is_better_header (&above, first, &higher));
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
  if (ret_header->rows > 0 && (titles == TITLES_ABOVE_NAMES || ret_header->confidence > UNDECIDED))
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
  judge (sample, &top, ret_header);
  bool apart = last + 1 < below || sniff_row (best, below)->blank, sentence = is_sentence (&top);
  double least = sentence ? SURE : apart ? LIKELY : 0;
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
  if ((ret_header->rows > 0 && ret_header->confidence >= SURE) || !judge_remark (sample, best, below, &remark))
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
