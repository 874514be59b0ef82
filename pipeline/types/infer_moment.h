/* Inference of dates, times and timestamps. For infer.c only.
 *
 * A cell is a day, a time of day, or both. The days are written in one of several orders, the times in one of several shapes; each
 * cell takes away the orders and the shapes that are not its own, so that the order of cells never matters. */
#ifndef WEIR_PIPELINE_TYPES_INFER_MOMENT_H
#define WEIR_PIPELINE_TYPES_INFER_MOMENT_H

#include "pipeline/types/types.h"

/* Bit masks of what is still possible; with no order or no shape left the column holds no moments. */
typedef struct
{
  uint32_t orders;
  uint32_t shapes;
} MomentGuess;

/* A type, and how it is written. */
typedef struct
{
  TypeId type;
  const char *format; /* static text; NULL: the type's own */
} MomentReading;

void moment_guess_init (MomentGuess *guess);
void moment_guess_cell (MomentGuess *guess, const char *cell, size_t length);

/* How the cells can be read: 0, 1, or 2 where there are more (day and month could be either). *ret_sure: they may be read so
 * without a model; false for years of two digits, and for hours of one digit alone, which may be minutes. */
int moment_guess_result (const MomentGuess *guess, MomentReading ret_readings[2], bool *ret_sure);

#endif
