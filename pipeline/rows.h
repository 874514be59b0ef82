/* A file's rows as its model wants them: the dialect worked out (or said by the model), the reader opened, rows that are off mended
 * or refused. What LOAD reads from.
 *
 *   rows_open, rows_header, rows_set_width, then rows_next to the end; rows_rewind and again. */
#ifndef WEIR_PIPELINE_ROWS_H
#define WEIR_PIPELINE_ROWS_H

#include "pipeline/pins.h"
#include "pipeline/reader.h"

typedef struct Rows Rows;

/* fd, model (may be NULL), pins (not NULL), name, limits (NULL: the reader's own) and sha are borrowed. Errors: those of the
 * source, the sniffer and the reader; LOCAL, INPUT. */
Rows *rows_open (int fd, const char *name, const Model *model, const Pins *pins, const ReaderLimits *limits, Sha256 *sha,
                 GError **error);
void rows_free (Rows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rows, rows_free)

const Dialect *rows_dialect (const Rows *rows);

/* The header, NULL: there is none; then *ret_width is the first record's. A file without rows is an INPUT error ("no_rows"). */
bool rows_header (Rows *rows, const Record **ret_header, int *ret_width, GError **error);

/* How many columns the table has: rows of another width are off. */
void rows_set_width (Rows *rows, int width);

/* The next row, NULL at the end. *ret_original: what a mended row was, NULL: it is as it was. A row that is off and not mended
 * comes as it is, or is an INPUT error ("ragged") where the model says "fail". What is below the table is a problem of its own:
 * "footer", "second_table". */
bool rows_next (Rows *rows, const Record **ret_row, const Record **ret_original, GError **error);

bool rows_rewind (Rows *rows, GError **error);
int64_t rows_offset (const Rows *rows);            /* bytes of the file read so far, for progress */
bool rows_none (const Rows *rows, GError **error); /* sets the error of a file without rows, and returns false */

#endif
