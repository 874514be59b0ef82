/* Type inference: what is left of a column's possible types after each cell.
 *
 *   for each cell: infer_cell (&guess, text, length, null);
 *   infer_result (&guess, &result);
 *
 * The result depends on the set of cells, never on their order. Candidates are (type, format) pairs: date has its formats as
 * candidates of their own, so 25/12/2026 leaves DD/MM/YYYY and drops MM/DD/YYYY, and numeric too, so 1,5 leaves a decimal comma and
 * drops a comma between thousands. 1.234 is a decimal point, unless another column of the file has decimal commas:
 *
 *   if (infer_is_comma (the other's format) && result.either) infer_doubt (&result); */
#ifndef WEIR_PIPELINE_TYPES_INFER_H
#define WEIR_PIPELINE_TYPES_INFER_H

#include "pipeline/types/types.h"

typedef struct
{
  uint32_t left; /* one bit per candidate that is still possible, and what else infer.c must remember */
  int64_t cells; /* not NULL; a "" is one */
  int64_t nulls;
  size_t longest;    /* bytes */
  bool quoted_empty; /* a "" was seen: text keeps it, other types read it as NULL */
} ColumnGuess;

typedef struct
{
  const Type *type;   /* never NULL; text where nothing else is left or nothing was seen */
  const char *format; /* NULL: the type's own; static text */
  bool unknown;       /* no cell had a value */
  bool undecided;     /* numbers that only double precision holds, none with an exponent so far: text, until one is met */
  bool ambiguous;     /* the cells can be read in two ways (day and month, decimal comma and thousands): text */
  bool either;        /* numbers whose every mark may be the decimal one or stand between thousands: ambiguous, or 1.234 */

  /* Where ambiguous or either, what a model may say of the column, one or the other: "type": "numeric", "format": "9,9". Static
   * text. */
  const char *settle;
  const char *settle_or;
} InferResult;

void infer_init (ColumnGuess *guess);

/* null: an unquoted empty cell. A quoted empty one comes as length 0 and not null, and narrows nothing. */
void infer_cell (ColumnGuess *guess, const char *cell, size_t length, bool null);

void infer_result (const ColumnGuess *guess, InferResult *ret_result);

bool infer_is_comma (const char *format); /* whether numbers of that format (NULL: plain ones) have a decimal comma */
void infer_doubt (InferResult *result);   /* of numbers that can be read either way: they are ambiguous, and text */

#endif
