/* Each system call of a worker and of the supervisor fails once, with each errno that it can give. */
#include "torture.h"

#include "failures.h"
#include "traced.h"

/* A point is the number of a call, which of its errors, and whose: (call * FAILURES + error) * N_TRACED + who. */
static GArray *
plan (Trial *trial)
{
  GArray *points = g_array_new (false, false, sizeof (int));
  for (int who = 0; who < N_TRACED; who++)
    {
      g_autoptr (GArray) calls = traced_calls (trial, (Traced) who);
      for (int nth = 1; nth <= (int) calls->len; nth++)
        {
          const int *errors = failures_of (g_array_index (calls, long, nth - 1));
          for (int i = 0; errors != NULL && i < FAILURES && errors[i] != 0; i++)
            {
              int point = (nth * FAILURES + i) * N_TRACED + who;
              g_array_append_val (points, point);
            }
        }
    }
  return points;
}

static int
fail_it (void *data, long call)
{
  const int *errors = failures_of (call);
  return errors != NULL ? errors[*(const int *) data] : TRACE_GO;
}

static void
run (Trial *trial)
{
  int which = trial->number / N_TRACED % FAILURES;
  traced_trial (trial, (Traced) (trial->number % N_TRACED), trial->number / N_TRACED / FAILURES, fail_it, &which);
}

const Kind kind_errors = {
  .name = "errors",
  .what = "each system call failing once with each errno that it can give",
  .quick = 8,
  .seconds = 240,
  .obstacle = trace_obstacle,
  .plan = plan,
  .run = run,
};
