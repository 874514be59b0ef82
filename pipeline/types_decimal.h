/* A decimal number as it is written, taken apart without changing it. For types*.c only. */
#ifndef WEIR_PIPELINE_TYPES_DECIMAL_H
#define WEIR_PIPELINE_TYPES_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Points into the text it was scanned from. The digits are whole followed by fraction; those from "first" to before "last" are
 * significant (no zeros at either end), and first == last says that the number is zero. */
typedef struct
{
  bool negative;
  bool has_exponent;
  const char *whole; /* before the point: no superfluous zeros, maybe nothing */
  size_t n_whole;
  const char *fraction; /* behind the point, trailing zeros included */
  size_t n_fraction;
  size_t first;
  size_t last;
  int32_t point; /* the value is 0.DDD x 10^point, DDD being the significant digits; meaningless for zero */
} Decimal;

/* -?(0|[1-9][0-9]*)?(.[0-9]+)?([eE][+-]?[0-9]+)? with a digit before the exponent. Anything else is no decimal: "00123", "+44",
 * "5.". */
bool decimal_scan (const char *text, size_t length, Decimal *ret_decimal);

static inline char
decimal_digit (const Decimal *decimal, size_t index)
{
  return index < decimal->n_whole ? decimal->whole[index] : decimal->fraction[index - decimal->n_whole];
}

static inline size_t
decimal_significant (const Decimal *decimal)
{
  return decimal->last - decimal->first;
}

#endif
