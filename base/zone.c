#include "base/zone.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

#define DAY (24 * 60 * 60)

struct Zone
{
  char *name;
  GTimeZone *rules;
};

/* Whether tzdata has it. GLib would take any path, complain about a file that is none of tzdata's, and know signs of its own ("+02:00"). */
static bool
is_there (const char *name)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+/";
  if (name[0] == '\0' || name[0] == '/' || name[strspn (name, letters)] != '\0')
    return false;
  const char *folder = g_getenv ("TZDIR");
  g_autofree char *path = g_build_filename (folder != NULL ? folder : "/usr/share/zoneinfo", name, NULL);
  char magic[4];
  FILE *file = fopen (path, "re");
  bool is_zone = file != NULL && fread (magic, sizeof magic, 1, file) == 1 && memcmp (magic, "TZif", sizeof magic) == 0;
  if (file != NULL)
    fclose (file);
  return is_zone;
}

Zone *
zone_open (const char *name, GError **error)
{
  bool is_utc = strcmp (name, "UTC") == 0;
  GTimeZone *rules = is_utc ? g_time_zone_new_utc () : is_there (name) ? g_time_zone_new_identifier (name) : NULL;
  if (rules == NULL && !is_there ("Etc/UTC"))
    return weir_error (error, WEIR_ERROR_MODEL, "there is no time zone \"%s\": this machine knows none, install tzdata", name),
           NULL;
  if (rules == NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "there is no time zone \"%s\"; they are called as \"Europe/Oslo\"", name), NULL;
  Zone *zone = g_new0 (Zone, 1);
  zone->name = g_strdup (name);
  zone->rules = rules;
  return zone;
}

void
zone_free (Zone *zone)
{
  g_free (zone->name);
  g_time_zone_unref (zone->rules);
  g_free (zone);
}

const char *
zone_name (const Zone *zone)
{
  return zone->name;
}

static int
find_interval (const Zone *zone, int64_t instant)
{
  return g_time_zone_find_interval (zone->rules, G_TIME_TYPE_UNIVERSAL, instant);
}

int
zone_offset (const Zone *zone, int64_t instant)
{
  return g_time_zone_get_offset (zone->rules, find_interval (zone, instant));
}

/* The first instant that is not in the interval of "from"; there is one up to "to". */
static int64_t
find_end (const Zone *zone, int64_t from, int64_t to)
{
  int interval = find_interval (zone, from);
  while (to - from > 1)
    {
      int64_t middle = from + (to - from) / 2;
      if (find_interval (zone, middle) == interval)
        from = middle;
      else
        to = middle;
    }
  return to;
}

bool
zone_find_shift (const Zone *zone, int64_t from, int64_t to, Shift *ret_shift)
{
  while (from < to && find_interval (zone, from) != find_interval (zone, to))
    {
      int64_t at = find_end (zone, from, to);
      *ret_shift = (Shift) { at, zone_offset (zone, from), zone_offset (zone, at) };
      /* One may give the time but another name. */
      if (ret_shift->before != ret_shift->after)
        return true;
      from = at;
    }
  return false;
}

int64_t
zone_instant (const Zone *zone, int64_t wall)
{
  /* No zone is more than a day off. */
  int64_t from = wall - DAY, instant = wall - zone_offset (zone, from);
  Shift shift;
  while (zone_find_shift (zone, from, instant, &shift))
    {
      instant = wall - shift.after;
      if (instant < shift.at)
        return shift.at;
      from = shift.at;
    }
  return instant;
}

char *
zone_text (const Zone *zone, int64_t instant)
{
  g_autoptr (GDateTime) wall = g_date_time_new_from_unix_utc (instant + zone_offset (zone, instant));
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  g_autofree char *time = g_date_time_format (wall, g_date_time_get_second (wall) == 0 ? "%Y-%m-%d %H:%M" : "%Y-%m-%d %H:%M:%S");
  return g_strdup_printf ("%s %s", days[g_date_time_get_day_of_week (wall) - 1], time);
}
