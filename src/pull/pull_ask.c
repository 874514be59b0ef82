#include "src/pull/pull_private.h"

#include "base/error.h"
#include "base/fault.h"

#include <math.h>

/* ---- the request ---- */

static void
set_borrowed (Json *request, const char *name, const Json *value)
{
  if (value != NULL)
    json_object_set (request, name, (Json *) value);
}

static void
set_text (Json *request, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_new (request, name, json_string (value));
}

static void
set_limit (Json *limits, const char *name, int64_t limit)
{
  if (limit > 0)
    json_object_set_new (limits, name, json_integer (limit));
}

static Json *
limits_of (const Pulling *pulling, const Ask *ask)
{
  Json *limits = json_object ();
  if (ask->whole)
    return limits;
  set_limit (limits, "rows", pulling->job->batch_rows);
  set_limit (limits, "bytes", pulling->job->batch_bytes);
  if (pulling->cut_off != INT64_MAX)
    set_limit (limits, "seconds", MAX (pulling->cut_off - g_get_real_time () / G_USEC_PER_SEC, 1));
  return limits;
}

static Json *
key_of (const Job *job)
{
  Json *key = json_array ();
  for (char **name = job->key; name != NULL && *name != NULL; name++)
    json_array_append_new (key, json_string (*name));
  return key;
}

/* Overlaps are whole numbers where they can be. */
static Json *
overlap_of (const Job *job)
{
  return job->overlap == floor (job->overlap) ? json_integer ((json_int_t) job->overlap) : json_real (job->overlap);
}

static void
add_read (const Pulling *pulling, const Ask *ask, Json *request)
{
  const Job *job = pulling->job;
  set_text (request, "stream", pulling->stream->stream);
  if (job->has_mode)
    set_text (request, "mode", job_mode_words[job->mode]);
  if (job->key != NULL)
    json_object_set_new (request, "key", key_of (job));
  set_text (request, "bookmark", job->bookmark);
  if (job->has_overlap)
    json_object_set_new (request, "overlap", overlap_of (job));
  set_borrowed (request, "columns", job->columns);
  set_borrowed (request, "where", pulling->where);
  json_object_set_new (request, "position", ask->position != NULL ? json_incref ((Json *) ask->position) : json_null ());
  set_borrowed (request, "window", ask->window);
  set_text (request, "part", ask->part);
  set_borrowed (request, "object", ask->object);
  json_object_set_new (request, "limits", limits_of (pulling, ask));
}

static Json *
make_request (const Pulling *pulling, const Ask *ask)
{
  char run[UID_TEXT_SIZE];
  uid_format (pulling->run, run);
  Json *request = json_pack ("{s:s, s:s}", "job", pulling->job->name, "run", run);
  set_borrowed (request, "from", pulling->from);
  if (g_str_equal (ask->verb, "read"))
    add_read (pulling, ask, request);
  set_borrowed (request, "after", ask->after);
  return request;
}

/* ---- while it runs ---- */

static void
on_line (const Json *line, void *data)
{
  Pulling *pulling = data;
  const PullEvents *events = &pulling->options->events;
  const Json *progress = json_object_get (line, "progress"), *total = json_object_get (progress, "total");
  if (!json_is_object (progress) || events->coming == NULL)
    return;
  events->coming (pulling->job->name, json_integer_value (json_object_get (progress, "rows")),
                  json_integer_value (json_object_get (progress, "bytes")),
                  json_is_integer (total) ? json_integer_value (total) : -1, events->data);
}

static void
on_said (const char *text, void *data)
{
  Pulling *pulling = data;
  const PullEvents *events = &pulling->options->events;
  if (events->said != NULL)
    events->said (pulling->job->name, pulling->run, text, events->data);
}

/* A session that nobody uses is ended by some; what becomes of it is seen behind the read. */
static void
on_tick (void *data)
{
  Pulling *pulling = data;
  int64_t now = g_get_monotonic_time ();
  if (now - pulling->looked_us < 30 * G_USEC_PER_SEC || !db_is_usable (pulling->lock))
    return;
  pulling->looked_us = now;
  (void) db_exec (pulling->lock, "select", NULL);
}

/* ---- tries ---- */

static bool
run_once (Pulling *pulling, const Ask *ask, PullSpool *spool, Connected *ret_connected, GError **error)
{
  g_autoptr (Json) request = make_request (pulling, ask);
  const ConnectorCall call = { .verb = ask->verb,
                               .connection = pulling->connection,
                               .request = request,
                               .spool_fd = spool != NULL ? spool->fd : -1,
                               .stop_fd = pulling->options->loader->options.stop_fd,
                               .line = on_line,
                               .said = on_said,
                               .tick = on_tick,
                               .data = pulling };
  if (spool != NULL && !pull_spool_empty (spool, error))
    return false;
  bool ran = connector_call (pulling->settings, &call, ret_connected, error);
  const PullEvents *events = &pulling->options->events;
  if (events->coming != NULL)
    events->coming (pulling->job->name, -1, 0, 0, events->data);
  return ran;
}

bool
pull_ask (Pulling *pulling, const Ask *ask, PullSpool *spool, Connected *ret_connected, GError **error)
{
  fault_point ("pull-ask");
  for (size_t tries = 1;; tries++)
    {
      if (!run_once (pulling, ask, spool, ret_connected, error))
        return false;
      pulling->how = ret_connected->how;
      pulling->has_changed = ask->object != NULL && connected_has_changed (ret_connected);
      if (ret_connected->how == CONNECTED_DONE)
        return true;
      int pause = connected_is_full (ret_connected) || pulling->has_changed ? 0 : connected_pause (ret_connected->how, tries);
      if (pause == 0)
        return connected_error (ret_connected, pulling->job->name, pulling->job->name, error);
      g_autoptr (GError) problem = NULL;
      connected_error (ret_connected, pulling->job->name, pulling->job->name, &problem);
      pull_tell (pulling, "%s; once more in %d s", pull_without_name (pulling->job, problem->message), pause);
      connected_clear (ret_connected);
      if (!connector_wait (pause, pulling->options->loader->options.stop_fd, error))
        return false;
    }
}
