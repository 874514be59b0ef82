#include "pipeline/stage/window.h"

#include <string.h>

/* A cache as processors have them: an id belongs to one set, whose places are filled one after the other, the oldest pair making room. A pair
 * stays for about WINDOW_PAIRS others. That so many come into its set while it waits for the file to come as far, and it is lost too early, happens
 * to one of ten million. */
#define PLACES 8
#define SETS (WINDOW_PAIRS / PLACES)

typedef struct
{
  Uid ids[PLACES];
  Uid hashes[PLACES];
  int64_t numbers[PLACES]; /* of the pairs in the table's order, from 1; 0: nothing is there, or it is used up */
  unsigned next;
} Set;

/* Pairs that wait for their sets to come into the cache. */
#define WAITING 4

typedef struct
{
  Uid id, hash;
} Pair;

struct Window
{
  Set *sets;
  int64_t added; /* pairs so far */
  Pair waiting[WAITING];
  int64_t found;  /* the number of the last one that the file had, too */
  int64_t missed; /* rows of the file since then that were not there */
};

Window *
window_new (void)
{
  Window *window = g_new (Window, 1);
  *window = (Window) { .sets = g_new0 (Set, SETS) };
  return window;
}

void
window_free (Window *window)
{
  if (window == NULL)
    return;
  g_free (window->sets);
  g_free (window);
}

bool
window_wants (const Window *window)
{
  return window->added < window->found + WINDOW_AHEAD + 2 * window->missed;
}

/* Ids are hashes, which spread by themselves. */
static Set *
set_of (const Window *window, Uid id)
{
  uint32_t set;
  memcpy (&set, id.bytes, sizeof set);
  return &window->sets[set % SETS];
}

static void
put (Window *window, const Pair *pair, int64_t number)
{
  Set *set = set_of (window, pair->id);
  unsigned place = set->next++ % PLACES;
  set->ids[place] = pair->id;
  set->hashes[place] = pair->hash;
  set->numbers[place] = number;
}

void
window_add (Window *window, Uid id, Uid hash)
{
  Pair *place = &window->waiting[window->added % WAITING];
  window_expect (window, id);
  if (window->added >= WAITING)
    put (window, place, window->added - WAITING + 1);
  *place = (Pair) { id, hash };
  window->added++;
}

void
window_end (Window *window)
{
  for (int64_t number = MAX (window->added - WAITING, 0) + 1; number <= window->added; number++)
    put (window, &window->waiting[(number - 1) % WAITING], number);
}

void
window_expect (const Window *window, Uid id)
{
  const Set *set = set_of (window, id);
  __builtin_prefetch (&set->ids[0], 1);
  __builtin_prefetch (&set->ids[PLACES / 2], 1);
  __builtin_prefetch (&set->numbers[0], 1);
}

/* A row that is there leads on to the pairs behind it. One that is not may be new, or one that the table has elsewhere; where it is neither,
 * the file has left out some of the table's, and the window goes on, faster than the file, until it has found them again. */
bool
window_has (Window *window, Uid id, Uid hash)
{
  Set *set = set_of (window, id);
  for (int i = 0; i < PLACES; i++)
    if (set->numbers[i] > 0 && uid_equal (set->ids[i], id))
      {
        window->found = MAX (window->found, set->numbers[i]);
        window->missed = 0;
        if (!uid_equal (set->hashes[i], hash))
          return false;
        set->numbers[i] = 0;
        return true;
      }
  window->missed++;
  return false;
}
