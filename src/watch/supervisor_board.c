/* What the supervisor knows of each file, for `weir status`: board.h. */
#include "src/watch/supervisor_state.h"

/* How soon the board follows, and so how often it is written at most. */
#define SHOW_MS 500

/* The entry of a job; its cause is NULL where there is nothing to say but that it is ready. Borrowed from the job and the troubles. */
static BoardEntry
describe (Supervisor *supervisor, const Job *job, int64_t now)
{
  BoardEntry entry = { .file = job->name, .run = job->is_claim ? job->key : NULL, .table = job->table };
  const Trouble *trouble = troubles_find (supervisor->troubles, job->key);
  int64_t until;
  HoldCause cause = holds_find (supervisor->holds, job, now, &until);
  if (cause == HOLD_NONE || trouble == NULL || trouble->cause != cause)
    return entry;
  entry.cause = troubles_word (cause);
  entry.text = trouble->text != NULL ? trouble->text : troubles_text (cause);
  entry.since = trouble->since;
  entry.next = trouble->next;
  return entry;
}

static gboolean
show (void *data)
{
  Supervisor *supervisor = data;
  int64_t now = g_get_monotonic_time ();
  supervisor->board_timer = 0;
  for (unsigned i = 0; i < supervisor->jobs->len; i++)
    {
      BoardEntry entry = describe (supervisor, supervisor->jobs->pdata[i], now);
      if (entry.cause != NULL)
        board_put (supervisor->board, &entry);
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
