#include "models/file_date.h"

#include "models/catalog.h"

#include <string.h>

#define SEPARATORS "-_. "

/* The number that so many digits make, moving behind them; -1: there are not so many. */
static int
take_number (const char **at, size_t digits)
{
  if (strspn (*at, "0123456789") < digits)
    return -1;
  int number = 0;
  for (size_t i = 0; i < digits; i++, ++*at)
    number = 10 * number + (**at - '0');
  return number;
}

/* Moves behind the separator if it is there; '\0' is none, which always is. */
static bool
pass (const char **at, char separator)
{
  if (separator != '\0' && **at != separator)
    return false;
  *at += separator != '\0';
  return true;
}

static char
separator_at (const char *at)
{
  return *at != '\0' && strchr (SEPARATORS, *at) != NULL ? *at : '\0';
}

/* "+01", "+0100", "+01:00", "Z" behind a time. */
static void
take_zone (const char **at, GString *text)
{
  if (**at == 'Z' || **at == 'z')
    {
      g_string_append_c (text, 'Z');
      ++*at;
      return;
    }
  if (**at != '+')
    return;
  const char *zone = *at + 1;
  int hours = take_number (&zone, 2), minutes = 0;
  if (hours < 0)
    return;
  if (*zone == ':' || g_ascii_isdigit (*zone))
    {
      zone += *zone == ':';
      minutes = take_number (&zone, 2);
    }
  if (hours > 15 || minutes < 0 || minutes > 59 || g_ascii_isdigit (*zone))
    return;
  g_string_append_printf (text, "+%02d:%02d", hours, minutes);
  *at = zone;
}

/* Parts of a second, where a dot is not what separates everything: "15.25", "15.123456". */
static void
take_fraction (const char **at, GString *text)
{
  size_t digits = **at == '.' ? strspn (*at + 1, "0123456789") : 0;
  if (digits < 1 || digits > 6)
    return;
  g_string_append_len (text, *at, (gssize) digits + 1);
  *at += digits + 1;
}

/* Hours and minutes, and maybe seconds, with the same between them or nothing. Moves behind them if they are a time. */
static bool
take_time (const char **at, GString *text)
{
  const char *time = *at;
  int hours = take_number (&time, 2);
  char separator = *time == ':' ? ':' : separator_at (time);
  int minutes = hours >= 0 && pass (&time, separator) ? take_number (&time, 2) : -1, seconds = 0;
  const char *rest = time;
  int more = minutes >= 0 && pass (&rest, separator) ? take_number (&rest, 2) : -1;
  if (more >= 0)
    time = rest, seconds = more;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds > 59 || g_ascii_isdigit (*time))
    return false;
  g_string_append_printf (text, "T%02d:%02d:%02d", hours, minutes, seconds);
  if (more >= 0 && separator != '.')
    take_fraction (&time, text);
  take_zone (&time, text);
  return *at = time, true;
}

static FileDateVerdict take_date (const char **at, GString *text);

/* Whether another date begins there, of which the year could be a time. */
static bool
is_date (const char *at)
{
  g_autoptr (GString) unused = g_string_new (NULL);
  return take_date (&at, unused) != FILE_DATE_NONE;
}

/* What stands behind a date. */
static FileDateVerdict
take_rest (const char **at, GString *text)
{
  bool marked = **at == 'T' || **at == 't';
  const char *time = *at + (marked || separator_at (*at) != '\0');
  if (!is_date (time) && take_time (&time, text))
    return *at = time, FILE_DATE_FOUND;
  g_string_append (text, "T00:00:00");
  if (marked && g_ascii_isdigit ((*at)[1]))
    return FILE_DATE_IMPOSSIBLE;
  return g_ascii_isdigit (**at) ? FILE_DATE_NONE : FILE_DATE_FOUND;
}

/* A date that begins just there. */
static FileDateVerdict
take_date (const char **at, GString *text)
{
  const char *date = *at;
  int year = take_number (&date, 4);
  char separator = separator_at (date);
  if (year < 1900 || year > 2199 || !pass (&date, separator))
    return FILE_DATE_NONE;
  int month = take_number (&date, 2), day = month >= 0 && pass (&date, separator) ? take_number (&date, 2) : -1;
  if (day < 0)
    return FILE_DATE_NONE;
  g_string_printf (text, "%04d-%02d-%02d", year, month, day);
  FileDateVerdict verdict = take_rest (&date, text);
  if (verdict == FILE_DATE_NONE)
    return verdict;
  *at = date;
  return g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year) ? verdict : FILE_DATE_IMPOSSIBLE;
}

FileDateVerdict
file_date_find (const char *file_name, FileDate *ret_date)
{
  g_autofree char *name = catalog_dropped_name (file_name);
  g_autoptr (GString) text = g_string_new (NULL);
  FileDateVerdict found = FILE_DATE_NONE;
  *ret_date = (FileDate) { 0 };
  for (const char *at = name; *at != '\0';)
    {
      const char *next = at;
      FileDateVerdict verdict = at > name && g_ascii_isdigit (at[-1]) ? FILE_DATE_NONE : take_date (&next, text);
      at = verdict == FILE_DATE_FOUND ? next : at + 1;
      if (verdict == FILE_DATE_IMPOSSIBLE && found == FILE_DATE_NONE)
        found = verdict;
      if (verdict != FILE_DATE_FOUND)
        continue;
      if (found == FILE_DATE_FOUND && strcmp (ret_date->text, text->str) != 0)
        return FILE_DATE_SEVERAL;
      found = FILE_DATE_FOUND;
      g_strlcpy (ret_date->text, text->str, sizeof ret_date->text);
      ret_date->zoned = strpbrk (text->str, "Z+") != NULL;
    }
  return found;
}
