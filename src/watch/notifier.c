#include "src/watch/notifier.h"

#include "src/watch/backoff.h"
#include "src/watch/child.h"

#include <signal.h>
#include <string.h>

/* weir-notify that often ended before it was ready: it cannot work here. */
#define MAX_FAILURES 3

struct Notifier
{
  char *program;
  GStrv environment;
  char *folder;
  Log *log;
  const NotifierEvents *events;
  void *data;
  Child *child;   /* NULL: none runs */
  ino_t identity; /* the folder it was started for */
  bool armed;
  bool dismissed; /* it watches a folder that was replaced, and was told to end */
  unsigned failures;
  Backoff pause;
};

Notifier *
notifier_new (const char *program, const char *const *environment, const char *folder, Log *log, const NotifierEvents *events,
              void *data)
{
  Notifier *notifier = g_new0 (Notifier, 1);
  notifier->program = g_strdup (program);
  notifier->environment = g_strdupv ((GStrv) environment);
  notifier->folder = g_strdup (folder);
  notifier->log = log;
  notifier->events = events;
  notifier->data = data;
  return notifier;
}

static void
drop_child (Notifier *notifier)
{
  if (!notifier->child)
    return;
  child_free (notifier->child);
  notifier->child = NULL;
  notifier->armed = notifier->dismissed = false;
}

void
notifier_free (Notifier *notifier)
{
  if (notifier->child)
    child_destroy (notifier->child);
  g_strfreev (notifier->environment);
  g_free (notifier->program);
  g_free (notifier->folder);
  g_free (notifier);
}

bool
notifier_is_armed (const Notifier *notifier)
{
  return notifier->armed;
}

bool
notifier_has_given_up (const Notifier *notifier)
{
  return notifier->failures >= MAX_FAILURES;
}

static void
take_hint (Notifier *notifier, const char *line)
{
  static const struct
  {
    const char *prefix;
    Hint hint;
  } words[] = { { "moved ", HINT_MOVED }, { "closed ", HINT_CLOSED }, { "changed ", HINT_CHANGED } };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_has_prefix (line, words[i].prefix))
      notifier->events->hint (line + strlen (words[i].prefix), words[i].hint, notifier->data);
}

static void
on_line (Child *child, const char *line, void *data)
{
  (void) child;
  Notifier *notifier = data;
  if (notifier->dismissed)
    return;
  if (strcmp (line, "ready") == 0)
    {
      notifier->armed = true;
      notifier->failures = 0;
      backoff_end (&notifier->pause);
    }
  else if (strcmp (line, "gone") == 0)
    notifier->armed = false;
  else
    take_hint (notifier, line);
  notifier->events->changed (notifier->data);
}

static void
count_failure (Notifier *notifier, const char *how)
{
  notifier->failures++;
  backoff_fail (&notifier->pause, g_get_monotonic_time ());
  if (notifier_has_given_up (notifier))
    log_at (notifier->log, LEVEL_WARNING, "weir-notify %s: looking into the folder every second instead", how);
}

static void
on_ended (Child *child, int wait_status, void *data)
{
  (void) child;
  Notifier *notifier = data;
  bool dismissed = notifier->dismissed;
  drop_child (notifier);
  if (wait_status != 0 && !dismissed)
    {
      g_autofree char *how = child_describe_end (wait_status);
      count_failure (notifier, how);
    }
  notifier->events->changed (notifier->data);
}

static const ChildEvents child_events = { on_line, on_ended };

static void
start (Notifier *notifier, ino_t identity)
{
  g_autoptr (GError) error = NULL;
  const char *argv[] = { notifier->program, notifier->folder, NULL };
  notifier->identity = identity;
  notifier->child = child_spawn (argv, (const char *const *) notifier->environment, false, &child_events, notifier, &error);
  if (notifier->child)
    return;
  log_error (notifier->log, "weir-notify", error);
  notifier->failures = MAX_FAILURES - 1;
  count_failure (notifier, "cannot be run");
}

/* The child ends by itself when its folder is removed, but not when another one is mounted over it. */
static void
dismiss_child (Notifier *notifier)
{
  if (!notifier->dismissed)
    child_signal (notifier->child, SIGTERM);
  notifier->dismissed = true;
  notifier->armed = false;
}

void
notifier_keep_up (Notifier *notifier, ino_t identity, int64_t now)
{
  if (notifier->child && notifier->identity != identity)
    dismiss_child (notifier);
  if (notifier->child || identity == 0 || notifier_has_given_up (notifier) || backoff_wait (&notifier->pause, now) > 0)
    return;
  start (notifier, identity);
}
