/* A decimal number as it is written, taken apart without changing it. For types*.c only.
 *
 * How it is written is the type's own way (a point, no grouping) or a format: a 9, maybe a mark and 999 for whole digits in threes,
 * maybe a mark and a 9 for a fraction, as "9,9", "9.999,9", "9 999,9", "9'999"; "9,99,999.9" groups as in India, by two but for the
 * last three. Digits are grouped by comma, point, blank or apostrophe; the fraction follows a comma or a point. A blank stands for
 * the no-break ones too, an apostrophe for the typographic one.
 *
 * "percent" and "currency" stand before such a format ("currency 9.999,9"), or alone for "9,999.9". Behind a currency's may be its
 * sign ("currency 9.999,9 €"): then no other one is taken. */
#ifndef WEIR_PIPELINE_TYPES_TYPES_DECIMAL_H
#define WEIR_PIPELINE_TYPES_TYPES_DECIMAL_H

#include "pipeline/types/types.h"

#define PHONE_DIGITS 7 /* behind a plus: the shortest telephone numbers have about as many; changes with a sign are small numbers */

/* Whether the format is one; NULL is the own way. */
bool decimal_style (const char *format, DecimalStyle *ret_style);

/* [+-]?(0|[1-9][0-9]*)?(.[0-9]*)?([eE][+-]?[0-9]+)? with a digit before the exponent, and the marks of the style. Anything else is no decimal: "00123". Neither is a telephone number: a plus before seven whole digits or
 * more, or before groups without a comma. A number has all its grouping marks, and these alike, or none.
 *
 * A percentage has its sign at either end, and the number is what stands beside it: 12.5 % is 12.5. An amount may have its
 * currency's at either end, a minus at its front or behind its sign, and brackets instead of a minus. */
bool decimal_scan (const char *text, size_t length, const DecimalStyle *style, Decimal *ret_decimal);

extern const DecimalStyle decimal_own; /* the types' own way */

/* That of a format which was read. */
static inline const DecimalStyle *
decimal_style_of (const CellFormat *format)
{
  return format->text == NULL ? &decimal_own : &format->decimal;
}

/* Which of the known currency signs stands beside the cell's number, from 0 to 63; -1: none. */
int decimal_currency (const char *text, size_t length);
const char *decimal_currency_sign (int currency);

/* The marks that stand behind a whole digit, which has that many digits behind it. */
static inline size_t
decimal_marks (const Decimal *decimal, size_t behind)
{
  return decimal->by_two && behind > 2 ? (behind - 1) / 2 : behind / 3;
}

static inline char
decimal_digit (const Decimal *decimal, size_t index)
{
  if (index >= decimal->n_whole)
    return decimal->fraction[index - decimal->n_whole];
  if (decimal->mark == 0)
    return decimal->whole[index];
  size_t marks = decimal_marks (decimal, decimal->n_whole - 1) - decimal_marks (decimal, decimal->n_whole - 1 - index);
  return decimal->whole[index + marks * decimal->mark];
}

static inline size_t
decimal_significant (const Decimal *decimal)
{
  return decimal->last - decimal->first;
}

#endif
