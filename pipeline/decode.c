#include "pipeline/decode.h"

#include "base/error.h"

#include <string.h>

#define PATTERN_SIZE 4096 /* how many bytes tell UTF-16 and UTF-32 without a mark */

typedef struct
{
  const char *bytes;
  size_t length;
  const char *encoding; /* as iconv calls it; it takes the mark off */
} Mark;

/* UTF-32's little-endian mark begins with UTF-16's, so it comes first. */
static const Mark marks[] = {
  { "\xFF\xFE\0\0", 4, "UTF-32" },
  { "\0\0\xFE\xFF", 4, "UTF-32" },
  { "\xFF\xFE", 2, "UTF-16" },
  { "\xFE\xFF", 2, "UTF-16" },
};

typedef struct
{
  const char *bytes;
  size_t length;
  const char *what;
  const char *hint;
} Signature;

static const Signature signatures[] = {
  { "\x1F\x8B", 2, "gzip", "Unpack it first: gunzip FILE." },
  { "PK\x03\x04", 4, "ZIP or an Office document", "Unpack it first, or save the sheet as CSV in UTF-8." },
  { "\xD0\xCF\x11\xE0", 4, "an old Office document", "Save the sheet as CSV in UTF-8." },
  { "%PDF", 4, "PDF", "Export the data as CSV in UTF-8." },
  { "PAR1", 4, "Parquet", "Export the data as CSV in UTF-8." },
  { "SQLite format 3", 15, "an SQLite database", "Export the table as CSV in UTF-8." },
  { "\x28\xB5\x2F\xFD", 4, "Zstandard", "Unpack it first: unzstd FILE." },
  { "BZh", 3, "bzip2", "Unpack it first: bunzip2 FILE." },
  { "\xFD"
    "7zXZ",
    5, "xz", "Unpack it first: unxz FILE." },
};

static const char *
marked_encoding (const char *bytes, size_t length)
{
  for (size_t i = 0; i < G_N_ELEMENTS (marks); i++)
    if (length >= marks[i].length && memcmp (bytes, marks[i].bytes, marks[i].length) == 0)
      return marks[i].encoding;
  return NULL;
}

/* Text in UTF-16 or UTF-32 that is mostly ASCII has NUL bytes at the same places of each unit, and hardly any elsewhere. */
static const char *
encoding_by_pattern (const char *bytes, size_t length)
{
  size_t units = MIN (length, PATTERN_SIZE) / 4;
  size_t nul[4] = { 0 };
  for (size_t i = 0; i < units * 4; i++)
    nul[i % 4] += bytes[i] == '\0';
  bool often[4];
  for (size_t i = 0; i < 4; i++)
    {
      often[i] = units > 0 && nul[i] * 10 >= units * 7;
      if (!often[i] && nul[i] * 10 > units)
        return NULL;
    }
  static const struct
  {
    bool often[4];
    const char *encoding;
  } patterns[] = {
    { { false, true, false, true }, "UTF-16LE" },
    { { true, false, true, false }, "UTF-16BE" },
    { { false, true, true, true }, "UTF-32LE" },
    { { true, true, true, false }, "UTF-32BE" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (patterns); i++)
    if (memcmp (often, patterns[i].often, sizeof often) == 0)
      return patterns[i].encoding;
  return NULL;
}

static bool
refuse_encoding (const char *name, const char *encoding, GError **error)
{
  g_autofree char *from = g_shell_quote (name);
  weir_error (error, WEIR_ERROR_INPUT, "\"%s\" is %s, not UTF-8", name, encoding);
  weir_error_hint (error, "Convert it: iconv -f %s -t UTF-8 %s > converted.csv", encoding, from);
  weir_error_reason (error, "encoding");
  return false;
}

static const Signature *
find_signature (const char *bytes, size_t length)
{
  for (size_t i = 0; i < G_N_ELEMENTS (signatures); i++)
    if (length >= signatures[i].length && memcmp (bytes, signatures[i].bytes, signatures[i].length) == 0)
      return &signatures[i];
  return NULL;
}

static int64_t
count_lines (const char *bytes, size_t length)
{
  int64_t lines = 1;
  for (size_t i = 0; i < length; i++)
    lines += bytes[i] == '\n' || (bytes[i] == '\r' && (i + 1 == length || bytes[i + 1] != '\n'));
  return lines;
}

static bool
refuse_binary (const char *bytes, size_t length, size_t nul, const char *name, GError **error)
{
  const Signature *signature = find_signature (bytes, length);
  if (signature != NULL)
    {
      weir_error (error, WEIR_ERROR_INPUT, "\"%s\" is no text: it looks like %s", name, signature->what);
      weir_error_hint (error, "%s", signature->hint);
    }
  else
    {
      int64_t line = count_lines (bytes, nul);
      weir_error (error, WEIR_ERROR_INPUT, "\"%s\" is no text: there is a NUL byte on line %" G_GINT64_FORMAT, name, line);
      weir_error_hint (error, "The file is damaged or no CSV. Export it again as CSV in UTF-8.");
      weir_error_line (error, line);
    }
  weir_error_reason (error, "nul_byte");
  return false;
}

bool
decode_head (const char *bytes, size_t length, const char *name, Encoding *ret_encoding, int *ret_bom, GError **error)
{
  *ret_encoding = ENCODING_UTF8;
  *ret_bom = length >= 3 && memcmp (bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  const char *marked = marked_encoding (bytes, length);
  if (marked != NULL)
    return refuse_encoding (name, marked, error);
  const char *nul = length > 0 ? memchr (bytes, '\0', length) : NULL;
  if (nul == NULL)
    return true;
  const char *encoding = encoding_by_pattern (bytes, length);
  if (encoding != NULL)
    return refuse_encoding (name, encoding, error);
  return refuse_binary (bytes, length, (size_t) (nul - bytes), name, error);
}
