#include "pipeline/sniff/sniff.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/records/annotation.h"
#include "pipeline/text/decode.h"
#include "pipeline/sniff/sniff_choose.h"
#include "pipeline/sniff/sniff_comments.h"
#include "pipeline/sniff/sniff_confidence.h"
#include "pipeline/sniff/sniff_header.h"
#include "pipeline/sniff/sniff_judge.h"
#include "pipeline/sniff/sniff_names.h"
#include "pipeline/sniff/sniff_quote.h"
#include "pipeline/sniff/sniff_table.h"

#include <string.h>

#define LEAST_BLOCK 2      /* rows of the table's width */
#define LEAST_LACKING 2    /* cells of each row below names that are more */
#define LEAST_AS_HEADER 10 /* percent of the rows that are as wide as the header, for that to be the table's width */

/* ---- text ---- */

/* The bytes as UTF-8 without a mark. What is none becomes a question mark: such a row cannot be loaded, but shows its delimiters.
 */
static GString *
read_text (const SourceHead *head, Encoding encoding)
{
  GString *text = source_transcode (head->bytes, head->length, true, encoding);
  size_t from = 0, bad = 0;
  while (!text_is_utf8 (text->str + from, text->len - from, &bad))
    {
      from += bad;
      text->str[from++] = '?';
    }
  return text;
}

static bool
is_blank (const Sample *sample)
{
  for (size_t i = 0; i < sample->length; i++)
    if (!g_ascii_isspace (sample->bytes[i]))
      return false;
  return true;
}

static bool
refuse_empty (const Sample *sample, size_t length, const char *name, GError **error)
{
  const char *detail = length == 0           ? "It has no text."
                       : sample->length == 0 ? "It has a byte order mark and nothing else."
                       : sample->whole       ? "It has only blank lines."
                                             : "It begins with a very long run of blank lines.";
  return weir_fail (
      error,
      &(Failure) { WEIR_ERROR_INPUT, REASON_EMPTY_FILE, .detail = detail,
                   .hint = "If there is really nothing to load, remove the file; if it should have rows, drop it again." },
      "\"%s\" is empty", name);
}

static bool
refuse_columns (size_t columns, const char *name, GError **error)
{
  g_autofree char *found = text_count ((int64_t) columns);
  g_autofree char *most = text_count ((int64_t) reader_default_limits.fields);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_TOO_MANY_COLUMNS,
                                 .hint = "Split the file into several with fewer columns, or make rows of the columns." },
                    "\"%s\" has %s columns; PostgreSQL takes %s", name, found, most);
}

static bool
refuse_long_record (int64_t line, const char *name, GError **error)
{
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_RECORD_TOO_LONG, .line = line,
                                 .hint = "Shorten the cell in quotes, or close its quote." },
                    "line %" G_GINT64_FORMAT " of \"%s\" begins a row of more than %d lines", line, name, READER_MAX_LINES);
}

/* The length of a first line that tells Excel the delimiter, "sep=;", with its line end; 0: there is none. */
static size_t
separator_line (const Sample *sample)
{
  const char *line = sample->bytes;
  if (sample->declared->skip_lines >= 0 || sample->length < 6 || g_ascii_strncasecmp (line, "sep=", 4) != 0
      || (line[5] != '\n' && line[5] != '\r'))
    return 0;
  return sample->length > 6 && line[5] == '\r' && line[6] == '\n' ? 7 : 6;
}

/* Leaves out what is declared to be above the table, and the line for Excel. Returns how many lines. */
static int
skip_lines (Sample *sample)
{
  size_t separator = separator_line (sample);
  int lines = separator > 0, declared = sample->declared->skip_lines;
  const char *at = sample->bytes + separator, *end = sample->bytes + sample->length;
  for (; lines < declared && at < end; lines++)
    {
      while (at < end && *at != '\n' && *at != '\r')
        at++;
      at += end - at > 1 && at[0] == '\r' && at[1] == '\n' ? 2 : at < end;
    }
  sample->length = (size_t) (end - at);
  sample->bytes = at;
  return MAX (lines, declared);
}

/* ---- comments ---- */

static void
clear_candidates (SniffCandidate *best, SniffCandidate *second)
{
  sniff_candidate_clear (best);
  sniff_candidate_clear (second);
}

static void
choose_with_comments (const Sample *sample, SniffCandidate *ret_best, SniffCandidate *ret_second)
{
  sniff_choose (sample, ret_best, ret_second);
  if (sample->declared->comment != NULL || ret_best->rows == NULL || !sniff_has_comments (ret_best))
    return;
  Dialect dialect = ret_best->dialect;
  dialect.comment = '#';
  sniff_candidate_clear (ret_best);
  sniff_look (sample, &dialect, ret_best);
}

/* A cell longer than the reader takes cuts a file into lines that may look like a table. Where the whole file is sound with such
 * cells, it is one with such cells. */
static void
choose_with_long_records (Sample *sample, SniffCandidate *ret_best, SniffCandidate *ret_second)
{
  choose_with_comments (sample, ret_best, ret_second);
  if (!sample->whole || sample->length <= READER_MAX_LINES || ret_best->problems == 0)
    return;
  SniffCandidate best, second;
  sample->long_records = true;
  choose_with_comments (sample, &best, &second);
  sample->long_records = best.problems == 0 && best.fields > 1 && best.share >= 1;
  clear_candidates (sample->long_records ? ret_best : &best, sample->long_records ? ret_second : &second);
  if (sample->long_records)
    *ret_best = best, *ret_second = second;
}

/* ---- delimiters at the end ---- */

/* Whether the last column is empty from the header on. */
static bool
has_trailing_delimiter (const SniffCandidate *best, const SniffHeader *header)
{
  if (best->fields < 2)
    return false;
  for (guint i = header->first; i <= best->last; i++)
    {
      const SniffRow *row = sniff_row (best, i);
      if (row->fields == best->fields && sniff_cell_kind (best, i, row->fields - 1) != KIND_EMPTY)
        return false;
    }
  return true;
}

/* ---- width ---- */

/* Whether all rows below the header lack cells, several of them: it is not that a delimiter is missing. Behind the last name there
 * may be a delimiter. */
static bool
is_widest (const SniffCandidate *best, const SniffHeader *header)
{
  const SniffRow *names = sniff_row (best, header->first);
  if (header->rows != 1 || header->confidence < JUDGE_LIKELY)
    return false;
  for (guint i = header->first + 1; i < best->rows->len; i++)
    if (sniff_row (best, i)->fields + LEAST_LACKING > names->fields)
      return false;
  for (size_t i = best->fields; i < names->fields; i++)
    {
      CellKind kind = sniff_cell_kind (best, header->first, i);
      if (kind != KIND_TEXT && kind != KIND_PADDED && (kind != KIND_EMPTY || i + 1 < names->fields))
        return false;
    }
  return true;
}

/* A header of known names says how wide the table is, and so does one that many rows agree with: others have cells left out at
 * their end, or delimiters in their last one. */
static void
adopt_header_width (SniffCandidate *best, const SniffHeader *header)
{
  int64_t even = 0;
  if (is_widest (best, header))
    {
      best->fields = sniff_row (best, header->first)->fields;
      best->shorter = true;
      return;
    }
  if (header->width == best->fields || header->width == 0)
    return;
  guint last = best->last;
  for (guint i = header->first + 1; i < best->rows->len; i++)
    if (sniff_row (best, i)->fields == header->width)
      even++, last = MAX (last, i);
  if (!header->known && even * 100 < best->even * LEAST_AS_HEADER)
    return;
  best->fields = header->width;
  best->last = last;
  best->even = even;
  best->share = (double) (even + 1) / best->rows->len;
}

/* ---- newline, for people ---- */

typedef struct
{
  int64_t lf;
  int64_t crlf;
  int64_t cr;
} Newlines;

static void
count_newlines (const char *text, size_t length, int sign, Newlines *newlines)
{
  for (const char *at = text, *end = text + length; at < end; at++)
    if (*at == '\n')
      newlines->lf += sign;
    else if (*at == '\r' && at + 1 < end && at[1] == '\n')
      newlines->crlf += sign, at++;
    else if (*at == '\r')
      newlines->cr += sign;
}

/* Of all, those inside of cells are none. */
static const char *
newline_kind (const Sample *sample, const Dialect *dialect)
{
  Newlines newlines = { 0 };
  count_newlines (sample->bytes, sample->length, 1, &newlines);
  g_autoptr (Reader) reader = sniff_reader (sample, dialect, 0);
  const Record *record = NULL;
  while (reader_next (reader, &record, NULL) && record != NULL)
    count_newlines (record->raw, record->raw_length, -1, &newlines);
  if ((newlines.lf > 0) + (newlines.crlf > 0) + (newlines.cr > 0) > 1)
    return "mixed";
  return newlines.crlf > 0 ? "CRLF" : newlines.cr > 0 ? "CR" : "LF";
}

/* ---- all together ---- */

static bool
are_blank_lines_usual (const SniffCandidate *best)
{
  int64_t blank = 0;
  for (guint i = best->first + 1; i <= best->last; i++)
    blank += sniff_row (best, i)->blank;
  return blank > 1 && blank * 10 > best->last - best->first;
}

/* The last row before an empty line, if some of the table's are: what is behind it may be another table of as many columns. */
static guint
end_of_block (const SniffCandidate *best, guint first)
{
  guint even = 0, i = first;
  for (; i <= best->last && (even < LEAST_BLOCK || !sniff_row (best, i)->blank); i++)
    even += sniff_row (best, i)->fields == best->fields;
  return i > first ? i - 1 : best->last;
}

/* The first row that the reader will not take, NULL: none. */
static const SniffRow *
find_long_record (const Sample *sample, const SniffCandidate *best)
{
  for (guint i = 0; sample->long_records && i < best->rows->len; i++)
    if (sniff_row (best, i)->lines > READER_MAX_LINES)
      return sniff_row (best, i);
  return NULL;
}

static void
fill_dialect (const Sample *sample, const SniffCandidate *best, const SniffHeader *header, Dialect *dialect)
{
  g_strlcpy (dialect->delimiter, best->dialect.delimiter, sizeof dialect->delimiter);
  dialect->trim = best->dialect.trim;
  dialect->quote = best->dialect.quote;
  dialect->escape = best->dialect.escape;
  dialect->comment = best->dialect.comment;
  dialect->trailing_delimiter = has_trailing_delimiter (best, header);
  dialect->header_rows = header->rows;
  dialect->skip_lines = header->first > 0 ? (int) sniff_row (best, header->first)->line - 1 : 0;
  dialect->newline = newline_kind (sample, &best->dialect);
}

static void
fill_evidence (const SniffCandidate *best, const SniffCandidate *second, const SniffHeader *header, const Dialect *dialect,
               SniffEvidence *evidence)
{
  evidence->delimiter = sniff_describe_delimiter (best, second);
  evidence->quote = sniff_describe_quote (best);
  evidence->header = header->evidence;
  evidence->confidence = sniff_confidence (best, second, header);
  evidence->score = best->score;
  evidence->fields = best->fields - dialect->trailing_delimiter;
  evidence->blank_lines = are_blank_lines_usual (best);
  SniffCandidate table = *best;
  if (!evidence->blank_lines)
    table.last = end_of_block (best, header->first + (guint) header->rows);
  table.last = sniff_last_above_names (&table, header->first + (guint) header->rows);
  g_autofree CellKind *kinds = sniff_column_kinds (&table, header->first + (guint) header->rows);
  evidence->kinds = g_malloc (best->fields);
  for (size_t i = 0; i < best->fields; i++)
    evidence->kinds[i] = (unsigned char) kinds[i];
}

/* Not one row: the head ends within the first. */
static void
assume (SniffEvidence *evidence)
{
  evidence->delimiter = g_strdup ("delimiter , : assumed, no row ends within the head of the file");
  evidence->quote = g_strdup ("quote \" : assumed");
  evidence->header = g_strdup ("header: assumed");
}

static bool
work_out (Sample *sample, const char *name, Dialect *dialect, SniffEvidence *evidence, GError **error)
{
  int skipped = skip_lines (sample);
  g_auto (SniffCandidate) best = { 0 }, second = { 0 };
  choose_with_long_records (sample, &best, &second);
  if (sample->declared->skip_lines >= 0)
    best.first = 0;
  const SniffRow *long_row = find_long_record (sample, &best);
  if (long_row != NULL)
    return refuse_long_record (long_row->line + skipped, name, error);
  if (best.fields == 0)
    return assume (evidence), true;
  SniffHeader header;
  sniff_find_header (sample, &best, &header);
  adopt_header_width (&best, &header);
  fill_dialect (sample, &best, &header, dialect);
  dialect->skip_lines += skipped;
  fill_evidence (&best, &second, &header, dialect, evidence);
  return evidence->fields <= reader_default_limits.fields || refuse_columns (evidence->fields, name, error);
}

/* Rows that weir handed back for correction are written as weir wrote them, whatever is declared of the file they are from. */
static void
declare_returned (ModelDialect *declared, Annotation *annotation)
{
  declared->delimiter = annotation->delimiter;
  declared->blanks = (char *) (annotation->trim ? "trim" : "keep");
  if (annotation->quote[0] != '\0')
    declared->quote = annotation->quote;
  declared->encoding = NULL;
  declared->header_rows = 1;
  declared->skip_lines = 0;
}

static void
take_decoding (const Decoding *decoding, Dialect *dialect, SniffEvidence *evidence)
{
  dialect->encoding = decoding->encoding;
  dialect->bom = decoding->bom;
  g_free (evidence->encoding);
  evidence->encoding = g_strdup_printf ("encoding %s: %s", encoding_word (decoding->encoding), decoding->evidence);
  evidence->likelier = decoding->likelier;
}

bool
sniff_dialect (const SourceHead *head, const SniffInput *input, Dialect *ret_dialect, SniffEvidence *ret_evidence, GError **error)
{
  static const ModelDialect nothing = { .header_rows = -1, .skip_lines = -1 };
  ModelDialect declared = input->declared != NULL ? *input->declared : nothing;
  Annotation annotation;
  bool returned = annotation_find (head->bytes, head->length, &annotation);
  if (returned)
    declare_returned (&declared, &annotation);
  *ret_dialect = sniff_declared (&declared);
  ret_dialect->compression = head->compression;
  *ret_evidence = (SniffEvidence) { 0 };
  Encoding word;
  const Encoding *said = declared.encoding != NULL && encoding_find (declared.encoding, &word) ? &word : NULL;
  g_auto (Decoding) decoding = { 0 };
  if (!decode_head (head, said, input->name, &decoding, error))
    return false;
  g_autoptr (GString) text = read_text (head, decoding.encoding);
  g_autoptr (SniffKnown) known = input->known_names != NULL ? sniff_known_new (input->known_names) : NULL;
  Sample sample = {
    .bytes = text->str, .length = text->len, .whole = head->whole, .known = known, .declared = &declared, .returned = returned
  };
  if (is_blank (&sample))
    return refuse_empty (&sample, head->length, input->name, error);
  take_decoding (&decoding, ret_dialect, ret_evidence);
  if (work_out (&sample, input->name, ret_dialect, ret_evidence, error))
    return true;
  sniff_evidence_clear (ret_evidence);
  return false;
}

bool
sniff_file (int fd, const SniffInput *input, Dialect *ret_dialect, SniffEvidence *ret_evidence, GError **error)
{
  g_autofree char *bytes = g_malloc (SNIFF_HEAD_SIZE);
  SourceHead head;
  *ret_evidence = (SniffEvidence) { 0 };
  if (!source_head (fd, bytes, SNIFF_HEAD_SIZE, &head, error))
    return g_prefix_error (error, "%s: ", input->name), false;
  if (!sniff_dialect (&head, input, ret_dialect, ret_evidence, error))
    return false;
  if (input->declared != NULL && input->declared->encoding != NULL)
    return true;
  g_auto (Decoding) decoding = { .encoding = ret_dialect->encoding };
  if (!decode_rest (fd, &head, &decoding, error))
    return sniff_evidence_clear (ret_evidence), g_prefix_error (error, "%s: ", input->name), false;
  if (decoding.evidence != NULL)
    take_decoding (&decoding, ret_dialect, ret_evidence);
  return true;
}
