#include "connect/curl/http_moment.h"

#include <string.h>

const char *const moment_format_words[] = { "datetime", "date", "epoch", "milliseconds", NULL };

#define DATE_LENGTH 10
#define NUMBER_DIGITS 18

void
moment_clear (Moment *moment)
{
  g_free (moment->text);
  *moment = (Moment) { 0 };
}

void
moment_copy (Moment *to, const Moment *from)
{
  Moment copy = *from;
  copy.text = g_strdup (from->text);
  moment_clear (to);
  *to = copy;
}

static bool
read_number (const char *text, int64_t *ret_value)
{
  const char *at = text + (*text == '-');
  size_t digits = strspn (at, "0123456789");
  if (digits == 0 || digits > NUMBER_DIGITS || (digits > 1 && at[0] == '0'))
    return false;
  if (at[digits] == '.' && (at[digits + 1] == '\0' || at[digits + 1 + strspn (at + digits + 1, "0123456789")] != '\0'))
    return false;
  if (at[digits] != '.' && at[digits] != '\0')
    return false;
  *ret_value = g_ascii_strtoll (text, NULL, 10);
  return true;
}

static bool
looks_dated (const char *text, size_t length)
{
  if (length < DATE_LENGTH || text[4] != '-' || text[7] != '-')
    return false;
  return length == DATE_LENGTH || strchr ("Tt ", text[DATE_LENGTH]) != NULL;
}

static bool
read_instant (const char *text, int64_t *ret_microseconds)
{
  size_t length = strlen (text);
  if (!looks_dated (text, length))
    return false;
  g_autofree char *whole = length == DATE_LENGTH ? g_strconcat (text, "T00:00:00", NULL) : g_strdup (text);
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (whole, utc);
  if (time == NULL)
    return false;
  *ret_microseconds = g_date_time_to_unix (time) * MOMENT_SECOND + g_date_time_get_microsecond (time);
  return true;
}

void
moment_read (const char *text, Moment *moment)
{
  Moment found = { .kind = MOMENT_TEXT, .text = g_strdup (text) };
  if (text[0] == '\0')
    found.kind = MOMENT_NONE;
  else if (read_instant (text, &found.value))
    found.kind = MOMENT_INSTANT;
  else if (read_number (text, &found.value))
    found.kind = MOMENT_NUMBER;
  moment_clear (moment);
  *moment = found;
}

bool
moment_read_json (const Json *json, Moment *moment)
{
  moment_clear (moment);
  if (json == NULL || json_is_null (json))
    return true;
  if (!json_is_string (json) && !json_is_number (json))
    return false;
  g_autofree char *text = json_is_string (json) ? g_strdup (json_string_value (json)) : weir_json_text (json);
  moment_read (text, moment);
  return true;
}

void
moment_set_instant (int64_t microseconds, Moment *moment)
{
  moment_clear (moment);
  moment->kind = MOMENT_INSTANT;
  moment->value = microseconds;
  moment->text = moment_show (moment, FORMAT_DATETIME);
}

void
moment_make_instant (Moment *moment, int64_t scale)
{
  if (moment->kind != MOMENT_NUMBER || ABS (moment->value) > INT64_MAX / 2 / scale)
    return;
  moment_set_instant (moment->value * scale, moment);
}

bool
moment_is_before (const Moment *a, const Moment *b)
{
  if (a->kind == MOMENT_NONE || b->kind == MOMENT_NONE)
    return a->kind == MOMENT_NONE && b->kind != MOMENT_NONE;
  if (a->kind == b->kind && a->kind != MOMENT_TEXT && a->value != b->value)
    return a->value < b->value;
  /* The same instant may be written in two ways: neither is before the other. The same number may have a fraction. */
  if (a->kind == MOMENT_INSTANT && b->kind == MOMENT_INSTANT)
    return false;
  return strcmp (a->text, b->text) < 0;
}

bool
moment_go_back (Moment *moment, double by)
{
  if (by <= 0 || moment->kind == MOMENT_NONE)
    return true;
  if (moment->kind == MOMENT_TEXT)
    return false;
  if (moment->kind == MOMENT_INSTANT)
    {
      moment_set_instant (moment->value - (int64_t) (by * (double) MOMENT_SECOND), moment);
      return true;
    }
  int64_t steps = (int64_t) by;
  int64_t value = moment->value - steps - ((double) steps < by ? 1 : 0);
  moment_clear (moment);
  *moment = (Moment) { .kind = MOMENT_NUMBER, .value = value, .text = g_strdup_printf ("%" G_GINT64_FORMAT, value) };
  return true;
}

int64_t
moment_day (int64_t microseconds)
{
  int64_t rest = microseconds % MOMENT_DAY;
  return microseconds - (rest < 0 ? rest + MOMENT_DAY : rest);
}

/* Seconds, with the fraction cut off downwards. */
static int64_t
whole (int64_t value, int64_t unit)
{
  int64_t rest = value % unit;
  return (value - (rest < 0 ? rest + unit : rest)) / unit;
}

char *
moment_show (const Moment *moment, MomentFormat format)
{
  if (moment->kind != MOMENT_INSTANT)
    return g_strdup (moment->text != NULL ? moment->text : "");
  if (format == FORMAT_EPOCH)
    return g_strdup_printf ("%" G_GINT64_FORMAT, whole (moment->value, MOMENT_SECOND));
  if (format == FORMAT_MILLISECONDS)
    return g_strdup_printf ("%" G_GINT64_FORMAT, whole (moment->value, 1000));
  int64_t seconds = whole (moment->value, MOMENT_SECOND);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
  if (time == NULL)
    return g_strdup (moment->text != NULL ? moment->text : "");
  if (format == FORMAT_DATE)
    return g_date_time_format (time, "%Y-%m-%d");
  g_autofree char *text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");
  int64_t fraction = moment->value - seconds * MOMENT_SECOND;
  return fraction != 0 ? g_strdup_printf ("%s.%06dZ", text, (int) fraction) : g_strconcat (text, "Z", NULL);
}

Json *
moment_json (const Moment *moment)
{
  if (moment->kind == MOMENT_NONE)
    return json_null ();
  if (moment->kind == MOMENT_NUMBER && strchr (moment->text, '.') == NULL)
    return json_integer (moment->value);
  return weir_json_string (moment->text);
}
