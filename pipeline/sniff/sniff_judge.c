#include "pipeline/sniff/sniff_judge.h"

#include "base/text.h"
#include "pipeline/sniff/sniff_header_rows.h"
#include "pipeline/sniff/sniff_series.h"
#include "pipeline/sniff/sniff_vote.h"

#include <string.h>

#define EXAMPLES 3
#define LEAST_NAMES 2 /* of a list, below the first */

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
  int with, against, cells; /* cells: how many voted */
  bool year;                /* one of them is a year or a month, and may be a name */
  bool typed;               /* some are in columns of one kind */
} Votes;

static bool
is_word (const Top *top, size_t column)
{
  return top_kind (top, 0, column) == KIND_TEXT && !sniff_has_sign (top_cell (top, 0, column), 0);
}

static double
confidence_of (const Votes *votes)
{
  bool lone = votes->with == 0 && votes->cells == 1 && votes->year;
  int more = MAX (votes->with, votes->against), less = MIN (votes->with, votes->against);
  if (more < 2 * less || more == less || lone)
    return JUDGE_DOUBTFUL;
  return less == 0 && votes->typed ? JUDGE_SURE : JUDGE_LIKELY;
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
      votes.year = votes.year || (voted != 0 && is_word (top, 0) && sniff_period (top_cell (top, 0, i)) > 0);
      votes.cells += voted != 0;
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
decide_by_known (const Sample *sample, const Top *top, SniffHeader *header)
{
  if (sample->known == NULL)
    return false;
  guint known = 0, names = sample->known->names;
  for (size_t i = 0; i < top->fields; i++)
    known += sniff_is_known (sample->known, top_cell (top, 0, i)->text, top_cell (top, 0, i)->length);
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

/* Whether the row has a key and its value in each cell: "Name: Ann", "Phone: 123". */
static bool
is_of_keys (const Top *top, size_t fields)
{
  for (size_t i = 0; i < fields; i++)
    if (sniff_key (top_cell (top, 0, i)) == 0)
      return false;
  return fields > 1;
}

static bool
has_small_letters (const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (g_ascii_islower (text[i]))
      return true;
  return false;
}

/* Whether one column is all that is filled, and each of its cells begins with a capital, as the first does: a list of names of
 * something. NAME above Ann is none of them. */
static bool
is_list_of_names (const Top *top)
{
  const SniffColumn *below = &top->columns[0];
  for (size_t i = 1; i < top->fields; i++)
    if (top->columns[i].cells > 0 || top_cell (top, 0, i)->length > 0)
      return false;
  const Field *first = top_cell (top, 0, 0);
  return below->cells >= LEAST_NAMES && below->capitals == below->cells && sniff_is_capital (first)
         && has_small_letters (first->text, first->length) == has_small_letters (below->text, strlen (below->text));
}

/* Whether the first row's first "fields" cells could be names. If not, why. */
static bool
are_names (const Top *top, size_t fields, char **ret_why)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  bool series = top_count_filled (top, 0) > 1 && header_rows_is_series (top, 0);
  if (is_of_keys (top, fields))
    return *ret_why = g_strdup ("each cell of the first row is a key and its value"), false;
  if (is_list_of_names (top))
    return *ret_why = g_strdup ("the first row begins with a capital, and so do all below it"), false;
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

void
judge_names (const Top *top, size_t fields, SniffHeader *header)
{
  g_autofree char *why = NULL;
  header->rows = are_names (top, fields, &why);
  header->confidence = JUDGE_UNDECIDED;
  header->evidence = header->rows > 0 ? g_strdup ("header: every cell of the first row could be a name, and none is there twice")
                                      : g_strdup_printf ("no header: %s", why);
}

/* ---- a row and those below it ---- */

static void
judge_below_title (const Top *top, SniffHeader *header)
{
  g_free (header->evidence);
  g_autofree char *title = text_printable (top_cell (top, 0, 0)->text, top_cell (top, 0, 0)->length, 40);
  *header = (SniffHeader) { .first = top->index[1],
                            .rows = 1,
                            .evidence = g_strdup_printf ("header: the second row is of names, below a title: \"%s\" ...", title),
                            .confidence = JUDGE_LIKELY };
}

void
judge_row (const Sample *sample, const Top *top, SniffHeader *ret_header)
{
  *ret_header = (SniffHeader) { .first = top->n > 0 ? top->index[0] : 0 };
  if (top->n == 0)
    {
      ret_header->rows = 1;
      ret_header->evidence = g_strdup ("header: assumed, the first row cannot be read");
      ret_header->confidence = 0.5;
      return;
    }
  if (!decide_by_known (sample, top, ret_header) && !decide_by_votes (top, ret_header))
    judge_names (top, top->fields, ret_header);
  int rows = ret_header->rows;
  if (!ret_header->known && header_rows_is_title (top))
    {
      judge_below_title (top, ret_header);
      return;
    }
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

void
judge_at (const Sample *sample, const SniffCandidate *best, guint first, SniffHeader *ret_header)
{
  g_auto (Top) top = { 0 };
  top_read (sample, best, first, &top);
  judge_row (sample, &top, ret_header);
}
