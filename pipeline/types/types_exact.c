/* Cells of a source that knows its types (models/declaration.h), as PostgreSQL writes them: beside what each type takes anyway also NaN and
 * infinity, years before 1 and beyond 9999, 24:00:00, and JSON of any kind. What is guessed from cells never has these. */
#include "pipeline/types/types_decimal.h"
#include "pipeline/types/types_rows.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MICROSECONDS_PER_DAY (INT64_C (86400) * 1000000)
#define YEARS_OF_CYCLE 400 /* the calendar repeats */
#define DAYS_OF_CYCLE 146097
#define LONGEST_MOMENT 64
#define MOST_YEAR_DIGITS 7

/* What PostgreSQL takes (src/include/datatype/timestamp.h): 4714-11-24 BC until 5874898-01-01, instants until 294277-01-01. */
#define FIRST_DAY (-2451545)
#define END_OF_DAYS 2145031949
#define FIRST_INSTANT INT64_C (-211813488000000000)
#define END_OF_INSTANTS INT64_C (9223371331200000000)

static bool
is_word (const char *cell, size_t length, const char *word)
{
  return strlen (word) == length && g_ascii_strncasecmp (cell, word, length) == 0;
}

/* ---- numbers ---- */

/* As many digits as no number has: none. */
static bool
set_special (Value *value, Special special, double real)
{
  value->real = real;
  value->length = 0;
  value->decimal = (Decimal) { .number = special, .negative = special == SPECIAL_MINUS_INFINITY };
  return true;
}

static bool
parse_special (const char *cell, size_t length, Value *ret_value)
{
  if (is_word (cell, length, "NaN"))
    return set_special (ret_value, SPECIAL_NAN, (double) NAN);
  if (is_word (cell, length, "Infinity"))
    return set_special (ret_value, SPECIAL_INFINITY, HUGE_VAL);
  return is_word (cell, length, "-Infinity") && set_special (ret_value, SPECIAL_MINUS_INFINITY, -HUGE_VAL);
}

static bool
exact_numeric (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  return parse_numeric (cell, length, format, ret_value) || parse_special (cell, length, ret_value);
}

/* Zero has a sign there, which makes it no other number. */
static bool
exact_double (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  if (!parse_double (cell, length, format, ret_value))
    return parse_special (cell, length, ret_value);
  if (length > 0 && cell[0] == '-')
    ret_value->real = -fabs (ret_value->real);
  return true;
}

/* ---- moments ---- */

/* A year that the type's own parser takes, and stands in its cycle where the cell's year does. False: the cell begins with no year of four digits or
 * more, or is too long. *ret_cycles: how many cycles of days are between the two. */
static bool
move_year (const char *cell, size_t length, char moved[LONGEST_MOMENT], size_t *ret_length, int64_t *ret_cycles)
{
  static const char before_christ[] = " BC";
  size_t digits = 0, end = sizeof before_christ - 1;
  bool bc = length > end && g_ascii_strncasecmp (cell + length - end, before_christ, end) == 0;
  length -= bc ? end : 0;
  int64_t year = 0;
  for (; digits < length && digits <= MOST_YEAR_DIGITS && is_digit (cell[digits]); digits++)
    year = year * 10 + (cell[digits] - '0');
  if (digits < 4 || digits > MOST_YEAR_DIGITS || (digits > 4 && cell[0] == '0') || year == 0
      || length - digits + 5 > LONGEST_MOMENT)
    return false;
  year = bc ? 1 - year : year;
  int64_t from = year - 2000, cycles = from / YEARS_OF_CYCLE - (from % YEARS_OF_CYCLE < 0);
  g_snprintf (moved, LONGEST_MOMENT, "%04d", (int) (year - cycles * YEARS_OF_CYCLE));
  memcpy (moved + 4, cell + digits, length - digits);
  *ret_length = 4 + length - digits;
  return *ret_cycles = cycles, true;
}

static bool
exact_date (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  char moved[LONGEST_MOMENT];
  size_t moved_length;
  int64_t cycles;
  if (parse_date (cell, length, format, ret_value))
    return true;
  ret_value->length = 0;
  ret_value->integer = length > 0 && cell[0] == '-' ? DATE_MINUS_INFINITY : DATE_INFINITY;
  if (is_word (cell, length, "infinity") || is_word (cell, length, "-infinity"))
    return true;
  if (format->text != NULL || !move_year (cell, length, moved, &moved_length, &cycles)
      || !parse_date (moved, moved_length, format, ret_value))
    return false;
  ret_value->integer += cycles * DAYS_OF_CYCLE;
  return ret_value->integer >= FIRST_DAY && ret_value->integer < END_OF_DAYS;
}

static bool
exact_instant (const char *cell, size_t length, const CellFormat *format, Value *ret_value,
               bool (*parse) (const char *cell, size_t length, const CellFormat *format, Value *ret_value))
{
  char moved[LONGEST_MOMENT];
  size_t moved_length;
  int64_t cycles, between;
  if (parse (cell, length, format, ret_value))
    return true;
  ret_value->length = 0;
  ret_value->integer = length > 0 && cell[0] == '-' ? INT64_MIN : INT64_MAX;
  if (is_word (cell, length, "infinity") || is_word (cell, length, "-infinity"))
    return true;
  if (format->text != NULL || !move_year (cell, length, moved, &moved_length, &cycles)
      || !parse (moved, moved_length, format, ret_value)
      || __builtin_mul_overflow (cycles, DAYS_OF_CYCLE * MICROSECONDS_PER_DAY, &between)
      || __builtin_add_overflow (ret_value->integer, between, &ret_value->integer))
    return false;
  return ret_value->integer >= FIRST_INSTANT && ret_value->integer < END_OF_INSTANTS;
}

static bool
exact_timestamp (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  return exact_instant (cell, length, format, ret_value, parse_timestamp);
}

static bool
exact_timestamptz (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  return exact_instant (cell, length, format, ret_value, parse_timestamptz);
}

static bool
exact_time (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  if (parse_time (cell, length, format, ret_value))
    return true;
  ret_value->length = 0;
  ret_value->integer = MICROSECONDS_PER_DAY;
  return is_word (cell, length, "24:00:00");
}

/* ---- the table ---- */

TypeParse *const types_exact[TYPE_COUNT] = {
  [TYPE_BOOLEAN] = parse_boolean,     [TYPE_BIGINT] = parse_bigint,
  [TYPE_NUMERIC] = exact_numeric,     [TYPE_DOUBLE] = exact_double,
  [TYPE_DATE] = exact_date,           [TYPE_TIME] = exact_time,
  [TYPE_TIMESTAMP] = exact_timestamp, [TYPE_TIMESTAMPTZ] = exact_timestamptz,
  [TYPE_UUID] = parse_uuid,           [TYPE_JSONB] = exact_jsonb,
  [TYPE_TEXT] = parse_text,
};
