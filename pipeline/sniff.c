#include "pipeline/sniff.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/decode.h"
#include "pipeline/sniff_candidate.h"
#include "pipeline/sniff_header.h"

#include <string.h>

void
sniff_evidence_clear (SniffEvidence *evidence)
{
  g_clear_pointer (&evidence->delimiter, g_free);
  g_clear_pointer (&evidence->quote, g_free);
  g_clear_pointer (&evidence->header, g_free);
  g_clear_pointer (&evidence->encoding, g_free);
  evidence->confidence = 0;
}

static bool
refuse_empty (const Sample *sample, int bom, const char *name, GError **error)
{
  weir_error (error, WEIR_ERROR_INPUT, "\"%s\" is empty", name);
  weir_error_detail (error, "%s",
                     sample->length == 0              ? "It has no bytes."
                     : sample->length == (size_t) bom ? "It has a byte order mark and nothing else."
                     : sample->whole                  ? "It has only blank lines."
                                                      : "It begins with a very long run of blank lines.");
  weir_error_reason (error, "empty_file");
  return false;
}

static bool
is_blank (const Sample *sample, int bom)
{
  for (size_t i = (size_t) bom; i < sample->length; i++)
    if (!g_ascii_isspace (sample->bytes[i]))
      return false;
  return true;
}

/* ---- preamble ---- */

/* The lines up to the last of those at the beginning that begin with #, with the blank ones among them; 0 where nothing follows
 * them. */
static int
count_comment_lines (const Sample *sample, int bom)
{
  int lines = 0, comments = 0;
  size_t at = (size_t) bom;
  while (at < sample->length)
    {
      const char *line = sample->bytes + at;
      size_t text = 0, rest = sample->length - at;
      while (text < rest && line[text] != '\n' && line[text] != '\r')
        text++;
      lines++;
      if (text > 0 && line[0] != '#')
        return comments;
      if (text > 0)
        comments = lines;
      at += text + (text < rest) + (text + 1 < rest && line[text] == '\r' && line[text + 1] == '\n');
    }
  return 0;
}

/* Whether the last of the comment lines is split like the records: "#chrom,pos" is a header. */
static bool
is_last_comment_header (const Sample *sample, const SniffCandidate *best, int comments)
{
  g_autoptr (Reader) reader = sniff_reader (sample, best->delimiter, best->quote, comments - 1);
  const Record *record = NULL;
  return reader_next (reader, &record, NULL) && record != NULL && record->problem == NULL && record->n_fields == best->fields;
}

/* Lines with a # are left out only before a table of several columns: in a list they may be its values. */
static int
choose_with_preamble (const Sample *sample, int bom, SniffCandidate *ret_best, SniffCandidate *ret_second)
{
  int comments = count_comment_lines (sample, bom);
  sniff_choose (sample, comments, ret_best, ret_second);
  if (comments == 0)
    return 0;
  int skip_lines = ret_best->delimiter == 0 ? 0 : comments - is_last_comment_header (sample, ret_best, comments);
  if (skip_lines != comments)
    sniff_choose (sample, skip_lines, ret_best, ret_second);
  return skip_lines;
}

/* ---- newline, for people ---- */

static const char *
newline_kind (const Sample *sample, const Dialect *dialect)
{
  g_autoptr (Reader) reader = sniff_reader (sample, dialect->delimiter, dialect->quote, dialect->skip_lines);
  int64_t lf = 0, crlf = 0, cr = 0;
  const Record *record = NULL;
  while (reader_next (reader, &record, NULL) && record != NULL)
    {
      size_t end = (size_t) reader_offset (reader);
      char last = sample->bytes[end - 1];
      if (last == '\r')
        cr++;
      else if (last == '\n' && end > 1 && sample->bytes[end - 2] == '\r')
        crlf++;
      else if (last == '\n')
        lf++;
    }
  if ((lf > 0) + (crlf > 0) + (cr > 0) > 1)
    return "mixed";
  return crlf > 0 ? "CRLF" : cr > 0 ? "CR" : "LF";
}

/* ---- evidence ---- */

static const char *
delimiter_word (char delimiter)
{
  static const char words[][2] = { ",", ";", "|" };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (words[i][0] == delimiter)
      return words[i];
  return "tab";
}

static char *
describe_delimiter (const SniffCandidate *best, const SniffCandidate *second)
{
  g_autofree char *even = text_count (best->even);
  g_autofree char *records = text_count (best->records);
  g_autoptr (GString) text = g_string_new ("delimiter ");
  if (best->delimiter == 0)
    g_string_append_printf (text, "none: nothing splits most of the %s rows evenly", records);
  else
    g_string_append_printf (text, "%s : %s of %s rows have %zu fields", delimiter_word (best->delimiter), even, records,
                            best->fields);
  if (second->records > 0)
    g_string_append_printf (text, "; runner-up %s : %.0f %% have %zu", delimiter_word (second->delimiter), 100 * second->share,
                            second->fields);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
describe_quote (const SniffCandidate *best)
{
  g_autofree char *quoted = text_count (best->quoted);
  if (best->quote == 0)
    return g_strdup ("quote none: the quotes in the file are in the middle of cells or have no partner");
  if (best->quoted == 0)
    return g_strdup_printf ("quote %c : assumed, no cell is quoted", best->quote);
  return g_strdup_printf ("quote %c : around %s cell%s", best->quote, quoted, best->quoted == 1 ? "" : "s");
}

static char *
describe_encoding (const Sample *sample, int bom)
{
  size_t bad = 0;
  const char *mark = bom > 0 ? "with" : "without";
  /* The end of a head may cut a character of up to four bytes. */
  if (text_is_utf8 (sample->bytes, sample->length, &bad) || (!sample->whole && bad + 4 > sample->length))
    return g_strdup_printf ("encoding UTF-8, %s byte order mark", mark);
  return g_strdup_printf ("encoding UTF-8, %s byte order mark, but byte %zu of the file is not: rows with such bytes are rejected",
                          mark, bad + 1);
}

/* ---- all together ---- */

bool
sniff_dialect (const char *bytes, size_t length, bool whole, const char *const *known_names, const char *name, Dialect *ret_dialect,
               SniffEvidence *ret_evidence, GError **error)
{
  const Sample sample = { bytes, length, whole, known_names };
  *ret_dialect = dialect_default;
  if (ret_evidence != NULL)
    *ret_evidence = (SniffEvidence) { 0 };
  if (!decode_head (bytes, length, name, &ret_dialect->encoding, &ret_dialect->bom, error))
    return false;
  if (is_blank (&sample, ret_dialect->bom))
    return refuse_empty (&sample, ret_dialect->bom, name, error);
  SniffCandidate best, second;
  ret_dialect->skip_lines = choose_with_preamble (&sample, ret_dialect->bom, &best, &second);
  ret_dialect->delimiter = best.delimiter;
  ret_dialect->quote = best.quote;
  ret_dialect->newline = newline_kind (&sample, ret_dialect);
  g_auto (SniffEvidence) evidence = { 0 };
  double header_confidence = 0;
  ret_dialect->header = sniff_has_header (&sample, ret_dialect, &evidence.header, &header_confidence);
  if (ret_evidence == NULL)
    return true;
  evidence.delimiter = describe_delimiter (&best, &second);
  evidence.quote = describe_quote (&best);
  evidence.encoding = describe_encoding (&sample, ret_dialect->bom);
  evidence.confidence = best.share * header_confidence;
  *ret_evidence = evidence;
  evidence = (SniffEvidence) { 0 };
  return true;
}
