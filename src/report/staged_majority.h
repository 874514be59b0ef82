/* The type that nearly all cells have, though a few bad ones made the column text. Pure. */
#ifndef WEIR_SRC_REPORT_STAGED_MAJORITY_H
#define WEIR_SRC_REPORT_STAGED_MAJORITY_H

#include "pipeline/types/types.h"

#define MAJORITY_PERCENT 99 /* of the cells that must fit; the others would be rejects */
#define MAJORITY_LEAST 20   /* cells: fewer say nothing */

typedef struct
{
  const Type *type;   /* NULL: text is right */
  const char *format; /* NULL: the type's own; static text */
  size_t fitting;     /* cells of that type */
} Majority;

/* The first type, in the order in which inference prefers them, that MAJORITY_PERCENT of the cells (NUL-terminated, without NULLs)
 * have. Day and month that fit both ways give none. */
Majority staged_majority (const char *const *cells, size_t count);

#endif
