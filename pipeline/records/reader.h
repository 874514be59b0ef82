/* The pulled reader: records of a delimited file, one per call. The one file that knows libcsv.
 *
 *   g_autoptr (Reader) reader = reader_new (fd, &dialect, &limits, sha);
 *   while (reader_next (reader, &record, error) && record != NULL) ...
 *
 * It cuts the text at line ends and feeds libcsv (or, in dialects beyond it, reader_split.h) one line at a time, so a call ends at
 * most one record, line numbers and original text are known, limits hold before anything grows, and an unclosed quote is bounded:
 * the first line of such a record is given as a problem and reading resumes at its second line. So is one with a stray quote. The
 * preamble is no record, the rows of the header are the first ones. Comments and blank lines are passed over; where there is a
 * delimiter, lines of spaces and tabs are blank too. A byte order mark is passed over whatever the dialect says, also one before a
 * later record, where it stays in the raw text. Blanks and line ends inside fields are kept as they are. Memory stays below record
 * size limit x 3 whatever the file.
 *
 * All text is UTF-8, whatever the file's encoding: the fields, the raw text, and the bytes that problems and limits count. */
#ifndef WEIR_PIPELINE_RECORDS_READER_H
#define WEIR_PIPELINE_RECORDS_READER_H

#include "base/digest.h"
#include "base/reason.h"
#include "pipeline/text/dialect.h"

typedef struct
{
  const char *text; /* not NUL-terminated; never NULL */
  size_t length;
  bool null; /* empty and not quoted */
} Field;

/* Borrowed: valid until the next call on the reader. */
typedef struct
{
  int64_t line;     /* 1-based line of the file where the record starts */
  int64_t lines;    /* that it takes: those within a quoted cell too */
  int64_t blank;    /* empty lines right before it */
  int64_t comments; /* lines right before it */
  const Field *fields;
  size_t n_fields;
  const char *raw; /* the original text, less the line end, as UTF-8: the original bytes of a UTF-8 file, transcoded those of
                      another; of a record that is too long the first record_bytes */
  size_t raw_length;
  const char *problem; /* NULL, or why this is no usable record: "unclosed quote", "stray quote", "invalid UTF-8 at byte 12", ...;
                          then n_fields is 0. One reject. */
  Reason reason;       /* with a problem: REASON_UNCLOSED_QUOTE, _STRAY_QUOTE, _INVALID_UTF8, _INVALID_ENCODING (of another),
                          _RECORD_TOO_LONG, _FIELD_TOO_LONG, _TOO_MANY_FIELDS */
  bool open;           /* with REASON_UNCLOSED_QUOTE: a limit was met, neither the file's end nor another quote */
} Record;

typedef struct
{
  size_t record_bytes; /* longest record, line ends included */
  size_t field_bytes;
  size_t fields;      /* per record */
  size_t lines;       /* of one; 0: READER_MAX_LINES */
  int64_t text_bytes; /* of the whole file, decompressed; 0: no limit ("file_too_large") */
} ReaderLimits;

extern const ReaderLimits reader_default_limits; /* 4 MiB, 1 MiB, 1,600 */

#define READER_MAX_LINES 10000 /* of one record */

typedef struct Reader Reader;

/* Reads fd (a regular file, from its beginning; borrowed). "sha" (or NULL; borrowed) is fed every byte of the file once per
 * pass. A NUL byte anywhere in the text is an INPUT error that names the line. */
Reader *reader_new (int fd, const Dialect *dialect, const ReaderLimits *limits, Sha256 *sha);

/* The same over bytes in memory (borrowed), decompressed ones whatever the dialect says. Not "whole": more would follow, so a
 * record that is cut off at the end is left out. */
Reader *reader_new_bytes (const char *bytes, size_t length, bool whole, const Dialect *dialect, const ReaderLimits *limits);

/* For tests: reads "piece" bytes of text at a time. */
Reader *reader_new_sized (int fd, const Dialect *dialect, const ReaderLimits *limits, Sha256 *sha, size_t piece);

/* For tests: no record is taken the fast way (reader_plain.h), which gives the same. */
void reader_read_slowly (Reader *reader);

void reader_free (Reader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reader, reader_free)

/* A record of fewer lines is never taken for rows that a quote swallowed: two between its first and its last are needed. */
#define READER_SWALLOW_LINES 4

/* Of a table of one column, in which a NULL is written as an empty line: these are records from now on. */
void reader_keep_blank (Reader *reader);

/* How many columns the table has (0, as at first: not known). A quoted cell that holds lines which are rows of such a table is an
 * unclosed quote then. */
void reader_set_width (Reader *reader, size_t width);

/* Whether a line that begins as a comment does may be a row all the same; less its line end. */
typedef bool (*ReaderDoubt) (const char *line, size_t length, void *data);

/* Of each comment is asked from now on whether it is none; NULL, as at first: they all are. "data" is borrowed. */
void reader_doubt_comments (Reader *reader, ReaderDoubt is_row, void *data);

/* The next record, or NULL in *ret_record at the end. Errors concern the file: INPUT or LOCAL, with the line. */
bool reader_next (Reader *reader, const Record **ret_record, GError **error);

/* Goes back to the beginning; sha is reset. */
void reader_rewind (Reader *reader);

int64_t reader_file_ns (const Reader *reader); /* source_ns */
int64_t reader_offset (const Reader *reader);  /* of the file's own bytes, read ahead: for progress */

/* Lines that are in no record. With those of all records, and what is said there to be before them, they are the text. */
typedef struct
{
  int64_t preamble;
  int64_t blank; /* behind the last record */
  int64_t comments;
  int64_t first_comment; /* line of the first of all; 0: there is none */
  int64_t total;         /* all lines of the text, known at its end, counted by their ends alone */
} ReaderLines;

ReaderLines reader_lines (const Reader *reader);

#endif
