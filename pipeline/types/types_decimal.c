#include "pipeline/types/types_decimal.h"

#include "pipeline/types/types_rows.h"

#include <string.h>

/* Far above what any number that we take can need, far below where adding the length of a cell would overflow. */
#define EXPONENT_LIMIT 100000000

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

bool
decimal_style (const char *format, DecimalStyle *ret_style)
{
  *ret_style = (DecimalStyle) { .point = '.' };
  if (format == NULL)
    return true;
  if (format[0] != '9' || format[1] == '\0')
    return false;
  *ret_style = (DecimalStyle) { 0 };
  const char *at = format + 1;
  if (strncmp (at + 1, "999", 3) == 0)
    {
      ret_style->group = *at;
      if (mark_length (at, at + 1, *at) == 0)
        return false;
      at += 4;
    }
  if (*at == '\0')
    return true;
  ret_style->point = *at;
  return (*at == '.' || *at == ',') && *at != ret_style->group && strcmp (at + 1, "9") == 0;
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
scan_whole (const char *at, const char *end, char group, Decimal *decimal)
{
  decimal->whole = at;
  at = skip_digits (at, end);
  decimal->n_whole = (size_t) (at - decimal->whole);
  size_t length = group == '\0' ? 0 : mark_length (at, end, group);
  if (length == 0)
    return at;
  const char *mark = at;
  decimal->mark = length;
  bool threes = decimal->n_whole >= 1 && decimal->n_whole <= 3;
  while (threes && (size_t) (end - at) >= length && memcmp (at, mark, length) == 0)
    {
      const char *digits = at + length;
      at = skip_digits (digits, end);
      threes = at - digits == 3;
      decimal->n_whole += 3;
    }
  return threes ? at : NULL;
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
decimal_scan (const char *text, size_t length, const char *format, Decimal *ret_decimal)
{
  DecimalStyle style;
  if (!decimal_style (format, &style))
    return false;
  const char *at = text;
  const char *end = text + length;
  Decimal decimal = { .negative = length > 0 && *text == '-' };
  if (decimal.negative)
    at++;
  at = scan_whole (at, end, style.group, &decimal);
  if (at == NULL || (decimal.n_whole > 1 && decimal.whole[0] == '0'))
    return false;
  decimal.fraction = at;
  if (at < end && style.point != '\0' && *at == style.point)
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
