/* What else a delimited file could be: each other delimiter, and each other quote with the one that was chosen, with the table that
 * it would make. For `weir sniff --explain`. */
#ifndef WEIR_SRC_REPORT_EXPLAINED_H
#define WEIR_SRC_REPORT_EXPLAINED_H

#include "src/report/peek.h"

#define EXPLAINED_ROWS 3 /* of each table that are kept */

/* The file read in one way. */
typedef struct
{
  Dialect dialect;
  SniffEvidence evidence;
  size_t width;
  int64_t rows;     /* of the table */
  GPtrArray *cells; /* of char *, or NULL for empty: the header (column_1, ... without one) and the first rows */
} Explained;

/* Reads the file once for each way that makes another table than the chosen one and those before it. Of Explained, the likeliest
 * first; owned by the caller. A way in which the file cannot be read is left out. */
GPtrArray *explained_read (const PeekedFile *file);

#endif
