#include "base/stopwatch.h"

#include <time.h>

typedef struct
{
  const char *name;
  int64_t ns;
  int64_t times;
} Lap;

struct Stopwatch
{
  int64_t begun;
  GArray *laps; /* of Lap; some thirty at most, so they are looked through */
};

Stopwatch *
stopwatch_new (void)
{
  Stopwatch *watch = g_new (Stopwatch, 1);
  watch->laps = g_array_new (FALSE, FALSE, sizeof (Lap));
  watch->begun = stopwatch_now ();
  return watch;
}

void
stopwatch_free (Stopwatch *watch)
{
  if (watch == NULL)
    return;
  g_array_unref (watch->laps);
  g_free (watch);
}

void
stopwatch_reset (Stopwatch *watch)
{
  g_array_set_size (watch->laps, 0);
  watch->begun = stopwatch_now ();
}

int64_t
stopwatch_elapsed (const Stopwatch *watch)
{
  return stopwatch_now () - watch->begun;
}

int64_t
stopwatch_now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return (int64_t) time.tv_sec * 1000000000 + time.tv_nsec;
}

static Lap *
find (const Stopwatch *watch, const char *name)
{
  for (guint i = 0; i < watch->laps->len; i++)
    if (g_str_equal (g_array_index (watch->laps, Lap, i).name, name))
      return &g_array_index (watch->laps, Lap, i);
  return NULL;
}

void
stopwatch_add_ns (Stopwatch *watch, const char *name, int64_t ns)
{
  Lap *lap = find (watch, name);
  if (lap == NULL)
    {
      g_array_append_val (watch->laps, ((Lap) { .name = name }));
      lap = &g_array_index (watch->laps, Lap, watch->laps->len - 1);
    }
  lap->ns += ns;
  lap->times++;
}

void
stopwatch_add (Stopwatch *watch, const char *name, int64_t begun)
{
  stopwatch_add_ns (watch, name, stopwatch_now () - begun);
}

int64_t
stopwatch_ns (const Stopwatch *watch, const char *name)
{
  const Lap *lap = find (watch, name);
  return lap != NULL ? lap->ns : 0;
}

Json *
stopwatch_to_json (const Stopwatch *watch)
{
  Json *laps = json_array ();
  for (guint i = 0; i < watch->laps->len; i++)
    {
      const Lap *lap = &g_array_index (watch->laps, Lap, i);
      json_array_append_new (laps, json_pack ("{s:s,s:I,s:I}", "what", lap->name, "microseconds",
                                              (json_int_t) (lap->ns + 500) / 1000, "times", (json_int_t) lap->times));
    }
  return laps;
}
