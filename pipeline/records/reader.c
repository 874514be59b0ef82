#include "pipeline/records/reader.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/records/bad_text.h"
#include "pipeline/records/reader_passed.h"
#include "pipeline/records/reader_plain.h"
#include "pipeline/records/reader_record.h"
#include "pipeline/records/reader_split.h"
#include "pipeline/records/reader_swallow.h"

#include <csv.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PIECE_SIZE 65536  /* bytes of text per read */
#define ENTRY_BLOCK 16384 /* by how much libcsv grows its field buffer */

const ReaderLimits reader_default_limits = { 4 * 1024 * 1024, 1024 * 1024, 1600, READER_MAX_LINES, 0 };

struct Reader
{
  Source *source;
  LineSource *lines;
  Dialect dialect;
  ReaderLimits limits;
  bool whole; /* the input is no head of more */
  PlainReader plain;
  bool only_slow; /* "plain" is not used: the dialect is beyond it too, or a test wants that */
  struct csv_parser parser;
  Splitter *splitter; /* instead of the parser; NULL where libcsv can do it, and no record needed it yet */
  bool splitting;     /* it is used, for all records or for this one */
  bool stray;         /* the last line fed had a quote that may not be there */
  Splitter *judge;    /* of swallowed lines; NULL: none needed yet */
  size_t width;       /* of the table; 0: not known */
  size_t most_fields; /* limits.fields, and one for the end of a trailing delimiter */
  Field *fields;      /* most_fields of them */
  char *arena;        /* limits.record_bytes: the fields' texts; untouched pages cost nothing */
  size_t arena_used;
  size_t n_fields;
  size_t too_long; /* the first field over its limit, from 1 */
  size_t mark;     /* bytes of a byte order mark before the record, as where files were put together */
  bool too_many;
  bool row_done;
  bool started; /* the preamble is behind us */
  bool told;    /* the last record says what was passed over before it */
  ReaderPassed passed;
  Record record;
  char problem[160];
};

typedef enum
{
  RECORD_GOOD,
  RECORD_PROBLEM,
  RECORD_CUT_OFF, /* the head of a file ends within it */
  RECORD_ERROR,
} RecordOutcome;

/* ---- fields ---- */

/* libcsv compares each byte with one delimiter byte, so two are beyond it, and knows no escape but the doubled quote. It could trim
 * cells, but by one call for each of their bytes, and all quoted and unquoted ones alike. */
static bool
is_beyond_libcsv (const Dialect *dialect)
{
  return strlen (dialect->delimiter) > 1 || dialect->trim || (dialect->quote != 0 && dialect->escape == ESCAPE_BACKSLASH);
}

/* libcsv would trim what this calls a blank, and a blank after a closing quote would not be an error. */
static int
is_never_blank (unsigned char byte)
{
  (void) byte;
  return 0;
}

static void
take_field (void *text, size_t length, void *data)
{
  Reader *reader = data;
  if (reader->n_fields == reader->most_fields)
    {
      reader->too_many = true;
      return;
    }
  Field *field = &reader->fields[reader->n_fields++];
  *field = (Field) { reader->arena + reader->arena_used, length, text == NULL };
  if (length > reader->limits.field_bytes && reader->too_long == 0)
    reader->too_long = reader->n_fields;
  if (length > 0)
    memcpy (reader->arena + reader->arena_used, text, length);
  reader->arena_used += length;
}

static void
take_row (int terminator, void *data)
{
  (void) terminator;
  Reader *reader = data;
  reader->row_done = true;
}

static void
start_parser (Reader *reader)
{
  if (csv_init (&reader->parser, CSV_STRICT | CSV_EMPTY_IS_NULL) != 0)
    g_error ("libcsv could not be initialised");
  csv_set_realloc_func (&reader->parser, g_realloc);
  csv_set_free_func (&reader->parser, g_free);
  csv_set_blk_size (&reader->parser, ENTRY_BLOCK);
  csv_set_space_func (&reader->parser, is_never_blank);
  /* No line with a NUL byte gets here: as delimiter or quote it stands for none. */
  csv_set_delim (&reader->parser, (unsigned char) reader->dialect.delimiter[0]);
  csv_set_quote (&reader->parser, (unsigned char) reader->dialect.quote);
}

static void
begin_record (Reader *reader)
{
  reader->arena_used = reader->n_fields = reader->too_long = 0;
  reader->too_many = reader->row_done = false;
  reader->record = (Record) { .line = line_source_number (reader->lines),
                              .fields = reader->fields,
                              .lines = 1,
                              .blank = reader->passed.counts.blank,
                              .comments = reader->passed.counts.comments };
}

/* Returns where a quote is that may not be there, from 1, or 0; row_done says whether the line ends the record. */
static size_t
feed_line (Reader *reader, const Line *line)
{
  if (reader->splitting)
    return splitter_feed (reader->splitter, line_source_bytes (reader->lines), line, take_field, reader, &reader->row_done);
  const char *bytes = line_source_bytes (reader->lines) + line->begin;
  size_t length = line->end - line->begin;
  size_t fed = csv_parse (&reader->parser, bytes, length, take_field, take_row, reader);
  /* It stopped at a quote that may not be there, or at what may not follow a quote. */
  if (fed != length)
    return bytes[fed] == reader->dialect.quote ? fed + 1 : fed;
  if (line->end == line->text_end)
    csv_parse (&reader->parser, "\n", 1, take_field, take_row, reader);
  return 0;
}

static void
forget_open_quote (Reader *reader)
{
  if (reader->splitter != NULL)
    splitter_reset (reader->splitter);
  csv_fini (&reader->parser, NULL, NULL, NULL);
}

/* ---- records ---- */

static RecordOutcome set_problem (Reader *reader, Reason reason, const char *format, ...) G_GNUC_PRINTF (3, 4);

static RecordOutcome
set_problem (Reader *reader, Reason reason, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  vsnprintf (reader->problem, sizeof reader->problem, format, arguments);
  va_end (arguments);
  reader->record.problem = reader->problem;
  reader->record.reason = reason;
  return RECORD_PROBLEM;
}

/* Where byte "offset" of the first line of a record is in the file's line. */
static size_t
byte_in_line (const Reader *reader, size_t offset)
{
  bool marked = reader->record.line == 1 && reader->dialect.encoding == ENCODING_UTF8;
  return offset + reader->mark + (marked ? (size_t) reader->dialect.bom : 0);
}

/* Feeds lines until the record that begins with *line is complete; *line is then its last, the *ret_lines-th. A problem concerns
 * the first line alone: what follows it may be sound. */
static RecordOutcome
parse_lines (Reader *reader, Line *line, size_t *ret_lines, GError **error)
{
  begin_record (reader);
  reader->mark = text_mark (line_source_bytes (reader->lines), line->text_end);
  line->begin += reader->mark;
  for (size_t lines = 1;; lines++)
    {
      size_t stray = feed_line (reader, line);
      reader->stray = stray > 0;
      if (stray > 0 && lines == 1)
        return set_problem (reader, REASON_STRAY_QUOTE, "stray quote at byte %zu", byte_in_line (reader, stray));
      if (stray > 0)
        return set_problem (reader, REASON_UNCLOSED_QUOTE,
                            "unclosed quote: line %" G_GINT64_FORMAT " has a quote that does not close it",
                            reader->record.line + (int64_t) lines - 1);
      if (reader->row_done)
        return *ret_lines = lines, RECORD_GOOD;
      reader->record.open = lines == reader->limits.lines;
      if (reader->record.open)
        return set_problem (reader, REASON_UNCLOSED_QUOTE, "unclosed quote: not closed within %zu lines", lines);
      switch (line_source_cut (reader->lines, line->end, line, error))
        {
        case LINE_CUT:
          break;
        case LINE_NONE:
          return reader->whole ? set_problem (reader, REASON_UNCLOSED_QUOTE, "unclosed quote: not closed by the end of the file")
                               : RECORD_CUT_OFF;
        case LINE_TOO_LONG:
          reader->record.open = true;
          return set_problem (reader, REASON_UNCLOSED_QUOTE, "unclosed quote: not closed within %zu bytes",
                              reader->limits.record_bytes);
        case LINE_ERROR:
          return RECORD_ERROR;
        }
    }
}

static void
start_splitting (Reader *reader)
{
  if (reader->splitter == NULL)
    reader->splitter = splitter_new (&reader->dialect, reader->limits.record_bytes);
  reader->splitting = true;
}

/* The same, once more where libcsv met a quote that may be there: one with a blank beside it, or an apostrophe. */
static RecordOutcome
parse_record (Reader *reader, Line *line, size_t *ret_lines, GError **error)
{
  Line first = *line;
  RecordOutcome outcome = parse_lines (reader, line, ret_lines, error);
  if (reader->splitting || outcome != RECORD_PROBLEM || !reader->stray)
    return outcome;
  forget_open_quote (reader);
  start_splitting (reader);
  *line = first;
  outcome = parse_lines (reader, line, ret_lines, error);
  reader->splitting = false;
  return outcome;
}

static RecordOutcome
describe_bad_text (Reader *reader, size_t offset)
{
  Reason reason = bad_text_describe (&reader->record, offset, &reader->dialect, reader->problem, sizeof reader->problem);
  reader->record.problem = reader->problem;
  reader->record.reason = reason;
  return RECORD_PROBLEM;
}

/* Whether nothing but blanks is behind the last delimiter. */
static bool
ends_with_delimiter (const Reader *reader)
{
  const char *delimiter = reader->dialect.delimiter, *raw = reader->record.raw, *end = raw + reader->record.raw_length;
  size_t length = strlen (delimiter);
  end -= dialect_blanks_before (&reader->dialect, raw, end);
  return length > 0 && (size_t) (end - raw) >= length && memcmp (end - length, delimiter, length) == 0;
}

static RecordOutcome
check_record (Reader *reader)
{
  size_t bad = 0;
  const Field *last = &reader->fields[MAX (reader->n_fields, 1) - 1];
  if (reader->dialect.trailing_delimiter && reader->n_fields > 0 && (last->null || ends_with_delimiter (reader)))
    reader->n_fields--;
  if (reader->too_many || reader->n_fields > reader->limits.fields)
    return set_problem (reader, REASON_TOO_MANY_FIELDS, "more than %zu fields", reader->limits.fields);
  if (reader->too_long > 0)
    return set_problem (reader, REASON_FIELD_TOO_LONG, "field %zu is longer than %zu bytes", reader->too_long,
                        reader->limits.field_bytes);
  if (!text_is_utf8 (reader->record.raw, reader->record.raw_length, &bad))
    return describe_bad_text (reader, bad);
  return RECORD_GOOD;
}

/* Whether the record is rows that a quote swallowed which should not be there, or be closed. */
static bool
is_swallowing (Reader *reader)
{
  if (reader->width < 2)
    return false;
  if (reader->judge == NULL)
    reader->judge = splitter_new (&reader->dialect, reader->limits.record_bytes);
  return swallows_rows (reader->judge, reader->width, reader->record.raw, reader->record.raw_length);
}

static bool
take_long_line (Reader *reader, GError **error)
{
  begin_record (reader);
  const char *bytes = line_source_bytes (reader->lines);
  size_t kept = MIN (line_source_available (reader->lines), reader->limits.record_bytes);
  memcpy (reader->arena, bytes, kept);
  while (kept > 0 && (reader->arena[kept - 1] == '\n' || reader->arena[kept - 1] == '\r'))
    kept--;
  reader->record.raw = reader->arena;
  reader->record.raw_length = kept;
  set_problem (reader, REASON_RECORD_TOO_LONG, "the line is longer than %zu bytes", reader->limits.record_bytes);
  return line_source_skip (reader->lines, error);
}

/* An empty line, where these are records. */
static RecordOutcome
take_blank (Reader *reader, const Line *first)
{
  begin_record (reader);
  take_field (NULL, 0, reader);
  reader->record.raw = line_source_bytes (reader->lines);
  reader->record.n_fields = reader->n_fields;
  line_source_advance (reader->lines, first->end, 1);
  return RECORD_GOOD;
}

/* Parses the record that begins with "first" and moves behind it. */
static RecordOutcome
take_record (Reader *reader, const Line *first, GError **error)
{
  size_t lines = 1;
  Line last = *first;
  RecordOutcome outcome = parse_record (reader, &last, &lines, error);
  bool resume = outcome == RECORD_PROBLEM;
  if (outcome != RECORD_GOOD)
    forget_open_quote (reader);
  if (outcome == RECORD_CUT_OFF || outcome == RECORD_ERROR)
    return outcome;
  reader->record.raw = line_source_bytes (reader->lines);
  reader->record.raw_length = resume ? first->text_end : last.text_end;
  if (outcome == RECORD_GOOD && lines >= READER_SWALLOW_LINES && is_swallowing (reader))
    {
      outcome = set_problem (reader, REASON_UNCLOSED_QUOTE, "unclosed quote: the lines up to line %" G_GINT64_FORMAT " are rows",
                             reader->record.line + (int64_t) lines - 2);
      reader->record.raw_length = first->text_end;
      resume = true;
    }
  if (outcome == RECORD_GOOD)
    outcome = check_record (reader);
  reader->record.n_fields = outcome == RECORD_GOOD ? reader->n_fields : 0;
  lines = resume ? 1 : lines;
  reader->record.lines = (int64_t) lines;
  line_source_advance (reader->lines, resume ? first->end : last.end, lines);
  return outcome;
}

/* Takes the next record if it is plain, as nearly all are. */
static bool
take_plain (Reader *reader)
{
  const LineText text = line_source_sound (reader->lines);
  Record *record = &reader->record;
  const size_t taken = reader->only_slow ? 0 : plain_take (&reader->plain, &text, record);
  if (taken == 0)
    return false;
  record->blank = reader->passed.counts.blank;
  record->comments = reader->passed.counts.comments;
  line_source_advance (reader->lines, taken, (size_t) record->lines);
  return true;
}

/* Any record, or none at the end. */
static bool
take_next (Reader *reader, const Record **ret_record, GError **error)
{
  Line first = { 0 };
  switch (passed_cut (&reader->passed, &first, error))
    {
    case LINE_ERROR:
      return false;
    case LINE_NONE:
      return true;
    case LINE_TOO_LONG:
      if (!take_long_line (reader, error))
        return false;
      break;
    case LINE_CUT:
      {
        bool blank = reader->passed.keeps_blank && first.text_end == 0;
        RecordOutcome outcome = blank ? take_blank (reader, &first) : take_record (reader, &first, error);
        if (outcome == RECORD_ERROR || outcome == RECORD_CUT_OFF)
          return outcome == RECORD_CUT_OFF;
      }
    }
  *ret_record = &reader->record;
  return true;
}

static bool
read_record (Reader *reader, const Record **ret_record, GError **error)
{
  if (reader->told)
    reader->passed.counts.blank = reader->passed.counts.comments = 0;
  bool plain = take_plain (reader);
  if (plain)
    *ret_record = &reader->record;
  bool good = plain || take_next (reader, ret_record, error);
  reader->told = *ret_record != NULL;
  return good;
}

void
reader_read_slowly (Reader *reader)
{
  reader->only_slow = true;
}

void
reader_keep_blank (Reader *reader)
{
  reader->passed.keeps_blank = true;
}

void
reader_set_width (Reader *reader, size_t width)
{
  reader->width = width;
}

void
reader_doubt_comments (Reader *reader, ReaderDoubt is_row, void *data)
{
  reader->passed.is_row = is_row;
  reader->passed.data = data;
}

bool
reader_next (Reader *reader, const Record **ret_record, GError **error)
{
  *ret_record = NULL;
  if (!reader->started && !passed_preamble (&reader->passed, error))
    return false;
  reader->started = true;
  return read_record (reader, ret_record, error);
}

/* ---- the reader itself ---- */

/* Takes "source". */
static Reader *
new_reader (Source *source, bool whole, const Dialect *dialect, const ReaderLimits *limits, size_t piece)
{
  Reader *reader = g_new0 (Reader, 1);
  reader->source = source;
  reader->lines = line_source_new (source, !whole, piece, limits->record_bytes);
  reader->dialect = *dialect;
  reader->passed = (ReaderPassed) { .lines = reader->lines, .dialect = &reader->dialect };
  reader->limits = *limits;
  reader->limits.lines = limits->lines > 0 ? limits->lines : READER_MAX_LINES;
  reader->whole = whole;
  reader->most_fields = limits->fields + (dialect->trailing_delimiter ? 1 : 0);
  reader->fields = g_new (Field, reader->most_fields);
  reader->arena = g_malloc (limits->record_bytes);
  start_parser (reader);
  reader->plain = plain_new (&reader->dialect, &reader->limits, reader->fields, reader->arena);
  reader->only_slow = is_beyond_libcsv (dialect) || dialect->quote == dialect->delimiter[0];
  if (is_beyond_libcsv (dialect))
    start_splitting (reader);
  return reader;
}

Reader *
reader_new (int fd, const Dialect *dialect, const ReaderLimits *limits, Sha256 *sha)
{
  return reader_new_sized (fd, dialect, limits, sha, PIECE_SIZE);
}

Reader *
reader_new_sized (int fd, const Dialect *dialect, const ReaderLimits *limits, Sha256 *sha, size_t piece)
{
  const SourceLimits text = { limits->text_bytes, source_default_limits.ratio };
  Source *source = source_new (fd, dialect->compression, dialect->encoding, &text, sha);
  return new_reader (source, true, dialect, limits, piece);
}

Reader *
reader_new_bytes (const char *bytes, size_t length, bool whole, const Dialect *dialect, const ReaderLimits *limits)
{
  Source *source = source_new_bytes (bytes, length, COMPRESSION_NONE, dialect->encoding, &source_default_limits, NULL);
  return new_reader (source, whole, dialect, limits, PIECE_SIZE);
}

void
reader_free (Reader *reader)
{
  if (reader == NULL)
    return;
  csv_free (&reader->parser);
  splitter_free (reader->splitter);
  splitter_free (reader->judge);
  plain_clear (&reader->plain);
  line_source_free (reader->lines);
  source_free (reader->source);
  g_free (reader->fields);
  g_free (reader->arena);
  g_free (reader);
}

void
reader_rewind (Reader *reader)
{
  line_source_rewind (reader->lines);
  forget_open_quote (reader);
  reader->started = reader->told = false;
  reader->passed.counts = (ReaderLines) { 0 };
}

int64_t
reader_file_ns (const Reader *reader)
{
  return source_ns (reader->source);
}

int64_t
reader_offset (const Reader *reader)
{
  return source_offset (reader->source);
}

ReaderLines
reader_lines (const Reader *reader)
{
  ReaderLines lines = reader->passed.counts;
  lines.total = line_source_total (reader->lines);
  return lines;
}
