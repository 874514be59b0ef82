#include "pipeline/types/types_format.h"

#include "pipeline/types/types_rows.h"

#include <string.h>

#define LARGEST_OFFSET (15 * 3600 + 59 * 60) /* of a time zone, as in PostgreSQL */

typedef enum
{
  FIELD_LITERAL, /* one character of the format stands for itself */
  FIELD_YEAR,
  FIELD_SHORT_YEAR,
  FIELD_MONTH,
  FIELD_MONTH_MON,   /* both read the English name, in full or its first three letters: */
  FIELD_MONTH_MONTH, /* May is either, and never means two months */
  FIELD_DAY,
  FIELD_HOUR,
  FIELD_HALF_HOUR, /* 1 to 12 */
  FIELD_MINUTE,
  FIELD_SECOND,
  FIELD_HALF, /* AM or PM */
  FIELD_ZONE,
  FIELD_COUNT
} Field;

typedef struct
{
  const char *at;
  const char *end;
} Cursor;

static size_t
field_length (Field field)
{
  static const size_t lengths[FIELD_COUNT] = { 1, 4, 2, 2, 3, 5, 2, 4, 4, 2, 2, 2, 2 };
  return lengths[field];
}

static bool
is_named_month (Field field)
{
  return field == FIELD_MONTH_MON || field == FIELD_MONTH_MONTH;
}

/* The field that begins there; FIELD_LITERAL also at the end. */
static Field
field_at (const char *format)
{
  switch (format[0])
    {
    case 'Y':
      return strncmp (format, "YYYY", 4) == 0 ? FIELD_YEAR : format[1] == 'Y' ? FIELD_SHORT_YEAR : FIELD_LITERAL;
    case 'M':
    case 'm':
      if (g_ascii_strncasecmp (format, "Mon", 3) == 0)
        return g_ascii_strncasecmp (format, "Month", 5) == 0 ? FIELD_MONTH_MONTH : FIELD_MONTH_MON;
      return strncmp (format, "MM", 2) == 0 ? FIELD_MONTH : strncmp (format, "MI", 2) == 0 ? FIELD_MINUTE : FIELD_LITERAL;
    case 'D':
      return format[1] == 'D' ? FIELD_DAY : FIELD_LITERAL;
    case 'H':
      return strncmp (format, "HH24", 4) == 0 ? FIELD_HOUR : strncmp (format, "HH12", 4) == 0 ? FIELD_HALF_HOUR : FIELD_LITERAL;
    case 'A':
    case 'P':
      return format[1] == 'M' ? FIELD_HALF : FIELD_LITERAL;
    case 'S':
      return format[1] == 'S' ? FIELD_SECOND : FIELD_LITERAL;
    case 'T':
      return format[1] == 'Z' ? FIELD_ZONE : FIELD_LITERAL;
    default:
      return FIELD_LITERAL;
    }
}

static bool
take (Cursor *cursor, char c)
{
  if (cursor->at == cursor->end || *cursor->at != c)
    return false;
  cursor->at++;
  return true;
}

static bool
read_number (Cursor *cursor, int least_digits, int most_digits, int low, int high, int *ret_number)
{
  int number = 0;
  int digits = 0;
  for (; digits < most_digits && cursor->at < cursor->end && is_digit (*cursor->at); digits++, cursor->at++)
    number = number * 10 + (*cursor->at - '0');
  *ret_number = number;
  return digits >= least_digits && number >= low && number <= high;
}

static bool
read_month_name (Cursor *cursor, int *ret_month)
{
  static const char *const names[] = { "January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December" };
  size_t left = (size_t) (cursor->end - cursor->at);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      size_t length = strlen (names[i]);
      if (left < length || g_ascii_strncasecmp (cursor->at, names[i], length) != 0)
        length = 3;
      if (left < length || g_ascii_strncasecmp (cursor->at, names[i], length) != 0)
        continue;
      cursor->at += length;
      *ret_month = (int) i + 1;
      return true;
    }
  return false;
}

/* Seconds, and microseconds where the point (or a comma in its place) and a digit follow. */
static bool
read_second (Cursor *cursor, char point, Moment *moment)
{
  if (!read_number (cursor, 2, 2, 0, 59, &moment->second))
    return false;
  if (cursor->end - cursor->at < 2 || cursor->at[0] != point || !is_digit (cursor->at[1]))
    return true;
  const char *start = ++cursor->at;
  if (!read_number (cursor, 1, 6, 0, 999999, &moment->microsecond))
    return false;
  for (ptrdiff_t digits = cursor->at - start; digits < 6; digits++)
    moment->microsecond *= 10;
  while (cursor->at - start >= 6 && take (cursor, '0')) /* some programs write seven digits or nine */
    continue;
  return true;
}

static bool
take_word (Cursor *cursor, const char *word)
{
  size_t length = strlen (word);
  if ((size_t) (cursor->end - cursor->at) < length || g_ascii_strncasecmp (cursor->at, word, length) != 0)
    return false;
  cursor->at += length;
  return true;
}

/* Midnight is 12 AM. The hour is one of 1 to 12. */
static bool
read_half (Cursor *cursor, Moment *moment)
{
  take (cursor, ' ');
  bool afternoon = take_word (cursor, "PM");
  if ((!afternoon && !take_word (cursor, "AM")) || moment->hour < 1 || moment->hour > 12)
    return false;
  moment->hour = moment->hour % 12 + (afternoon ? 12 : 0);
  return true;
}

/* As POSIX has it for strptime. */
static bool
read_short_year (Cursor *cursor, Moment *moment)
{
  const int first_of_this_century = 69;
  if (!read_number (cursor, 2, 2, 0, 99, &moment->year))
    return false;
  moment->year += moment->year < first_of_this_century ? 2000 : 1900;
  return true;
}

static bool
read_zone (Cursor *cursor, Moment *moment)
{
  take (cursor, ' ');
  if (take (cursor, 'Z') || take_word (cursor, "UTC") || take_word (cursor, "GMT"))
    return true;
  bool west = take (cursor, '-');
  if (!west && !take (cursor, '+'))
    return false;
  int hours;
  int minutes = 0;
  if (!read_number (cursor, 2, 2, 0, 15, &hours))
    return false;
  bool colon = take (cursor, ':');
  if ((colon || (cursor->at < cursor->end && is_digit (*cursor->at))) && !read_number (cursor, 2, 2, 0, 59, &minutes))
    return false;
  moment->offset = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
  return true;
}

static bool
read_field (Cursor *cursor, Field field, bool loose, Moment *moment)
{
  int least = loose ? 1 : 2;
  switch (field)
    {
    case FIELD_YEAR:
      return read_number (cursor, 4, 4, 1, 9999, &moment->year);
    case FIELD_MONTH:
      return read_number (cursor, least, 2, 1, 12, &moment->month);
    case FIELD_MONTH_MON:
    case FIELD_MONTH_MONTH:
      return read_month_name (cursor, &moment->month);
    case FIELD_DAY:
      return read_number (cursor, least, 2, 1, 31, &moment->day);
    case FIELD_SHORT_YEAR:
      return read_short_year (cursor, moment);
    case FIELD_HALF_HOUR:
      return read_number (cursor, least, 2, 1, 12, &moment->hour);
    case FIELD_HALF:
      return read_half (cursor, moment);
    case FIELD_HOUR:
      return read_number (cursor, least, 2, 0, 23, &moment->hour);
    case FIELD_MINUTE:
      return read_number (cursor, 2, 2, 0, 59, &moment->minute);
    case FIELD_SECOND:
      return read_second (cursor, '.', moment);
    case FIELD_ZONE:
      return read_zone (cursor, moment);
    default:
      return false;
    }
}

/* One digit will do where two are usual if a literal, a name or the end of the cell says where it stops. */
static bool
may_be_loose (Field before, const char *behind)
{
  Field next = field_at (behind);
  return (before == FIELD_LITERAL || is_named_month (before)) && (next == FIELD_LITERAL || is_named_month (next));
}

void
moment_format_read (MomentFormat *ret_format, const char *text)
{
  ret_format->n_steps = 0;
  Field before = FIELD_LITERAL;
  for (const char *at = text; *at != '\0' && ret_format->n_steps < MOMENT_STEPS;)
    {
      if (*at == ' ' && field_at (at + 1) == FIELD_HALF) /* which takes it, where it is there */
        at++;
      Field field = field_at (at);
      const char *start = at;
      at += field_length (field);
      while (field == FIELD_LITERAL && *at != '\0' && field_at (at) == FIELD_LITERAL
             && !(*at == ' ' && field_at (at + 1) == FIELD_HALF))
        at++;
      int step = ret_format->n_steps++;
      ret_format->steps[step].field = field;
      ret_format->steps[step].loose = may_be_loose (before, at);
      ret_format->steps[step].literal = start;
      ret_format->steps[step].n_literal = (size_t) (at - start);
      before = field;
    }
}

static bool
take_literal (Cursor *cursor, const char *literal, size_t length)
{
  if ((size_t) (cursor->end - cursor->at) < length || memcmp (cursor->at, literal, length) != 0)
    return false;
  cursor->at += length;
  return true;
}

bool
moment_match (const MomentFormat *format, const char *cell, size_t length, Moment *ret_moment)
{
  Cursor cursor = { cell, cell + length };
  *ret_moment = (Moment) { 0 };
  for (int i = 0; i < format->n_steps; i++)
    {
      Field field = (Field) format->steps[i].field;
      if (field == FIELD_LITERAL ? !take_literal (&cursor, format->steps[i].literal, format->steps[i].n_literal)
                                 : !read_field (&cursor, field, format->steps[i].loose, ret_moment))
        return false;
    }
  return cursor.at == cursor.end;
}

bool
day_match (const char *cell, size_t length, Moment *ret_moment)
{
  *ret_moment = (Moment) { 0 };
  Cursor cursor = { cell, cell + length };
  return read_field (&cursor, FIELD_YEAR, false, ret_moment) && take (&cursor, '-')
         && read_field (&cursor, FIELD_MONTH, true, ret_moment) && take (&cursor, '-')
         && read_field (&cursor, FIELD_DAY, true, ret_moment) && cursor.at == cursor.end;
}

bool
clock_match (const char *text, size_t length, Clock *ret_clock, Moment *ret_moment)
{
  Cursor cursor = { text, text + length };
  *ret_clock = (Clock) { 0 };
  if (!read_number (&cursor, 1, 2, 0, 23, &ret_moment->hour))
    return false;
  ret_clock->hour_digits = (int) (cursor.at - text);
  if (!take (&cursor, ':') || !read_number (&cursor, 2, 2, 0, 59, &ret_moment->minute))
    return false;
  ret_clock->has_second = take (&cursor, ':');
  const char *comma = memchr (text, ',', length);
  ret_clock->has_comma = comma != NULL;
  if (ret_clock->has_second && !read_second (&cursor, comma != NULL ? ',' : '.', ret_moment))
    return false;
  Cursor half = cursor;
  ret_clock->has_half = read_half (&half, ret_moment);
  if (ret_clock->has_half)
    cursor = half;
  Cursor zone = cursor; /* the sign of one that is only begun is left over: 10:00- is no time */
  ret_clock->has_zone = read_zone (&zone, ret_moment);
  return (ret_clock->has_zone ? zone.at : cursor.at) == cursor.end;
}

bool
iso_match (const char *cell, size_t length, bool zoned, Moment *ret_moment)
{
  *ret_moment = (Moment) { 0 };
  const char *time = cell;
  while (time < cell + length && *time != 'T' && *time != ' ')
    time++;
  if (time == cell + length || !day_match (cell, (size_t) (time - cell), ret_moment))
    return false;
  Clock clock;
  return clock_match (time + 1, (size_t) (cell + length - time) - 1, &clock, ret_moment) && !clock.has_half
         && clock.has_zone == zoned;
}

static bool
is_literal (char c)
{
  return c == 'T' || c == 'Z' || !g_ascii_isalnum (c);
}

/* How often each field is there. False: one is there twice, or not where it may be. */
static bool
count_fields (TypeId type, const char *format, int seen[FIELD_COUNT])
{
  for (const char *at = format; *at != '\0'; at += field_length (field_at (at)))
    {
      Field field = field_at (at);
      if (field == FIELD_LITERAL && !is_literal (*at))
        return false;
      if (field != FIELD_LITERAL && ++seen[field] > 1)
        return false;
      if (field == FIELD_ZONE && (type != TYPE_TIMESTAMPTZ || at[field_length (field)] != '\0'))
        return false;
    }
  return true;
}

bool
format_fits_moment (TypeId type, const char *format)
{
  int seen[FIELD_COUNT] = { 0 };
  if (!count_fields (type, format, seen))
    return false;
  int years = seen[FIELD_YEAR] + seen[FIELD_SHORT_YEAR];
  int months = seen[FIELD_MONTH] + seen[FIELD_MONTH_MON] + seen[FIELD_MONTH_MONTH];
  bool has_date = years == 1 && months == 1 && seen[FIELD_DAY];
  bool dateless = years + months + seen[FIELD_DAY] == 0;
  bool has_time = seen[FIELD_HOUR] + seen[FIELD_HALF_HOUR] == 1 && seen[FIELD_HALF_HOUR] == seen[FIELD_HALF] && seen[FIELD_MINUTE];
  bool timeless = seen[FIELD_HOUR] + seen[FIELD_HALF_HOUR] + seen[FIELD_HALF] + seen[FIELD_MINUTE] + seen[FIELD_SECOND] == 0;
  return (type == TYPE_TIME ? dateless : has_date) && (type == TYPE_DATE ? timeless : has_time);
}
