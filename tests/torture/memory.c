/* One allocation of a worker fails, each in turn: it ends (GLib's way) or reports. */
#include "torture.h"

#include "worker.h"

#include <stdio.h>
#include <unistd.h>

#define RUN_SECONDS 90

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER true
#else
#define HAS_SANITIZER false
#endif

/* Built beside this program (failing_malloc.c). Owned by the caller. */
static char *
library (void)
{
  return g_build_filename (g_getenv ("WEIR_BUILD"), "libfailing_malloc.so", NULL);
}

static const char *
obstacle (void)
{
  g_autofree char *path = library ();
  if (HAS_SANITIZER)
    return "a sanitizer has an allocator of its own; scripts/torture builds without";
  return access (path, R_OK) == 0 ? NULL : "libfailing_malloc.so was not built";
}

/* A worker whose nth allocation fails; 0: none does. The counter's text is "count" in the file that the library leaves. */
static int
run_worker (Trial *trial, int nth, int *ret_allocations)
{
  Home *home = trial->home;
  g_autofree char *path = library ();
  g_autofree char *wanted = g_strdup_printf ("%d", nth);
  g_autofree char *counted = g_strconcat (home->path, ".allocations", NULL);
  g_autofree char *text = NULL;
  home_set_environment (home, "LD_PRELOAD", path);
  home_set_environment (home, "FAIL_ALLOCATION", wanted);
  home_set_environment (home, "FAIL_ALLOCATION_COUNT", counted);
  int code = worker_run (home, RUN_SECONDS);
  home_set_environment (home, "LD_PRELOAD", NULL);
  home_set_environment (home, "FAIL_ALLOCATION", NULL);
  home_set_environment (home, "FAIL_ALLOCATION_COUNT", NULL);
  *ret_allocations = g_file_get_contents (counted, &text, NULL, NULL) ? atoi (text) : 0;
  unlink (counted);
  return code;
}

static GArray *
plan (Trial *trial)
{
  GArray *points = g_array_new (false, false, sizeof (int));
  int allocations;
  nominal_home (trial);
  if (run_worker (trial, 0, &allocations) != 0 || allocations == 0)
    trial_violation (trial, "without a fault the worker does not end well, after %d allocations", allocations);
  nominal_check (trial);
  trial_end (trial);
  for (int nth = 1; nth <= allocations; nth++)
    g_array_append_val (points, nth);
  return points;
}

static void
run (Trial *trial)
{
  int allocations;
  nominal_home (trial);
  int code = run_worker (trial, trial->number, &allocations);
  if (code == -1)
    trial_violation (trial, "the worker does not end in %d s", RUN_SECONDS);
  if (allocations >= trial->number || code != 0)
    trial_hit (trial);
  trial_finish (trial);
  nominal_check (trial);
  trial_end (trial);
}

const Kind kind_memory = {
  .name = "memory",
  .what = "an allocation of a worker failing, each in turn",
  .trials = 2000,
  .quick = 4,
  .seconds = 240,
  .obstacle = obstacle,
  .plan = plan,
  .run = run,
};
