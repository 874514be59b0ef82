#include "pipeline/types/infer_moment.h"

#include "pipeline/types/types_format.h"

#include <string.h>

/* How the day is written; in the order of preference. */
typedef enum
{
  ORDER_NONE, /* there is no day */
  ORDER_ISO,
  ORDER_YMD_SLASH,
  ORDER_YMD_DOT,
  ORDER_DMY_SLASH,
  ORDER_MDY_SLASH,
  ORDER_DMY_DASH,
  ORDER_MDY_DASH,
  ORDER_DMY_DOT,
  ORDER_NAMED_BLANK,
  ORDER_NAMED_DASH,
  ORDER_NAMED_SLASH,
  ORDER_NAMED_FIRST,
  ORDER_NAMED_BARE,
  ORDER_SHORT_DMY_SLASH, /* from here on years have two digits */
  ORDER_SHORT_MDY_SLASH,
  ORDER_SHORT_YMD_SLASH,
  ORDER_SHORT_DMY_DASH,
  ORDER_SHORT_MDY_DASH,
  ORDER_SHORT_YMD_DASH,
  ORDER_SHORT_DMY_DOT,
  ORDER_SHORT_NAMED_BLANK,
  ORDER_SHORT_NAMED_DASH,
  ORDER_COUNT
} Order;

/* How the time is written. */
typedef enum
{
  SHAPE_DAY, /* there is no time */
  SHAPE_OWN, /* as the types have it: 24 hours, seconds or not. Behind an ISO day or none */
  SHAPE_MINUTES,
  SHAPE_SECONDS,
  SHAPE_HALF_MINUTES, /* with AM or PM */
  SHAPE_HALF_SECONDS,
  SHAPE_COMMA_MINUTES, /* with a comma behind the day */
  SHAPE_COMMA_SECONDS,
  SHAPE_COMMA_HALF_MINUTES,
  SHAPE_COMMA_HALF_SECONDS,
  SHAPE_LOOSE, /* two numbers, the first of one digit, and no day: 3:45 may be minutes and seconds */
  SHAPE_PLAIN, /* no candidates: still set while no cell had a zone, */
  SHAPE_ZONED, /* and while every one had */
  SHAPE_COUNT
} Shape;

#define BIT(n) (UINT32_C (1) << (n))
#define CLOCKS (BIT (SHAPE_PLAIN) - BIT (SHAPE_OWN))

typedef struct
{
  const char *day;
  const char *with_time[SHAPE_LOOSE - SHAPE_MINUTES][2]; /* without and with a zone */
} OrderFormats;

#define FORMATS(day)                                                                                                               \
  {                                                                                                                                \
    day,                                                                                                                           \
    {                                                                                                                              \
      { day " HH24:MI", day " HH24:MITZ" }, { day " HH24:MI:SS", day " HH24:MI:SSTZ" },                                            \
          { day " HH12:MI AM", day " HH12:MI AMTZ" }, { day " HH12:MI:SS AM", day " HH12:MI:SS AMTZ" },                            \
          { day ", HH24:MI", day ", HH24:MITZ" }, { day ", HH24:MI:SS", day ", HH24:MI:SSTZ" },                                    \
          { day ", HH12:MI AM", day ", HH12:MI AMTZ" }, { day ", HH12:MI:SS AM", day ", HH12:MI:SS AMTZ" },                        \
    }                                                                                                                              \
  }

static const OrderFormats formats[ORDER_COUNT] = {
  [ORDER_NONE] = { NULL, { { NULL }, { NULL }, { "HH12:MI AM" }, { "HH12:MI:SS AM" } } },
  [ORDER_ISO] = FORMATS ("YYYY-MM-DD"),
  [ORDER_YMD_SLASH] = FORMATS ("YYYY/MM/DD"),
  [ORDER_YMD_DOT] = FORMATS ("YYYY.MM.DD"),
  [ORDER_DMY_SLASH] = FORMATS ("DD/MM/YYYY"),
  [ORDER_MDY_SLASH] = FORMATS ("MM/DD/YYYY"),
  [ORDER_DMY_DASH] = FORMATS ("DD-MM-YYYY"),
  [ORDER_MDY_DASH] = FORMATS ("MM-DD-YYYY"),
  [ORDER_DMY_DOT] = FORMATS ("DD.MM.YYYY"),
  [ORDER_NAMED_BLANK] = FORMATS ("DD Mon YYYY"),
  [ORDER_NAMED_DASH] = FORMATS ("DD-Mon-YYYY"),
  [ORDER_NAMED_SLASH] = FORMATS ("DD/Mon/YYYY"),
  [ORDER_NAMED_FIRST] = FORMATS ("Mon DD, YYYY"),
  [ORDER_NAMED_BARE] = FORMATS ("Mon DD YYYY"),
  [ORDER_SHORT_DMY_SLASH] = FORMATS ("DD/MM/YY"),
  [ORDER_SHORT_MDY_SLASH] = FORMATS ("MM/DD/YY"),
  [ORDER_SHORT_YMD_SLASH] = FORMATS ("YY/MM/DD"),
  [ORDER_SHORT_DMY_DASH] = FORMATS ("DD-MM-YY"),
  [ORDER_SHORT_MDY_DASH] = FORMATS ("MM-DD-YY"),
  [ORDER_SHORT_YMD_DASH] = FORMATS ("YY-MM-DD"),
  [ORDER_SHORT_DMY_DOT] = FORMATS ("DD.MM.YY"),
  [ORDER_SHORT_NAMED_BLANK] = FORMATS ("DD Mon YY"),
  [ORDER_SHORT_NAMED_DASH] = FORMATS ("DD-Mon-YY"),
};

/* A cell taken apart. */
typedef struct
{
  size_t day; /* bytes; 0: there is none */
  const char *clock;
  bool comma, iso; /* what is between them: a comma and a blank, a T */
} Parts;

void
moment_guess_init (MomentGuess *guess)
{
  *guess = (MomentGuess) { BIT (ORDER_COUNT) - 1, BIT (SHAPE_COUNT) - 1 };
}

/* The time begins one or two digits before the first colon. False: the cell is none of ours. */
static bool
split (const char *cell, size_t length, Parts *ret_parts)
{
  *ret_parts = (Parts) { .day = length };
  const char *colon = memchr (cell, ':', length);
  if (colon == NULL)
    return true;
  const char *clock = colon;
  while (clock > cell && g_ascii_isdigit (clock[-1]) && colon - clock < 2)
    clock--;
  *ret_parts = (Parts) { .clock = clock };
  if (clock == cell)
    return true;
  ret_parts->iso = clock[-1] == 'T';
  if (clock[-1] != ' ' && clock[-1] != 'T')
    return false;
  ret_parts->comma = clock - cell > 2 && clock[-2] == ',';
  ret_parts->day = (size_t) (clock - cell) - (ret_parts->comma ? 2 : 1);
  return ret_parts->day > 0;
}

/* The shapes that are left of a cell with a time. */
static uint32_t
shapes_of (const Parts *parts, const char *end)
{
  Clock clock;
  Moment unused = { 0 };
  if (!clock_match (parts->clock, (size_t) (end - parts->clock), &clock, &unused) || (parts->day == 0 && clock.has_zone))
    return 0;
  uint32_t zone = BIT (clock.has_zone ? SHAPE_ZONED : SHAPE_PLAIN);
  int shape = SHAPE_MINUTES + (clock.has_second ? 1 : 0) + (clock.has_half ? 2 : 0) + (parts->comma ? 4 : 0);
  if (clock.has_half)
    return zone | (parts->iso || clock.has_comma ? 0 : BIT (shape));
  if (parts->day == 0)
    return zone | BIT (SHAPE_LOOSE) | (clock.hour_digits == 2 || clock.has_second ? BIT (SHAPE_OWN) : 0);
  return zone | (parts->comma ? 0 : BIT (SHAPE_OWN)) | (parts->iso || clock.has_comma ? 0 : BIT (shape));
}

static bool
is_day (Order order, const char *cell, size_t length)
{
  const char *format = order == ORDER_ISO ? NULL : formats[order].day; /* its own way needs no reading */
  Value unused;
  return order != ORDER_NONE && type_parse (&types[TYPE_DATE], cell, length, format, &unused);
}

void
moment_guess_cell (MomentGuess *guess, const char *cell, size_t length)
{
  if (guess->orders == 0)
    return;
  Parts parts;
  uint32_t shapes = 0;
  if (split (cell, length, &parts))
    shapes = parts.clock != NULL ? shapes_of (&parts, cell + length) : BIT (SHAPE_DAY) | BIT (SHAPE_PLAIN);
  guess->shapes &= shapes;
  if ((guess->shapes & (CLOCKS | BIT (SHAPE_DAY))) == 0 || (guess->shapes >> SHAPE_PLAIN) == 0)
    {
      guess->orders = 0;
      return;
    }
  uint32_t left = parts.day == 0 ? guess->orders & BIT (ORDER_NONE) : guess->orders & ~BIT (ORDER_NONE);
  for (uint32_t rest = parts.day == 0 ? 0 : left; rest != 0; rest &= rest - 1)
    {
      Order order = (Order) g_bit_nth_lsf (rest, -1);
      if (!is_day (order, cell, parts.day))
        left &= ~BIT (order);
    }
  guess->orders = left;
}

/* False: cells of that order are not written in one of the shapes that are left. */
static bool
read_order (const MomentGuess *guess, Order order, MomentReading *ret_reading)
{
  bool zoned = (guess->shapes & BIT (SHAPE_PLAIN)) == 0;
  bool own = order == ORDER_ISO || order == ORDER_NONE;
  uint32_t shapes = guess->shapes & (CLOCKS | BIT (SHAPE_DAY)) & ~(own ? 0 : BIT (SHAPE_OWN));
  if (shapes == 0)
    return false;
  int shape = g_bit_nth_lsf (shapes, -1);
  ret_reading->type = shape == SHAPE_DAY ? TYPE_DATE : order == ORDER_NONE ? TYPE_TIME : zoned ? TYPE_TIMESTAMPTZ : TYPE_TIMESTAMP;
  if (shape == SHAPE_OWN || shape == SHAPE_LOOSE)
    ret_reading->format = NULL;
  else if (shape == SHAPE_DAY)
    ret_reading->format = order == ORDER_ISO ? NULL : formats[order].day;
  else
    ret_reading->format = formats[order].with_time[shape - SHAPE_MINUTES][zoned];
  return true;
}

int
moment_guess_result (const MomentGuess *guess, MomentReading ret_readings[2], bool *ret_sure)
{
  int readings = 0;
  *ret_sure = true;
  for (uint32_t rest = guess->orders; rest != 0 && readings < 2; rest &= rest - 1)
    {
      Order order = (Order) g_bit_nth_lsf (rest, -1);
      if (!read_order (guess, order, &ret_readings[readings]))
        continue;
      bool loose = order == ORDER_NONE && (guess->shapes & (BIT (SHAPE_OWN) | BIT (SHAPE_LOOSE))) == BIT (SHAPE_LOOSE);
      *ret_sure = order < ORDER_SHORT_DMY_SLASH && !loose;
      readings++;
    }
  return readings;
}
