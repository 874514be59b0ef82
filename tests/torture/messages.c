/* The connection of a worker is cut, or says nothing for a while, before or behind each message of its nominal run. */
#include "torture.h"

#include "message_proxy.h"
#include "worker.h"

#define SILENCE_MS 1500
#define RUN_SECONDS 120

enum
{
  MODE_PASSED = 1,
  MODE_SILENT = 2,
  N_MODES = 4,
};

/* The run by a proxy with this fault. Returns the number of its messages. */
static int
run_by_proxy (Trial *trial, const MessageFault *fault)
{
  Home *home = trial->home;
  MessageProxy *proxy = message_proxy_start (trial->cluster->socket, fault);
  g_autofree char *direct = g_steal_pointer (&home->url);
  home->url = message_proxy_url (proxy, home->database, "weir", CLUSTER_PASSWORD);
  home_configure (home, NOMINAL_SETTINGS);
  g_free (home->url);
  home->url = g_steal_pointer (&direct);
  if (worker_run (home, RUN_SECONDS) == -1)
    trial_violation (trial, "the worker does not end in %d s", RUN_SECONDS);
  int messages = message_proxy_messages (proxy);
  if (message_proxy_has_hit (proxy))
    trial_hit (trial);
  message_proxy_stop (proxy);
  home_configure (home, NOMINAL_SETTINGS);
  return messages;
}

/* A point is the number of a message, and what happens there: message * N_MODES + mode. */
static GArray *
plan (Trial *trial)
{
  GArray *points = g_array_new (false, false, sizeof (int));
  nominal_home (trial);
  int messages = run_by_proxy (trial, &(MessageFault) { .nth = 0 });
  nominal_check (trial);
  trial_end (trial);
  for (int point = N_MODES; point < (messages + 1) * N_MODES; point++)
    g_array_append_val (points, point);
  return points;
}

static void
run (Trial *trial)
{
  const MessageFault fault = {
    .nth = trial->number / N_MODES,
    .is_passed = trial->number & MODE_PASSED,
    .is_silent = trial->number & MODE_SILENT,
    .silence_ms = SILENCE_MS,
  };
  nominal_home (trial);
  run_by_proxy (trial, &fault);
  trial_finish (trial);
  nominal_check (trial);
  trial_end (trial);
}

const Kind kind_messages = {
  .name = "messages",
  .what = "the connection cut or silent, before and behind each message between a worker and the server",
  .quick = 6,
  .seconds = 240,
  .plan = plan,
  .run = run,
};
