/* The first rows of a table, from some row of a candidate on, and what the columns hold below the first of them: what tells whether
 * it is a header. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_TOP_H
#define WEIR_PIPELINE_SNIFF_SNIFF_TOP_H

#include "pipeline/sniff/sniff_candidate.h"

#define TOP_HEADER_ROWS 3 /* a header has at most */
#define TOP_ROWS (TOP_HEADER_ROWS + 1)
#define TOP_SIGNS 8 /* kinds of characters that words have not */

/* The cells of a column below the first row, empty ones left out, and how the first row's cell compares. */
typedef struct
{
  CellKind kind;
  int64_t cells;
  int64_t periods;          /* cells that are a year or a month, as top_period reads them */
  int64_t alike;            /* cells built like the first row's: letters, digits and signs in the same order */
  int64_t signs[TOP_SIGNS]; /* cells that have each of the signs */
  size_t length;            /* of all cells; 0: they differ */
  size_t prefix;            /* bytes that all begin with, and the first row's cell */
  bool recurs;              /* the first row's cell is among them */
} TopColumn;

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
  TopColumn *columns;
  int64_t below;   /* rows of the width below the first */
  bool ordered;    /* the first column's cells below are, each not before the one above */
  bool continuous; /* and the first row's begins that order */
} Top;

void top_read (const Sample *sample, const SniffCandidate *best, guint first, Top *ret_top);
void top_clear (Top *top);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Top, top_clear)

const Field *top_cell (const Top *top, guint row, size_t column);
CellKind top_kind (const Top *top, guint row, size_t column);
size_t top_count_filled (const Top *top, guint row);

bool top_is_equal (const Field *a, const Field *b);

/* "2024" and "2024-05" in months; 0: it is none. Years are 1900 to 2100. */
int64_t top_period (const Field *field);

/* Whether the cell is one, and most cells below are none. */
bool top_is_period (const Top *top, guint row, size_t column);

/* The sign of this number in a cell: a digit, "/", "=" ... */
bool top_has_sign (const Field *field, int sign);

#endif
