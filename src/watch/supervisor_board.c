/* What the supervisor knows of each file, for `weir status`: board.h. */
#include "src/watch/supervisor_state.h"

/* How soon the board follows, and so how often it is written at most. */
#define SHOW_MS 500

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

/* The entry of a job; its cause is NULL where there is nothing to say but that it is ready. Borrowed from job and supervisor. */
static BoardEntry
describe (Supervisor *supervisor, const Job *job, int64_t now)
{
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
  return entry;
}

static void
put (Supervisor *supervisor, BoardEntry entry, const Trouble *trouble)
{
  g_autoptr (Json) more = trouble && trouble->session ? json_pack ("{s:O}", "session", trouble->session) : NULL;
  entry.more = more;
  board_put (supervisor->board, &entry);
}

static gboolean
show (void *data)
{
  Supervisor *supervisor = data;
  int64_t now = g_get_monotonic_time ();
  supervisor->board_timer = 0;
  for (unsigned i = 0; i < supervisor->jobs->len; i++)
    {
      const Job *job = supervisor->jobs->pdata[i];
      BoardEntry entry = describe (supervisor, job, now);
      if (entry.cause != NULL)
        put (supervisor, entry, troubles_find (supervisor->troubles, job->key));
    }
  board_show (supervisor->board);
  return G_SOURCE_REMOVE;
}

void
supervisor_post (Supervisor *supervisor)
{
  if (supervisor->board != NULL && supervisor->board_timer == 0 && !supervisor->stopping)
    supervisor->board_timer = g_timeout_add (SHOW_MS, show, supervisor);
}
