/* The names of a table, from one row or several. A row that is off is mended, for without names there is no loading the rest.
 *
 *   header_take for each of its rows, from the top */
#ifndef WEIR_PIPELINE_TABLE_HEADER_H
#define WEIR_PIPELINE_TABLE_HEADER_H

#include "pipeline/records/reader.h"
#include "pipeline/sniff/sniff_evidence.h"

/* { 0 } to begin with. */
typedef struct
{
  Record record; /* as wide as the table, its rows joined (record_join) */
  char *memory;  /* that the record is in; NULL: there is no header */
  char *problem; /* of the first row that had to be mended; NULL: they are sound */
} Header;

void header_clear (Header *header);

/* The file that it is of. Borrowed. */
typedef struct
{
  const char *name;
  const Dialect *dialect;
  const SniffEvidence *evidence;
  size_t width; /* of the table */
} HeaderFile;

/* Joins a row to those above it. Errors: INPUT, with the reason of the row, where it cannot be told what the names are. */
bool header_take (Header *header, const Record *row, const HeaderFile *file, GError **error);

#endif
