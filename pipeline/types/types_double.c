/* double precision, taken only where nothing is lost: the number is written back as it came, whatever zeros or exponent it had.
 *
 * What PostgreSQL writes is the shortest decimal that lies strictly between the midpoints to the neighbouring doubles, and the
 * nearest of these (its src/common/d2s.c, Ryu). Two decimals of at most 15 digits never meet in one normal double, so for
 * these no search is needed. */
#include "pipeline/types/types_decimal.h"
#include "pipeline/types/types_rows.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ALWAYS_KEPT_DIGITS DBL_DIG /* 15 */
#define MOST_DIGITS 17             /* a double never needs more */
#define EXACT_INTEGER (UINT64_C (1) << DBL_MANT_DIG)
#define EXACT_POWER 22 /* 10^22 is the highest power of ten that is a double */

/* digits x 10^exponent, with no trailing zeros in digits. */
typedef struct
{
  uint64_t digits;
  int exponent;
} Scaled;

static void
strip_zeros (Scaled *scaled)
{
  for (; scaled->digits != 0 && scaled->digits % 10 == 0; scaled->digits /= 10)
    scaled->exponent++;
}

static double
nearest_double (Scaled scaled)
{
  static const double powers[EXACT_POWER + 1] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
  /* Both operands are exact, so the one rounding is the right one; but not where doubles are computed in wider registers. */
  if (FLT_EVAL_METHOD == 0 && scaled.digits <= EXACT_INTEGER && abs (scaled.exponent) <= EXACT_POWER)
    {
      double digits = (double) scaled.digits;
      return scaled.exponent < 0 ? digits / powers[-scaled.exponent] : digits * powers[scaled.exponent];
    }
  char text[48];
  snprintf (text, sizeof text, "%" PRIu64 "e%d", scaled.digits, scaled.exponent);
  return g_ascii_strtod (text, NULL);
}

/* Whether the number is the midpoint of two neighbouring doubles: a binary fraction of one bit more than they have. Rounding to
 * even gives one of them, but PostgreSQL writes 1e23 as 9.999999999999999e+22. */
static bool
is_midpoint (Scaled scaled)
{
  uint64_t odd = scaled.digits;
  int exponent = scaled.exponent;
  for (; exponent < 0; exponent++, odd /= 5)
    if (odd % 5 != 0)
      return false;
  while (odd % 2 == 0)
    odd /= 2;
  for (; exponent > 0 && odd < 2 * EXACT_INTEGER; exponent--)
    odd *= 5;
  return exponent == 0 && odd >= EXACT_INTEGER && odd < 2 * EXACT_INTEGER;
}

static bool
stands_for (Scaled scaled, double real)
{
  return nearest_double (scaled) == real && !is_midpoint (scaled);
}

/* The decimal of "precision" digits that is nearest to the number. */
static Scaled
round_to (double real, int precision)
{
  char text[48];
  snprintf (text, sizeof text, "%.*e", precision - 1, real);
  Scaled scaled = { 0 };
  const char *at = text;
  for (; *at != 'e'; at++)
    if (is_digit (*at)) /* what is not is the decimal point of whatever locale */
      scaled.digits = scaled.digits * 10 + (uint64_t) (*at - '0');
  scaled.exponent = (int) g_ascii_strtoll (at + 1, NULL, 10) - (precision - 1);
  return scaled;
}

static bool
is_shortest (Scaled scaled, double real)
{
  int unused;
  bool power_of_two = frexp (real, &unused) == 0.5;
  for (int precision = real < DBL_MIN ? 1 : ALWAYS_KEPT_DIGITS; precision <= MOST_DIGITS; precision++)
    {
      Scaled candidate = round_to (real, precision);
      if (!stands_for (candidate, real))
        {
          /* Above a power of two the doubles lie twice as far apart as below: where the nearest decimal, below, misses, the next
           * one above may still do. */
          candidate.digits++;
          if (!power_of_two || !stands_for (candidate, real))
            continue;
        }
      strip_zeros (&candidate);
      return candidate.digits == scaled.digits && candidate.exponent == scaled.exponent;
    }
  return false;
}

static bool
is_kept (Scaled scaled, size_t digits, double real)
{
  if (digits <= ALWAYS_KEPT_DIGITS && real >= DBL_MIN)
    return !is_midpoint (scaled);
  return is_shortest (scaled, real);
}

bool
parse_double (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  Decimal decimal;
  if (!decimal_scan (cell, length, decimal_style_of (format), &decimal) || decimal_significant (&decimal) > MOST_DIGITS)
    return false;
  double real = 0;
  size_t count = decimal_significant (&decimal);
  if (count > 0)
    {
      if (abs (decimal.point) > DBL_MAX_10_EXP + MOST_DIGITS)
        return false;
      Scaled scaled = { .exponent = decimal.point - (int) count };
      for (size_t i = decimal.first; i < decimal.last; i++)
        scaled.digits = scaled.digits * 10 + (uint64_t) (decimal_digit (&decimal, i) - '0');
      real = nearest_double (scaled);
      if (!isfinite (real) || real == 0 || !is_kept (scaled, count, real))
        return false;
    }
  ret_value->real = decimal.negative ? -real : real;
  ret_value->length = length;
  ret_value->decimal = decimal;
  return true;
}

uint8_t *
encode_double (const Value *value, uint8_t *out)
{
  uint64_t bits;
  memcpy (&bits, &value->real, sizeof bits);
  return put_int64 (out, (int64_t) bits);
}
