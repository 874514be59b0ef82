/* The extent's two halves: extent.c takes records and holds back those in doubt, extent_end.c says what the held ones are once
 * nothing of the table's width follows them. */
#ifndef WEIR_PIPELINE_TABLE_EXTENT_PRIVATE_H
#define WEIR_PIPELINE_TABLE_EXTENT_PRIVATE_H

#include "pipeline/records/repair.h"
#include "pipeline/table/extent.h"

#define MOST_HELD 16 /* records */

/* A record in doubt. */
typedef struct
{
  Record record;
  char *memory;
  bool like_row; /* it looks like a row of the table */
  bool near;     /* one separator more or less, and it would be as wide */
  bool gap;      /* it ends the table as an empty line does: a rule, or delimiters only */
  bool bad_quote;
  bool words; /* where the table has values: another table begins; or, where rows of this one follow, no row of it */
  bool names; /* words above all values of a table that has few: rows of other kinds behind them tell whether another one begins */
  bool of_other; /* a row of other kinds, behind such names */
} Held;

struct Extent
{
  const SniffEvidence *evidence;
  const Record *header;
  size_t width;
  size_t value; /* a column of values; the width: there is none */
  bool join;
  size_t vain; /* bytes that were joined for nothing since the last row of the table's width */
  const char *newline;
  Repair *repair;
  Held held[MOST_HELD];
  guint n_held;
  guint given;      /* of them */
  guint rows_held;  /* the first of them are rows of the table */
  guint footer_end; /* those behind them are a footer, up to here, where another table begins; 0: there is no such footer */
  size_t held_bytes;
  bool decided;       /* what the held ones are */
  const Record *next; /* behind them; NULL: none */
  Reason below;       /* what is behind the rows; NONE: the table goes on */
  bool repeated;      /* "next" is the header once more */
  int64_t rows;       /* of the table's width so far */
  int64_t blanks;     /* of them behind an empty line */
  int64_t last_line;
};

/* Decides: the held are rows of the table, or from one of them on a footer or another table begins. "gap" and "words": index of the first
 * behind a gap, and of the first of words where the table has values; n_held: there is none. "end": of the file, else of the room. */
void extent_judge (Extent *extent, guint gap, guint words, bool end);

/* From the held of index "first" on all is below the table, and is "below". */
void extent_end_table (Extent *extent, guint first, Reason below);

#endif
