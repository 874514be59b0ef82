/* The supervisor's life: the database is made ready, the folder is watched, signals end it. */
#include "src/watch/supervisor.h"

#include "base/error.h"
#include "base/secrets.h"
#include "src/server/connect.h"
#include "src/server/program.h"
#include "src/settings/settings_table.h"
#include "src/watch/notifier.h"
#include "src/watch/supervisor_state.h"

#include <glib-unix.h>
#include <signal.h>
#include <string.h>

/* How long children may take to end: with what follows, less than ten seconds for all. */
#define STOP_SECONDS 8

/* weir-notify that is not armed by then is not waited for. */
#define ARM_US 2000000

/* ---- the end ---- */

static void
finish (Supervisor *supervisor, int exit_code)
{
  supervisor->finished = true;
  supervisor->exit_code = exit_code;
  g_main_loop_quit (supervisor->loop);
}

/* Ends the loop once nobody is left. */
static void
check_stopped (Supervisor *supervisor)
{
  if (supervisor->preparation || (supervisor->crew && crew_size (supervisor->crew) > 0)
      || (supervisor->companions && companions_running (supervisor->companions) > 0))
    return;
  if (!supervisor->over)
    log_line (supervisor->log, "stopped");
  finish (supervisor, supervisor->end_code);
}

static void
kill_children (Supervisor *supervisor)
{
  if (supervisor->crew)
    crew_kill (supervisor->crew);
  if (supervisor->companions)
    companions_kill (supervisor->companions);
  if (supervisor->preparation)
    preparation_kill (supervisor->preparation);
}

static gboolean
on_patience_over (void *data)
{
  Supervisor *supervisor = data;
  supervisor->kill_timer = 0;
  log_at (supervisor->log, LEVEL_WARNING,
          "not all processes ended in %d s: killing them; files in work are taken up at the next start", STOP_SECONDS);
  kill_children (supervisor);
  return G_SOURCE_REMOVE;
}

static void
stop (Supervisor *supervisor)
{
  unsigned working = supervisor->crew ? crew_working (supervisor->crew) : 0;
  supervisor->stopping = true;
  if (working > 0)
    log_line (supervisor->log, "stopping: %u worker%s at a file", working, working == 1 ? " is" : "s are");
  g_clear_handle_id (&supervisor->timer, g_source_remove);
  supervisor->kill_timer = g_timeout_add_seconds (STOP_SECONDS, on_patience_over, supervisor);
  g_clear_pointer (&supervisor->inbox, inbox_free);
  if (supervisor->crew && supervisor->over)
    crew_renew (supervisor->crew); /* nobody is at a file: what they do behind their answers is not cut off */
  else if (supervisor->crew)
    crew_stop (supervisor->crew);
  if (supervisor->companions)
    companions_stop (supervisor->companions);
  if (supervisor->preparation)
    preparation_stop (supervisor->preparation);
  else
    check_stopped (supervisor);
}

static gboolean
on_signal (void *data)
{
  Supervisor *supervisor = data;
  if (!supervisor->stopping)
    {
      supervisor->end_code = supervisor->once ? EXIT_INTERRUPTED : 0;
      stop (supervisor);
    }
  else
    {
      kill_children (supervisor);
      finish (supervisor, EXIT_INTERRUPTED);
    }
  return G_SOURCE_CONTINUE;
}

/* ---- the beginning ---- */

static void
on_worker_crashed (const Job *job, const char *how, void *data)
{
  Supervisor *supervisor = data;
  if (supervisor->stopping)
    check_stopped (supervisor);
  else
    supervisor_worker_crashed (supervisor, job, how);
}

static void
on_worker_ended (const char *how, bool expected, void *data)
{
  Supervisor *supervisor = data;
  if (supervisor->stopping)
    check_stopped (supervisor);
  else
    supervisor_worker_ended (supervisor, how, expected);
}

static void
on_worker_said (const char *text, void *data)
{
  const Supervisor *supervisor = data;
  log_line (supervisor->log, "%s", text);
}

static void
on_companion_gone (void *data)
{
  Supervisor *supervisor = data;
  if (supervisor->stopping)
    check_stopped (supervisor);
}

static const CrewEvents crew_events = { supervisor_worker_ready, supervisor_worker_unavailable,
                                        supervisor_take_reply,   on_worker_crashed,
                                        on_worker_ended,         on_worker_said,
                                        supervisor_worker_silent };

static void
on_inbox_changed (void *data)
{
  supervisor_look_later (data, 0);
}

/* NULL: there is no weir-notify, or polling is wanted. Owned by the caller. */
static char *
find_notify (const Supervisor *supervisor)
{
  if (supervisor->settings->watch == WATCH_POLL || supervisor->once)
    return NULL;
  char *found = program_find (NOTIFY_PROGRAM);
  if (!found)
    log_at (supervisor->log, LEVEL_WARNING, "weir-notify was not found: looking into the folder every second instead");
  return found;
}

static void
start_companions (Supervisor *supervisor, bool ready)
{
  if (supervisor->once)
    return;
  if (supervisor->companions == NULL)
    supervisor->companions = companions_new (supervisor->program, (const char *const *) supervisor->environment, supervisor->log,
                                             on_companion_gone, supervisor);
  companions_follow (supervisor->companions, supervisor->settings, ready);
}

/* Who tells that the database is away does not wait for it. */
static void
on_database_awaited (void *data)
{
  start_companions (data, false);
}

static void
on_database_ready (const char *database, void *data)
{
  Supervisor *supervisor = data;
  const Settings *settings = supervisor->settings;
  const char *const *environment = (const char *const *) supervisor->environment;
  /* The child had a configured one from its environment, wherever we have it from. */
  g_autofree char *url = NULL;
  if (!settings->database || !database_url (settings, false, &url, &supervisor->database, NULL))
    supervisor->database = g_strdup (database ? database : "");
  g_clear_pointer (&supervisor->preparation, preparation_free);
  g_autofree char *notify = find_notify (supervisor);
  supervisor->catalog = catalog_watch_new (settings, supervisor->log);
  supervisor->crew =
      crew_new (supervisor->program, settings->home, environment, (unsigned) settings->workers, &crew_events, supervisor);
  g_auto (GStrv) without = secrets_environment ();
  supervisor->inbox = inbox_new (settings, notify, (const char *const *) without, supervisor->log, on_inbox_changed, supervisor);
  start_companions (supervisor, true);
  supervisor_hand_out (supervisor);
  supervisor_look_later (supervisor, ARM_US);
  inbox_start (supervisor->inbox);
}

static void
on_database_failed (int exit_code, void *data)
{
  finish (data, exit_code);
}

static void
on_database_stopped (void *data)
{
  Supervisor *supervisor = data;
  g_clear_pointer (&supervisor->preparation, preparation_free);
  check_stopped (supervisor);
}

static const PreparationEvents preparation_events = { on_database_ready, on_database_failed, on_database_stopped,
                                                      on_database_awaited, false };
static const PreparationEvents once_events = { on_database_ready, on_database_failed, on_database_stopped, on_database_awaited,
                                               true };

/* A database given on the command line reaches the children as one of the environment does. */
static GStrv
make_environment (const Settings *settings, GError **error)
{
  bool given = g_strcmp0 (settings->database_source, settings_row (database)->option) == 0;
  return secrets_pass (given ? settings->database : NULL, error);
}

/* SIGHUP stops too, unless nohup or the like asked for it to be ignored. */
static void
watch_signals (Supervisor *supervisor, unsigned sources[3])
{
  struct sigaction hang_up;
  bool ignored = sigaction (SIGHUP, NULL, &hang_up) == 0 && hang_up.sa_handler == SIG_IGN;
  sources[0] = g_unix_signal_add (SIGTERM, on_signal, supervisor);
  sources[1] = g_unix_signal_add (SIGINT, on_signal, supervisor);
  sources[2] = ignored ? 0 : g_unix_signal_add (SIGHUP, on_signal, supervisor);
}

static void
clear (Supervisor *supervisor)
{
  g_clear_handle_id (&supervisor->timer, g_source_remove);
  g_clear_handle_id (&supervisor->kill_timer, g_source_remove);
  g_clear_handle_id (&supervisor->board_timer, g_source_remove);
  g_clear_pointer (&supervisor->board, board_free);
  g_clear_pointer (&supervisor->preparation, preparation_free);
  g_clear_pointer (&supervisor->inbox, inbox_free);
  g_clear_pointer (&supervisor->crew, crew_free);
  g_clear_pointer (&supervisor->companions, companions_free);
  g_clear_pointer (&supervisor->catalog, catalog_watch_free);
  g_clear_pointer (&supervisor->once, once_free);
  g_clear_pointer (&supervisor->holds, holds_free);
  g_clear_pointer (&supervisor->troubles, troubles_free);
  for (OutageKind kind = 0; kind < OUTAGE_KINDS; kind++)
    g_clear_pointer (&supervisor->outages[kind].reason, g_free);
  g_clear_pointer (&supervisor->jobs, g_ptr_array_unref);
  g_clear_pointer (&supervisor->ended, g_ptr_array_unref);
  g_clear_pointer (&supervisor->crew_trouble, g_free);
  g_clear_pointer (&supervisor->database, g_free);
  g_clear_pointer (&supervisor->environment, g_strfreev);
  g_clear_pointer (&supervisor->loop, g_main_loop_unref);
}

/* Until it is stopped, or "once" has what it wanted: then it is to stop, too. */
static void
run_loop (Supervisor *supervisor)
{
  if (!supervisor->finished)
    g_main_loop_run (supervisor->loop);
  if (supervisor->finished)
    return;
  stop (supervisor);
  if (!supervisor->finished)
    g_main_loop_run (supervisor->loop);
}

int
supervisor_run (const Settings *settings, const char *program, const SupervisorOptions *options, Log *log)
{
  Supervisor supervisor = { .settings = settings, .program = program, .json = options->json, .log = log };
  g_autoptr (GError) error = NULL;
  supervisor.environment = make_environment (settings, &error);
  if (supervisor.environment == NULL)
    return log_error (log, "weir watch", error), weir_error_exit_code (error);
  supervisor.once = options->once ? once_new (options->rejects_ok) : NULL;
  supervisor.loop = g_main_loop_new (NULL, FALSE);
  supervisor.holds = holds_new ();
  supervisor.troubles = troubles_new ();
  supervisor.board = board_new (settings->state);
  supervisor.jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free);
  supervisor.ended = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free);
  struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
  sigaction (SIGPIPE, &ignore, &before);
  unsigned sources[3];
  watch_signals (&supervisor, sources);
  log_line (log, "weir %s in %s", WEIR_VERSION, settings->home);
  supervisor.preparation = preparation_new (settings, program, (const char *const *) supervisor.environment, log,
                                            options->once ? &once_events : &preparation_events, &supervisor);
  run_loop (&supervisor);
  for (size_t i = 0; i < G_N_ELEMENTS (sources); i++)
    g_clear_handle_id (&sources[i], g_source_remove);
  clear (&supervisor);
  sigaction (SIGPIPE, &before, NULL);
  return supervisor.exit_code;
}
