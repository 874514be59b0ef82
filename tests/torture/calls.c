/* SIGKILL before each system call of a worker and of the supervisor. */
#include "torture.h"

#include "traced.h"

/* A point is the number of a call, and whose: call * N_TRACED + who. */
static GArray *
plan (Trial *trial)
{
  GArray *points = g_array_new (false, false, sizeof (int));
  for (int who = 0; who < N_TRACED; who++)
    {
      g_autoptr (GArray) calls = traced_calls (trial, (Traced) who);
      for (int nth = 1; nth <= (int) calls->len; nth++)
        {
          int point = nth * N_TRACED + who;
          g_array_append_val (points, point);
        }
    }
  return points;
}

static int
kill_it (void *data, long call)
{
  (void) data, (void) call;
  return TRACE_KILL;
}

static void
run (Trial *trial)
{
  traced_trial (trial, (Traced) (trial->number % N_TRACED), trial->number / N_TRACED, kill_it, NULL);
}

const Kind kind_calls = {
  .name = "calls",
  .what = "SIGKILL before each system call of a worker and of the supervisor",
  .quick = 8,
  .seconds = 240,
  .obstacle = trace_obstacle,
  .plan = plan,
  .run = run,
};
