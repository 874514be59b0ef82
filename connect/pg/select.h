/* The statements that read: which rows, in which order, as which cells. Pure; tests/golden/pg has what is made.
 *
 * A Range is a stretch of the order. Its values are texts of the order's first columns, which the server casts to their types. */
#ifndef WEIR_CONNECT_PG_SELECT_H
#define WEIR_CONNECT_PG_SELECT_H

#include "connect/pg/source.h"

typedef enum
{
  RANGE_ALL,
  RANGE_AFTER, /* behind the values, which may be of the first column alone */
  RANGE_FROM,  /* from the first one's value on, which is in it */
  RANGE_REST,  /* all that have a value in the order's first column */
  RANGE_NULLS, /* rows without a bookmark; behind the values of the others, if there are any */
} RangeKind;

typedef struct
{
  RangeKind kind;
  GPtrArray *values;         /* texts; may be NULL where there are none */
  double overlap;            /* FROM and AFTER with one value begin so much before it: seconds, or steps */
  const char *below, *up_to; /* nothing from there on; nothing behind that; NULL: open */
  const char *start, *end;   /* of a window: from "start" on, before "end"; NULL: open */
} Range;

typedef struct
{
  const Source *source;
  bool is_redshift;
  const char *conditions; /* of "where", "" */
  const char *snapshot;   /* of mode dump: the literal of the last column; NULL: none */
  const int *order;       /* columns, the bookmark first */
  int n_order;
  bool is_sorted; /* in that order; their values come before all others then, to be taken off (transfer.h) */
  int64_t limit;  /* of rows, and all that are equal to the last one in the order; 0: none */
} Selection;

/* "select ..." Owned by the caller. */
char *select_rows (const Selection *selection, const Range *range);

/* " where ...", or "" Owned by the caller. */
char *select_where (const Selection *selection, const Range *range);

/* The cell of a column, as the job wants it. Owned by the caller. */
char *select_cell (const PgColumn *column, bool is_redshift);

/* The header of the file, with its line's end. Owned by the caller. */
char *select_header (const Source *source, bool is_dump);

#endif
