#include "pipeline/types_decimal.h"

#include "pipeline/types_rows.h"

/* Far above what any number that we take can need, far below where adding the length of a cell would overflow. */
#define EXPONENT_LIMIT 100000000

static const char *
skip_digits (const char *at, const char *end)
{
  while (at < end && is_digit (*at))
    at++;
  return at;
}

/* The exponent behind "e", or NULL when there is none to be read there. */
static const char *
scan_exponent (const char *at, const char *end, int32_t *ret_exponent)
{
  bool negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+'))
    at++;
  if (at == end)
    return NULL;
  int32_t exponent = 0;
  for (; at < end && is_digit (*at); at++)
    if (exponent < EXPONENT_LIMIT)
      exponent = exponent * 10 + (*at - '0');
  *ret_exponent = negative ? -exponent : exponent;
  return at;
}

static void
find_significant (Decimal *decimal, int32_t exponent)
{
  size_t count = decimal->n_whole + decimal->n_fraction;
  size_t first = 0;
  while (first < count && decimal_digit (decimal, first) == '0')
    first++;
  size_t last = count;
  while (last > first && decimal_digit (decimal, last - 1) == '0')
    last--;
  decimal->first = first;
  decimal->last = last;
  decimal->point = exponent + (int32_t) decimal->n_whole - (int32_t) first;
}

bool
decimal_scan (const char *text, size_t length, Decimal *ret_decimal)
{
  const char *at = text;
  const char *end = text + length;
  Decimal decimal = { .negative = length > 0 && *text == '-' };
  if (decimal.negative)
    at++;
  decimal.whole = at;
  at = skip_digits (at, end);
  decimal.n_whole = (size_t) (at - decimal.whole);
  if (decimal.n_whole > 1 && decimal.whole[0] == '0')
    return false;
  decimal.fraction = at;
  if (at < end && *at == '.')
    {
      decimal.fraction = ++at;
      at = skip_digits (at, end);
      decimal.n_fraction = (size_t) (at - decimal.fraction);
      if (decimal.n_fraction == 0)
        return false;
    }
  if (decimal.n_whole + decimal.n_fraction == 0)
    return false;
  int32_t exponent = 0;
  if (at < end && (*at == 'e' || *at == 'E'))
    {
      decimal.has_exponent = true;
      at = scan_exponent (at + 1, end, &exponent);
    }
  if (at != end)
    return false;
  find_significant (&decimal, exponent);
  *ret_decimal = decimal;
  return true;
}
