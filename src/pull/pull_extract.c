/* What a step of a stream of steps extracts: the same way as the rows of a job, into a staging table that has no model. */
#include "src/pull/pull_private.h"

#include "base/error.h"

Db *
pull_session (Pulling *pulling, GError **error)
{
  return pull_has_lock (pulling, error) ? pulling->lock : NULL;
}

void
pull_set_run (Pulling *pulling, Uid run)
{
  pulling->run = run;
}

void
pull_keep_trouble (Pulling *pulling)
{
  pulling->well = false;
}

bool
pull_is_late (const Pulling *pulling)
{
  return pull_is_cut_off (pulling);
}

/* What would be told of a stream's file is told of its step. */
static PullOptions
options_of (const Pulling *pulling)
{
  PullOptions options = *pulling->options;
  options.from = options.to = NULL;
  options.events.ended = NULL;
  return options;
}

static bool
take_connection (Pulling *part, const PullExtract *extract, GError **error)
{
  g_autofree char *place = g_strdup_printf ("connections.%s", extract->connection);
  const Json *connection = connection_find (part->settings, extract->connection, error);
  part->connection = connection != NULL ? job_resolve (part->settings, connection, place, error) : NULL;
  part->from = json_incref ((Json *) extract->from);
  part->how = part->connection != NULL ? CONNECTED_DONE : CONNECTED_CONFIGURATION;
  return part->connection != NULL;
}

static bool
read_whole (Pulling *part, GError **error)
{
  g_auto (PullSpool) spool = { .fd = -1 };
  g_auto (Connected) connected = { 0 };
  const Ask ask = { .verb = "read", .part = "rows", .whole = true };
  if (!loader_refresh (part->options->loader, error) || !pull_spool_new (part->settings, part->job->name, &spool, error)
      || !pull_ask (part, &ask, &spool, &connected, error))
    return false;
  bool raw = json_is_true (json_object_get (connected.done, "raw"));
  if (!raw && json_is_true (json_object_get (connected.done, "more")))
    return weir_error (error, WEIR_ERROR_MODEL, "the connector has not brought all of it");
  const Batch batch = { &spool, &connected, "changes", NULL, NULL, NULL };
  return pull_batch (part, &batch, error);
}

bool
pull_extract (Pulling *pulling, const PullExtract *extract, LoadEnd *ret_end, ConnectedHow *ret_how, GError **error)
{
  const PullOptions options = options_of (pulling);
  JobStream stream = { (char *) json_string_value (json_object_get (extract->from, "stream")), (char *) extract->table };
  Job job = *extract->job;
  job.has_mode = true;
  job.mode = MODE_FULL;
  Pulling part = *pulling;
  part.options = &options;
  part.job = &job;
  part.stream = &stream;
  part.run = uid_random ();
  part.stages = true;
  part.end = ret_end;
  part.connection = part.from = part.where = NULL;
  *ret_end = (LoadEnd) { 0 };
  bool done = take_connection (&part, extract, error) && read_whole (&part, error);
  /* The session may have been lost, and made anew. */
  pulling->lock = part.lock;
  pulling->looked_us = part.looked_us;
  *ret_how = done ? CONNECTED_DONE : part.how;
  json_decref (part.connection);
  json_decref (part.from);
  return done;
}
