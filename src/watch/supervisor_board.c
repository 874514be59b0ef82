/* What the supervisor knows of each file, for `weir status`: board.h. */
#include "src/watch/supervisor_state.h"

#include "base/text.h"
#include "src/load/pulse.h"

#include <string.h>

/* How soon the board follows, and so how often it is written at most. */
#define SHOW_MS 500

/* Signs of life come each second; without some the board says so. */
#define SILENT_US 5000000

/* A file that is in work for longer than this has a line in the log each time. */
#define LONG_US 10000000

/* A dropped file has its run from the worker that claims it: the next listing shows that. */
static const char *
find_run (const Supervisor *supervisor, const Job *job)
{
  for (unsigned i = 0; !job->is_claim && i < supervisor->jobs->len; i++)
    {
      const Job *known = supervisor->jobs->pdata[i];
      if (known->is_claim && known->device == job->device && known->inode == job->inode && strcmp (known->name, job->name) == 0)
        return known->key;
    }
  return job->is_claim ? job->key : NULL;
}

LogSubject
supervisor_subject (const Supervisor *supervisor, const Job *job)
{
  return (LogSubject) { job->name, job->table, find_run (supervisor, job) };
}

/* The wall clock's time of a monotonic one. */
static int64_t
to_real (int64_t monotonic)
{
  return g_get_real_time () + monotonic - g_get_monotonic_time ();
}

/* What keeps everything waiting; false: nothing does. */
static bool
describe_outage (const Supervisor *supervisor, BoardEntry *entry)
{
  static const char *const causes[] = { [OUTAGE_DATABASE] = "database_away", [OUTAGE_MACHINE] = "machine" };
  for (OutageKind kind = 0; kind < OUTAGE_KINDS; kind++)
    {
      const Outage *outage = &supervisor->outages[kind];
      if (!backoff_is_failing (&outage->backoff))
        continue;
      entry->cause = causes[kind];
      entry->text = outage->reason;
      entry->since = outage->since;
      entry->next = to_real (outage->backoff.next);
      return true;
    }
  return false;
}

/* The entry of a job; its cause is NULL where there is nothing to say but that it is ready. *ret_session: whose session it waits
 * for, NULL: nobody's. Borrowed from job and supervisor. */
static BoardEntry
describe (Supervisor *supervisor, const Job *job, int64_t now, Json **ret_session)
{
  *ret_session = NULL;
  BoardEntry entry = { .file = job->name, .run = job->is_claim ? job->key : NULL, .table = job->table };
  const Trouble *trouble = troubles_find (supervisor->troubles, job->key);
  int64_t until;
  HoldCause cause = holds_find (supervisor->holds, job, now, &until);
  bool held = cause != HOLD_NONE && trouble != NULL && trouble->cause == cause;
  if (!held && (job->state == JOB_READY || job->state == JOB_ORPHAN))
    describe_outage (supervisor, &entry);
  if (!held)
    return entry;
  entry.cause = troubles_word (cause);
  entry.text = trouble->text != NULL ? trouble->text : troubles_text (cause);
  entry.since = trouble->since;
  entry.next = trouble->next;
  *ret_session = trouble->session;
  return entry;
}

/* What a job waits for. */
static void
put_waiting (Supervisor *supervisor, const Job *job, int64_t now)
{
  Json *session;
  BoardEntry entry = describe (supervisor, job, now, &session);
  if (entry.cause == NULL)
    return;
  g_autoptr (Json) more = session ? json_pack ("{s:O}", "session", session) : NULL;
  entry.more = more;
  board_put (supervisor->board, &entry);
}

/* How far a job has come. */
static void
put_in_work (Supervisor *supervisor, const Job *job, const CrewWork *work, int64_t now)
{
  int64_t silent_us = now - work->heard;
  g_autofree char *step = work->progress ? pulse_text (work->progress) : NULL;
  g_autofree char *silence = text_duration (silent_us / 1000);
  g_autofree char *text = silent_us < SILENT_US ? g_strdup (step)
                                                : g_strdup_printf ("%s%sits worker has given no sign of life for %s",
                                                                   step ? step : "", step ? "; " : "", silence);
  g_autoptr (Json) more = work->progress ? json_pack ("{s:O}", "progress", work->progress) : NULL;
  const BoardEntry entry = { .file = job->name,
                             .run = job->is_claim ? job->key : NULL,
                             .table = job->table,
                             .cause = "in_work",
                             .text = text,
                             .since = work->begun_real,
                             .more = more };
  board_put (supervisor->board, &entry);
}

/* What takes long is told in the log, too, from time to time. */
static void
tell_progress (Supervisor *supervisor, const Job *job, CrewWork *work, int64_t now)
{
  if (!work->progress || now - work->told < LONG_US)
    return;
  work->told = now;
  g_autofree char *text = pulse_text (work->progress);
  const LogSubject subject = supervisor_subject (supervisor, job);
  log_about (supervisor->log, LEVEL_INFO, &subject, "%s", text);
}

static gboolean
show (void *data)
{
  Supervisor *supervisor = data;
  int64_t now = g_get_monotonic_time ();
  supervisor->board_timer = 0;
  g_autoptr (GPtrArray) in_work = supervisor->crew ? crew_jobs (supervisor->crew) : g_ptr_array_new ();
  for (unsigned i = 0; i < in_work->len; i++)
    {
      const Job *job = in_work->pdata[i];
      CrewWork *work = crew_work (supervisor->crew, job->key);
      put_in_work (supervisor, job, work, now);
      tell_progress (supervisor, job, work, now);
    }
  for (unsigned i = 0; i < supervisor->jobs->len; i++)
    if (!supervisor->crew || !crew_work (supervisor->crew, ((const Job *) supervisor->jobs->pdata[i])->key))
      put_waiting (supervisor, supervisor->jobs->pdata[i], now);
  board_show (supervisor->board);
  if (supervisor->crew)
    crew_watch (supervisor->crew, now);
  if (in_work->len > 0 || (supervisor->crew && crew_starting (supervisor->crew) > 0))
    supervisor_post (supervisor);
  return G_SOURCE_REMOVE;
}

void
supervisor_post (Supervisor *supervisor)
{
  if (supervisor->board != NULL && supervisor->board_timer == 0 && !supervisor->stopping)
    supervisor->board_timer = g_timeout_add (SHOW_MS, show, supervisor);
}
