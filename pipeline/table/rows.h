/* A file's rows as its model wants them: the dialect worked out (or said by the model), the header read, rows that are off mended
 * or refused, what is below the table told. What LOAD, `weir cat` and `weir sniff` read from: they see the same table.
 *
 *   rows_open, then rows_next to the end; rows_rewind and again. */
#ifndef WEIR_PIPELINE_TABLE_ROWS_H
#define WEIR_PIPELINE_TABLE_ROWS_H

#include "models/declaration.h"
#include "models/model.h"
#include "pipeline/records/reader.h"
#include "pipeline/sniff/sniff.h"
#include "pipeline/table/lines.h"

typedef struct Rows Rows;

/* The file, and what is known of it beforehand. All borrowed for as long as the rows live. */
typedef struct
{
  int fd;
  const char *name;
  const Model *model;         /* NULL: none; rows that are off are mended */
  const char *const *columns; /* the table's so far: a first line with these names, or the model's, is a header; NULL: none */
  const ReaderLimits *limits; /* NULL: the reader's own */
  Sha256 *sha;                /* fed by every pass; NULL: not wanted */
  const Declaration
      *declared; /* whose columns the file has, in canonical CSV: nothing is worked out then; NULL, or one without columns: it is */
} RowsInput;

/* Errors: those of the source, the sniffer and the reader; a header that cannot be read, or is not the declared one ("not_as_declared"); INPUT
 * or LOCAL. */
Rows *rows_open (const RowsInput *input, GError **error);
void rows_free (Rows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rows, rows_free)

const Dialect *rows_dialect (const Rows *rows);
const SniffEvidence *rows_evidence (const Rows *rows);
size_t rows_width (const Rows *rows); /* columns of the table */

/* The header as wide as the table, its rows joined (record_join); NULL: there is none. Valid as long as "rows". */
const Record *rows_header (const Rows *rows);
const char *rows_header_problem (const Rows *rows); /* why a row of it had to be mended; NULL: none had */

/* The next row, NULL at the end. *ret_original: what a mended row was, NULL: it is as it was. A row that is off and not mended
 * comes as it is, or is an INPUT error ("ragged") where the model says "fail". What is none of the table's is a problem of its own,
 * with a reason of extent.h's (REASON_OF_FOREIGN); rows above the table (above.h) come first. Errors name the file. */
bool rows_next (Rows *rows, const Record **ret_row, const Record **ret_original, GError **error);

/* Whether the record that rows_next gave last is none of the table's, and above it. */
bool rows_is_above (const Rows *rows);

bool rows_rewind (Rows *rows, GError **error);
/* How long the file was read, its checksum, unpacking and encoding included, in nanoseconds. */
int64_t rows_file_ns (const Rows *rows);

int64_t rows_offset (const Rows *rows);            /* bytes of the file read so far, for progress */
bool rows_none (const Rows *rows, GError **error); /* sets the error of a file without rows, and returns false */

/* At the end of a pass: what became of all lines, given how many of them (Record.lines) were in rows that the caller took, and in what
 * it refused, but for what is above and below the table. */
LineCounts rows_lines (const Rows *rows, int64_t taken, int64_t rejected);

int64_t rows_headers (const Rows *rows); /* how often the header stood in the file so far; 0: there is none */

#endif
