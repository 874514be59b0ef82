#include "pipeline/sniff_header.h"

#include "base/text.h"
#include "pipeline/reader_record.h"
#include "pipeline/repair.h"

#include <string.h>

#define ROWS_LOOKED_AT 2000
#define MOST_HEADER_ROWS 3
#define TOP_ROWS (MOST_HEADER_ROWS + 1)
#define EXAMPLES 3
#define LEAST_EQUAL_LENGTHS 5 /* cells of equal length, for that to say something */

/* The first rows from some place on, and what is below them. */
typedef struct
{
  Record rows[TOP_ROWS]; /* repaired to the table's width */
  char *memory[TOP_ROWS];
  guint index[TOP_ROWS]; /* of them in the candidate */
  guint n;
  size_t fields;
  size_t found;    /* fields that the first row had before it was repaired */
  bool named;      /* none of them was empty */
  CellKind *kinds; /* of the columns */
  size_t *lengths; /* per column: of all its cells below that are not empty; 0: they differ or are few */
  bool *recurs;    /* per column: the first row's cell is in another row too */
  int64_t below;   /* rows of the width below the first */
} Top;

static void
top_clear (Top *top)
{
  for (guint i = 0; i < top->n; i++)
    g_free (top->memory[i]);
  g_free (top->kinds);
  g_free (top->lengths);
  g_free (top->recurs);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Top, top_clear)

static const Field *
cell (const Top *top, guint row, size_t column)
{
  return &top->rows[row].fields[column];
}

static CellKind
cell_kind (const Field *field)
{
  return sniff_kind (field->text, field->length);
}

static bool
is_equal (const Field *a, const Field *b)
{
  return a->length == b->length && memcmp (a->text, b->text, a->length) == 0;
}

static bool
is_first_row (const Top *top, const Record *record)
{
  for (size_t i = 0; i < top->fields; i++)
    if (!is_equal (cell (top, 0, i), &record->fields[i]))
      return false;
  return true;
}

/* ---- reading ---- */

static void
compare_with_first (Top *top, const Record *record, int64_t *cells)
{
  if (is_first_row (top, record))
    return; /* another table's header */
  for (size_t i = 0; i < top->fields; i++)
    {
      const Field *field = &record->fields[i];
      if (field->length == 0)
        continue;
      if (is_equal (field, cell (top, 0, i)))
        top->recurs[i] = true;
      top->lengths[i] = cells[i]++ == 0 || top->lengths[i] == field->length ? field->length : 0;
    }
}

static bool
is_filled (const Record *record)
{
  for (size_t i = 0; i < record->n_fields; i++)
    if (record->fields[i].length == 0)
      return false;
  return record->problem == NULL;
}

/* The rows from candidate row "first" on. */
static void
read_top (const Sample *sample, const SniffCandidate *best, guint first, Top *ret_top)
{
  *ret_top = (Top) { .fields = best->fields };
  /* Any of the first rows may be of the header, but where there are few at most half of them. */
  guint skipped = MIN (MOST_HEADER_ROWS, (best->last - best->first + 1) / 2);
  ret_top->kinds = sniff_column_kinds (best, best->first + MAX (skipped, first == best->first));
  ret_top->lengths = g_new0 (size_t, best->fields);
  ret_top->recurs = g_new0 (bool, best->fields);
  g_autofree int64_t *cells = g_new0 (int64_t, best->fields);
  g_autoptr (Repair) repair = repair_new (&best->dialect, best->fields);
  g_autoptr (Reader) reader = sniff_reader (sample, &best->dialect, sniff_row (best, first)->line - 1);
  const Record *record = NULL;
  for (guint i = first; i < best->rows->len && i < first + ROWS_LOOKED_AT; i++)
    {
      size_t found = 0;
      if (!reader_next (reader, &record, NULL) || record == NULL)
        break;
      const Record *fit = repair_record (repair, record, &found);
      if (fit != NULL && ret_top->n < TOP_ROWS)
        {
          if (ret_top->n == 0)
            {
              ret_top->found = found;
              ret_top->named = is_filled (record);
            }
          ret_top->index[ret_top->n] = i;
          ret_top->rows[ret_top->n] = record_copy (fit, &ret_top->memory[ret_top->n]);
          ret_top->n++;
        }
      if (record->n_fields != best->fields || i == first)
        continue;
      ret_top->below++;
      compare_with_first (ret_top, record, cells);
    }
  for (size_t i = 0; i < best->fields; i++)
    if (cells[i] < LEAST_EQUAL_LENGTHS)
      ret_top->lengths[i] = 0;
}

/* ---- votes ---- */

/* Whether the first row has years one after the other above numbers from this column on: they are names. */
static bool
is_run_of_years (const Top *top, size_t column)
{
  int64_t year[3];
  for (size_t i = 0; i < 3; i++)
    {
      if (column + i >= top->fields || top->kinds[column + i] != KIND_NUMBER || cell (top, 0, column + i)->length != 4)
        return false;
      g_autofree char *text = g_strndup (cell (top, 0, column + i)->text, 4);
      year[i] = g_ascii_strtoll (text, NULL, 10);
    }
  return year[0] >= 1500 && year[2] <= 2200 && year[1] - year[0] == year[2] - year[1] && ABS (year[1] - year[0]) == 1;
}

/* Whether it is a year with nothing beside it: the name of a group of columns. */
static bool
is_year_of_group (const Top *top, size_t column)
{
  const Field *field = cell (top, 0, column);
  g_autofree char *text = g_strndup (field->text, field->length);
  int64_t year = field->length == 4 ? g_ascii_strtoll (text, NULL, 10) : 0;
  return year >= 1500 && year <= 2200 && column + 1 < top->fields && cell (top, 0, column + 1)->length == 0;
}

static bool
is_year_name (const Top *top, size_t column)
{
  for (size_t i = 0; i < 3 && i <= column; i++)
    if (is_run_of_years (top, column - i))
      return true;
  return false;
}

/* What the cell says of a column of one kind: 1, it is no value of it; -1, it is one; 0, nothing. */
static int
vote_by_kind (const Top *top, guint row, size_t column)
{
  const Field *field = cell (top, row, column);
  if (field->length == 0 || !sniff_kind_is_typed (top->kinds[column]) || sniff_is_null_word (field->text, field->length))
    return 0;
  return sniff_kind_fits (cell_kind (field), top->kinds[column]) ? -1 : 1;
}

/* The same of the first row, for columns of text too. */
static int
vote (const Top *top, size_t column, const char **ret_what)
{
  *ret_what = sniff_kind_word (top->kinds[column]);
  const Field *field = cell (top, 0, column);
  if (field->length == 0 && column == 0 && top->kinds[0] == KIND_NUMBER && top->fields > 1)
    return *ret_what = "row numbers", 1; /* as data frames write themselves */
  if (sniff_kind_is_typed (top->kinds[column]))
    return is_year_name (top, column) ? 1 : vote_by_kind (top, 0, column);
  if (field->length == 0)
    return 0;
  if (top->recurs[column])
    return *ret_what = "the same text", -1;
  if (top->lengths[column] > 0 && top->lengths[column] != field->length)
    return *ret_what = "texts of one length", 1;
  return 0;
}

static void
add_example (GString *examples, int *count, const Field *field, const char *what)
{
  if (++*count > EXAMPLES)
    return;
  g_autofree char *shown = text_printable (field->text, field->length, 40);
  g_string_append_printf (examples, "%s\"%s\" above %s", *count > 1 ? ", " : "", shown, what);
}

static bool
decide_by_votes (const Top *top, SniffHeader *header)
{
  int with = 0, against = 0;
  g_autoptr (GString) unlike = g_string_new (NULL);
  g_autoptr (GString) like = g_string_new (NULL);
  for (size_t i = 0; i < top->fields; i++)
    {
      const char *what = NULL;
      int voted = vote (top, i, &what);
      if (voted > 0)
        add_example (unlike, &with, cell (top, 0, i), what);
      else if (voted < 0)
        add_example (like, &against, cell (top, 0, i), what);
    }
  if (with == 0 && against == 0)
    return false;
  header->rows = with > against;
  header->confidence = with > 0 && against > 0 ? 0.7 : 0.99;
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
    known += sniff_is_known (cell (top, 0, i)->text, cell (top, 0, i)->length, known_names);
  if (known == 0 || known * 2 < MIN (names, top->fields))
    return false;
  header->rows = 1;
  header->known = true;
  header->evidence = g_strdup_printf ("header: the first row has %u of the %u known names", known, names);
  header->confidence = 1;
  return true;
}

/* Whether the first row could be one of names. If not, why. */
static bool
are_names (const Top *top, char **ret_why)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (size_t i = 0; i < top->fields; i++)
    {
      const Field *field = cell (top, 0, i);
      if (field->length == 0 && top->kinds[i] == KIND_EMPTY)
        continue; /* a delimiter at the end of each row */
      if (field->length == 0)
        return *ret_why = g_strdup_printf ("cell %zu of the first row is empty", i + 1), false;
      g_autofree char *shown = text_printable (field->text, field->length, 40);
      if (sniff_kind_is_typed (cell_kind (field)))
        return *ret_why = g_strdup_printf ("\"%s\" in the first row is a value, no name", shown), false;
      if (!g_hash_table_add (seen, g_strndup (field->text, field->length)))
        return *ret_why = g_strdup_printf ("\"%s\" is twice in the first row", shown), false;
    }
  return true;
}

static void
decide_by_names (const Top *top, SniffHeader *header)
{
  g_autofree char *why = NULL;
  header->rows = are_names (top, &why);
  header->confidence = header->rows > 0 && top->below > 0 ? 0.8 : 0.7;
  header->evidence = header->rows > 0 ? g_strdup ("header: every cell of the first row could be a name, and none is there twice")
                                      : g_strdup_printf ("no header: %s", why);
}

/* ---- more rows than one ---- */

static size_t
count_filled (const Top *top, guint row)
{
  size_t filled = 0;
  for (size_t i = 0; i < top->fields; i++)
    filled += cell (top, row, i)->length > 0;
  return filled;
}

/* In how many columns a row has words above values; 0 if it has a value. */
static int
count_words (const Top *top, guint row)
{
  int with = 0;
  for (size_t i = 0; i < top->fields; i++)
    {
      int voted = vote_by_kind (top, row, i);
      if (voted < 0)
        return 0;
      with += voted;
    }
  return with;
}

/* Units, or the names below groups of columns. */
static bool
is_more_header (const Top *top, guint row)
{
  return count_words (top, row) >= 2;
}

static int
count_header_rows (const Top *top, int rows)
{
  while (rows < MOST_HEADER_ROWS && (guint) rows < top->n && is_more_header (top, (guint) rows))
    rows++;
  return rows;
}

/* Whether the cells that the row has are at its beginning, and few. */
static bool
is_sparse (const Top *top, guint row)
{
  size_t filled = 0;
  while (filled < top->fields && cell (top, row, filled)->length > 0)
    filled++;
  return filled * 2 <= top->fields && filled == count_filled (top, row);
}

/* How many of the first rows are titles, filled up with delimiters by the program that wrote the file: sparse ones above a header.
 */
static guint
count_titles (const Top *top)
{
  guint titles = 0;
  while (titles < top->n && is_sparse (top, titles))
    titles++;
  if (titles == top->n || top->fields < 3)
    return 0;
  int words = count_words (top, titles);
  return words >= 2 || (words == 1 && count_filled (top, titles) == top->fields) ? titles : 0;
}

/* ---- all together ---- */

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
    decide_by_names (top, ret_header);
  int rows = ret_header->rows;
  if (rows == 1)
    rows = count_header_rows (top, 1);
  else if (top->n > 1 && !is_more_header (top, 0) && is_more_header (top, 1))
    {
      /* Groups of columns above text only: the row below settles it. */
      bool value = false;
      for (size_t i = 0; i < top->fields; i++)
        value = value || (vote_by_kind (top, 0, i) < 0 && !is_year_of_group (top, i));
      rows = value ? 0 : count_header_rows (top, 1);
    }
  if (rows > 1)
    {
      g_free (ret_header->evidence);
      ret_header->evidence = g_strdup_printf ("header: %d rows are unlike those below them", rows);
      ret_header->confidence = 0.9;
    }
  ret_header->rows = rows;
  ret_header->width = rows == 1 && top->named ? top->found : 0;
}

/* Whether a row is right above the table. */
static bool
is_row_above (const SniffCandidate *best)
{
  return best->first > 0 && best->fields > 1 && !sniff_row (best, best->first)->blank
         && !sniff_row (best, best->first - 1)->comment;
}

/* Whether it could belong to the table, with separators too few or too many or a bad quote. */
static bool
could_belong (const SniffCandidate *best, const Top *above)
{
  size_t found = above->found;
  if (above->n == 0 || above->index[0] != best->first - 1)
    return false;
  bool near = found > 1 && found * 2 >= best->fields && found * 2 <= best->fields * 3 + 2;
  return near || (best->first == 1 && (found > 1 || best->fields == 2));
}

/* A header that the votes do not find may be in the row above. */
static void
judge_with_row_above (const Sample *sample, const SniffCandidate *best, const Top *top, SniffHeader *ret_header)
{
  g_auto (Top) above = { 0 };
  judge (sample, top, ret_header);
  read_top (sample, best, best->first - 1, &above);
  if (!could_belong (best, &above))
    return;
  SniffHeader higher;
  judge (sample, &above, &higher);
  bool take = ret_header->rows == 0 || (ret_header->confidence < 0.9 && above.found > 1);
  g_free (take ? ret_header->evidence : higher.evidence);
  *ret_header = take ? higher : *ret_header;
}

static void
find_header (const Sample *sample, const SniffCandidate *best, SniffHeader *ret_header)
{
  g_auto (Top) top = { 0 };
  read_top (sample, best, best->first, &top);
  guint titles = sample->declared->skip_lines < 0 ? count_titles (&top) : 0;
  if (titles > 0)
    {
      guint first = top.index[titles];
      top_clear (&top);
      read_top (sample, best, first, &top);
      judge (sample, &top, ret_header);
    }
  else if (is_row_above (best))
    judge_with_row_above (sample, best, &top, ret_header);
  else
    judge (sample, &top, ret_header);
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
