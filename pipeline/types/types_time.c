/* date, time, timestamp and timestamptz: ISO 8601 as PostgreSQL writes it, or a declared format. Proleptic Gregorian, years 1 to
 * 9999. */
#include "pipeline/types/types_format.h"
#include "pipeline/types/types_iso.h"
#include "pipeline/types/types_rows.h"

#define MICROSECONDS_PER_SECOND INT64_C (1000000)
#define MICROSECONDS_PER_DAY (86400 * MICROSECONDS_PER_SECOND)
#define DAYS_OF_400_YEARS 146097
#define JULIAN_2000 730120 /* 2000-01-01, for GDate, whose day 1 is 0001-01-01 */

static bool
is_leap (int year)
{
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool
is_day (const Moment *moment)
{
  static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  if (moment->year < 1 || moment->month < 1 || moment->month > 12 || moment->day < 1)
    return false;
  if (moment->day <= 28)
    return true;
  int length = lengths[moment->month - 1] + (moment->month == 2 && is_leap (moment->year));
  return moment->day <= length;
}

/* Days since 2000-01-01. Years are counted from March, so that the leap day is the last one. */
static int64_t
day_number (const Moment *moment)
{
  const int days_to_2000 = 730425; /* from 0000-03-01 to 2000-01-01 */
  bool early = moment->month <= 2;
  unsigned year = (unsigned) moment->year - early, month = (unsigned) moment->month + (early ? 9 : -3U); /* March is 0 */
  unsigned day_of_year = (153 * month + 2) / 5 + (unsigned) moment->day - 1;
  return (int) (year * 365 + year / 4 - year / 100 + year / 400 + day_of_year) - days_to_2000;
}

/* Microseconds since midnight. */
static int64_t
time_of (const Moment *moment)
{
  int64_t seconds = moment->hour * 3600 + moment->minute * 60 + moment->second;
  return seconds * MICROSECONDS_PER_SECOND + moment->microsecond;
}

static int64_t
instant_of (const Moment *moment)
{
  return day_number (moment) * MICROSECONDS_PER_DAY + time_of (moment) - moment->offset * MICROSECONDS_PER_SECOND;
}

/* The instant of YYYY-MM-DD, and maybe HH:MM:SS behind it, as nearly all are written; of a day alone its number. */
static inline bool
read_iso (const char *cell, bool with_clock, Value *ret_value)
{
  Moment moment = { 0 };
  if (!iso_read_day (cell, &moment) || !is_day (&moment) || (with_clock && !iso_read_clock (cell + ISO_DAY + 1, &moment)))
    return false;
  ret_value->length = 0;
  ret_value->integer = with_clock ? instant_of (&moment) : day_number (&moment);
  return true;
}

bool
parse_date (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  if (format->text == NULL && length == ISO_DAY && read_iso (cell, false, ret_value))
    return true;
  Moment moment;
  bool matches = format->text != NULL ? moment_match (&format->moment, cell, length, &moment) : day_match (cell, length, &moment);
  if (!matches || !is_day (&moment))
    return false;
  ret_value->length = 0;
  ret_value->integer = day_number (&moment);
  return true;
}

/* 3:45 may be minutes and seconds. */
bool
recognize_time (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  Moment moment = { 0 };
  Clock clock;
  return parse_time (cell, length, format, ret_value) && clock_match (cell, length, &clock, &moment)
         && (clock.hour_digits == 2 || clock.has_second);
}

bool
parse_time (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  Moment moment = { 0 };
  Clock clock;
  bool matches = format->text != NULL ? moment_match (&format->moment, cell, length, &moment)
                                      : clock_match (cell, length, &clock, &moment) && !clock.has_half && !clock.has_zone;
  ret_value->length = 0;
  ret_value->integer = time_of (&moment);
  return matches;
}

static bool
parse_instant (const char *cell, size_t length, const CellFormat *format, bool zoned, Value *ret_value)
{
  Moment moment;
  bool matches =
      format->text != NULL ? moment_match (&format->moment, cell, length, &moment) : iso_match (cell, length, zoned, &moment);
  if (!matches || !is_day (&moment))
    return false;
  ret_value->length = 0;
  ret_value->integer = instant_of (&moment);
  return true;
}

bool
parse_timestamp (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  if (format->text == NULL && length == ISO_INSTANT && (cell[ISO_DAY] == ' ' || cell[ISO_DAY] == 'T')
      && read_iso (cell, true, ret_value))
    return true;
  return parse_instant (cell, length, format, false, ret_value);
}

bool
parse_timestamptz (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  return parse_instant (cell, length, format, true, ret_value);
}

uint8_t *
encode_date (const Value *value, uint8_t *out)
{
  return put_int32 (out, (int32_t) value->integer);
}

uint8_t *
encode_instant (const Value *value, uint8_t *out)
{
  return put_int64 (out, value->integer);
}

/* A day that no instant reaches. Infinity is that of instants. */
static uint8_t *
canonical_far (int64_t days, uint8_t *out)
{
  if (days == DATE_INFINITY || days == DATE_MINUS_INFINITY)
    return put_int64 (out, days == DATE_INFINITY ? INT64_MAX : INT64_MIN);
  return put_byte (put_int64 (out, days), CANONICAL_INSTANT);
}

uint8_t *
canonical_date (const Value *value, uint8_t *out)
{
  int64_t instant;
  out = put_byte (out, CANONICAL_INSTANT);
  if (G_UNLIKELY (__builtin_mul_overflow (value->integer, MICROSECONDS_PER_DAY, &instant)))
    return canonical_far (value->integer, out);
  return put_int64 (out, instant);
}

uint8_t *
canonical_time (const Value *value, uint8_t *out)
{
  out = put_byte (out, CANONICAL_CLOCK);
  return put_int64 (out, value->integer);
}

uint8_t *
canonical_instant (const Value *value, uint8_t *out)
{
  out = put_byte (out, CANONICAL_INSTANT);
  return put_int64 (out, value->integer);
}

/* A zone may bring the first or last day into the year 0 or 10000. GDate begins with the year 1, and calendars repeat. */
static void
write_day (int64_t days, GString *out)
{
  GDate date;
  g_date_clear (&date, 1);
  g_date_set_julian (&date, (guint32) (days + JULIAN_2000 + DAYS_OF_400_YEARS));
  g_string_append_printf (out, "%04d-%02d-%02d", g_date_get_year (&date) - 400, (int) g_date_get_month (&date),
                          g_date_get_day (&date));
}

void
write_date (const Value *value, GString *out)
{
  write_day (value->integer, out);
}

static void
write_time_of_day (int64_t in_day, GString *out)
{
  int second = (int) (in_day / MICROSECONDS_PER_SECOND);
  g_string_append_printf (out, "%02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60);
  int fraction = (int) (in_day % MICROSECONDS_PER_SECOND);
  if (fraction == 0)
    return;
  g_string_append_printf (out, ".%06d", fraction);
  while (out->str[out->len - 1] == '0')
    g_string_truncate (out, out->len - 1);
}

void
write_time (const Value *value, GString *out)
{
  write_time_of_day (value->integer, out);
}

static void
write_instant (int64_t instant, char between, GString *out)
{
  int64_t in_day = instant % MICROSECONDS_PER_DAY;
  in_day += in_day < 0 ? MICROSECONDS_PER_DAY : 0;
  write_day ((instant - in_day) / MICROSECONDS_PER_DAY, out);
  g_string_append_c (out, between);
  write_time_of_day (in_day, out);
}

void
write_timestamp (const Value *value, GString *out)
{
  write_instant (value->integer, ' ', out);
}

void
write_timestamptz (const Value *value, GString *out)
{
  write_instant (value->integer, 'T', out);
  g_string_append_c (out, 'Z');
}
