/* Cells: a value of JSON as the spool file has it, and a cell of the spool file as JSON. Pure. */
#ifndef WEIR_CONNECT_SINGER_CELLS_H
#define WEIR_CONNECT_SINGER_CELLS_H

#include "connect/slice.h"
#include "connect/singer/types.h"

/* What had to be changed, in counts. */
typedef struct
{
  int64_t halves; /* half a surrogate pair, or NUL: U+FFFD */
  int64_t words;  /* NaN or an infinity where JSON or a date has none */
} Mended;

/* The text of a value that is not null, appended. Numbers keep their digits; a date-time without a zone is UTC; a fraction of a second is cut to six digits. What is
 * not of the type stays as it is, for weir to reject its row. */
void cell_of_value (CellType type, Slice value, GString *into, Mended *mended);

/* Whether a cell of type boolean, which may be NULL, says "true" or "false", or t or f, as PostgreSQL writes it. */
bool cell_says (const char *cell, size_t length, const char *truth);

/* The JSON of a cell by its type of models, appended; NULL is null. False: the cell is none of the type. */
bool value_of_cell (const char *type, const char *cell, size_t length, bool decimals_as_text, GString *into, Mended *mended);

/* A text as a JSON string, appended. Bytes that are no UTF-8 become U+FFFD. */
void put_json_text (const char *text, size_t length, GString *into);

#endif
