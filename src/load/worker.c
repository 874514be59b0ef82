#include "src/load/worker.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "src/load/loader.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How an error that left the file alone is called in a reply. */
static const char *
outcome_of (const GError *error)
{
  if (error->domain != WEIR_ERROR)
    return "local";
  switch ((WeirErrorCode) error->code)
    {
    case WEIR_ERROR_RETRY:
      return "retry";
    case WEIR_ERROR_MODEL:
    case WEIR_ERROR_INPUT:
      return "model";
    case WEIR_ERROR_STOP:
      return "stop";
    case WEIR_ERROR_LOCAL:
      break;
    }
  return "local";
}

static Json *
reply_new (const char *outcome, const char *file, const char *table)
{
  Json *reply = json_pack ("{s:s}", "outcome", outcome);
  if (file != NULL)
    json_object_set_new (reply, "file", weir_json_string (file));
  if (table != NULL)
    json_object_set_new (reply, "table", weir_json_string (table));
  return reply;
}

static Json *
reply_error (const char *file, const char *table, const GError *error)
{
  Json *reply = reply_new (outcome_of (error), file, table);
  json_object_set_new (reply, "error", weir_json_error (error));
  return reply;
}

static Json *
reply_end (const LoadEnd *end)
{
  Json *reply = json_pack ("{s:s}", "outcome", "done");
  json_object_update (reply, end->summary);
  return reply;
}

/* A file of the drop folder, with its table's lock held. */
static Json *
load_dropped (Loader *loader, const char *name, const Route *route)
{
  g_autoptr (GError) error = NULL;
  bool gone = false;
  fault_point ("before-claim");
  g_autoptr (Claim) claim = claim_take (loader->settings->imports, name, uid_random (), &gone, &error);
  if (claim == NULL)
    return gone ? reply_new ("gone", name, route->table) : reply_error (name, route->table, error);
  fault_point ("after-claim");
  g_auto (LoadEnd) end = { 0 };
  bool resume;
  if (loader_claimed (loader, claim, route, &end, &resume, &error))
    return reply_end (&end);
  if (!resume)
    placing_give_back (loader->db, loader->settings, claim, NULL);
  return reply_error (name, route->table, error);
}

/* An orphan, with its table's lock held. */
static Json *
load_orphan (Loader *loader, Uid run, const char *refuse, const char *name, const Route *route)
{
  g_autoptr (GError) error = NULL;
  bool gone = false;
  g_autoptr (Claim) claim = claim_resume (loader->settings->imports, run, &gone, &error);
  if (claim == NULL)
    return gone ? reply_new ("gone", name, route->table) : reply_error (name, route->table, error);
  g_auto (LoadEnd) end = { 0 };
  bool done;
  if (refuse != NULL)
    {
      g_autoptr (GError) why = NULL;
      weir_error (&why, WEIR_ERROR_INPUT, "\"%s\" was refused: %s", name, refuse);
      weir_error_reason (&why, REASON_WORKER_CRASHED);
      weir_error_detail (&why, "It was tried twice. Nothing of it was loaded.");
      weir_error_hint (&why, "Please report this with the file: no input should do that.");
      done = loader_refuse (loader, claim, route, why, &end, &error);
    }
  else
    done = loader_claimed (loader, claim, route, &end, NULL, &error);
  return done ? reply_end (&end) : reply_error (name, route->table, error);
}

/* What stands between a request and its file: the connection, the models, the table's lock. NULL: nothing, the lock is held.
 * orphan: the run that the file belongs to already, NULL: none. */
static Json *
prepare (Loader *loader, const char *name, const Uid *orphan, Route *route, bool refuse)
{
  g_autoptr (GError) error = NULL;
  if (!loader_refresh (loader, &error))
    return reply_error (name, NULL, error);
  if (orphan == NULL)
    catalog_route (loader->catalog, name, route);
  else if (!loader_route_again (loader, name, *orphan, route, &error))
    return reply_error (name, NULL, error);
  /* A file that is refused anyway needs no good model. */
  const Route bare = { .table = route->table };
  LockState state;
  g_autofree char *waits_for = NULL;
  if (!loader_lock (loader, refuse ? &bare : route, 0, &state, &waits_for, &error))
    return reply_error (name, route->table, error);
  if (state == LOCK_BUSY)
    return reply_new ("busy", name, route->table);
  if (state == LOCK_HELD)
    return NULL;
  Json *reply = reply_new ("waits", name, route->table);
  json_object_set_new (reply, "waits_for", weir_json_string (waits_for));
  return reply;
}

static Json *
answer_path (Loader *loader, const char *name)
{
  g_auto (Route) route = { 0 };
  Json *reply = prepare (loader, name, NULL, &route, false);
  if (reply == NULL)
    reply = load_dropped (loader, name, &route);
  loader_unlock (loader);
  return reply;
}

/* The name of the file in an orphan claim, NULL: there is none any more. */
static char *
orphan_name (const char *imports, Uid run)
{
  g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
  for (guint i = 0; claims != NULL && i < claims->len; i++)
    {
      const ClaimEntry *entry = claims->pdata[i];
      if (uid_equal (entry->run, run))
        return g_strdup (entry->name);
    }
  return NULL;
}

static Json *
answer_run (Loader *loader, const char *text, const char *refuse)
{
  Uid run;
  g_autofree char *name = uid_parse (text, strlen (text), &run) ? orphan_name (loader->settings->imports, run) : NULL;
  if (name == NULL)
    return reply_new ("gone", NULL, NULL);
  g_auto (Route) route = { 0 };
  Json *reply = prepare (loader, name, &run, &route, refuse != NULL);
  if (reply == NULL)
    reply = load_orphan (loader, run, refuse, name, &route);
  loader_unlock (loader);
  return reply;
}

static Json *
answer (Loader *loader, const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Json) request = weir_json_parse (line, strlen (line), "request", &error);
  if (request == NULL)
    return reply_error (NULL, NULL, error);
  const char *path = json_string_value (json_object_get (request, "path"));
  const char *run = json_string_value (json_object_get (request, "run"));
  if (path != NULL && strchr (path, '/') == NULL)
    return answer_path (loader, path);
  if (run != NULL)
    return answer_run (loader, run, json_string_value (json_object_get (request, "refuse")));
  weir_error (&error, WEIR_ERROR_MODEL, "a request has \"path\" (a name in the drop folder) or \"run\"");
  return reply_error (NULL, NULL, error);
}

static void
print_reply (Json *reply)
{
  g_autofree char *text = weir_json_text (reply);
  puts (text);
  fflush (stdout);
  json_decref (reply);
}

/* The next request line; false at the end of input or when asked to stop. The line's end is taken off. */
static bool
next_request (int stop_fd, GString *line)
{
  g_string_truncate (line, 0);
  for (;;)
    {
      struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = stop_fd, .events = POLLIN } };
      if (poll (fds, G_N_ELEMENTS (fds), -1) < 0)
        continue;
      if (fds[1].revents != 0)
        return false;
      char byte;
      ssize_t got = read (STDIN_FILENO, &byte, 1);
      if (got <= 0)
        return false;
      if (byte == '\n')
        return true;
      g_string_append_c (line, byte);
    }
}

int
worker_main (const Settings *settings)
{
  AUTO_FD int stop_fd = loader_open_stop ();
  g_auto (Loader) loader = { 0 };
  loader_init (&loader, settings, stop_fd);
  g_autoptr (GError) error = NULL;
  if (!loader_refresh (&loader, &error))
    return print_reply (reply_error (NULL, NULL, error)), weir_error_exit_code (error);
  print_reply (reply_new ("ready", NULL, NULL));
  g_autoptr (GString) line = g_string_new (NULL);
  while (next_request (stop_fd, line))
    {
      Json *reply = answer (&loader, line->str);
      print_reply (reply);
    }
  return 0;
}
