#include "src/watch/crew.h"

#include "src/load/outcome.h"
#include "src/watch/child.h"

#include <signal.h>
#include <string.h>

/* A worker that lives shorter than this is not replaced at once. */
#define SHORT_LIFE_US 1000000

/* A worker gives a sign of life each second. One that hangs in the machine (a disk or mount that does not answer) cannot; its end
 * costs no more than its file's load so far. */
#define SILENCE_US (30 * G_USEC_PER_SEC)
#define KILL_US (300 * G_USEC_PER_SEC)

typedef enum
{
  WORKER_STARTING,
  WORKER_IDLE,
  WORKER_WORKING,
} WorkerState;

typedef struct
{
  Crew *crew;
  Child *child;
  WorkerState state;
  bool leaving; /* its end is expected */
  Job *job;     /* WORKER_WORKING */
  CrewWork work;
  bool silence_told;
  int64_t born; /* monotonic microseconds */
} Worker;

struct Crew
{
  char *program;
  char *home;
  GStrv environment;
  unsigned max;
  const CrewEvents *events;
  void *data;
  GPtrArray *workers; /* of Worker */
  Backoff deaths;
};

static void
worker_free (Worker *worker)
{
  child_free (worker->child);
  if (worker->job)
    job_free (worker->job);
  g_clear_pointer (&worker->work.progress, json_decref);
  g_free (worker);
}

Crew *
crew_new (const char *program, const char *home, const char *const *environment, unsigned max, const CrewEvents *events, void *data)
{
  Crew *crew = g_new0 (Crew, 1);
  crew->program = g_strdup (program);
  crew->home = g_strdup (home);
  crew->environment = g_strdupv ((GStrv) environment);
  crew->max = max;
  crew->events = events;
  crew->data = data;
  crew->workers = g_ptr_array_new_with_free_func ((GDestroyNotify) worker_free);
  return crew;
}

void
crew_free (Crew *crew)
{
  g_ptr_array_unref (crew->workers);
  g_strfreev (crew->environment);
  g_free (crew->program);
  g_free (crew->home);
  g_free (crew);
}

static unsigned
count_in_state (const Crew *crew, WorkerState state)
{
  unsigned count = 0;
  for (unsigned i = 0; i < crew->workers->len; i++)
    {
      const Worker *worker = crew->workers->pdata[i];
      count += worker->state == state && (state == WORKER_WORKING || !worker->leaving);
    }
  return count;
}

unsigned
crew_size (const Crew *crew)
{
  return crew->workers->len;
}

unsigned
crew_idle (const Crew *crew)
{
  return count_in_state (crew, WORKER_IDLE);
}

unsigned
crew_starting (const Crew *crew)
{
  return count_in_state (crew, WORKER_STARTING);
}

unsigned
crew_working (const Crew *crew)
{
  return count_in_state (crew, WORKER_WORKING);
}

static void
send_home (Worker *worker)
{
  worker->leaving = true;
  child_close_input (worker->child);
}

/* A reply to a request: the worker is free before the supervisor hears of it, so that it can be given the next one. */
static void
finish_job (Worker *worker, Json *reply)
{
  g_autoptr (Job) job = g_steal_pointer (&worker->job);
  worker->state = WORKER_IDLE;
  g_clear_pointer (&worker->work.progress, json_decref);
  if (worker->leaving)
    child_close_input (worker->child);
  backoff_end (&worker->crew->deaths);
  worker->crew->events->reply (job, reply, worker->crew->data);
}

static void
take_answer (Worker *worker, Json *reply)
{
  Crew *crew = worker->crew;
  if (worker->state == WORKER_WORKING)
    finish_job (worker, reply);
  else if (worker->state == WORKER_STARTING && outcome_from_json (reply) == OUTCOME_READY)
    {
      worker->state = WORKER_IDLE;
      crew->events->ready (crew->data);
    }
  else if (worker->state == WORKER_STARTING)
    {
      worker->leaving = true;
      backoff_fail (&crew->deaths, g_get_monotonic_time ());
      crew->events->unavailable (reply, crew->data);
    }
}

/* How far the job in work has come. What an idle worker does unasked is no job's. */
static void
take_progress (Worker *worker, Json *progress)
{
  if (worker->state != WORKER_WORKING)
    return;
  g_clear_pointer (&worker->work.progress, json_decref);
  worker->work.progress = json_incref (progress);
}

/* A sign of life, an answer, what was done unasked; or a line that nobody understands, and that may have been an answer: it would be
 * waited for in vain, so the worker is ended, and its file is an orphan. */
static void
on_line (Child *child, const char *line, void *data)
{
  Worker *worker = data;
  g_autoptr (Json) reply = weir_json_parse (line, strlen (line), "reply", NULL);
  Json *progress = json_object_get (reply, "progress");
  const char *said = json_string_value (json_object_get (reply, "said"));
  worker->work.heard = g_get_monotonic_time ();
  worker->silence_told = false;
  if (json_is_string (json_object_get (reply, "outcome")))
    take_answer (worker, reply);
  else if (json_is_object (progress))
    take_progress (worker, progress);
  else if (said != NULL)
    worker->crew->events->said (said, worker->crew->data);
  else
    child_signal (child, SIGKILL);
}

static void
on_ended (Child *child, int wait_status, void *data)
{
  (void) child;
  Worker *worker = data;
  Crew *crew = worker->crew;
  g_autofree char *how = child_describe_end (wait_status);
  g_autoptr (Job) job = g_steal_pointer (&worker->job);
  bool expected = worker->leaving;
  int64_t now = g_get_monotonic_time ();
  if (!expected && now - worker->born < SHORT_LIFE_US)
    backoff_fail (&crew->deaths, now);
  g_ptr_array_remove_fast (crew->workers, worker);
  if (job)
    crew->events->crashed (job, how, crew->data);
  else
    crew->events->ended (how, expected, crew->data);
}

static const ChildEvents worker_events = { on_line, on_ended };

bool
crew_hire (Crew *crew, int64_t now, int64_t *ret_wait_us, GError **error)
{
  *ret_wait_us = -1;
  if (crew->workers->len >= crew->max)
    return true;
  if (backoff_wait (&crew->deaths, now) > 0)
    return *ret_wait_us = backoff_wait (&crew->deaths, now), true;
  const char *argv[] = { crew->program, "load", "--worker", "--home", crew->home, NULL };
  Worker *worker = g_new0 (Worker, 1);
  worker->crew = crew;
  worker->born = worker->work.heard = now;
  worker->child = child_spawn (argv, (const char *const *) crew->environment, true, &worker_events, worker, error);
  if (!worker->child)
    {
      backoff_fail (&crew->deaths, now);
      *ret_wait_us = backoff_wait (&crew->deaths, now);
      return g_free (worker), false;
    }
  g_ptr_array_add (crew->workers, worker);
  return true;
}

bool
crew_give (Crew *crew, const Job *job, const char *request)
{
  for (unsigned i = 0; i < crew->workers->len; i++)
    {
      Worker *worker = crew->workers->pdata[i];
      if (worker->state != WORKER_IDLE || worker->leaving)
        continue;
      /* One that does not read any more has died idle: the file is not to blame. */
      if (!child_write_line (worker->child, request))
        {
          send_home (worker);
          continue;
        }
      worker->state = WORKER_WORKING;
      worker->job = job_copy (job);
      worker->work.heard = worker->work.begun = worker->work.told = g_get_monotonic_time ();
      worker->job->given = worker->job->ended ? job->given : worker->work.begun;
      worker->work.begun_real = g_get_real_time ();
      worker->silence_told = false;
      return true;
    }
  return false;
}

GPtrArray *
crew_jobs (const Crew *crew)
{
  GPtrArray *jobs = g_ptr_array_new ();
  for (unsigned i = 0; i < crew->workers->len; i++)
    {
      const Worker *worker = crew->workers->pdata[i];
      if (worker->job)
        g_ptr_array_add (jobs, worker->job);
    }
  return jobs;
}

CrewWork *
crew_work (const Crew *crew, const char *key)
{
  for (unsigned i = 0; i < crew->workers->len; i++)
    {
      Worker *worker = crew->workers->pdata[i];
      if (worker->job && strcmp (worker->job->key, key) == 0)
        return &worker->work;
    }
  return NULL;
}

/* One that is silent is told of, and in the end killed: what it had in hand is an orphan then, whatever had come of it. */
static void
watch_worker (Worker *worker, int64_t now)
{
  int64_t silent_us = now - worker->work.heard;
  if (worker->state == WORKER_IDLE || silent_us < SILENCE_US)
    return;
  if (!worker->silence_told)
    worker->crew->events->silent (worker->job, (int) (silent_us / G_USEC_PER_SEC), worker->crew->data);
  worker->silence_told = true;
  if (silent_us >= KILL_US)
    child_signal (worker->child, SIGKILL);
}

void
crew_watch (Crew *crew, int64_t now)
{
  for (unsigned i = 0; i < crew->workers->len; i++)
    watch_worker (crew->workers->pdata[i], now);
}

void
crew_renew (Crew *crew)
{
  for (unsigned i = 0; i < crew->workers->len; i++)
    {
      Worker *worker = crew->workers->pdata[i];
      if (worker->state == WORKER_WORKING)
        worker->leaving = true;
      else
        send_home (worker);
    }
}

void
crew_stop (Crew *crew)
{
  for (unsigned i = 0; i < crew->workers->len; i++)
    {
      Worker *worker = crew->workers->pdata[i];
      send_home (worker);
      child_signal (worker->child, SIGTERM);
    }
}

void
crew_kill (Crew *crew)
{
  for (unsigned i = 0; i < crew->workers->len; i++)
    child_signal (((Worker *) crew->workers->pdata[i])->child, SIGKILL);
}
