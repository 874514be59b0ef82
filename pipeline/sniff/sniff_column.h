/* What a column holds below the first row of a table, and how the first row's cell compares with it. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_COLUMN_H
#define WEIR_PIPELINE_SNIFF_SNIFF_COLUMN_H

#include "pipeline/records/reader.h"
#include "pipeline/sniff/sniff_kind.h"

#define SNIFF_SIGNS 8 /* kinds of characters that words have not */

/* Of the cells below the first row, empty ones left out. sniff_column_clear frees what it holds. */
typedef struct
{
  CellKind kind;
  int64_t cells;
  int64_t periods;            /* cells that are a year or a month, as sniff_period reads them */
  int64_t wholes;             /* cells of digits alone */
  int64_t alike;              /* cells built like the first row's: letters, digits and signs in the same order */
  int64_t capitals;           /* cells that begin with a capital letter */
  int64_t signs[SNIFF_SIGNS]; /* cells that have each of the signs */
  size_t length;              /* of all cells; 0: they differ */
  size_t beginning;           /* bytes that all begin with */
  size_t prefix;              /* and the first row's cell, too */
  bool recurs;                /* the first row's cell is among them */
  char *text;                 /* the first of them */
} SniffColumn;

/* Takes a cell below; "first": the first row's. */
void sniff_column_take (SniffColumn *column, const Field *field, const Field *first);
void sniff_column_clear (SniffColumn *column);

bool sniff_is_equal (const Field *a, const Field *b);

/* The sign of this number in a cell: a digit, "/", "=" ...; several words are the last. */
bool sniff_has_sign (const Field *field, int sign);

/* Whether the cell, UTF-8, begins with a capital letter. */
bool sniff_is_capital (const Field *field);

/* The bytes of the key, with its colon, of a cell "key: value"; 0: it is no such. */
size_t sniff_key (const Field *field);

/* Whether the cell is digits and nothing else. */
bool sniff_is_whole (const Field *field);

/* "2024" and "2024-05" in months; 0: it is none. Years are 1900 to 2100. */
int64_t sniff_period (const Field *field);

#endif
