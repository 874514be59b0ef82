#include "base/cron.h"

#include "base/error.h"
#include "base/quantity.h"

#include <string.h>

#define EVERY "@every "

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* From one 29 February to the next there may be eight years; a shift of clocks at every one of them is beyond what is imaginable. */
#define FARTHEST ((int64_t) 40 * 366 * DAY)

/* ---- reading ---- */

typedef struct
{
  const char *what;
  int low, high;
  const char *names; /* of three letters each, from "low" on; NULL: none */
} Field;

enum
{
  SECOND_FIELD,
  MINUTE_FIELD,
  HOUR_FIELD,
  DAY_FIELD,
  MONTH_FIELD,
  WEEKDAY_FIELD,
  FIELDS,
};

static const Field fields[] = {
  [SECOND_FIELD] = { "second", 0, 59, NULL },
  [MINUTE_FIELD] = { "minute", 0, 59, NULL },
  [HOUR_FIELD] = { "hour", 0, 23, NULL },
  [DAY_FIELD] = { "day of the month", 1, 31, NULL },
  [MONTH_FIELD] = { "month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec" },
  [WEEKDAY_FIELD] = { "day of the week", 0, 7, "sunmontuewedthufrisat" },
};

static bool
refuse (GError **error, const Field *field, const char *text, const char *why)
{
  return weir_error (error, WEIR_ERROR_MODEL, "\"%s\" is no %s: %s", text, field->what, why);
}

/* A number or a name. Returns what is behind it; NULL: there is neither. */
static const char *
read_value (const Field *field, const char *at, int *ret_value)
{
  for (int i = 0; field->names != NULL && field->names[3 * i] != '\0'; i++)
    if (g_ascii_strncasecmp (field->names + 3 * i, at, 3) == 0)
      return *ret_value = field->low + i, at + 3;
  int value = 0, digits = 0;
  for (; g_ascii_isdigit (*at) && digits < 4; at++, digits++)
    value = 10 * value + (*at - '0');
  *ret_value = value;
  return digits > 0 ? at : NULL;
}

/* "*", "5", "1-5", "fri-sun". Returns what is behind it; NULL: it is none of them. */
static const char *
read_range (const Field *field, const char *text, int *ret_low, int *ret_high)
{
  *ret_low = field->low;
  *ret_high = field == &fields[WEEKDAY_FIELD] ? 6 : field->high;
  if (*text == '*')
    return text + 1;
  const char *at = read_value (field, text, ret_low);
  *ret_high = *ret_low;
  if (at == NULL || *at != '-')
    return at;
  at = read_value (field, at + 1, ret_high);
  /* A week that ends with its Sunday. */
  if (at != NULL && field == &fields[WEEKDAY_FIELD] && *ret_high == 0 && g_ascii_isalpha (at[-1]) && *ret_low > 0)
    *ret_high = 7;
  return at;
}

/* "/2" behind a range. */
static bool
read_step (const Field *field, const char *text, const char *at, int *ret_step, GError **error)
{
  *ret_step = 1;
  if (*at == '\0')
    return true;
  if (*at != '/')
    return refuse (error, field, text, "numbers, names, *, ranges (1-5), steps (*/2) and commas are known");
  if (strpbrk (text, "*-") == NULL)
    return refuse (error, field, text, "a step is behind * or a range, as in 5-59/15");
  at = read_value (&(Field) { field->what, 0, field->high, NULL }, at + 1, ret_step);
  if (at == NULL || *at != '\0' || *ret_step == 0 || *ret_step > field->high)
    return refuse (error, field, text, "a step is a number that is smaller than what it goes through");
  return true;
}

/* What is between two commas. */
static bool
read_part (const Field *field, const char *text, uint64_t *set, GError **error)
{
  int low, high, step;
  const char *at = read_range (field, text, &low, &high);
  if (at == NULL)
    return refuse (error, field, text,
                   strchr (text, '?') != NULL ? "? is Quartz's: write *, and mind that weeks begin with Sunday as 0 here"
                                              : "numbers, names, *, ranges (1-5), steps (*/2) and commas are known");
  if (!read_step (field, text, at, &step, error))
    return false;
  if (low < field->low || high > field->high || low > high)
    {
      g_autofree char *why = low > high ? g_strdup ("a range runs from the smaller to the larger")
                                        : g_strdup_printf ("they are from %d to %d", field->low, field->high);
      return refuse (error, field, text, why);
    }
  for (int value = low; value <= high; value += step)
    *set |= G_GUINT64_CONSTANT (1) << value;
  return true;
}

static bool
read_field (const Field *field, const char *text, uint64_t *ret_set, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  *ret_set = 0;
  for (char **part = parts; *part != NULL; part++)
    if (!read_part (field, *part, ret_set, error))
      return false;
  return true;
}

/* What a word stands for; NULL: nothing. */
static const char *
find_word (const char *text)
{
  static const char *const words[][2] = { { "@hourly", "0 * * * *" },  { "@daily", "0 0 * * *" },   { "@midnight", "0 0 * * *" },
                                          { "@weekly", "0 0 * * 0" },  { "@monthly", "0 0 1 * *" }, { "@yearly", "0 0 1 1 *" },
                                          { "@annually", "0 0 1 1 *" } };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (words[i][0], text) == 0)
      return words[i][1];
  return NULL;
}

static GStrv
split (const char *text)
{
  g_auto (GStrv) pieces = g_strsplit_set (text, " \t", -1);
  GStrvBuilder *words = g_strv_builder_new ();
  for (char **piece = pieces; *piece != NULL; piece++)
    if (**piece != '\0')
      g_strv_builder_add (words, *piece);
  GStrv result = g_strv_builder_end (words);
  g_strv_builder_unref (words);
  return result;
}

static bool
read_every (const char *text, Cron *ret_cron, GError **error)
{
  *ret_cron = (Cron) { 0 };
  return (quantity_read_period (text + strlen (EVERY), &ret_cron->every) && ret_cron->every > 0 && ret_cron->every <= FARTHEST)
         || weir_error (error, WEIR_ERROR_MODEL, "\"%s\" has no time behind it, as \"@every 90 minutes\" has", text);
}

bool
cron_parse (const char *text, Cron *ret_cron, GError **error)
{
  if (g_ascii_strncasecmp (text, EVERY, strlen (EVERY)) == 0)
    return read_every (text, ret_cron, error);
  const char *meant = find_word (text);
  g_auto (GStrv) words = split (meant != NULL ? meant : text);
  guint count = g_strv_length (words);
  if (meant == NULL && text[0] == '@')
    return weir_error (error, WEIR_ERROR_MODEL,
                       "\"%s\" is none of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually, @every TIME", text);
  if (count != FIELDS - 1 && count != FIELDS)
    return weir_error (error, WEIR_ERROR_MODEL,
                       "\"%s\" has %u field%s: five are needed (minute, hour, day, month, day of the week), "
                       "or six with the second before them",
                       text, count, count == 1 ? "" : "s");
  /* Without one it is second 0. */
  const char *texts[FIELDS] = { "0" };
  uint64_t sets[FIELDS];
  memcpy (texts + (FIELDS - count), words, count * sizeof *words);
  for (int i = 0; i < FIELDS; i++)
    if (!read_field (&fields[i], texts[i], &sets[i], error))
      return false;
  *ret_cron = (Cron) {
    .seconds = sets[SECOND_FIELD],
    .minutes = sets[MINUTE_FIELD],
    .hours = (uint32_t) sets[HOUR_FIELD],
    .days = (uint32_t) sets[DAY_FIELD],
    .months = (uint32_t) sets[MONTH_FIELD],
    .weekdays = (uint32_t) (sets[WEEKDAY_FIELD] | sets[WEEKDAY_FIELD] >> 7),
    .any_day = texts[DAY_FIELD][0] == '*',
    .any_weekday = texts[WEEKDAY_FIELD][0] == '*',
    .follows_clock = texts[MINUTE_FIELD][0] == '*' || texts[HOUR_FIELD][0] == '*',
  };
  int64_t some;
  return cron_find_wall (ret_cron, 0, &some)
         || weir_error (error, WEIR_ERROR_MODEL, "\"%s\" is never: no month has that day", text);
}

/* ---- wall times ---- */

static bool
has (uint64_t set, int value)
{
  return (set >> value & 1) != 0;
}

/* Whether the day fits that begins at the wall time. */
static bool
is_day (const Cron *cron, int64_t wall)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (wall);
  if (date == NULL || !has (cron->months, g_date_time_get_month (date)))
    return false;
  bool day = has (cron->days, g_date_time_get_day_of_month (date));
  bool weekday = has (cron->weekdays, g_date_time_get_day_of_week (date) % 7);
  return cron->any_day || cron->any_weekday ? day && weekday : day || weekday;
}

/* The first time of day that fits and is not before "second", in seconds; -1: none. */
static int
find_time (const Cron *cron, int second)
{
  for (int hour = second / HOUR; hour < 24; hour++)
    for (int minute = hour * HOUR > second ? 0 : second % HOUR / MINUTE; has (cron->hours, hour) && minute < 60; minute++)
      for (int at = hour * HOUR + minute * MINUTE > second ? 0 : second % MINUTE; has (cron->minutes, minute) && at < 60; at++)
        if (has (cron->seconds, at))
          return hour * HOUR + minute * MINUTE + at;
  return -1;
}

bool
cron_find_wall (const Cron *cron, int64_t wall, int64_t *ret_wall)
{
  int64_t day = wall - ((wall % DAY) + DAY) % DAY;
  for (int64_t until = day + FARTHEST; day < until; day += DAY)
    {
      int time = is_day (cron, day) ? find_time (cron, (int) (MAX (wall, day) - day)) : -1;
      if (time >= 0)
        return *ret_wall = day + time, true;
    }
  return false;
}

/* ---- instants ---- */

/* What a shift asks of work that runs once for each of its times. False: nothing, go on from *from. True: it is due at *from itself, for its
 * times that were jumped over. */
static bool
pass_shift (const Cron *cron, const Shift *shift, int64_t *from)
{
  int64_t wall, jumped = shift->at + shift->before, shown = shift->at + shift->after;
  if (cron->follows_clock)
    return false;
  if (shown > jumped)
    return *from == shift->at && cron_find_wall (cron, jumped, &wall) && wall < shown;
  /* Until then clocks show what they have shown before. */
  *from = MAX (*from, shift->at + (jumped - shown));
  return false;
}

/* The last of the times of "@every" that is not behind the instant. */
static int64_t
find_every (const Cron *cron, int64_t instant)
{
  int64_t behind = instant % cron->every;
  return instant - (behind < 0 ? behind + cron->every : behind);
}

bool
cron_next (const Cron *cron, const Zone *zone, int64_t after, int64_t *ret_instant)
{
  if (cron->every > 0)
    return *ret_instant = find_every (cron, after) + cron->every, true;
  Shift shift;
  int64_t from = after + 1, wall;
  /* A shift that is not long ago may still have something to say. */
  for (int64_t back = from - 2 * DAY; zone_find_shift (zone, back, from, &shift); back = shift.at)
    if (pass_shift (cron, &shift, &from))
      return *ret_instant = from, true;
  for (;;)
    {
      int offset = zone_offset (zone, from);
      if (!cron_find_wall (cron, from + offset, &wall))
        return false;
      if (!zone_find_shift (zone, from, wall - offset, &shift))
        return *ret_instant = wall - offset, true;
      from = shift.at;
      if (pass_shift (cron, &shift, &from))
        return *ret_instant = from, true;
    }
}

bool
cron_last (const Cron *cron, const Zone *zone, int64_t before, int64_t *ret_instant)
{
  if (cron->every > 0)
    return *ret_instant = find_every (cron, before - 1), true;
  int64_t found, step = MINUTE;
  while (!cron_next (cron, zone, before - step - 1, &found) || found >= before)
    if ((step *= 4) > FARTHEST)
      return false;
  do
    *ret_instant = found;
  while (cron_next (cron, zone, found, &found) && found < before);
  return true;
}
