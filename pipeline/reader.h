/* The pulled reader: records of a delimited file, one per call. The one file that knows libcsv.
 *
 *   g_autoptr (Reader) reader = reader_new (fd, &dialect, &limits, sha);
 *   while (reader_next (reader, &record, error) && record != NULL) ...
 *
 * It cuts the input at line ends and feeds libcsv one line at a time, so a call ends at most one record, line numbers and
 * original bytes are known, limits hold before anything grows, and an unclosed quote is bounded: the first line of such a record is
 * given as a problem and reading resumes at its second line. The header and the preamble are not records: see reader_header. Blank
 * lines are passed over. Memory stays below record size limit x 3 whatever the file. */
#ifndef WEIR_PIPELINE_READER_H
#define WEIR_PIPELINE_READER_H

#include "base/digest.h"
#include "pipeline/dialect.h"

typedef struct
{
  const char *text; /* not NUL-terminated; never NULL */
  size_t length;
  bool null;        /* empty and not quoted */
} Field;

/* Borrowed: valid until the next call on the reader. */
typedef struct
{
  int64_t line;         /* 1-based line of the file where the record starts */
  const Field *fields;
  size_t n_fields;
  const char *raw;      /* the original bytes, less the line end */
  size_t raw_length;
  const char *problem;  /* NULL, or why this is no usable record: "unclosed quote", "stray quote", "invalid UTF-8 at byte 12", ...;
                           then n_fields is 0. One reject. */
  const char *reason;   /* with a problem: a stable word, "unclosed_quote", "stray_quote", "invalid_utf8", "record_too_long", "field_too_long" */
} Record;

typedef struct
{
  size_t record_bytes; /* longest record, line ends included */
  size_t field_bytes;
  size_t fields;       /* per record */
} ReaderLimits;

extern const ReaderLimits reader_default_limits; /* 4 MiB, 1 MiB, 1,600 */

typedef struct Reader Reader;

/* Reads fd (a regular file, from its beginning; borrowed). "sha" (or NULL; borrowed) is fed every byte of the file once per
 * pass. A NUL byte anywhere is an INPUT error that names the line. */
Reader *reader_new (int fd, const Dialect *dialect, const ReaderLimits *limits, Sha256 *sha);
void reader_free (Reader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reader, reader_free)

/* The header's fields (dialect.header), read on the first call of reader_header or reader_next. *ret_header is NULL when the
 * dialect has none or the file ended before it. Valid until reader_rewind or reader_free. */
bool reader_header (Reader *reader, const Record **ret_header, GError **error);

/* The next record, or NULL in *ret_record at the end. Errors concern the file: INPUT or LOCAL, with the line. */
bool reader_next (Reader *reader, const Record **ret_record, GError **error);

/* Goes back to the beginning; sha is reset. */
bool reader_rewind (Reader *reader, GError **error);

int64_t reader_offset (const Reader *reader); /* bytes consumed so far, for progress */

#endif
