/* What workers say of their files: to the log, and to what happens with these next. */
#include "src/watch/supervisor_state.h"

#include "base/text.h"
#include "models/waiting.h"
#include "src/load/outcome.h"
#include "src/load/published.h"

#include <stdio.h>
#include <string.h>

/* How long a file is left alone, unless something it waits for happens before. Microseconds. */
#define BUSY_US 500000
#define GONE_US 200000
#define WAITS_US 5000000
#define CHANGE_US 30000000

/* Crashes after which a file is not given to a worker again, not even to be refused. */
#define MAX_CRASHES 3

static void
hold_until (Supervisor *supervisor, const Job *job, HoldCause cause, int64_t pause_us, const char *waits_for)
{
  holds_set (supervisor->holds, job, cause, g_get_monotonic_time () + pause_us, waits_for);
}

/* The file has left the drop folder: nothing of it stays here. */
static void
forget_job (Supervisor *supervisor, const Job *job)
{
  holds_release (supervisor->holds, job->key);
  holds_forgive (supervisor->holds, job->name);
  for (unsigned i = supervisor->jobs->len; i-- > 0;)
    {
      const Job *known = supervisor->jobs->pdata[i];
      if (strcmp (known->key, job->key) == 0 || (known->state == JOB_IN_WORK && strcmp (known->name, job->name) == 0))
        g_ptr_array_remove_index (supervisor->jobs, i);
    }
}

static char *
error_text (const Json *reply)
{
  return published_error_text (json_object_get (reply, "error"));
}

/* Says why a file is left alone, unless that was the last thing said of it. */
static void
tell (Supervisor *supervisor, const Job *job, const char *text)
{
  if (holds_is_news (supervisor->holds, job->key, text))
    log_line (supervisor->log, "%s: %s", job->shown, text);
}

static void
on_done (Supervisor *supervisor, const Job *job, Json *reply)
{
  g_autofree char *text = published_text (reply);
  log_line (supervisor->log, "%s", text);
  const char *status = json_string_value (json_object_get (reply, "status"));
  const char *table = json_string_value (json_object_get (reply, "table"));
  if (g_strcmp0 (status, "applied") == 0)
    holds_release_waiting (supervisor->holds, table ? table : job->table);
  json_object_del (reply, "outcome");
  g_autofree char *published = weir_json_text (reply);
  log_file_only (supervisor->log, published);
  if (supervisor->json)
    {
      puts (published);
      fflush (stdout);
    }
  forget_job (supervisor, job);
}

/* A little patience: a claim that a listing shows and no worker finds would be asked for without end. */
static void
on_gone (Supervisor *supervisor, const Job *job, Json *reply)
{
  (void) reply;
  forget_job (supervisor, job);
  hold_until (supervisor, job, HOLD_GONE, GONE_US, NULL);
}

static void
on_busy (Supervisor *supervisor, const Job *job, Json *reply)
{
  (void) reply;
  hold_until (supervisor, job, HOLD_BUSY, BUSY_US, NULL);
}

static void
on_waits (Supervisor *supervisor, const Job *job, Json *reply)
{
  const char *dimension = json_string_value (json_object_get (reply, "waits_for"));
  hold_until (supervisor, job, HOLD_WAITS, WAITS_US, dimension);
  g_autofree char *what = waiting_text (&(Wait) { WAIT_NEVER_LOADED, dimension ? dimension : "a dimension" });
  g_autofree char *text = g_strconcat ("waits ", what, NULL);
  tell (supervisor, job, text);
}

static void
note_outage (Supervisor *supervisor, const Json *reply)
{
  g_autofree char *reason = error_text (reply);
  if (backoff_fail (&supervisor->outage, g_get_monotonic_time ()))
    log_line (supervisor->log, "the database is away or busy; files stay where they are, and are tried again: %s", reason);
}

static void
end_outage (Supervisor *supervisor)
{
  int64_t since = supervisor->outage.since;
  if (!backoff_end (&supervisor->outage))
    return;
  g_autofree char *duration = text_duration ((g_get_monotonic_time () - since) / 1000);
  log_line (supervisor->log, "the database is back after %s", duration);
}

static void
on_retry (Supervisor *supervisor, const Job *job, Json *reply)
{
  (void) job;
  note_outage (supervisor, reply);
}

static void
hold_for_change (Supervisor *supervisor, const Job *job, const Json *reply, HoldCause cause)
{
  hold_until (supervisor, job, cause, CHANGE_US, NULL);
  g_autofree char *reason = error_text (reply);
  g_autofree char *text = g_strdup_printf ("left where it is: %s", reason);
  tell (supervisor, job, text);
}

static void
on_model (Supervisor *supervisor, const Job *job, Json *reply)
{
  hold_for_change (supervisor, job, reply, HOLD_MODEL);
}

static void
on_local (Supervisor *supervisor, const Job *job, Json *reply)
{
  bool over = json_is_true (json_object_get (reply, "over"));
  hold_for_change (supervisor, job, reply, over ? HOLD_STUCK : HOLD_LOCAL);
}

/* Somebody told that one worker to stop; it ends now, and its file is an orphan. */
static void
on_stop (Supervisor *supervisor, const Job *job, Json *reply)
{
  (void) supervisor;
  (void) job;
  (void) reply;
}

static void
on_unknown (Supervisor *supervisor, const Job *job, Json *reply)
{
  g_autofree char *answer = weir_json_text (json_object_get (reply, "outcome"));
  log_line (supervisor->log, "%s: the worker answered %s, which is not understood", job->shown, answer);
  hold_until (supervisor, job, HOLD_LOCAL, CHANGE_US, NULL);
}

static const struct
{
  void (*handle) (Supervisor *supervisor, const Job *job, Json *reply);
  bool reached_database; /* such an answer needs a database that answers */
} outcomes[] = {
  [OUTCOME_UNKNOWN] = { on_unknown, false }, [OUTCOME_READY] = { on_unknown, false }, [OUTCOME_DONE] = { on_done, true },
  [OUTCOME_GONE] = { on_gone, false },       [OUTCOME_BUSY] = { on_busy, true },      [OUTCOME_WAITS] = { on_waits, true },
  [OUTCOME_RETRY] = { on_retry, false },     [OUTCOME_MODEL] = { on_model, false },   [OUTCOME_LOCAL] = { on_local, false },
  [OUTCOME_STOP] = { on_stop, false },
};

void
supervisor_take_reply (const Job *job, Json *reply, void *data)
{
  Supervisor *supervisor = data;
  Outcome outcome = outcome_from_json (reply);
  if (outcomes[outcome].reached_database)
    end_outage (supervisor);
  outcomes[outcome].handle (supervisor, job, reply);
  supervisor_hand_out (supervisor);
  supervisor_look_later (supervisor, 0);
}

void
supervisor_worker_ready (void *data)
{
  Supervisor *supervisor = data;
  end_outage (supervisor);
  g_clear_pointer (&supervisor->crew_trouble, g_free);
  supervisor_hand_out (supervisor);
}

/* Said once, until a worker is ready again. */
static void
tell_crew_trouble (Supervisor *supervisor, const char *text)
{
  if (g_strcmp0 (supervisor->crew_trouble, text) == 0)
    return;
  log_line (supervisor->log, "%s", text);
  g_free (supervisor->crew_trouble);
  supervisor->crew_trouble = g_strdup (text);
}

void
supervisor_worker_unavailable (const Json *reply, void *data)
{
  Supervisor *supervisor = data;
  if (supervisor->stopping)
    return;
  g_autofree char *reason = error_text (reply);
  if (outcome_from_json (reply) == OUTCOME_RETRY)
    note_outage (supervisor, reply);
  else
    tell_crew_trouble (supervisor, reason);
}

void
supervisor_worker_crashed (Supervisor *supervisor, const Job *job, const char *how)
{
  unsigned crashes = holds_count_crash (supervisor->holds, job->name);
  const char *next = crashes >= MAX_CRASHES ? "it is left where it is until it changes"
                     : crashes == 2         ? "it is given up"
                                            : "it is tried once more";
  log_line (supervisor->log, "%s: its worker %s; %s", job->shown, how, next);
  /* Refusing needs a claim. A file that crashes workers before it is claimed, or while it is refused, is left alone. */
  if (crashes >= MAX_CRASHES)
    holds_set (supervisor->holds, job, HOLD_CRASHED, INT64_MAX, NULL);
  supervisor_look_later (supervisor, 0);
}

void
supervisor_worker_ended (Supervisor *supervisor, const char *how, bool expected)
{
  g_autofree char *text = g_strdup_printf ("a worker %s and is replaced", how);
  if (!expected)
    tell_crew_trouble (supervisor, text);
  supervisor_look_later (supervisor, 0);
}
