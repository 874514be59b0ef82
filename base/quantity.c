#include "base/quantity.h"

#include <glib.h>

typedef struct
{
  const char *one, *many; /* many: NULL, where a unit has no plural */
  int64_t size;
} Unit;

#define DAY (24 * 60 * 60)

static const Unit bytes[] = {
  { "B", NULL, 1 },
  { "kB", NULL, 1024 },
  { "MB", NULL, 1024 * 1024 },
  { "GB", NULL, 1024 * 1024 * 1024 },
  { "TB", NULL, (int64_t) 1024 * 1024 * 1024 * 1024 },
  { NULL },
};

static const Unit periods[] = {
  { "second", "seconds", 1 },   { "minute", "minutes", 60 },     { "hour", "hours", 60 * 60 },   { "day", "days", DAY },
  { "week", "weeks", 7 * DAY }, { "month", "months", 30 * DAY }, { "year", "years", 365 * DAY }, { NULL },
};

static const Unit *
find_unit (const Unit *units, const char *word)
{
  for (const Unit *unit = units; unit->one != NULL; unit++)
    if (g_ascii_strcasecmp (word, unit->one) == 0 || (unit->many != NULL && g_ascii_strcasecmp (word, unit->many) == 0))
      return unit;
  return NULL;
}

static bool
read_quantity (const char *text, const Unit *units, int64_t *ret)
{
  char *end;
  uint64_t number = g_ascii_strtoull (text, &end, 10);
  const char *word = end;
  while (*word == ' ')
    word++;
  const Unit *unit = find_unit (units, word);
  if (!g_ascii_isdigit (text[0]) || unit == NULL || number > (uint64_t) (INT64_MAX / unit->size))
    return false;
  *ret = (int64_t) number * unit->size;
  return true;
}

static char *
show_quantity (int64_t quantity, const Unit *units)
{
  const Unit *best = units;
  for (const Unit *unit = units; unit->one != NULL; unit++)
    if (quantity != 0 && quantity % unit->size == 0)
      best = unit;
  int64_t number = quantity / best->size;
  return g_strdup_printf ("%" G_GINT64_FORMAT " %s", number, number != 1 && best->many != NULL ? best->many : best->one);
}

bool
quantity_read_bytes (const char *text, int64_t *ret_bytes)
{
  return read_quantity (text, bytes, ret_bytes);
}

bool
quantity_read_period (const char *text, int64_t *ret_seconds)
{
  if (g_ascii_strcasecmp (text, "forever") != 0)
    return read_quantity (text, periods, ret_seconds);
  *ret_seconds = 0;
  return true;
}

char *
quantity_show_bytes (int64_t size)
{
  return show_quantity (size, bytes);
}

char *
quantity_show_period (int64_t seconds)
{
  return seconds == 0 ? g_strdup ("forever") : show_quantity (seconds, periods);
}
