/* The first rows of a table, from some row of a candidate on, and what the columns hold below the first of them: what tells whether
 * it is a header. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_TOP_H
#define WEIR_PIPELINE_SNIFF_SNIFF_TOP_H

#include "pipeline/sniff/sniff_candidate.h"
#include "pipeline/sniff/sniff_column.h"

#define TOP_HEADER_ROWS 3 /* a header has at most */
#define TOP_ROWS (TOP_HEADER_ROWS + 1)

typedef struct
{
  Record rows[TOP_ROWS]; /* made to fit the table's width */
  char *memory[TOP_ROWS];
  guint index[TOP_ROWS];         /* of them in the candidate */
  size_t other_values[TOP_ROWS]; /* their cells that are values, but no periods above what is none */
  guint n;
  size_t fields;
  size_t found; /* fields that the first row had before it was made to fit */
  bool named;   /* none of them was empty */
  SniffColumn *columns;
  int64_t below;   /* rows of the width below the first */
  bool ordered;    /* the first column's cells below are, but for a few, each not before the one above */
  bool continuous; /* and the first row's begins that order */
} Top;

void top_read (const Sample *sample, const SniffCandidate *best, guint first, Top *ret_top);
void top_clear (Top *top);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Top, top_clear)

const Field *top_cell (const Top *top, guint row, size_t column);
CellKind top_kind (const Top *top, guint row, size_t column);
size_t top_count_filled (const Top *top, guint row);

/* Whether the column has a cell in each row below the first, of which there are two at least. */
bool top_is_filled (const Top *top, size_t column);

/* Whether the cell is a year or a month (sniff_period), and most cells below are none. */
bool top_is_period (const Top *top, guint row, size_t column);

#endif
