#include "pipeline/types/types_decimal.h"

#include "pipeline/types/types_rows.h"
#include "pipeline/types/types_unit.h"

#include <string.h>

/* Far above what any number that we take can need, far below where adding the length of a cell would overflow. */
#define EXPONENT_LIMIT 100000000

const DecimalStyle decimal_own = { .point = '.' };

/* What may stand between groups of digits, by the character that stands for it in a format. */
static const struct
{
  char group;
  const char *text;
} marks[] = {
  { ',', "," },
  { '.', "." },
  { ' ', " " },
  { ' ', "\xc2\xa0" },     /* U+00A0, no-break space */
  { ' ', "\xe2\x80\xaf" }, /* U+202F, narrow no-break space */
  { '\'', "'" },
  { '\'', "\xe2\x80\x99" }, /* U+2019, right single quotation mark */
};

/* The bytes of the grouping mark there; 0: there is none. */
static size_t
mark_length (const char *at, const char *end, char group)
{
  for (size_t i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      size_t length = strlen (marks[i].text);
      if (marks[i].group == group && (size_t) (end - at) >= length && memcmp (at, marks[i].text, length) == 0)
        return length;
    }
  return 0;
}

/* What the nines show, and the end of them; NULL: they show nothing. */
static const char *
read_nines (const char *at, DecimalStyle *style)
{
  style->group = style->point = '\0';
  if (at[0] != '9' || at[1] == '\0')
    return NULL;
  at++;
  style->by_two = strncmp (at, ",99,999", 7) == 0;
  if (style->by_two || strncmp (at + 1, "999", 3) == 0)
    {
      style->group = *at;
      if (mark_length (at, at + 1, *at) == 0)
        return NULL;
      at += style->by_two ? 7 : 4;
    }
  else if ((at[0] != '.' && at[0] != ',') || at[1] != '9')
    return NULL;
  if ((*at == '.' || *at == ',') && *at != style->group && at[1] == '9')
    {
      style->point = *at;
      at += 2;
    }
  return at;
}

/* Behind the word of a unit: nothing, nines, a sign, or nines and a sign. */
static bool
read_unit (const char *at, Unit unit, DecimalStyle *ret_style)
{
  *ret_style = (DecimalStyle) { .group = ',', .point = '.', .unit = unit, .sign = "" };
  if (g_str_has_prefix (at, " 9"))
    at = read_nines (at + 1, ret_style);
  if (at == NULL || *at == '\0')
    return at != NULL;
  ret_style->sign = at + 1;
  return unit == UNIT_CURRENCY && *at == ' ' && strpbrk (at + 1, " 0123456789.,'+-()") == NULL && at[1] != '\0';
}

bool
decimal_style (const char *format, DecimalStyle *ret_style)
{
  *ret_style = decimal_own;
  if (format == NULL)
    return true;
  if (format[0] == 'p' && g_str_has_prefix (format, "percent"))
    return read_unit (format + strlen ("percent"), UNIT_PERCENT, ret_style);
  if (format[0] == 'c' && g_str_has_prefix (format, "currency"))
    return read_unit (format + strlen ("currency"), UNIT_CURRENCY, ret_style);
  const char *end = read_nines (format, ret_style);
  return end != NULL && *end == '\0';
}

static const char *
skip_digits (const char *at, const char *end)
{
  while (at < end && is_digit (*at))
    at++;
  return at;
}

/* The digits before the point, and the end of them; NULL: they are not grouped as they should be. */
static const char *
scan_whole (const char *at, const char *end, const DecimalStyle *style, Decimal *decimal)
{
  decimal->whole = at;
  at = skip_digits (at, end);
  decimal->n_whole = (size_t) (at - decimal->whole);
  size_t length = style->group == '\0' ? 0 : mark_length (at, end, style->group);
  if (length == 0)
    return at;
  const char *mark = at;
  decimal->mark = length;
  decimal->by_two = style->by_two;
  const ptrdiff_t usual = style->by_two ? 2 : 3;
  bool grouped = at > decimal->whole && at - decimal->whole <= usual, last = false;
  while (grouped && !last && (size_t) (end - at) >= length && memcmp (at, mark, length) == 0)
    {
      const char *digits = at + length;
      at = skip_digits (digits, end);
      last = at - digits == 3;
      grouped = last || at - digits == usual;
      last = last && style->by_two;
      decimal->n_whole += (size_t) (at - digits);
    }
  return grouped && (last || !style->by_two) ? at : NULL;
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
  for (size_t i = 0; i < count && count <= DECIMAL_SHORT; i++)
    decimal->number = decimal->number * 10 + (uint64_t) (decimal_digit (decimal, i) - '0');
  while (first < count && decimal_digit (decimal, first) == '0')
    first++;
  size_t last = count;
  while (last > first && decimal_digit (decimal, last - 1) == '0')
    last--;
  decimal->first = first;
  decimal->last = last;
  decimal->point = exponent + (int32_t) decimal->n_whole - (int32_t) first;
}

/* Whether the text is a number without its sign and unit. */
static bool
scan_unsigned (const char *at, const char *end, const DecimalStyle *style, Decimal *decimal)
{
  at = scan_whole (at, end, style, decimal);
  if (at == NULL || (decimal->n_whole > 1 && decimal->whole[0] == '0'))
    return false;
  decimal->fraction = at;
  if (at < end && style->point != '\0' && *at == style->point)
    {
      decimal->fraction = ++at;
      at = skip_digits (at, end);
      decimal->n_fraction = (size_t) (at - decimal->fraction);
    }
  if (decimal->n_whole + decimal->n_fraction == 0)
    return false;
  int32_t exponent = 0;
  if (at < end && (*at == 'e' || *at == 'E'))
    {
      decimal->has_exponent = true;
      at = scan_exponent (at + 1, end, &exponent);
    }
  if (at != end)
    return false;
  find_significant (decimal, exponent);
  return true;
}

/* Whether the number behind a plus may be a telephone's. */
static bool
is_phone (const Decimal *decimal, const DecimalStyle *style)
{
  bool whole = decimal->n_fraction == 0 && !decimal->has_exponent && style->unit == UNIT_NONE;
  return whole && (decimal->mark == 0 ? decimal->n_whole >= PHONE_DIGITS : style->group != ',');
}

/* The number that stood before these digits, and they behind it. Of too many it is meaningless. */
static inline const char *
add_digits (const char *at, const char *end, uint64_t *number)
{
  unsigned digit;
  for (uint64_t n = *number; at < end && (digit = (unsigned char) *at - (unsigned) '0') <= 9; at++)
    *number = n = n * 10 + digit;
  return at;
}

/* [-]digits[.digits] without a zero in front, as most numbers are written. False: the whole scan must look. */
static bool
scan_plain (const char *text, size_t length, char point, Decimal *ret_decimal)
{
  const char *end = text + length;
  bool negative = length > 0 && text[0] == '-';
  uint64_t number = 0;
  const char *whole = text + negative, *at = add_digits (whole, end, &number);
  if (at == whole || *whole == '0')
    return false;
  size_t n_whole = (size_t) (at - whole);
  const char *fraction = at;
  if (at < end && point != '\0' && *at == point)
    at = add_digits (fraction = at + 1, end, &number);
  if (at != end)
    return false;
  size_t n_fraction = (size_t) (at - fraction), last = n_fraction;
  while (last > 0 && fraction[last - 1] == '0')
    last--;
  last += n_whole;
  while (last <= n_whole && whole[last - 1] == '0') /* the first digit is none */
    last--;
  *ret_decimal = (Decimal) { .negative = negative,
                             .whole = whole,
                             .n_whole = n_whole,
                             .fraction = fraction,
                             .n_fraction = n_fraction,
                             .last = last,
                             .point = (int32_t) n_whole,
                             .number = number };
  return true;
}

bool
decimal_scan (const char *text, size_t length, const DecimalStyle *style, Decimal *ret_decimal)
{
  if (style->unit == UNIT_NONE && scan_plain (text, length, style->point, ret_decimal))
    return true;
  UnitCell cell = { text, text + length, .sign = '\0' };
  if (style->unit != UNIT_NONE && !unit_strip (style, &cell))
    return false;
  if (cell.sign == '\0' && cell.at < cell.end && (*cell.at == '-' || *cell.at == '+'))
    cell.sign = *cell.at++;
  *ret_decimal = (Decimal) { 0 };
  if (!scan_unsigned (cell.at, cell.end, style, ret_decimal))
    return false;
  if (cell.sign == '+' && is_phone (ret_decimal, style))
    return false;
  ret_decimal->negative = cell.sign == '-' && ret_decimal->first < ret_decimal->last;
  return true;
}
