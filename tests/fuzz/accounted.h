/* What must hold of whatever a reader makes of a text, for fuzz_parse.c and fuzz_sniff.c: every line of the file is in one record,
 * the preamble, blank or a comment, in the order of the file; and no text is lost, not even by a repair. */
#ifndef WEIR_TESTS_FUZZ_ACCOUNTED_H
#define WEIR_TESTS_FUZZ_ACCOUNTED_H

#include "tests/fuzz/fuzz.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/records/reader.h"
#include "pipeline/records/repair.h"
#include "pipeline/text/source.h"

#include <string.h>

/* ---- lines ---- */

/* A line of the text, which ends with LF, CRLF or CR. */
typedef struct
{
  const char *at;
  const char *end; /* of the text */
  int64_t number;
} Place;

static inline size_t
place_text_length (const Place *place)
{
  size_t length = 0;
  while (place->at + length < place->end && place->at[length] != '\n' && place->at[length] != '\r')
    length++;
  return length;
}

static inline void
place_next_line (Place *place)
{
  place->at += place_text_length (place);
  bool crlf = place->end - place->at >= 2 && memcmp (place->at, "\r\n", 2) == 0;
  place->at += crlf ? 2 : place->at < place->end;
  place->number++;
}

static inline bool
is_passed_over (const Place *place, const Dialect *dialect)
{
  size_t length = place_text_length (place), mark = text_mark (place->at, length);
  if (length == mark || (dialect->comment != 0 && *place->at == dialect->comment))
    return true;
  for (size_t i = mark; i < length; i++)
    if (place->at[i] != ' ' && place->at[i] != '\t')
      return false;
  if (dialect->trim && dialect->delimiter[0] == ' ')
    return true;
  return dialect->delimiter[0] != 0 && memmem (place->at, length, dialect->delimiter, strlen (dialect->delimiter)) == NULL;
}

/* Moves behind the record. */
static inline void
place_pass_record (Place *place, const Record *record, const Dialect *dialect)
{
  for (; place->number < record->line; place_next_line (place))
    REQUIRE (place->at < place->end && is_passed_over (place, dialect));
  REQUIRE (place->number == record->line);
  REQUIRE (record->raw_length > 0 && record->raw_length <= (size_t) (place->end - place->at));
  REQUIRE (memcmp (place->at, record->raw, record->raw_length) == 0);
  const char *behind = place->at + record->raw_length;
  do
    place_next_line (place);
  while (place->at < behind);
  bool cut = record->reason == REASON_RECORD_TOO_LONG;
  if (!cut)
    REQUIRE (behind == place->end || *behind == '\n' || *behind == '\r');
}

/* ---- cells ---- */

static inline const char *
pass_blanks (const Dialect *dialect, const char *at, const char *end)
{
  return dialect->trim ? at + dialect_blanks_behind (dialect, at, end) : at;
}

/* Where there is no quote, the record is its cells with delimiters between, and blanks around these. */
static inline void
require_cells (const Record *record, const Dialect *dialect)
{
  if (record->problem != NULL)
    return;
  const char *raw = record->raw, *end = raw + record->raw_length;
  REQUIRE (text_is_utf8 (raw, record->raw_length, NULL));
  if (dialect->quote != 0 && memchr (raw, dialect->quote, record->raw_length) != NULL)
    return;
  bool blanks = dialect->trim && dialect->delimiter[0] == ' '; /* are the delimiter */
  size_t delimiter = blanks ? 0 : strlen (dialect->delimiter);
  raw += text_mark (raw, record->raw_length);
  for (size_t i = 0; i < record->n_fields; i++)
    {
      const Field *field = &record->fields[i];
      REQUIRE (i == 0 || ((size_t) (end - raw) >= delimiter && memcmp (raw, dialect->delimiter, delimiter) == 0));
      raw = pass_blanks (dialect, raw + (i == 0 ? 0 : delimiter), end);
      REQUIRE (field->length <= (size_t) (end - raw) && memcmp (field->text, raw, field->length) == 0);
      REQUIRE (field->null == (field->length == 0));
      raw = pass_blanks (dialect, raw + field->length, end);
    }
  REQUIRE (raw == end || (dialect->trailing_delimiter && (size_t) (end - raw) >= delimiter));
  if (raw < end) /* what is behind the last delimiter */
    REQUIRE (raw + delimiter + dialect_blanks_behind (dialect, raw + delimiter, end) == end);
}

/* Appends what is neither a quote, nor an escape, nor a blank, a no-break one included, nor a separator of any kind. */
static inline void
append_plain (GString *out, const char *text, size_t length, const char *delimiter)
{
  for (size_t i = 0; i < length; i++)
    if (length - i > 1 && memcmp (text + i, "\xC2\xA0", 2) == 0)
      i++;
    else if (memchr (",;\t|:^~ \"'\\", text[i], 11) == NULL && (text[i] == '\0' || strchr (delimiter, text[i]) == NULL))
      g_string_append_c (out, text[i]);
}

static inline void
require_whole_row (const Record *repaired, const Record *record, size_t width, const char *delimiter)
{
  REQUIRE (repaired->problem == NULL && repaired->n_fields == width);
  REQUIRE (repaired->line == record->line && repaired->raw == record->raw && repaired->raw_length == record->raw_length);
  g_autoptr (GString) before = g_string_new (NULL), after = g_string_new (NULL);
  size_t mark = text_mark (record->raw, record->raw_length);
  append_plain (before, record->raw + mark, record->raw_length - mark, delimiter);
  for (size_t i = 0; i < repaired->n_fields; i++)
    append_plain (after, repaired->fields[i].text, repaired->fields[i].length, delimiter);
  REQUIRE (g_string_equal (before, after));
}

static inline void
require_repair (Repair *repair, const Record *record, size_t width, const char *delimiter)
{
  size_t found = 0;
  bool bad_quotes = record->reason == REASON_STRAY_QUOTE || record->reason == REASON_UNCLOSED_QUOTE;
  const Record *repaired = repair_record (repair, record, &found);
  REQUIRE ((repaired == NULL) == (record->problem != NULL && !bad_quotes));
  if (repaired != NULL)
    require_whole_row (repaired, record, width, delimiter);
  repaired = bad_quotes ? repair_quotes (repair, record) : NULL;
  if (repaired != NULL)
    require_whole_row (repaired, record, width, delimiter);
}

/* ---- all of it ---- */

/* What the reader counts is the text, whose lines were passed one by one. */
static inline void
require_sum (const Reader *reader, int64_t in_records, const Place *end)
{
  const ReaderLines lines = reader_lines (reader);
  REQUIRE (lines.total == end->number - 1);
  REQUIRE (lines.preamble + in_records + lines.blank + lines.comments == lines.total);
  REQUIRE (lines.first_comment >= 0 && lines.first_comment <= lines.total);
}

/* Only bytes that are no text end the reading. */
static inline void
require_excuse (const GError *error, const GString *text)
{
  REQUIRE (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
  REQUIRE (memchr (text->str, '\0', text->len) != NULL);
}

static inline void
require_accounted (const char *bytes, size_t length, const Dialect *dialect, const ReaderLimits *limits, size_t width)
{
  g_autoptr (GString) text = source_transcode (bytes, length, true, dialect->encoding);
  g_autoptr (Reader) reader = reader_new_bytes (bytes, length, true, dialect, limits);
  g_autoptr (Repair) repair = repair_new (dialect, width);
  g_autoptr (GError) error = NULL;
  Place place = { text->str, text->str + text->len, 1 };
  for (int i = 0; i < dialect->skip_lines && place.at < place.end; i++)
    place_next_line (&place);
  const Record *record = NULL;
  int64_t in_records = 0; /* and blank lines and comments before each */
  while (error == NULL && reader_next (reader, &record, &error) && record != NULL)
    {
      in_records += record->lines + record->blank + record->comments;
      place_pass_record (&place, record, dialect);
      require_cells (record, dialect);
      require_repair (repair, record, width, dialect->delimiter);
    }
  if (error != NULL)
    require_excuse (error, text);
  for (; error == NULL && place.at < place.end; place_next_line (&place))
    REQUIRE (is_passed_over (&place, dialect));
  if (error == NULL)
    require_sum (reader, in_records, &place);
}

#endif
