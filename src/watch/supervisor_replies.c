/* What workers say of their files: to the log, and to what happens with these next. */
#include "src/watch/supervisor_state.h"

#include "base/text.h"
#include "models/waiting.h"
#include "schema/session.h"
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

/* Leaves the file alone for a while (INT64_MAX: until something changes). text: why, for people; may be NULL, as waits_for. */
static void
hold_until (Supervisor *supervisor, const Job *job, HoldCause cause, int64_t pause_us, const char *waits_for, const char *text)
{
  int64_t until = pause_us == INT64_MAX ? INT64_MAX : g_get_monotonic_time () + pause_us;
  holds_set (supervisor->holds, job, cause, until, waits_for);
  troubles_note (supervisor->troubles, job->key, cause, text, g_get_real_time (), pause_us);
}

/* What became of it is known, or nobody knows it. */
static void
forget_ended (Supervisor *supervisor, const Job *job)
{
  for (unsigned i = supervisor->ended->len; job->ended && i-- > 0;)
    if (strcmp (((const Job *) supervisor->ended->pdata[i])->key, job->key) == 0)
      g_ptr_array_remove_index (supervisor->ended, i);
}

/* The file has left the drop folder: nothing of it stays here. */
static void
forget_job (Supervisor *supervisor, const Job *job)
{
  forget_ended (supervisor, job);
  holds_release (supervisor->holds, job->key);
  troubles_forget (supervisor->troubles, job->key);
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

/* The same in one line, without the advice. Owned by the caller. */
static char *
error_line (const Json *reply)
{
  const Json *error = json_object_get (reply, "error");
  const char *message = json_string_value (json_object_get (error, "message"));
  const char *detail = json_string_value (json_object_get (error, "detail"));
  char *line = g_strconcat (message ? message : "unknown error", detail ? "; " : NULL, detail, NULL);
  return g_strdelimit (line, "\n", ' ');
}

/* Says why a file is left alone, unless that was the last thing said of it. "error" of a reply, or NULL. */
static void
tell (Supervisor *supervisor, const Job *job, LogLevel level, const char *text, Json *error)
{
  if (!log_wants (supervisor->log, level) || !holds_is_news (supervisor->holds, job->key, text))
    return;
  const LogSubject subject = supervisor_subject (supervisor, job);
  g_autofree char *line = g_strdup_printf ("%s: %s", job->shown, text);
  g_autoptr (Json) members = json_pack ("{s:o, s:o}", "file", weir_json_string (job->name), "table", weir_json_string (job->table));
  if (subject.run != NULL)
    json_object_set_new (members, "run", json_string (subject.run));
  if (error != NULL)
    json_object_set (members, "error", error);
  log_event (supervisor->log, level, members, line);
}

/* How grave it is what became of a file. */
static LogLevel
level_of (const Json *published)
{
  const char *status = json_string_value (json_object_get (published, "status"));
  const char *code = json_string_value (json_object_get (json_object_get (published, "error"), "code"));
  if (g_strcmp0 (status, "failed") == 0)
    return g_strcmp0 (code, "stop") == 0 ? LEVEL_INFO : LEVEL_ERROR;
  bool rejected = json_integer_value (json_object_get (json_object_get (published, "rows"), "rejected")) > 0;
  return g_strcmp0 (status, "held") == 0 || rejected ? LEVEL_WARNING : LEVEL_INFO;
}

static void
on_done (Supervisor *supervisor, const Job *job, Json *reply)
{
  const char *status = json_string_value (json_object_get (reply, "status"));
  const char *table = json_string_value (json_object_get (reply, "table"));
  if (g_strcmp0 (status, "applied") == 0)
    holds_release_waiting (supervisor->holds, table ? table : job->table);
  if (supervisor->once)
    once_done (supervisor->once, job, reply, json_is_true (json_object_get (reply, "stuck")), g_get_monotonic_time ());
  json_object_del (reply, "outcome");
  json_object_del (reply, "stuck");
  g_autofree char *text = published_text (reply);
  log_event (supervisor->log, level_of (reply), reply, text);
  log_file_only (supervisor->log, level_of (reply), reply);
  if (supervisor->json)
    {
      g_autofree char *published = weir_json_text (reply);
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
  hold_until (supervisor, job, HOLD_GONE, GONE_US, NULL, NULL);
}

/* Whose session is waited for, where the answer names one. */
static void
note_session (Supervisor *supervisor, const Job *job, const Json *reply)
{
  troubles_set_session (supervisor->troubles, job->key, json_object_get (reply, "session"));
}

static void
on_busy (Supervisor *supervisor, const Job *job, Json *reply)
{
  const Json *session = json_object_get (reply, "session");
  g_autofree char *who = session ? session_text (session) : NULL;
  g_autofree char *text = who ? g_strdup_printf ("another session works on its table: %s", who) : NULL;
  hold_until (supervisor, job, HOLD_BUSY, BUSY_US, NULL, text);
  tell (supervisor, job, LEVEL_DEBUG, text ? text : "another session works on its table", NULL);
  note_session (supervisor, job, reply);
}

static void
on_waits (Supervisor *supervisor, const Job *job, Json *reply)
{
  const char *dimension = json_string_value (json_object_get (reply, "waits_for"));
  g_autofree char *what = waiting_text (&(Wait) { WAIT_NEVER_LOADED, dimension ? dimension : "a dimension" });
  g_autofree char *text = g_strconcat ("waits ", what, NULL);
  hold_until (supervisor, job, HOLD_WAITS, WAITS_US, dimension, text);
  tell (supervisor, job, LEVEL_INFO, text, NULL);
}

/* What keeps everything waiting: a database that nobody reaches, a machine without disk or memory. */
static const struct
{
  Scope scope;
  const char *begins, *is_over;
} outages[] = {
  [OUTAGE_DATABASE] = { SCOPE_DATABASE, "the database is away", "the database is back" },
  [OUTAGE_MACHINE] = { SCOPE_MACHINE, "this machine is in trouble", "this machine is well again" },
};

static void
begin_outage (Supervisor *supervisor, OutageKind kind, const Json *reply)
{
  Outage *outage = &supervisor->outages[kind];
  g_free (outage->reason);
  outage->reason = error_line (reply);
  if (!backoff_fail (&outage->backoff, g_get_monotonic_time ()))
    return;
  outage->since = g_get_real_time ();
  g_autofree char *reason = error_text (reply);
  log_reply_error (supervisor->log, json_object_get (reply, "error"), "%s; files stay where they are, and are tried again: %s",
                   outages[kind].begins, reason);
}

static void
end_outage (Supervisor *supervisor, OutageKind kind)
{
  Outage *outage = &supervisor->outages[kind];
  int64_t since = outage->backoff.since;
  if (!backoff_end (&outage->backoff))
    return;
  g_autofree char *duration = text_duration ((g_get_monotonic_time () - since) / 1000);
  log_at (supervisor->log, LEVEL_WARNING, "%s after %s", outages[kind].is_over, duration);
}

/* Whether the error keeps everything waiting, which is begun then. */
static bool
is_outage (Supervisor *supervisor, const Json *reply)
{
  Scope scope = outcome_scope (reply);
  for (OutageKind kind = 0; kind < OUTAGE_KINDS; kind++)
    if (outages[kind].scope == scope)
      return begin_outage (supervisor, kind, reply), true;
  return false;
}

/* The job as the next listing will show it: an answer with a run is of a file that stays claimed. Owned by the caller. */
static Job *
job_after (Supervisor *supervisor, const Job *job, const Json *reply)
{
  const char *run = json_string_value (json_object_get (reply, "run"));
  Job *after = job_copy (job);
  if (run == NULL || strcmp (run, job->key) == 0)
    return after;
  forget_job (supervisor, job);
  g_free (after->key);
  after->key = g_strdup (run);
  after->is_claim = true;
  return after;
}

/* Held for a while that grows with each try. */
static void
on_retry (Supervisor *supervisor, const Job *job, Json *reply)
{
  g_autoptr (Job) after = job_after (supervisor, job, reply);
  if (is_outage (supervisor, reply))
    return;
  int64_t pause_us = troubles_pause (supervisor->troubles, after->key, HOLD_RETRY, g_get_real_time ());
  g_autofree char *reason = error_text (reply), *line = error_line (reply);
  hold_until (supervisor, after, HOLD_RETRY, pause_us, NULL, line);
  note_session (supervisor, after, reply);
  g_autofree char *text = g_strdup_printf ("is tried again: %s", reason);
  tell (supervisor, after, LEVEL_WARNING, text, json_object_get (reply, "error"));
}

static void
hold_for_change (Supervisor *supervisor, const Job *job, const Json *reply, HoldCause cause)
{
  g_autofree char *reason = error_text (reply), *line = error_line (reply);
  hold_until (supervisor, job, cause, CHANGE_US, NULL, line);
  g_autofree char *text = g_strdup_printf ("left where it is: %s", reason);
  tell (supervisor, job, LEVEL_ERROR, text, json_object_get (reply, "error"));
}

static void
on_model (Supervisor *supervisor, const Job *job, Json *reply)
{
  g_autoptr (Job) after = job_after (supervisor, job, reply);
  hold_for_change (supervisor, after, reply, outcome_scope (reply) == SCOPE_FILE ? HOLD_FILE : HOLD_MODEL);
}

static void
on_local (Supervisor *supervisor, const Job *job, Json *reply)
{
  g_autoptr (Job) after = job_after (supervisor, job, reply);
  bool over = json_is_true (json_object_get (reply, "over"));
  if (!is_outage (supervisor, reply))
    hold_for_change (supervisor, after, reply, over ? HOLD_STUCK : HOLD_LOCAL);
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
  const LogSubject subject = supervisor_subject (supervisor, job);
  log_about (supervisor->log, LEVEL_ERROR, &subject, "the worker answered %s, which is not understood", answer);
  hold_until (supervisor, job, HOLD_LOCAL, CHANGE_US, NULL, "the worker's answer is not understood");
}

static const struct
{
  void (*handle) (Supervisor *supervisor, const Job *job, Json *reply);
  bool reached_database; /* such an answer needs a database that answers; of an error its scope says it */
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
  const Json *error = json_object_get (reply, "error");
  if (outcomes[outcome].reached_database || (outcome == OUTCOME_RETRY && outcome_scope (reply) == SCOPE_TABLE))
    end_outage (supervisor, OUTAGE_DATABASE);
  if (outcome == OUTCOME_DONE)
    end_outage (supervisor, OUTAGE_MACHINE);
  const char *run = json_string_value (json_object_get (reply, "run"));
  if (supervisor->once && outcome != OUTCOME_DONE)
    once_note (supervisor->once, run ? run : job->key, job->name, error);
  outcomes[outcome].handle (supervisor, job, reply);
  supervisor_hand_out (supervisor);
  supervisor_look_later (supervisor, 0);
}

void
supervisor_worker_ready (void *data)
{
  Supervisor *supervisor = data;
  end_outage (supervisor, OUTAGE_DATABASE);
  g_clear_pointer (&supervisor->crew_trouble, g_free);
  supervisor_hand_out (supervisor);
}

/* Said once, until a worker is ready again. */
static void
tell_crew_trouble (Supervisor *supervisor, LogLevel level, const char *text)
{
  if (g_strcmp0 (supervisor->crew_trouble, text) == 0)
    return;
  log_at (supervisor->log, level, "%s", text);
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
  if (!is_outage (supervisor, reply))
    tell_crew_trouble (supervisor, LEVEL_ERROR, reason);
}

/* A worker that died when its file had left the drop folder has perhaps done all with it but say so: the ledger is asked. */
static void
ask_for_end (Supervisor *supervisor, const Job *job)
{
  if (job->ended) /* the worker that was to ask has died, too */
    return;
  Job *ended = job_copy (job);
  ended->ended = ended->is_claim = true;
  ended->state = JOB_ORPHAN;
  g_ptr_array_add (supervisor->ended, ended);
}

void
supervisor_worker_crashed (Supervisor *supervisor, const Job *job, const char *how)
{
  g_autofree char *claimed = supervisor->inbox ? inbox_find_run (supervisor->inbox, job) : NULL;
  LogSubject subject = supervisor_subject (supervisor, job);
  subject.run = claimed ? claimed : subject.run;
  if (job->ended || (supervisor->inbox && inbox_has_left (supervisor->inbox, job)))
    {
      log_about (supervisor->log, LEVEL_WARNING, &subject,
                 "its worker %s when the file had left the drop folder; its end is looked up", how);
      ask_for_end (supervisor, job);
      supervisor_look_later (supervisor, 0);
      return;
    }
  unsigned crashes = holds_count_crash (supervisor->holds, job->name);
  const char *next = crashes >= MAX_CRASHES ? "it is left where it is until it changes"
                     : crashes == 2         ? "it is given up"
                                            : "it is tried once more";
  log_about (supervisor->log, crashes >= 2 ? LEVEL_ERROR : LEVEL_WARNING, &subject, "its worker %s; %s", how, next);
  /* Refusing needs a claim. A file that crashes workers before it is claimed, or while it is refused, is left alone. */
  if (crashes >= MAX_CRASHES)
    hold_until (supervisor, job, HOLD_CRASHED, INT64_MAX, NULL, NULL);
  supervisor_look_later (supervisor, 0);
}

void
supervisor_worker_ended (Supervisor *supervisor, const char *how, bool expected)
{
  g_autofree char *text = g_strdup_printf ("a worker %s and is replaced", how);
  if (!expected)
    tell_crew_trouble (supervisor, LEVEL_WARNING, text);
  supervisor_look_later (supervisor, 0);
}

void
supervisor_worker_silent (const Job *job, int seconds, void *data)
{
  Supervisor *supervisor = data;
  const LogSubject subject = job ? supervisor_subject (supervisor, job) : (LogSubject) { NULL };
  log_about (supervisor->log, LEVEL_WARNING, &subject, "%s has given no sign of life for %d s; it may hang in this machine's disk",
             job ? "its worker" : "a worker that starts", seconds);
}
