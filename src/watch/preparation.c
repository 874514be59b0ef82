#include "src/watch/preparation.h"

#include "base/error.h"
#include "base/json.h"
#include "schema/ledger_schedule.h"
#include "schema/migrate.h"
#include "src/schedule/piece.h"
#include "src/watch/backoff.h"
#include "src/watch/child.h"
#include "src/server/connect.h"
#include "src/load/outcome.h"
#include "src/load/published.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* ---- the child ---- */

static Db *
open_database (const Settings *settings, char **ret_why, GError **error)
{
  g_autofree char *url = NULL;
  if (!database_url (settings, true, &url, ret_why, error))
    return NULL;
  g_autoptr (Db) db = db_connect (url, "weir watch", -1, error);
  g_autofree char *secret = NULL;
  size_t length;
  if (!db || !migrate_up (db, NULL, error) || !database_read_secret (settings, db, &secret, &length, error))
    return NULL;
  return g_steal_pointer (&db);
}

/* What models asked for that is wanted no more goes, though nobody may keep a schedule. A folder that cannot be read is told by whoever loads. */
static bool
follow_schedule (const Settings *settings, Db *db, GError **error)
{
  int64_t now;
  g_autoptr (Catalog) catalog = settings_load_catalog (settings, NULL);
  g_autoptr (GPtrArray) pieces = catalog != NULL ? pieces_of (settings, catalog, schedule_jobs, NULL) : NULL;
  return pieces == NULL || (schedule_now (db, &now, error) && pieces_follow (db, settings, catalog, pieces, now, error));
}

int
preparation_main (const Settings *settings)
{
  g_autofree char *why = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (Db) db = open_database (settings, &why, &error);
  bool ready = db && follow_schedule (settings, db, &error);
  g_autoptr (Json) result = ready ? outcome_to_json (OUTCOME_READY) : outcome_error_to_json (error, scope_of_error (error));
  if (ready)
    json_object_set_new (result, "database", weir_json_string (why));
  g_autofree char *text = weir_json_text (result);
  puts (text);
  return ready ? 0 : weir_error_exit_code (error);
}

/* ---- the supervisor's side ---- */

struct Preparation
{
  char *program;
  char *home;
  GStrv environment;
  Log *log;
  const PreparationEvents *events;
  void *data;
  Child *child; /* NULL: pausing */
  Json *result; /* what the child said */
  Backoff pause;
  unsigned timer;
  bool stopping;
};

static void start_child (Preparation *preparation);

Preparation *
preparation_new (const Settings *settings, const char *program, const char *const *environment, Log *log,
                 const PreparationEvents *events, void *data)
{
  Preparation *preparation = g_new0 (Preparation, 1);
  preparation->program = g_strdup (program);
  preparation->home = g_strdup (settings->home);
  preparation->environment = g_strdupv ((GStrv) environment);
  preparation->log = log;
  preparation->events = events;
  preparation->data = data;
  start_child (preparation);
  return preparation;
}

void
preparation_free (Preparation *preparation)
{
  if (preparation->child)
    child_free (preparation->child);
  if (preparation->timer)
    g_source_remove (preparation->timer);
  if (preparation->result)
    json_decref (preparation->result);
  g_strfreev (preparation->environment);
  g_free (preparation->program);
  g_free (preparation->home);
  g_free (preparation);
}

static gboolean
on_pause_over (void *data)
{
  Preparation *preparation = data;
  preparation->timer = 0;
  start_child (preparation);
  return G_SOURCE_REMOVE;
}

static void
try_later (Preparation *preparation)
{
  int64_t now = g_get_monotonic_time ();
  g_autofree char *reason = published_error_text (json_object_get (preparation->result, "error"));
  if (backoff_fail (&preparation->pause, now))
    {
      log_reply_error (preparation->log, json_object_get (preparation->result, "error"), "waiting for the database: %s", reason);
      preparation->events->waiting (preparation->data);
    }
  preparation->timer = g_timeout_add ((unsigned) (backoff_wait (&preparation->pause, now) / 1000), on_pause_over, preparation);
}

static void
give_up (Preparation *preparation, const char *how, int exit_code)
{
  g_autofree char *reason = preparation->result ? published_error_text (json_object_get (preparation->result, "error")) : NULL;
  if (reason)
    log_reply_error (preparation->log, json_object_get (preparation->result, "error"), "%s", reason);
  else
    log_at (preparation->log, LEVEL_ERROR, "could not prepare the database: the process for it %s", how);
  preparation->events->failed (exit_code, preparation->data);
}

static void
on_line (Child *child, const char *line, void *data)
{
  (void) child;
  Preparation *preparation = data;
  g_autoptr (Json) said = weir_json_parse (line, strlen (line), "reply", NULL);
  if (!said || !json_is_string (json_object_get (said, "outcome")))
    return;
  if (preparation->result)
    json_decref (preparation->result);
  preparation->result = g_steal_pointer (&said);
}

static void
on_ended (Child *child, int wait_status, void *data)
{
  Preparation *preparation = data;
  g_autofree char *how = child_describe_end (wait_status);
  child_free (child);
  preparation->child = NULL;
  Outcome outcome = outcome_from_json (preparation->result);
  if (preparation->stopping)
    preparation->events->stopped (preparation->data);
  else if (outcome == OUTCOME_RETRY && !preparation->events->once)
    try_later (preparation);
  else if (outcome != OUTCOME_READY)
    give_up (preparation, how, WIFEXITED (wait_status) && WEXITSTATUS (wait_status) != 0 ? WEXITSTATUS (wait_status) : 4);
  else
    {
      if (backoff_end (&preparation->pause))
        log_at (preparation->log, LEVEL_WARNING, "the database is there");
      preparation->events->ready (json_string_value (json_object_get (preparation->result, "database")), preparation->data);
    }
}

static const ChildEvents child_events = { on_line, on_ended };

static void
start_child (Preparation *preparation)
{
  g_autoptr (GError) error = NULL;
  const char *argv[] = { preparation->program, "watch", "--prepare", "--home", preparation->home, NULL };
  g_clear_pointer (&preparation->result, json_decref);
  preparation->child =
      child_spawn (argv, (const char *const *) preparation->environment, false, &child_events, preparation, &error);
  if (preparation->child)
    return;
  log_error (preparation->log, "weir watch", error);
  preparation->events->failed (weir_error_exit_code (error), preparation->data);
}

void
preparation_stop (Preparation *preparation)
{
  preparation->stopping = true;
  if (preparation->child)
    child_signal (preparation->child, SIGTERM);
  else
    preparation->events->stopped (preparation->data);
}

void
preparation_kill (Preparation *preparation)
{
  if (preparation->child)
    child_signal (preparation->child, SIGKILL);
}
