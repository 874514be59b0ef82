/* A decimal number as it is written, taken apart without changing it. For types*.c only.
 *
 * How it is written is the type's own way (a point, no grouping) or a format: a 9, maybe a mark and 999 for whole digits in threes,
 * maybe a mark and a 9 for a fraction, as "9,9", "9.999,9", "9 999,9", "9'999". Digits are grouped by comma, point, blank or
 * apostrophe; the fraction follows a comma or a point. A blank stands for the no-break ones too, an apostrophe for the typographic
 * one. */
#ifndef WEIR_PIPELINE_TYPES_TYPES_DECIMAL_H
#define WEIR_PIPELINE_TYPES_TYPES_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct
{
  char group; /* NUL: whole digits are not grouped */
  char point; /* NUL: there is no fraction */
} DecimalStyle;

/* Points into the text it was scanned from. The digits are whole followed by fraction; those from "first" to before "last" are
 * significant (no zeros at either end), and first == last says that the number is zero. */
typedef struct
{
  bool negative;
  bool has_exponent;
  const char *whole;    /* before the point: no superfluous zeros, maybe nothing */
  size_t n_whole;       /* digits; the marks between them are not counted */
  size_t mark;          /* bytes of the mark before every three whole digits; 0: they are not grouped */
  const char *fraction; /* behind the point, trailing zeros included */
  size_t n_fraction;
  size_t first;
  size_t last;
  int32_t point; /* the value is 0.DDD x 10^point, DDD being the significant digits; meaningless for zero */
} Decimal;

/* Whether the format is one; NULL is the own way. */
bool decimal_style (const char *format, DecimalStyle *ret_style);

/* -?(0|[1-9][0-9]*)?(.[0-9]+)?([eE][+-]?[0-9]+)? with a digit before the exponent, and the marks of the format, NULL or one that
 * decimal_style takes. Anything else is no decimal: "00123", "+44", "5.". A number has all its grouping marks, and these alike, or
 * none. */
bool decimal_scan (const char *text, size_t length, const char *format, Decimal *ret_decimal);

static inline char
decimal_digit (const Decimal *decimal, size_t index)
{
  if (index >= decimal->n_whole)
    return decimal->fraction[index - decimal->n_whole];
  if (decimal->mark == 0)
    return decimal->whole[index];
  size_t behind = decimal->n_whole - 1 - index;
  size_t marks = (decimal->n_whole - 1) / 3 - behind / 3;
  return decimal->whole[index + marks * decimal->mark];
}

static inline size_t
decimal_significant (const Decimal *decimal)
{
  return decimal->last - decimal->first;
}

#endif
