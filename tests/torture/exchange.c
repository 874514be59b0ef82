#include "exchange.h"

#include "failures.h"
#include "message_proxy.h"
#include "trace.h"

#include <stdio.h>
#include <sys/stat.h>

#define RUN_SECONDS 120
#define SILENCE_MS 1500

/* What can be done at a place: kill one or all, an error of a call, or a mode of a cut. */
#define DEEDS FAILURES
/* The short form's trials, and the calls and messages that it takes for granted. */
#define GUESSED 8
#define GUESSED_NTH 250
/* Whose calls, or whose connection. */
#define PLACES N_TRACE_WHO

enum
{
  KILL_IT,
  KILL_ALL,
  N_KILLS,
};

enum
{
  CUT_PASSED = 1,
  CUT_SILENT = 2,
  N_CUTS = 4,
};

enum
{
  CONNECTION_OWN,
  CONNECTION_STORE,
  N_CONNECTIONS,
};

/* A fault: at the nth call or message there, in this case. */
typedef struct
{
  int nth, deed, place, which;
} Point;

static int
point_number (const Point *point)
{
  return ((point->nth * DEEDS + point->deed) * PLACES + point->place) * EXCHANGE_CASES + point->which;
}

static Point
point_of (int number)
{
  return (Point) { .which = number % EXCHANGE_CASES,
                   .place = number / EXCHANGE_CASES % PLACES,
                   .deed = number / EXCHANGE_CASES / PLACES % DEEDS,
                   .nth = number / EXCHANGE_CASES / PLACES / DEEDS };
}

/* ---- the home ---- */

/* Its end looks for leaks, which it cannot where it is traced, and the environment that it gets says nothing of that. Owned by the caller. */
static char *
wrapped_connector (Home *home)
{
#if defined(__SANITIZE_ADDRESS__)
  g_autofree char *script =
      g_strdup_printf ("#!/bin/sh\nASAN_OPTIONS=detect_leaks=0 exec '%s/weir-connect-pg' \"$@\"\n", g_getenv ("WEIR_BUILD"));
  g_autofree char *path = home_path (home, "sanitized");
  home_write_file (home, "sanitized", script);
  assert_int_equal (chmod (path, 0755), 0);
  return g_strdup_printf (", \"program\": \"%s\"", path);
#else
  (void) home;
  return g_strdup ("");
#endif
}

static void
configure (const Exchange *exchange, const char *own, const char *store)
{
  Home *home = exchange->trial->home;
  g_autofree char *direct = g_steal_pointer (&home->url), *program = wrapped_connector (home);
  g_autofree char *settings =
      g_strdup_printf (", \"connections\": {\"store\": {\"type\": \"postgresql\", \"url\": \"%s\"%s}}", store, program);
  home->url = g_strdup (own);
  home_configure (home, settings);
  g_free (home->url);
  home->url = g_steal_pointer (&direct);
}

static void
begin (Exchange *exchange, const ExchangeScript *script)
{
  Trial *trial = exchange->trial;
  void *store = trial->cluster;
  trial_home (trial, "");
  trial_forgo_leaks (trial);
  assert_int_equal (pg_source_setup (&store), 0);
  exchange->store = store;
  configure (exchange, trial->home->url, exchange->store->url);
  script->begin (exchange);
}

static void
end (Exchange *exchange, const ExchangeScript *script, int code)
{
  void *store = exchange->store;
  script->end (exchange, code);
  trial_end (exchange->trial);
  assert_int_equal (pg_source_teardown (&store), 0);
}

/* ---- the command ---- */

static void
note_end (const Exchange *exchange, Background *weir, int code)
{
  weir->pid = 0;
  g_autofree char *said = background_text (weir);
  g_string_append_printf (exchange->trial->home->transcript, "%sended with %d\n", said, code);
  if (code == -1)
    trial_violation (exchange->trial, "it does not end in %d s", RUN_SECONDS);
}

static int
run_traced (const Exchange *exchange, const ExchangeScript *script, TraceAsk ask, void *data)
{
  Home *home = exchange->trial->home;
  home->traced = true;
  g_autoptr (Background) weir = spawn_weir_argv (home, script->command (exchange));
  home->traced = false;
  int code = trace_family (weir->pid, RUN_SECONDS, ask, data);
  note_end (exchange, weir, code);
  return code;
}

static int
run_untraced (const Exchange *exchange, const ExchangeScript *script)
{
  g_autoptr (Background) weir = spawn_weir_argv (exchange->trial->home, script->command (exchange));
  int64_t deadline = g_get_monotonic_time () + RUN_SECONDS * G_USEC_PER_SEC;
  int code = -1;
  while (!process_ended (weir->pid, &code))
    if (!deadline_sleep (deadline))
      {
        background_stop (weir, SIGKILL, 10);
        break;
      }
  note_end (exchange, weir, code);
  return code;
}

/* By a proxy for each connection. *ret_messages of each. */
static int
run_by_proxies (const Exchange *exchange, const ExchangeScript *script, const MessageFault faults[], int ret_messages[])
{
  Trial *trial = exchange->trial;
  const char *databases[] = { trial->home->database, exchange->store->database };
  MessageProxy *proxies[N_CONNECTIONS];
  char *urls[N_CONNECTIONS];
  for (int i = 0; i < N_CONNECTIONS; i++)
    {
      proxies[i] = message_proxy_start (trial->cluster->socket, &faults[i]);
      urls[i] = message_proxy_url (proxies[i], databases[i], "weir", CLUSTER_PASSWORD);
    }
  configure (exchange, urls[CONNECTION_OWN], urls[CONNECTION_STORE]);
  int code = run_untraced (exchange, script);
  for (int i = 0; i < N_CONNECTIONS; i++)
    {
      ret_messages[i] = message_proxy_messages (proxies[i]);
      if (message_proxy_has_hit (proxies[i]))
        trial_hit (trial);
      message_proxy_stop (proxies[i]);
      g_free (urls[i]);
    }
  configure (exchange, trial->home->url, exchange->store->url);
  return code;
}

/* ---- points ---- */

typedef struct
{
  GArray *points;
  Point point;
} Plan;

static void
add_points (Plan *plan, int deeds)
{
  for (plan->point.deed = 0; plan->point.deed < deeds; plan->point.deed++)
    {
      int number = point_number (&plan->point);
      g_array_append_val (plan->points, number);
    }
}

static int
plan_kills (void *data, TraceWho who, int nth, long call)
{
  Plan *plan = data;
  plan->point.nth = nth;
  plan->point.place = (int) who;
  if (call != TRACE_IDLE)
    add_points (plan, N_KILLS);
  return TRACE_GO;
}

static int
plan_errors (void *data, TraceWho who, int nth, long call)
{
  Plan *plan = data;
  const int *errors = call != TRACE_IDLE ? failures_of (call) : NULL;
  int many = 0;
  while (errors != NULL && many < FAILURES && errors[many] != 0)
    many++;
  plan->point.nth = nth;
  plan->point.place = (int) who;
  add_points (plan, many);
  return TRACE_GO;
}

static int
plan_messages (const Exchange *exchange, const ExchangeScript *script, Plan *plan)
{
  const MessageFault none[N_CONNECTIONS] = { 0 };
  int messages[N_CONNECTIONS];
  int code = run_by_proxies (exchange, script, none, messages);
  for (plan->point.place = 0; plan->point.place < N_CONNECTIONS; plan->point.place++)
    for (plan->point.nth = 1; plan->point.nth <= messages[plan->point.place]; plan->point.nth++)
      add_points (plan, N_CUTS);
  return code;
}

static void
plan_case (Trial *trial, const ExchangeScript *script, ExchangeFault fault, Plan *plan)
{
  Exchange exchange = { .trial = trial, .which = plan->point.which };
  begin (&exchange, script);
  int code = fault == EXCHANGE_MESSAGES ? plan_messages (&exchange, script, plan)
                                        : run_traced (&exchange, script, fault == EXCHANGE_CALLS ? plan_kills : plan_errors, plan);
  if (code != 0)
    trial_violation (trial, "without a fault case %d ends with %d", plan->point.which, code);
  end (&exchange, script, code);
}

/* Without a run that counts them, which takes as long as a trial: some are behind the end, and are trials without a fault. */
static void
guess_points (Trial *trial, const ExchangeScript *script, ExchangeFault fault, Plan *plan)
{
  GRand *choices = trial->choices;
  for (int i = 0; i < GUESSED; i++)
    {
      const Point point = { .nth = g_rand_int_range (choices, 1, GUESSED_NTH),
                            .deed = g_rand_int_range (choices, 0, fault == EXCHANGE_MESSAGES ? N_CUTS : N_KILLS),
                            .place = g_rand_int_range (choices, 0, fault == EXCHANGE_MESSAGES ? N_CONNECTIONS : N_TRACE_WHO),
                            .which = g_rand_int_range (choices, 0, script->cases) };
      int number = point_number (&point);
      g_array_append_val (plan->points, number);
    }
}

GArray *
exchange_plan (Trial *trial)
{
  const ExchangeKind *kind = trial->own;
  const ExchangeScript *script = kind->script;
  Plan plan = { .points = g_array_new (false, false, sizeof (int)) };
  if (trial->is_quick)
    guess_points (trial, script, kind->fault, &plan);
  for (int which = 0; which < script->cases && !trial->is_quick; which++)
    {
      plan.point.which = which;
      plan_case (trial, script, kind->fault, &plan);
    }
  return plan.points;
}

/* ---- a trial ---- */

typedef struct
{
  Trial *trial;
  Point point;
  ExchangeFault fault;
} Hit;

static int
deed_of (const Hit *hit, long call)
{
  const int *errors = failures_of (call);
  if (hit->fault == EXCHANGE_CALLS)
    return hit->point.deed == KILL_IT ? TRACE_KILL : TRACE_KILL_ALL;
  return errors != NULL ? errors[hit->point.deed] : TRACE_GO;
}

static int
hit_it (void *data, TraceWho who, int nth, long call)
{
  const Hit *hit = data;
  if (call == TRACE_IDLE || (int) who != hit->point.place || nth != hit->point.nth)
    return TRACE_GO;
  int answer = deed_of (hit, call);
  if (answer != TRACE_GO)
    {
      printf ("call %d of %d is %ld: %d\n", nth, (int) who, call, answer);
      trial_hit (hit->trial);
    }
  return answer;
}

static int
cut (const Exchange *exchange, const ExchangeScript *script, const Point *point)
{
  int messages[N_CONNECTIONS];
  MessageFault faults[N_CONNECTIONS] = { 0 };
  faults[point->place] = (MessageFault) {
    .nth = point->nth, .is_passed = point->deed & CUT_PASSED, .is_silent = point->deed & CUT_SILENT, .silence_ms = SILENCE_MS
  };
  return run_by_proxies (exchange, script, faults, messages);
}

void
exchange_run (Trial *trial)
{
  const ExchangeKind *kind = trial->own;
  const ExchangeScript *script = kind->script;
  Hit hit = { trial, point_of (trial->number), kind->fault };
  Exchange exchange = { .trial = trial, .which = hit.point.which };
  begin (&exchange, script);
  int code = kind->fault == EXCHANGE_MESSAGES ? cut (&exchange, script, &hit.point) : run_traced (&exchange, script, hit_it, &hit);
  end (&exchange, script, code);
}

bool
exchange_go (const Exchange *exchange, const ExchangeScript *script)
{
  g_autoptr (Outcome) outcome = run_weir_argv (exchange->trial->home, script->command (exchange));
  if (outcome->code != 0 && outcome->code != 3)
    trial_violation (exchange->trial, "without a fault it ends with %d: %s%s", outcome->code, outcome->out, outcome->err);
  return outcome->code == 0;
}

void
exchange_compare (const Exchange *exchange, const char *what, const char *wanted, const char *found)
{
  if (g_strcmp0 (wanted, found) != 0)
    trial_violation (exchange->trial, "%s: there must be\n%s\nand there is\n%s", what, wanted, found);
}
