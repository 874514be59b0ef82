#include "src/load/probe.h"

#include "base/scope.h"
#include "schema/session.h"
#include "src/server/connect.h"

#define AGAIN_US (5 * G_USEC_PER_SEC)
#define UNREACHABLE_US (30 * G_USEC_PER_SEC)

DbTick
probe_judge (Probe *probe, ProbeAnswer answer, int64_t now)
{
  bool lost = (answer == PROBE_GONE && probe->seen) || (answer == PROBE_LISTENS && probe->listening);
  probe->seen |= answer == PROBE_LISTENS || answer == PROBE_WORKS;
  probe->listening = answer == PROBE_LISTENS;
  if (answer != PROBE_UNREACHABLE)
    probe->unreachable_us = 0;
  else if (probe->unreachable_us == 0)
    probe->unreachable_us = now;
  else
    lost = now - probe->unreachable_us >= UNREACHABLE_US;
  return lost ? DB_GIVE_UP : DB_WAIT_ON;
}

static ProbeAnswer
ask (Db *db, int backend)
{
  switch (session_state (db, backend))
    {
    case SESSION_GONE:
      return PROBE_GONE;
    case SESSION_LISTENS:
      return PROBE_LISTENS;
    case SESSION_WORKS:
      return PROBE_WORKS;
    case SESSION_UNKNOWN:
      break;
    }
  return PROBE_UNKNOWN;
}

static DbTick
ask_server (Probe *probe, const Settings *settings, int backend, Json **ret_session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Db) db = database_open_beside (settings, &error);
  if (db == NULL)
    return probe_judge (probe, scope_of_error (error) == SCOPE_DATABASE ? PROBE_UNREACHABLE : PROBE_UNKNOWN,
                        g_get_monotonic_time ());
  DbTick tick = probe_judge (probe, ask (db, backend), g_get_monotonic_time ());
  g_clear_pointer (ret_session, json_decref);
  *ret_session = session_blocking (db, backend);
  if (tick == DB_GIVE_UP)
    session_end (db, backend);
  return tick;
}

DbTick
probe_ask (Probe *probe, const Settings *settings, int backend, int64_t waited_us, Json **ret_session)
{
  /* a new wait */
  if (waited_us < PROBE_FIRST_US)
    *probe = (Probe) { .next_us = PROBE_FIRST_US };
  if (waited_us < MAX (probe->next_us, PROBE_FIRST_US))
    return DB_WAIT_ON;
  probe->next_us = waited_us + AGAIN_US;
  return ask_server (probe, settings, backend, ret_session);
}
