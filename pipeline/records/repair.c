#include "pipeline/records/repair.h"

#include "base/text.h"

#include <string.h>

/* How a quoted field is read whose quotes are not as they should be. */
typedef enum
{
  READ_LENIENT,  /* quotes in it that are before no delimiter are text */
  READ_WORDS,    /* and those before a delimiter that a blank follows, as after a comma in a sentence */
  READ_UNCLOSED, /* and where another field begins with a quote before it was closed, it never was */
  READ_LITERAL,  /* quotes mean nothing, but one at the beginning and the end of a field is dropped */
} Reading;

struct Repair
{
  Dialect dialect;
  size_t delimiter_length;
  size_t width;
  GArray *fields; /* of Field */
  GString *text;
  GString *joined; /* the field that took a surplus */
  size_t unclosed; /* the first field with an unclosed quote, from 1; 0: none */
  bool broken;     /* a line ends within a field without quotes: this is no record */
  Record record;
};

Repair *
repair_new (const Dialect *dialect, size_t fields)
{
  Repair *repair = g_new0 (Repair, 1);
  repair->dialect = *dialect;
  repair->delimiter_length = strlen (dialect->delimiter);
  repair->width = fields;
  repair->fields = g_array_new (FALSE, FALSE, sizeof (Field));
  repair->text = g_string_new (NULL);
  repair->joined = g_string_new (NULL);
  return repair;
}

void
repair_free (Repair *repair)
{
  if (repair == NULL)
    return;
  g_array_unref (repair->fields);
  g_string_free (repair->text, TRUE);
  g_string_free (repair->joined, TRUE);
  g_free (repair);
}

/* ---- lines with bad quotes ---- */

static bool
is_delimiter (const Repair *repair, const char *at, const char *end)
{
  size_t length = repair->delimiter_length;
  return length > 0 && (size_t) (end - at) >= length && memcmp (at, repair->dialect.delimiter, length) == 0;
}

static const char *
find_delimiter (const Repair *repair, const char *at, const char *end)
{
  while (at < end && !is_delimiter (repair, at, end))
    at++;
  return at;
}

static const char *
skip_blanks (const Repair *repair, const char *at, const char *end)
{
  return at + dialect_blanks_behind (&repair->dialect, at, end);
}

/* Whether at is a delimiter and behind it another field opens with a quote. */
static bool
is_next_quoted (const Repair *repair, const char *at, const char *end)
{
  if (!is_delimiter (repair, at, end))
    return false;
  at = skip_blanks (repair, at + repair->delimiter_length, end);
  return end - at > 1 && at[0] == repair->dialect.quote && !is_delimiter (repair, at + 1, end) && at[1] != repair->dialect.quote;
}

/* Where the delimiter is behind a closing quote, or the end of the line, with blanks before it or without. */
static const char *
skip_to_delimiter (const Repair *repair, const char *at, const char *end)
{
  return at + dialect_blanks_to_delimiter (&repair->dialect, at, end);
}

/* Whether a quote before "at" ends its field. */
static bool
closes (const Repair *repair, const char *at, const char *end, Reading reading)
{
  at = skip_to_delimiter (repair, at, end);
  if (at == end)
    return true;
  const char *behind = at + repair->delimiter_length;
  return is_delimiter (repair, at, end) && !(reading == READ_WORDS && behind < end && *behind == ' ');
}

/* Where the quoted field whose text begins at "at" is closed; NULL: nowhere. */
static const char *
find_closing (const Repair *repair, const char *at, const char *end, Reading reading)
{
  char quote = repair->dialect.quote;
  for (; at < end; at++)
    {
      bool pair = end - at > 1 && at[1] == quote;
      bool escaped = repair->dialect.escape == ESCAPE_BACKSLASH
                         ? pair && *at == '\\'
                         : pair && *at == quote && !closes (repair, at + 2, end, READ_LENIENT);
      if (escaped)
        at++;
      else if (*at == quote && closes (repair, at + 1, end, reading))
        return at;
      else if (reading == READ_UNCLOSED && is_next_quoted (repair, at, end))
        return NULL;
    }
  return NULL;
}

static void
append_unescaped (Repair *repair, const char *at, const char *end)
{
  char quote = repair->dialect.quote, escape = repair->dialect.escape == ESCAPE_BACKSLASH ? '\\' : quote;
  for (; at < end; at++)
    {
      if (*at == escape && end - at > 1 && at[1] == quote)
        at++;
      g_string_append_c (repair->text, *at);
    }
}

static void
add_field (Repair *repair, size_t from, bool quoted)
{
  Field field = { NULL, repair->text->len - from, !quoted && repair->text->len == from };
  g_array_append_val (repair->fields, field);
}

static const char *
take_literal (Repair *repair, const char *at, const char *end)
{
  bool trim = repair->dialect.trim;
  at = trim ? skip_blanks (repair, at, end) : at;
  const char *stop = find_delimiter (repair, at, end), *to = stop;
  for (const char *byte = at; byte < stop; byte++)
    repair->broken = repair->broken || *byte == '\n' || *byte == '\r';
  if (trim)
    to -= dialect_blanks_before (&repair->dialect, at, stop);
  g_string_append_len (repair->text, at, to - at);
  return stop;
}

static const char *
take_field (Repair *repair, const char *at, const char *end, Reading reading)
{
  size_t from = repair->text->len;
  const char *quote = skip_blanks (repair, at, end);
  if (quote == end || *quote != repair->dialect.quote || repair->dialect.quote == 0)
    {
      at = take_literal (repair, at, end);
      return add_field (repair, from, false), at;
    }
  at = quote + 1;
  const char *closing = reading == READ_LITERAL ? NULL : find_closing (repair, at, end, reading);
  if (closing != NULL)
    {
      append_unescaped (repair, at, closing);
      return add_field (repair, from, true), skip_to_delimiter (repair, closing + 1, end);
    }
  at = take_literal (repair, at, end);
  const char *text = repair->text->str, *last = text + repair->text->len;
  last -= dialect_blanks_before (&repair->dialect, text + from, last);
  if (last > text + from && last[-1] == repair->dialect.quote)
    g_string_truncate (repair->text, (gsize) (last - text) - 1);
  else if (repair->unclosed == 0)
    repair->unclosed = repair->fields->len + 1;
  return add_field (repair, from, true), at;
}

static void
read_line (Repair *repair, const Record *record, Reading reading)
{
  g_array_set_size (repair->fields, 0);
  g_string_truncate (repair->text, 0);
  repair->unclosed = 0;
  repair->broken = false;
  const char *at = record->raw + text_mark (record->raw, record->raw_length), *end = record->raw + record->raw_length;
  if (repair->dialect.trim)
    end -= dialect_blanks_before (&repair->dialect, at, end);
  for (;;)
    {
      at = take_field (repair, at, end, reading);
      if (at == end)
        break;
      at += repair->delimiter_length;
    }
  const char *text = repair->text->str;
  for (guint i = 0; i < repair->fields->len; i++)
    {
      Field *field = &g_array_index (repair->fields, Field, i);
      field->text = text;
      text += field->length;
    }
}

static void
drop_trailing (Repair *repair)
{
  guint last = repair->fields->len - 1;
  if (repair->dialect.trailing_delimiter && g_array_index (repair->fields, Field, last).null)
    g_array_set_size (repair->fields, last);
}

/* Whether some reading up to "last" gives the table's width. */
static bool
read_fitting (Repair *repair, const Record *record, Reading last)
{
  for (Reading reading = READ_LENIENT; reading <= last; reading++)
    {
      read_line (repair, record, reading);
      drop_trailing (repair);
      if (repair->fields->len == repair->width && !repair->broken)
        return true;
    }
  return false;
}

static void
read_bad_line (Repair *repair, const Record *record)
{
  if (read_fitting (repair, record, READ_LITERAL))
    return;
  read_line (repair, record, READ_UNCLOSED);
  drop_trailing (repair);
}

/* ---- another delimiter ---- */

static void
set_delimiter (Repair *repair, const char *delimiter)
{
  g_strlcpy (repair->dialect.delimiter, delimiter, sizeof repair->dialect.delimiter);
  repair->delimiter_length = strlen (delimiter);
}

/* Whether the row is one of the table, but written with another delimiter. */
static bool
read_by_another (Repair *repair, const Record *record)
{
  static const char *const delimiters[] = { ";", "\t", "|", "^", "~", "," }; /* not those between words */
  if (repair->width < 3)
    return false;
  char own[sizeof repair->dialect.delimiter];
  memcpy (own, repair->dialect.delimiter, sizeof own);
  bool found = false;
  size_t tried = G_N_ELEMENTS (delimiters) - (repair->width < 4); /* three pieces by comma may be words, too */
  for (size_t i = 0; i < tried && !found; i++)
    {
      set_delimiter (repair, delimiters[i]);
      read_line (repair, record, READ_LENIENT);
      found = repair->fields->len == repair->width && !repair->broken;
    }
  set_delimiter (repair, own);
  return found;
}

/* ---- width ---- */

static void
take_fields (Repair *repair, const Record *record)
{
  g_array_set_size (repair->fields, 0);
  g_array_append_vals (repair->fields, record->fields, (guint) record->n_fields);
  repair->unclosed = 0;
}

static void
drop_empty_surplus (Repair *repair)
{
  while (repair->fields->len > repair->width && g_array_index (repair->fields, Field, repair->fields->len - 1).null)
    g_array_set_size (repair->fields, repair->fields->len - 1);
}

/* Joins the surplus into the field with the unclosed quote, which hid the delimiters, or into the last. */
static void
join_surplus (Repair *repair)
{
  guint surplus = repair->fields->len - (guint) repair->width;
  guint into = (guint) (repair->unclosed > 0 && repair->unclosed <= repair->width ? repair->unclosed : repair->width) - 1;
  g_string_truncate (repair->joined, 0);
  for (guint i = into; i <= into + surplus; i++)
    {
      const Field *field = &g_array_index (repair->fields, Field, i);
      g_string_append (repair->joined, i > into ? repair->dialect.delimiter : "");
      g_string_append (repair->joined, i > into && repair->dialect.trim ? " " : "");
      g_string_append_len (repair->joined, field->text, (gssize) field->length);
    }
  g_array_remove_range (repair->fields, into + 1, surplus);
  g_array_index (repair->fields, Field, into) = (Field) { repair->joined->str, repair->joined->len, false };
}

static void
fill_up (Repair *repair)
{
  static const Field missing = { "", 0, true };
  while (repair->fields->len < repair->width)
    g_array_append_val (repair->fields, missing);
}

static void
read_own (Repair *repair, const Record *record)
{
  if (record->problem != NULL)
    read_bad_line (repair, record);
  else
    take_fields (repair, record);
}

static const Record *
repaired (Repair *repair, const Record *record)
{
  repair->record = *record;
  repair->record.fields = (const Field *) (void *) repair->fields->data;
  repair->record.n_fields = repair->fields->len;
  repair->record.problem = NULL;
  repair->record.reason = REASON_NONE;
  return &repair->record;
}

const Record *
repair_record (Repair *repair, const Record *record, size_t *ret_found)
{
  *ret_found = record->n_fields;
  if (record->problem == NULL && record->n_fields == repair->width)
    return record;
  if (record->problem != NULL && record->reason != REASON_STRAY_QUOTE && record->reason != REASON_UNCLOSED_QUOTE)
    return NULL;
  read_own (repair, record);
  if (repair->fields->len * 2 <= repair->width && !read_by_another (repair, record))
    read_own (repair, record);
  *ret_found = repair->fields->len;
  drop_empty_surplus (repair);
  if (repair->fields->len > repair->width)
    join_surplus (repair);
  fill_up (repair);
  return repaired (repair, record);
}

bool
repair_is_open (const Repair *repair)
{
  return repair->unclosed > 0;
}

const Record *
repair_quotes (Repair *repair, const Record *record)
{
  bool fits = read_fitting (repair, record, READ_UNCLOSED) || read_by_another (repair, record);
  return fits ? repaired (repair, record) : NULL;
}
