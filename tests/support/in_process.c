#include "in_process.h"

#include "effort.h"

#include <stdlib.h>

void
load_in_process (Home *home, Loader *loader, const char *table, const char *name, const char *text, LoadEnd *ret_end)
{
  g_autofree char *path = home_path (home, name), *waits_for = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Route) route = { 0 };
  LockState state;
  home_write_file (home, name, text);
  bool done = loader_refresh (loader, &error);
  if (done)
    loader_route_to (loader, table, &route);
  done = done && loader_lock (loader, &route, 1000, &state, &waits_for, &error)
         && loading_in_place (loader, path, &route, &(Candidate) { 0 }, false, ret_end, &error);
  if (!done)
    fail_msg ("%s: %s", name, error->message);
  loader_unlock (loader);
  assert_json (ret_end->summary, "status", "applied");
}

void
try_streams (Home *home, void (*try_stream) (Home *home, Loader *loader, guint32 seed), int few, int many)
{
  g_autoptr (GError) error = NULL;
  const char *wanted = g_getenv ("WEIR_STREAM");
  guint32 first = wanted != NULL ? (guint32) strtoul (wanted, NULL, 10) : 1;
  assert_weir (home, 0, "init", NULL);
  g_autoptr (Settings) settings = settings_load_home (home->path, HOME_REQUIRED, &error);
  assert_non_null (settings);
  g_auto (Loader) loader;
  loader_init (&loader, settings, -1);
  loader.one_shot = true;
  for (guint32 seed = first; seed < first + (guint32) effort (few, many); seed++)
    try_stream (home, &loader, seed);
}

void
shuffle (GRand *random, int *order, int n)
{
  for (int i = 0; i < n; i++)
    order[i] = i;
  for (int i = n - 1; random != NULL && i > 0; i--)
    {
      int to = g_rand_int_range (random, 0, i + 1), other = order[to];
      order[to] = order[i];
      order[i] = other;
    }
}
