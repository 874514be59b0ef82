#include "pipeline/table/extent_private.h"

#include "base/text.h"
#include "pipeline/records/reader_record.h"
#include "pipeline/table/words.h"

#include <string.h>

#define MOST_HELD_BYTES 1048576 /* so that long ones take no memory to speak of */
#define ROWS_PER_BLANK 10       /* empty lines before more than one of so many rows are usual */
#define LEAST_NEAR 3            /* fields */
#define LEAST_PADDED 3          /* fields */
#define LEAST_WORDS 4           /* in the only cell of a row, for it to be a remark */
#define LEAST_WORDS_ABOVE 3     /* columns of values that have words in another table's header */
#define LEAST_SAME_ABOVE 2      /* the same, of one word again and again, which is no row either */
#define LEAST_OF_OTHERS 2       /* rows of other kinds below words, where the table has fewer columns of values */
#define MOST_VAIN 16777216      /* bytes of records joined in vain, one after the other */
#define MARK_SIZE 3             /* bytes of a byte order mark, which a header in the middle of a file may have */

/* Between the lines of one record. A file that mixes them gets a plain one. */
static const char *
newline_of (const Dialect *dialect)
{
  return g_str_equal (dialect->newline, "CRLF") ? "\r\n" : g_str_equal (dialect->newline, "CR") ? "\r" : "\n";
}

Extent *
extent_new (const SniffEvidence *evidence, const Dialect *dialect, size_t width, const Record *header, bool join)
{
  Extent *extent = g_new0 (Extent, 1);
  extent->evidence = evidence;
  extent->header = header;
  extent->width = width;
  extent->join = join;
  extent->newline = newline_of (dialect);
  extent->repair = repair_new (dialect, width);
  while (extent->value < width && !(extent->value < evidence->fields && sniff_is_value (evidence, extent->value)))
    extent->value++;
  return extent;
}

/* The held from index "first" on are no longer. */
static void
forget_held (Extent *extent, guint first)
{
  for (guint i = first; i < extent->n_held; i++)
    g_free (extent->held[i].memory);
  extent->n_held = first;
}

void
extent_free (Extent *extent)
{
  if (extent == NULL)
    return;
  forget_held (extent, 0);
  repair_free (extent->repair);
  g_free (extent);
}

static void
begin_again (Extent *extent)
{
  forget_held (extent, 0);
  extent->given = extent->rows_held = extent->footer_end = 0;
  extent->held_bytes = 0;
  extent->decided = false;
}

void
extent_reset (Extent *extent)
{
  begin_again (extent);
  extent->next = NULL;
  extent->below = REASON_NONE;
  extent->rows = extent->blanks = extent->last_line = 0;
  extent->vain = 0;
}

/* ---- what they are ---- */

static bool
are_blanks_usual (const Extent *extent)
{
  bool many = extent->blanks > 1 && extent->blanks * ROWS_PER_BLANK > extent->rows;
  return many || extent->evidence->blank_lines;
}

/* The first held record behind an empty line that says something, or that says as much; n_held: there is none. */
static guint
find_gap (const Extent *extent)
{
  bool blanks = !are_blanks_usual (extent);
  guint i = extent->rows == 0 ? extent->n_held : 0;
  while (i < extent->n_held && !extent->held[i].gap && !(blanks && extent->held[i].record.blank))
    i++;
  return i;
}

/* The first held record of words; n_held: there is none. */
static guint
find_words (const Extent *extent)
{
  guint i = 0;
  while (i < extent->n_held && !extent->held[i].words)
    i++;
  return i;
}

/* The first held record of few words that rows of other kinds are below; n_held: there is none. "sure": rows that are no words too. */
static guint
find_names (const Extent *extent, bool sure)
{
  guint first = 0, others = 0;
  while (first < extent->n_held && !extent->held[first].names)
    first++;
  for (guint i = first + 1; i < extent->n_held; i++)
    others += extent->held[i].of_other || (!sure && extent->held[i].names);
  return others >= LEAST_OF_OTHERS ? first : extent->n_held;
}

/* Nothing of the table's width came behind the held; "end": nothing at all. */
static void
decide (Extent *extent, bool end)
{
  guint words = MIN (find_words (extent), find_names (extent, false));
  extent_judge (extent, find_gap (extent), words, end);
}

bool
extent_is_header (const Extent *extent, const Record *record)
{
  const Record *own = extent->header;
  if (own == NULL || record->raw_length < own->raw_length || record->raw_length > own->raw_length + MARK_SIZE)
    return false; /* as most are */
  size_t mark = text_mark (record->raw, record->raw_length);
  return own->raw_length == record->raw_length - mark && memcmp (own->raw, record->raw + mark, own->raw_length) == 0;
}

/* Whether a value begins with a letter: most rows do not have that, and it is quickly seen. */
static bool
is_value_a_word (const Extent *extent, const Record *record)
{
  const Field *value = extent->value < record->n_fields ? &record->fields[extent->value] : NULL;
  return value != NULL && value->length > 0 && g_ascii_isalpha (value->text[0]);
}

/* Whether a record of the table's width is another one's header. Without a gap it takes words in several columns of values. */
static bool
is_other_header (const Extent *extent, const Record *record, bool behind_gap)
{
  if (record->problem != NULL || extent->rows == 0)
    return false;
  if (!behind_gap && !is_value_a_word (extent, record))
    return false;
  size_t least = behind_gap ? 1 : words_are_one (record) ? LEAST_SAME_ABOVE : LEAST_WORDS_ABOVE;
  return sniff_words_above_values (extent->evidence, record) >= least;
}

/* ---- records in doubt ---- */

static size_t
count_words (const Field *field)
{
  size_t words = field->length > 0;
  for (size_t i = 0; i < field->length; i++)
    words += field->text[i] == ' ';
  return words;
}

/* Whether a record of the table's width has nothing in it, or one cell at its beginning: programs fill up remarks with delimiters.
 */
static bool
is_padded (const Extent *extent, const Record *record)
{
  return extent->width >= (record->fields[0].null ? 2 : LEAST_PADDED) && words_are_title (record);
}

/* Whether it has no letter and no digit. */
static bool
is_rule (const Record *record)
{
  for (size_t i = 0; i < record->raw_length; i++)
    if (g_ascii_isalnum (record->raw[i]) || (unsigned char) record->raw[i] >= 0x80)
      return false;
  return record->raw_length > 0;
}

/* A remark of several words, or nothing, instead of a row. */
static bool
is_unlike_row (const Extent *extent, const Record *record, const Record *fit)
{
  if (record->n_fields == extent->width && record->problem == NULL)
    return record->fields[0].length == 0 || count_words (&record->fields[0]) >= LEAST_WORDS;
  return fit != NULL && !sniff_is_row (extent->evidence, record->problem == NULL ? record : fit);
}

static bool
is_full (const Extent *extent)
{
  return extent->n_held == MOST_HELD || extent->held_bytes > MOST_HELD_BYTES;
}

static Held *
hold (Extent *extent, const Record *record)
{
  size_t found = 0;
  const Record *fit = repair_record (extent->repair, record, &found);
  Held *held = &extent->held[extent->n_held++];
  held->record = record_copy (record, &held->memory);
  held->bad_quote = record->problem != NULL && fit != NULL;
  held->like_row = !is_unlike_row (extent, record, fit);
  held->gap = is_rule (record);
  held->near = record->n_fields != extent->width && record->n_fields >= LEAST_NEAR && record->n_fields + 1 >= extent->width
               && record->n_fields <= extent->width + 1;
  extent->held_bytes += record->raw_length;
  return held;
}

static void
hold_odd (Extent *extent, const Record *record)
{
  hold (extent, record);
  if (is_full (extent))
    decide (extent, false);
}

/* The text of the held from "first" on, and of "record". Owned by the caller. */
static GString *
join_text (const Extent *extent, guint first, const Record *record)
{
  GString *text = g_string_new (NULL);
  int64_t line = extent->held[first].record.line;
  for (guint i = first; i <= extent->n_held; i++)
    {
      const Record *part = i < extent->n_held ? &extent->held[i].record : record;
      for (; line < part->line; line++)
        g_string_append (text, extent->newline);
      g_string_append_len (text, part->raw, (gssize) part->raw_length);
      record_byte_in_line (part, part->raw_length, &line); /* it may have several */
    }
  return text;
}

/* A record whose cell with a line end holds a bad quote too was cut at that line end. Whether the held, from some place on, and
 * "record" together are one; they are replaced by it then. In a file of nothing but bad quotes that is given up. A comment that was
 * passed over between two of them would be lost in it. */
static bool
join_held (Extent *extent, const Record *record)
{
  int64_t comments = record->comments;
  for (guint i = extent->n_held; i-- > 0 && comments == 0; comments += extent->held[i].record.comments)
    {
      if (!extent->held[i].bad_quote || extent->vain > MOST_VAIN)
        continue;
      g_autoptr (GString) text = join_text (extent, i, record);
      extent->vain += text->len;
      const Record *first = &extent->held[i].record;
      Record whole = { .line = first->line,
                       .lines = record->line + record->lines - first->line,
                       .blank = first->blank,
                       .comments = first->comments,
                       .raw = text->str,
                       .raw_length = text->len,
                       .problem = "stray quote",
                       .reason = REASON_STRAY_QUOTE };
      if (repair_quotes (extent->repair, &whole) == NULL)
        continue;
      forget_held (extent, i);
      Held *held = &extent->held[extent->n_held++];
      *held = (Held) { .like_row = true };
      held->record = record_copy (&whole, &held->memory);
      extent->decided = true;
      extent->rows_held = extent->n_held;
      return true;
    }
  return false;
}

/* Where the table has few columns of values, words above all of them are names if rows of other kinds follow, else a row. Whether
 * the record, of the table's width, is in doubt for that. */
static bool
hold_other (Extent *extent, const Record *record)
{
  bool begun = false;
  for (guint i = 0; i < extent->n_held && !begun; i++)
    begun = extent->held[i].names;
  if (record->problem != NULL || extent->rows == 0 || !(begun || is_value_a_word (extent, record)))
    return false;
  bool names = words_are_above_all (extent->evidence, record) && words_are_names (record);
  bool of_other = begun && !names && words_of_other_kinds (extent->evidence, record);
  if (!names && !of_other)
    return false;
  Held *held = hold (extent, record);
  held->names = names;
  held->of_other = of_other;
  if (is_full (extent) || find_names (extent, true) < extent->n_held)
    decide (extent, false);
  return true;
}

/* Whether a held one may be a title above the table's header: nothing like a row, or one cell at its beginning that is not of the first
 * column's kind. */
static bool
may_be_title (const Extent *extent, const Held *held)
{
  const Record *record = &held->record;
  if (record->problem == NULL && record->n_fields == extent->width && words_are_title (record))
    return !(sniff_is_value (extent->evidence, 0) && record->fields[0].length > 0 && sniff_fits (extent->evidence, record));
  return !(held->like_row || held->near);
}

/* The held are rows of the table, which goes on with the record. Above its header once more there may be titles. */
static void
go_on (Extent *extent, const Record *record)
{
  for (guint i = 0; i < extent->n_held && extent->repeated; i++)
    extent->held[i].words = extent->held[i].words || may_be_title (extent, &extent->held[i]);
  extent->decided = true;
  extent->rows_held = extent->n_held;
  extent->next = record;
}

/* A record of the table's width: the held are rows, unless it is another table's header behind a gap, or the first row below one
 * without. */
static void
take_fitting (Extent *extent, const Record *record)
{
  guint gap = find_gap (extent), words = find_words (extent);
  bool behind_gap = gap < extent->n_held || (record->blank && extent->rows > 0 && !are_blanks_usual (extent));
  extent->vain = 0;
  extent->repeated = extent->rows > 0 && extent->width > 1 && extent_is_header (extent, record);
  bool other = !extent->repeated && is_other_header (extent, record, behind_gap);
  if (other && !(behind_gap && words_are_names (record)))
    {
      hold (extent, record)->words = true;
      if (is_full (extent))
        decide (extent, false);
      return;
    }
  if (!other && !extent->repeated && words == extent->n_held && hold_other (extent, record))
    return;
  go_on (extent, record);
  if (other)
    extent_end_table (extent, gap, REASON_SECOND_TABLE);
  else if (words < extent->n_held && !extent->repeated && record->problem == NULL && !sniff_fits (extent->evidence, record))
    extent_end_table (extent, MIN (gap, words), REASON_SECOND_TABLE);
  if (extent->repeated || extent->below != REASON_NONE)
    return;
  extent->blanks += record->blank && extent->rows > 0;
  extent->rows++;
  extent->last_line = record->line;
}

/* What take_fitting would do with it: it asks no more than what here is answered by "no". */
bool
extent_pass (Extent *extent, const Record *record)
{
  const size_t width = extent->width;
  if (record == NULL || record->problem != NULL || record->n_fields != width || record->blank > 0
      || (width > 1 && record->fields[1].null) || is_value_a_word (extent, record) || extent_is_header (extent, record)
      || extent->n_held > 0 || extent->below != REASON_NONE)
    return false;
  extent->vain = 0;
  extent->rows++;
  extent->last_line = record->line;
  return true;
}

static void
take_odd (Extent *extent, const Record *record)
{
  size_t found = 0;
  const Record *fit = repair_record (extent->repair, record, &found);
  if (fit != NULL && found == extent->width && !repair_is_open (extent->repair))
    take_fitting (extent, record);
  else if (fit == NULL && extent->n_held == 0)
    extent->next = record, extent->decided = true;
  else if (!extent->join || !join_held (extent, record))
    hold_odd (extent, record);
}

void
extent_take (Extent *extent, const Record *record)
{
  if (extent->decided)
    begin_again (extent);
  extent->next = NULL;
  extent->repeated = false;
  bool fits = record != NULL && record->problem == NULL && record->n_fields == extent->width;
  bool padded = fits && is_padded (extent, record);
  if (fits && !padded && extent->below == REASON_FOOTER)
    extent->below = REASON_NONE; /* it was none, for the table goes on */
  if (record == NULL)
    decide (extent, true);
  else if (extent->below != REASON_NONE)
    extent->next = record, extent->decided = true;
  else if (padded)
    hold_odd (extent, record);
  else if (fits)
    take_fitting (extent, record);
  else
    take_odd (extent, record);
}

const Record *
extent_give (Extent *extent, Reason *ret_below)
{
  *ret_below = REASON_NONE;
  if (!extent->decided)
    return NULL;
  if (extent->given < extent->n_held)
    {
      const Held *held = &extent->held[extent->given++];
      bool row = extent->given <= extent->rows_held, footer = extent->given <= extent->footer_end;
      *ret_below = row ? (held->words ? REASON_REPEATED_HEADER : REASON_NONE) : footer ? REASON_FOOTER : extent->below;
      return &held->record;
    }
  const Record *next = extent->next;
  extent->next = NULL;
  if (next != NULL)
    *ret_below = extent->repeated ? REASON_REPEATED_HEADER : extent->below;
  return next;
}

int64_t
extent_last_line (const Extent *extent)
{
  return extent->last_line;
}
