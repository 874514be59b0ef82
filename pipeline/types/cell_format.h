/* How a column's cells are written: a format that was read once, for it is asked of every cell. What formats there are is in types.h.
 *
 *   cell_format_read (&format, TYPE_DATE, "DD/MM/YYYY");  then parse with it (types.h) */
#ifndef WEIR_PIPELINE_TYPES_CELL_FORMAT_H
#define WEIR_PIPELINE_TYPES_CELL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum
{
  UNIT_NONE,
  UNIT_PERCENT,
  UNIT_CURRENCY,
} Unit;

/* Of numbers. */
typedef struct
{
  char group;       /* NUL: whole digits are not grouped */
  char point;       /* NUL: there is no fraction */
  bool by_two;      /* all groups but the last have two digits */
  Unit unit;        /* what stands beside the number */
  const char *sign; /* of the currency, borrowed from the format; "": any that is known */
} DecimalStyle;

/* A format has each field once at most, and literals between them. */
#define MOMENT_STEPS 32

/* Of dates and times: what stands there, one behind the other. */
typedef struct
{
  int n_steps;
  struct
  {
    int field;           /* of types_format.c */
    bool loose;          /* one digit will do where two are usual */
    const char *literal; /* the characters that stand for themselves, borrowed from the format */
    size_t n_literal;
  } steps[MOMENT_STEPS];
} MomentFormat;

typedef struct
{
  const char *text; /* borrowed; NULL: the type's own, and nothing else is set */
  DecimalStyle decimal;
  MomentFormat moment;
  size_t n_true; /* of a boolean's two words the length of the first */
} CellFormat;

#endif
