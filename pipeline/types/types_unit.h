/* Percentages and amounts of money: what stands beside the number. For types_decimal.c only. */
#ifndef WEIR_PIPELINE_TYPES_TYPES_UNIT_H
#define WEIR_PIPELINE_TYPES_TYPES_UNIT_H

#include "pipeline/types/types_decimal.h"

typedef struct
{
  const char *at, *end;
  char sign;        /* '-', '+', or NUL where none was met */
  const char *unit; /* NULL: none was met */
} UnitCell;

/* Takes the unit of the style, the sign and the brackets away. False: the cell is not written so. */
bool unit_strip (const DecimalStyle *style, UnitCell *cell);

#endif
