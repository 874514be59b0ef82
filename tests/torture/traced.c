#include "traced.h"

#include "mounts.h"
#include "worker.h"

#include <signal.h>
#include <stdio.h>

/* A call is waited for this long at most: weir tries again after half a minute at most. */
#define RUN_SECONDS 90

typedef struct
{
  Trial *trial;
  TraceAsk ask;
  void *data;
  bool is_supervisor;
  bool was_told; /* to stop */
} Run;

/* The supervisor waits in poll when it has nothing to do; it must not be asked too often whether that is so. */
static bool
is_over (Run *run, long call)
{
  bool may_wait = call == TRACE_IDLE || call == SYS_ppoll
#ifdef SYS_poll
                  || call == SYS_poll
#endif
      ;
  return run->is_supervisor && !run->was_told && may_wait && home_count_files (run->trial->home, "imports") == 0
         && trial_is_settled (run->trial);
}

static int
ask (void *data, TraceWho who, int nth, long call)
{
  Run *run = data;
  int answer = run->ask (run->data, who, nth, call);
  if (answer != TRACE_GO || !is_over (run, call))
    return answer;
  run->was_told = true;
  return TRACE_STOP;
}

/* Runs it and asks before each call; the supervisor is told to stop when all is loaded. Returns what trace_run does. */
static int
run_traced (Trial *trial, Traced who, TraceAsk asked, void *data)
{
  Home *home = trial->home;
  g_autofree char *sanitizer = g_strdup (g_environ_getenv ((char **) home->environment->pdata, "ASAN_OPTIONS"));
  Run run = { .trial = trial, .ask = asked, .data = data, .is_supervisor = who == TRACED_SUPERVISOR };
  trial_forgo_leaks (trial);
  home->traced = true;
  g_autoptr (Background) weir = run.is_supervisor ? spawn_weir (home, "watch", NULL) : worker_start (home);
  home->traced = false;
  home_set_environment (home, "ASAN_OPTIONS", sanitizer);
  int code = trace_run (weir->pid, RUN_SECONDS, ask, &run);
  weir->pid = 0;
  g_autofree char *said = background_text (weir);
  g_string_append_printf (home->transcript, "%sended with %d\n", said, code);
  return code;
}

static int
note_call (void *data, TraceWho who, int nth, long call)
{
  (void) who, (void) nth;
  GArray *calls = data;
  if (call != TRACE_IDLE)
    g_array_append_val (calls, call);
  return TRACE_GO;
}

static void
make_home (Trial *trial, Traced who)
{
  nominal_make (trial);
  if (who == TRACED_ELSEWHERE)
    {
      g_autofree char *archive = home_path (trial->home, "archive");
      mounts_begin ();
      mounts_add (archive, "size=1m");
    }
  nominal_fill (trial);
}

GArray *
traced_calls (Trial *trial, Traced who)
{
  GArray *calls = g_array_new (false, false, sizeof (long));
  if (who == TRACED_ELSEWHERE && mounts_obstacle () != NULL)
    return calls;
  make_home (trial, who);
  int code = run_traced (trial, who, note_call, calls);
  if (code != 0)
    trial_violation (trial, "without a fault it ends with %d", code);
  nominal_check (trial);
  trial_end (trial);
  return calls;
}

typedef struct
{
  Trial *trial;
  int nth;
  TracedAnswer answer;
  void *data;
} Point;

static int
at_point (void *data, TraceWho who, int nth, long call)
{
  (void) who;
  Point *point = data;
  if (call == TRACE_IDLE || nth != point->nth)
    return TRACE_GO;
  int answer = point->answer (point->data, call);
  if (answer != TRACE_GO)
    {
      printf ("call %d is %ld: %d\n", nth, call, answer);
      trial_hit (point->trial);
    }
  return answer;
}

void
traced_trial (Trial *trial, Traced who, int nth, TracedAnswer answer, void *data)
{
  Point point = { .trial = trial, .nth = nth, .answer = answer, .data = data };
  make_home (trial, who);
  if (run_traced (trial, who, at_point, &point) == -1)
    trial_violation (trial, "it does not end in %d s", RUN_SECONDS);
  trial_finish (trial);
  nominal_check (trial);
  trial_end (trial);
}
