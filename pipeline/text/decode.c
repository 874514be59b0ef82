#include "pipeline/text/decode.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/text/decode_1252.h"
#include "pipeline/text/decode_guess.h"

#include <string.h>

#define SHOWN 4            /* bytes named in the evidence */
#define PATTERN_SIZE 65536 /* how many bytes tell UTF-16 and UTF-32 without a mark */

typedef struct
{
  const char *bytes;
  size_t length;
  Encoding encoding;
  const char *evidence; /* NULL: UTF-32, which is not read */
} Mark;

/* UTF-32's little-endian mark begins with UTF-16's, so it comes first. */
static const Mark marks[] = {
  { "\xFF\xFE\0\0", 4, 0, NULL },
  { "\0\0\xFE\xFF", 4, 0, NULL },
  { "\xEF\xBB\xBF", 3, ENCODING_UTF8, "byte order mark of UTF-8" },
  { "\xFF\xFE", 2, ENCODING_UTF16LE, "byte order mark of UTF-16, little endian" },
  { "\xFE\xFF", 2, ENCODING_UTF16BE, "byte order mark of UTF-16, big endian" },
};

typedef struct
{
  const char *bytes;
  size_t length;
  const char *what;
  const char *hint; /* %s: the file's name */
} Signature;

/* gzip and zstd are unpacked before: here they are packed twice. */
static const Signature signatures[] = {
  { "\x1F\x8B", 2, "gzip", "Unpack it first: gunzip -c < %s > unpacked.csv" },
  { "PK\x03\x04", 4, "ZIP or an Office document", "Unpack it first, or save the sheet as CSV in UTF-8." },
  { "\xD0\xCF\x11\xE0", 4, "an old Office document", "Save the sheet as CSV in UTF-8." },
  { "%PDF", 4, "PDF", "Export the data as CSV in UTF-8." },
  { "PAR1", 4, "Parquet", "Export the data as CSV in UTF-8." },
  { "SQLite format 3", 15, "an SQLite database", "Export the table as CSV in UTF-8." },
  { "\x28\xB5\x2F\xFD", 4, "Zstandard", "Unpack it first: unzstd -c < %s > unpacked.csv" },
  { "BZh", 3, "bzip2", "Unpack it first: bunzip2 -c < %s > unpacked.csv" },
  { "\xFD"
    "7zXZ",
    5, "xz", "Unpack it first: unxz -c < %s > unpacked.csv" },
};

/* ---- files that are refused ---- */

static const Signature *
find_signature (const SourceHead *head)
{
  for (size_t i = 0; i < G_N_ELEMENTS (signatures); i++)
    if (head->length >= signatures[i].length && memcmp (head->bytes, signatures[i].bytes, signatures[i].length) == 0)
      return &signatures[i];
  return NULL;
}

static bool
refuse_signature (const Signature *signature, const char *name, GError **error)
{
  g_autofree char *file = g_shell_quote (name);
  g_auto (GStrv) parts = g_strsplit (signature->hint, "%s", 2);
  g_autofree char *hint = g_strjoinv (file, parts);
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_NUL_BYTE, .hint = hint }, "\"%s\" is no text: it looks like %s",
                    name, signature->what);
}

static bool
refuse_nul (const SourceHead *head, const char *nul, const char *name, GError **error)
{
  const Signature *signature = find_signature (head);
  if (signature != NULL)
    return refuse_signature (signature, name, error);
  int64_t line = 1 + text_count_line_ends (head->bytes, (size_t) (nul - head->bytes));
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_NUL_BYTE, .line = line,
                                 .hint = "The file is damaged or no CSV. Export it again as CSV in UTF-8." },
                    "\"%s\" is no text: there is a NUL byte on line %" G_GINT64_FORMAT, name, line);
}

static bool
refuse_utf32 (const char *name, const char *encoding, GError **error)
{
  g_autofree char *from = g_shell_quote (name);
  g_autofree char *hint = g_strdup_printf ("Convert it: iconv -f %s -t UTF-8 %s > converted.csv", encoding, from);
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_ENCODING, .hint = hint }, "\"%s\" is %s, which is not read", name,
                    encoding);
}

/* ---- UTF-32 and UTF-16 ---- */

static uint32_t
number_at (const char *bytes, size_t size, bool little)
{
  uint32_t number = 0;
  for (size_t i = 0; i < size; i++)
    number = number << 8 | (uint8_t) bytes[little ? size - 1 - i : i];
  return number;
}

/* As iconv calls it, or NULL. Units of four bytes that are characters are nothing else: in any other text most are beyond U+10FFFF.
 */
static const char *
find_utf32 (const char *bytes, size_t length)
{
  size_t units = MIN (length, PATTERN_SIZE) / 4, little = 0, big = 0;
  for (size_t i = 0; i < units; i++)
    {
      uint32_t as_little = number_at (bytes + 4 * i, 4, true), as_big = number_at (bytes + 4 * i, 4, false);
      little += as_little > 0 && as_little <= 0x10FFFF;
      big += as_big > 0 && as_big <= 0x10FFFF;
    }
  if (units == 0)
    return NULL;
  return little * 10 >= units * 9 ? "UTF-32LE" : big * 10 >= units * 9 ? "UTF-32BE" : NULL;
}

typedef struct
{
  size_t units;
  size_t line_ends;
  size_t ascii; /* printable, and tabs */
  size_t wrong; /* units and pairs that no text has */
} Utf16Counts;

static Utf16Counts
count_utf16 (const char *bytes, size_t length, bool little)
{
  Utf16Counts counts = { .units = MIN (length, PATTERN_SIZE) / 2 };
  for (size_t i = 0; i < counts.units; i++)
    {
      uint32_t unit = number_at (bytes + 2 * i, 2, little);
      bool pair = unit >= 0xD800 && unit <= 0xDBFF;
      uint32_t next = i + 1 < counts.units ? number_at (bytes + 2 * i + 2, 2, little) : 0xDC00;
      if (unit == '\n' || unit == '\r')
        counts.line_ends++;
      else if (unit == '\t' || (unit >= ' ' && unit <= '~'))
        counts.ascii++;
      else if (pair && next >= 0xDC00 && next <= 0xDFFF)
        i++;
      else if (!g_unichar_isdefined (unit) || g_unichar_iscntrl (unit))
        counts.wrong++;
    }
  return counts;
}

/* Nearly all ASCII; or, for scripts of the rest of the world, all of it text, with line ends and with blanks, digits or delimiters
 * between them. ASCII with a stray NUL byte is neither: two of its bytes are a Chinese character, but never a line end. */
static bool
is_utf16 (const char *bytes, size_t length, bool little, char **ret_evidence)
{
  Utf16Counts counts = count_utf16 (bytes, length, little);
  size_t ascii = counts.ascii + counts.line_ends;
  bool plain = counts.units > 0 && ascii * 10 >= counts.units * 9;
  bool foreign = counts.wrong == 0 && counts.line_ends > 0 && counts.ascii >= counts.line_ends;
  if (!plain && !foreign)
    return false;
  *ret_evidence = g_strdup_printf ("no byte order mark, but %.0f %% of its units of two bytes are ASCII",
                                   100.0 * (double) ascii / (double) counts.units);
  return true;
}

/* ---- UTF-8 ---- */

typedef struct
{
  size_t characters; /* beyond ASCII */
  size_t wrong;      /* bytes that are part of none */
  size_t first_wrong;
} Utf8Counts;

static Utf8Counts
count_utf8 (const char *bytes, size_t length, bool whole)
{
  Utf8Counts counts = { 0 };
  for (size_t i = 0; i < length;)
    {
      if ((uint8_t) bytes[i] < 0x80)
        {
          i++;
          continue;
        }
      gunichar character = g_utf8_get_char_validated (bytes + i, (gssize) (length - i));
      if (character == (gunichar) -2 && !whole)
        break; /* cut off with the head */
      bool good = character < (gunichar) -2;
      if (!good && counts.wrong++ == 0)
        counts.first_wrong = i;
      counts.characters += good;
      i += good ? (size_t) g_utf8_skip[(uint8_t) bytes[i]] : 1;
    }
  return counts;
}

static char *
describe_utf8 (const Utf8Counts *counts, bool whole, const char *likelier)
{
  g_autofree char *characters = text_count ((int64_t) counts->characters);
  g_autofree char *wrong = text_count ((int64_t) counts->wrong);
  const char *plural = counts->characters == 1 ? "" : "s";
  g_autoptr (GString) text = g_string_new (NULL);
  if (counts->characters > counts->wrong) /* a few are chance */
    g_string_append_printf (text, "%s UTF-8 with %s character%s beyond ASCII%s", counts->wrong > 0 ? "mostly" : "valid", characters,
                            plural, counts->wrong > 0 ? "; " : "");
  else if (counts->wrong == 0)
    g_string_append (text, whole ? "nothing but ASCII" : "nothing but ASCII at its beginning");
  if (counts->wrong > 0)
    g_string_append_printf (
        text,
        "%s byte%s neither that nor like Windows-1252%s%s, the first is byte %zu of the text: rows with such bytes are "
        "rejected",
        wrong, counts->wrong == 1 ? " is" : "s are", likelier != NULL ? " but like " : "", likelier != NULL ? likelier : "",
        counts->first_wrong + 1);
  if (likelier != NULL)
    g_string_append_printf (text, "; \"dialect\": {\"encoding\": \"%s\"} in a model reads them", likelier);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* "12 bytes such as 0xE9 0xF6 are no UTF-8, but letters and signs of Windows-1252"; "at least 12" where that is not all. */
static char *
describe_letters (const SourceHead *head, Encoding encoding)
{
  bool seen[256] = { false };
  size_t high = 0, kinds = 0;
  g_autoptr (GString) shown = g_string_new (NULL);
  for (size_t i = 0; i < head->length; i++)
    {
      uint8_t byte = (uint8_t) head->bytes[i];
      high += byte >= 0x80;
      if (byte < 0x80 || seen[byte])
        continue;
      seen[byte] = true;
      if (kinds++ < SHOWN)
        g_string_append_printf (shown, " 0x%02X", byte);
    }
  g_autofree char *count = text_count ((int64_t) high);
  const char *name = encoding == ENCODING_WINDOWS_1252 ? "Windows-1252" : encoding_word (encoding);
  return g_strdup_printf ("%s%s byte%s%s%s no UTF-8, but letters and signs of %s", head->whole ? "" : "at least ", count,
                          high == 1 ? "" : "s such as", shown->str, high == 1 ? " is" : " are", name);
}

/* ---- all together ---- */

/* The encodings that are taken without being declared, where nothing speaks against them. */
static bool
is_taken (const Guess *guess)
{
  const char *word = encoding_word (guess->encoding);
  return guess->kind == GUESS_SURE && (strcmp (word, "windows-1251") == 0 || strcmp (word, "macintosh") == 0);
}

/* Text without NUL bytes and marks. */
static bool
judge_bytes (const SourceHead *head, const char *name, Decoding *ret_decoding, GError **error)
{
  Utf8Counts counts = count_utf8 (head->bytes, head->length, head->whole);
  const Signature *signature = counts.wrong > 0 ? find_signature (head) : NULL;
  if (signature != NULL)
    return refuse_signature (signature, name, error);
  Guess guess = { 0 };
  const char *likelier = NULL;
  /* More whole characters than bytes that are none: chance does not do that, a few bad bytes do. */
  bool utf8 = counts.wrong == 0 || counts.characters > counts.wrong;
  if (!utf8)
    guess = guess_encoding (head->bytes, head->length);
  bool western = !utf8 && guess.western && looks_like_windows_1252 (head->bytes, head->length);
  if (western || is_taken (&guess))
    {
      Encoding encoding = western ? ENCODING_WINDOWS_1252 : guess.encoding;
      *ret_decoding = (Decoding) { encoding, 0, describe_letters (head, encoding), NULL };
      return true;
    }
  if (guess.kind != GUESS_NONE && guess.encoding != ENCODING_WINDOWS_1252)
    likelier = encoding_word (guess.encoding);
  *ret_decoding = (Decoding) { ENCODING_UTF8, 0, describe_utf8 (&counts, head->whole, likelier), likelier };
  return true;
}

/* Text with NUL bytes, the first of them here, without a mark. */
static bool
judge_wide (const SourceHead *head, const char *nul, const char *name, Decoding *ret_decoding, GError **error)
{
  const char *utf32 = find_utf32 (head->bytes, head->length);
  if (utf32 != NULL)
    return refuse_utf32 (name, utf32, error);
  char *evidence = NULL;
  bool little = is_utf16 (head->bytes, head->length, true, &evidence);
  if (!little && !is_utf16 (head->bytes, head->length, false, &evidence))
    return refuse_nul (head, nul, name, error);
  *ret_decoding = (Decoding) { little ? ENCODING_UTF16LE : ENCODING_UTF16BE, 0, evidence, NULL };
  return true;
}

static const Mark *
find_mark (const SourceHead *head)
{
  for (size_t i = 0; i < G_N_ELEMENTS (marks); i++)
    if (head->length >= marks[i].length && memcmp (head->bytes, marks[i].bytes, marks[i].length) == 0)
      return &marks[i];
  return NULL;
}

void
decoding_clear (Decoding *decoding)
{
  g_free (decoding->evidence);
  *decoding = (Decoding) { 0 };
}

bool
decode_head (const SourceHead *head, const Encoding *declared, const char *name, Decoding *ret_decoding, GError **error)
{
  *ret_decoding = (Decoding) { 0 };
  const Mark *mark = find_mark (head);
  if (mark != NULL && mark->evidence == NULL)
    return refuse_utf32 (name, "UTF-32", error);
  const char *nul = head->length > 0 ? memchr (head->bytes, '\0', head->length) : NULL;
  if (mark == NULL && declared == NULL)
    return nul == NULL ? judge_bytes (head, name, ret_decoding, error) : judge_wide (head, nul, name, ret_decoding, error);
  Encoding encoding = mark != NULL ? mark->encoding : *declared;
  if (nul != NULL && encoding != ENCODING_UTF16LE && encoding != ENCODING_UTF16BE)
    return refuse_nul (head, nul, name, error);
  *ret_decoding =
      (Decoding) { encoding, mark != NULL ? (int) mark->length : 0, g_strdup (mark != NULL ? mark->evidence : "declared"), NULL };
  return true;
}
