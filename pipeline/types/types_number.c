/* bigint and numeric, and what stands for any number in a row hash. */
#include "pipeline/types/types_decimal.h"
#include "pipeline/types/types_rows.h"

#include <float.h>
#include <string.h>

#define BIGINT_MAX_DIGITS 19
#define GROUP_DIGITS 4 /* numeric's digits are base 10,000 */
#define GROUP 10000
#define NUMERIC_MAX_GROUPS (NUMERIC_MAX_DIGITS / GROUP_DIGITS + 2)
#define NUMERIC_NEGATIVE 0x4000
#define LONGEST_UNIT 32

/* The number without its grouping marks. False: it is no whole number, or has too many digits. */
static bool
strip_marks (const char *cell, size_t length, const DecimalStyle *style, char plain[BIGINT_MAX_DIGITS + 1], size_t *ret_length)
{
  Decimal decimal;
  if (!decimal_scan (cell, length, style, &decimal) || decimal.has_exponent || decimal.n_fraction > 0
      || decimal.n_whole > BIGINT_MAX_DIGITS)
    return false;
  size_t used = 0;
  if (decimal.negative)
    plain[used++] = '-';
  for (size_t i = 0; i < decimal.n_whole; i++)
    plain[used++] = decimal_digit (&decimal, i);
  *ret_length = used;
  return true;
}

static bool
parse_whole (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  char plain[BIGINT_MAX_DIGITS + 1];
  if (format->text != NULL)
    {
      if (!strip_marks (cell, length, &format->decimal, plain, &length))
        return false;
      cell = plain;
    }
  bool negative = length > 0 && cell[0] == '-';
  bool positive = length > 0 && cell[0] == '+';
  const char *digits = cell + (negative || positive);
  size_t count = length - (negative || positive);
  if (count == 0 || count > BIGINT_MAX_DIGITS || (digits[0] == '0' && count > 1) || (positive && count >= PHONE_DIGITS))
    return false;
  uint64_t magnitude = 0; /* 19 digits cannot overflow it */
  for (size_t i = 0; i < count; i++)
    {
      if (!is_digit (digits[i]))
        return false;
      magnitude = magnitude * 10 + (uint64_t) (digits[i] - '0');
    }
  if (magnitude > (uint64_t) INT64_MAX + negative)
    return false;
  ret_value->integer = (int64_t) (negative ? -magnitude : magnitude);
  ret_value->length = 0;
  return true;
}

static const DecimalStyle with_comma = { .point = ',' };

/* Whether it is 0 with zeros behind a point: the mark that does not group in the format. Programs write so what they rounded. */
static bool
is_zero (const char *cell, size_t length, const CellFormat *format)
{
  const DecimalStyle *style = decimal_style_of (format);
  Decimal decimal;
  if (style->unit != UNIT_NONE)
    return false;
  bool scanned = (style->group != '.' && decimal_scan (cell, length, &decimal_own, &decimal))
                 || (format->text != NULL && style->group != ',' && decimal_scan (cell, length, &with_comma, &decimal));
  return scanned && !decimal.has_exponent && decimal_significant (&decimal) == 0;
}

bool
parse_bigint (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  if (parse_whole (cell, length, format, ret_value))
    return true;
  ret_value->integer = 0;
  ret_value->length = 0;
  return is_zero (cell, length, format);
}

bool
recognize_bigint (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  return parse_whole (cell, length, format, ret_value);
}

uint8_t *
encode_bigint (const Value *value, uint8_t *out)
{
  return put_int64 (out, value->integer);
}

/* Where the digits of a number stand, an exponent counted in. */
typedef struct
{
  size_t zeros;    /* before the written digits, behind the point */
  size_t whole;    /* digits before the point, of the written ones and zeros behind them */
  size_t fraction; /* digits behind the point, "zeros" among them */
} Places;

static Places
places_of (const Decimal *decimal)
{
  const int32_t written = (int32_t) (decimal->n_whole + decimal->n_fraction);
  const int32_t whole = decimal->point + (int32_t) decimal->first; /* the point is behind that many of the written digits */
  return (Places) { .zeros = (size_t) MAX (-whole, 0),
                    .whole = (size_t) MAX (whole, 0),
                    .fraction = (size_t) MAX (written - whole, 0) };
}

/* Whether its digits are where they are written, and make one number of 64 bits. */
static inline bool
is_short (const Decimal *decimal)
{
  return !decimal->has_exponent && decimal->n_whole + decimal->n_fraction <= DECIMAL_SHORT;
}

bool
parse_numeric (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  /* Marks of three bytes at most for every three digits, the point, the sign, and a unit with its blanks. */
  if (length > 2 * NUMERIC_MAX_DIGITS + 2 + (format->text != NULL ? LONGEST_UNIT : 0))
    return false;
  Decimal *decimal = &ret_value->decimal;
  if (!decimal_scan (cell, length, decimal_style_of (format), decimal))
    return false;
  if (decimal->has_exponent && (format->text != NULL || ABS (decimal->point) > DBL_MAX_10_EXP))
    return false;
  if (!is_short (decimal))
    {
      Places places = places_of (decimal);
      if (places.whole + places.fraction > NUMERIC_MAX_DIGITS)
        return false;
    }
  ret_value->length = length;
  return true;
}

/* The number cut into groups of four digits from the point in both directions; the first of them ends on a multiple of four digits
 * before the point. Returns how many. */
static size_t
fill_groups (const Decimal *decimal, Places places, uint16_t groups[NUMERIC_MAX_GROUPS])
{
  const size_t written = decimal->n_whole + decimal->n_fraction;
  const size_t before = (GROUP_DIGITS - places.whole % GROUP_DIGITS) % GROUP_DIGITS + places.zeros;
  size_t count = (before - places.zeros + places.whole + places.fraction + GROUP_DIGITS - 1) / GROUP_DIGITS;
  size_t place = 0;
  for (size_t group = 0; group < count; group++)
    {
      unsigned n = 0;
      for (int i = 0; i < GROUP_DIGITS; i++, place++)
        {
          bool there = place >= before && place - before < written;
          n = n * 10 + (there ? (unsigned) (decimal_digit (decimal, place - before) - '0') : 0);
        }
      groups[group] = (uint16_t) n;
    }
  return count;
}

static uint8_t *
begin_numeric (size_t groups, int weight, const Decimal *decimal, size_t fraction, uint8_t *out)
{
  /* Four numbers of 16 bits in one. */
  uint64_t weight_bits = groups == 0 ? 0 : (uint16_t) weight, sign = decimal->negative ? NUMERIC_NEGATIVE : 0;
  return put_int64 (out, (int64_t) ((uint64_t) groups << 48 | weight_bits << 32 | sign << 16 | fraction));
}

/* Nearly every number: its groups come out of one integer by division, the last one first. */
static uint8_t *
encode_short (const Decimal *decimal, uint8_t *out)
{
  enum
  {
    MOST = 8 /* groups, of which 2^64 has five */
  };
  static const uint16_t fill[GROUP_DIGITS] = { 1, 1000, 100, 10 };
  const size_t fraction = decimal->n_fraction;
  uint64_t n = decimal->number * fill[fraction % GROUP_DIGITS];
  int lowest = -(int) ((fraction + GROUP_DIGITS - 1) / GROUP_DIGITS); /* weight of the last group */
  for (; n != 0 && n % GROUP == 0; n /= GROUP)
    lowest++;
  uint16_t groups[2 * MOST] = { 0 }, *first = groups + MOST;
  for (; n != 0; n /= GROUP)
    *--first = GUINT16_TO_BE ((uint16_t) (n % GROUP));
  size_t count = (size_t) (groups + MOST - first);
  out = begin_numeric (count, lowest + (int) count - 1, decimal, fraction, out);
  memcpy (out, first, MOST * sizeof *first); /* always as many: there is room */
  return out + count * sizeof *first;
}

/* No groups, and another sign. */
static uint8_t *
encode_special (const Decimal *decimal, uint8_t *out)
{
  static const uint64_t signs[] = { [SPECIAL_NAN] = 0xC000, [SPECIAL_INFINITY] = 0xD000, [SPECIAL_MINUS_INFINITY] = 0xF000 };
  return put_int64 (out, (int64_t) (signs[decimal->number] << 16));
}

uint8_t *
encode_numeric (const Value *value, uint8_t *out)
{
  const Decimal *decimal = &value->decimal;
  if (G_UNLIKELY (is_special (decimal)))
    return encode_special (decimal, out);
  if (is_short (decimal))
    return encode_short (decimal, out);
  uint16_t groups[NUMERIC_MAX_GROUPS];
  const Places places = places_of (decimal);
  size_t end = fill_groups (decimal, places, groups);
  int weight = (int) ((places.whole + GROUP_DIGITS - 1) / GROUP_DIGITS) - 1;
  size_t start = 0;
  for (; start < end && groups[start] == 0; start++)
    weight--;
  while (end > start && groups[end - 1] == 0)
    end--;
  out = begin_numeric (end - start, weight, decimal, places.fraction, out);
  for (; start < end; start++)
    out = put_int16 (out, (int16_t) groups[start]);
  return out;
}

/* Zero is the letter alone; any other number has behind it its sign, the place of its point and its significant digits: the value is
 * 0.DDD x 10^point. The first six bytes are written as one word, of which the digits overwrite the last two. */
static uint8_t *
begin_canonical (bool negative, int32_t point, uint8_t *out)
{
  put_int64 (out, (int64_t) ((uint64_t) CANONICAL_NUMBER << 56 | (uint64_t) (negative ? '-' : '+') << 48
                             | (uint64_t) (uint32_t) point << 16));
  return out + 6;
}

uint8_t *
canonical_bigint (const Value *value, uint8_t *out)
{
  if (value->integer == 0)
    return put_byte (out, CANONICAL_NUMBER);
  bool negative = value->integer < 0;
  uint64_t magnitude = negative ? -(uint64_t) value->integer : (uint64_t) value->integer;
  int32_t zeros = 0;
  for (; magnitude % 10 == 0; magnitude /= 10)
    zeros++;
  char digits[BIGINT_MAX_DIGITS];
  size_t start = sizeof digits;
  for (; magnitude > 0; magnitude /= 10)
    digits[--start] = (char) ('0' + magnitude % 10);
  size_t count = sizeof digits - start;
  out = begin_canonical (negative, (int32_t) count + zeros, out);
  return put_bytes (out, digits + start, count);
}

uint8_t *
canonical_decimal (const Value *value, uint8_t *out)
{
  const Decimal *decimal = &value->decimal;
  if (decimal->first == decimal->last)
    {
      out = put_byte (out, CANONICAL_NUMBER);
      return is_special (decimal) ? put_byte (out, (uint8_t) ('0' + decimal->number)) : out;
    }
  out = begin_canonical (decimal->negative, decimal->point, out);
  if (decimal->mark > 0)
    for (size_t i = decimal->first; i < MIN (decimal->last, decimal->n_whole); i++)
      out = put_byte (out, (uint8_t) decimal_digit (decimal, i));
  else if (decimal->first < decimal->n_whole)
    out = put_short (out, decimal->whole + decimal->first, MIN (decimal->last, decimal->n_whole) - decimal->first);
  if (decimal->last > decimal->n_whole)
    {
      size_t from = decimal->first > decimal->n_whole ? decimal->first - decimal->n_whole : 0;
      out = put_short (out, decimal->fraction + from, decimal->last - decimal->n_whole - from);
    }
  return out;
}

void
write_bigint (const Value *value, GString *out)
{
  g_string_append_printf (out, "%" G_GINT64_FORMAT, value->integer);
}

void
write_decimal (const Value *value, GString *out)
{
  const Decimal *decimal = &value->decimal;
  int32_t count = (int32_t) decimal_significant (decimal);
  static const char *const specials[] = {
    [SPECIAL_NAN] = "NaN", [SPECIAL_INFINITY] = "Infinity", [SPECIAL_MINUS_INFINITY] = "-Infinity"
  };
  if (count == 0)
    {
      g_string_append (out, is_special (decimal) ? specials[decimal->number] : "0");
      return;
    }
  g_string_append (out, decimal->negative ? "-" : "");
  /* Of the significant digits, counted from 0, the one at "point" is the first of the fraction; zeros are on both sides of them. */
  for (int32_t i = MIN (0, decimal->point - 1); i < MAX (count, decimal->point); i++)
    {
      if (i == decimal->point)
        g_string_append_c (out, '.');
      g_string_append_c (out, i >= 0 && i < count ? decimal_digit (decimal, decimal->first + (size_t) i) : '0');
    }
}
