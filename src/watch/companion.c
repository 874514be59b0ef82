#include "src/watch/companion.h"

#include "src/watch/backoff.h"
#include "src/watch/child.h"

#include <signal.h>

/* One that ran for so long was well: its end is a first failure. */
#define WELL_US (60 * G_USEC_PER_SEC)

struct Companion
{
  char *name;
  GStrv argv, environment;
  Log *log;
  void (*gone) (void *data);
  void *data;
  Child *child; /* NULL: pausing, or gone */
  int64_t begun;
  Backoff pause;
  unsigned timer;
  bool renewed; /* it was told to end, to be started anew */
  bool stopped;
};

static void start (Companion *companion);

static gboolean
on_pause_over (void *data)
{
  Companion *companion = data;
  companion->timer = 0;
  start (companion);
  return G_SOURCE_REMOVE;
}

static void
start_later (Companion *companion)
{
  int64_t wait = backoff_wait (&companion->pause, g_get_monotonic_time ());
  companion->timer = g_timeout_add ((unsigned) (wait / 1000), on_pause_over, companion);
}

static void
on_line (Child *child, const char *line, void *data)
{
  (void) child;
  const Companion *companion = data;
  LogLevel level = log_take_priority (&line);
  log_at (companion->log, level, "%s: %s", companion->name, line);
}

static void
on_ended (Child *child, int wait_status, void *data)
{
  Companion *companion = data;
  g_autofree char *how = child_describe_end (wait_status);
  int64_t now = g_get_monotonic_time ();
  child_free (child);
  companion->child = NULL;
  if (companion->stopped)
    {
      companion->gone (companion->data);
      return;
    }
  if (companion->renewed || now - companion->begun > WELL_US)
    backoff_end (&companion->pause);
  if (!companion->renewed && backoff_fail (&companion->pause, now))
    log_at (companion->log, LEVEL_WARNING, "%s %s: it is started again, after pauses that grow", companion->name, how);
  companion->renewed = false;
  start_later (companion);
}

static const ChildEvents child_events = { on_line, on_ended };

static void
start (Companion *companion)
{
  g_autoptr (GError) error = NULL;
  companion->begun = g_get_monotonic_time ();
  companion->child = child_spawn ((const char *const *) companion->argv, (const char *const *) companion->environment, true,
                                  &child_events, companion, &error);
  if (companion->child != NULL)
    return;
  if (backoff_fail (&companion->pause, companion->begun))
    log_error (companion->log, companion->name, error);
  start_later (companion);
}

Companion *
companion_new (const char *name, const char *const *argv, const char *const *environment, Log *log, void (*gone) (void *data),
               void *data)
{
  Companion *companion = g_new0 (Companion, 1);
  companion->name = g_strdup (name);
  companion->argv = g_strdupv ((GStrv) argv);
  companion->environment = g_strdupv ((GStrv) environment);
  companion->log = log;
  companion->gone = gone;
  companion->data = data;
  start (companion);
  return companion;
}

void
companion_free (Companion *companion)
{
  if (companion->child != NULL)
    child_free (companion->child);
  g_clear_handle_id (&companion->timer, g_source_remove);
  g_strfreev (companion->argv);
  g_strfreev (companion->environment);
  g_free (companion->name);
  g_free (companion);
}

static void
ask_to_end (Companion *companion)
{
  child_close_input (companion->child);
  child_signal (companion->child, SIGTERM);
}

void
companion_renew (Companion *companion)
{
  companion->stopped = false;
  companion->renewed = companion->child != NULL;
  if (companion->child != NULL)
    {
      ask_to_end (companion);
      return;
    }
  g_clear_handle_id (&companion->timer, g_source_remove);
  backoff_end (&companion->pause);
  start (companion);
}

void
companion_stop (Companion *companion)
{
  companion->stopped = true;
  g_clear_handle_id (&companion->timer, g_source_remove);
  if (companion->child != NULL)
    ask_to_end (companion);
}

void
companion_kill (Companion *companion)
{
  companion_stop (companion);
  if (companion->child != NULL)
    child_signal (companion->child, SIGKILL);
}

bool
companion_is_gone (const Companion *companion)
{
  return companion->stopped && companion->child == NULL;
}
