/* Gather: files as they lie at a source become one, which is canonical CSV (docs/connectors.md). What each of them is, dialect, encoding, header, what is no row
 * of the table, is found as of any file; its columns are known by their names, so that their order may differ.
 *
 *   gather_new               writes into a descriptor from its beginning
 *   gather_file              a file behind the others; the first one says which columns there are
 *   gather_end               what it is, for a declaration: columns whose types their cells say, rows, bytes, SHA-256
 *
 * Rows that are off are mended as without a model; those that cannot be read are left out and counted. Of an error nothing is to be kept. */
#ifndef WEIR_SRC_PULL_GATHER_H
#define WEIR_SRC_PULL_GATHER_H

#include "base/json.h"
#include "pipeline/run.h"

typedef struct Gather Gather;

/* options: whose limits and least confidence hold; borrowed. */
Gather *gather_new (int fd, const PipelineOptions *options);
void gather_free (Gather *gather);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Gather, gather_free)

/* "shown" is the file in messages. Errors: INPUT where it cannot be read, has no text, has other columns than the first, or is read with a doubt that a load
 * would not take; LOCAL. */
bool gather_file (Gather *gather, int fd, const char *shown, GError **error);

/* *ret_columns and *ret_done as a connector says them (references). LOCAL. */
bool gather_end (Gather *gather, Json **ret_columns, Json **ret_done, GError **error);

int64_t gather_rows (const Gather *gather);
/* Rows that could not be read. */
int64_t gather_left_out (const Gather *gather);

/* Whether the file has a header, and nothing below it; one that cannot be read is not such. */
bool gather_is_header_alone (int fd, const char *shown, const PipelineOptions *options);

#endif
