/* What a step of a stream of steps extracts: the same way as the rows of a job, into a staging table that has no model. */
#include "src/pull/pull_private.h"

#include "base/error.h"
#include "pipeline/warehouse/columns.h"
#include "src/pull/gather.h"

#include <string.h>

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
pull_set_misused (Pulling *pulling)
{
  pulling->misused = true;
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
  part->how = part->connection != NULL ? CONNECTED_DONE : connected_how_of (*error);
  return part->connection != NULL;
}

/* ---- files as they lie there ---- */

static int
compare_objects (const void *a, const void *b)
{
  const Json *one = *(Json *const *) a, *other = *(Json *const *) b;
  int64_t time = pull_time_of (one), its = pull_time_of (other);
  return time != its
             ? (time > its) - (time < its)
             : strcmp (json_string_value (json_object_get (one, "path")), json_string_value (json_object_get (other, "path")));
}

/* The oldest first; borrowed from "objects". */
static GPtrArray *
sort_objects (const Json *objects)
{
  GPtrArray *sorted = g_ptr_array_new ();
  for (size_t i = 0; i < json_array_size (objects); i++)
    g_ptr_array_add (sorted, json_array_get (objects, i));
  g_ptr_array_sort (sorted, compare_objects);
  return sorted;
}

/* So that a query that sums one of them can be run where there is nothing to sum. */
static bool
type_as_before (const Pulling *part, const char *table, Json *columns, GError **error)
{
  Loader *loader = part->options->loader;
  g_autoptr (GPtrArray) stored = NULL;
  if (!loader_refresh (loader, error) || (stored = columns_read (loader->db, part->settings->staging_schema, table, error)) == NULL)
    return false;
  for (size_t i = 0; i < json_array_size (columns); i++)
    {
      Json *column = json_array_get (columns, i);
      const StoredColumn *before = columns_find (stored, json_string_value (json_object_get (column, "name")));
      if (before != NULL && before->type != NULL)
        json_object_set_new (column, "type", json_string (before->type->name));
    }
  return true;
}

static bool
load_gathered (Pulling *part, Gather *gather, PullSpool *spool, const Json *notes, GError **error)
{
  g_auto (Connected) gathered = { .notes = json_incref ((Json *) notes) };
  if (!gather_end (gather, &gathered.columns, &gathered.done, error)
      || (gather_rows (gather) == 0 && !type_as_before (part, part->stream->table, gathered.columns, error)))
    return false;
  const Batch batch = { spool, &gathered, "changes", NULL, NULL, NULL };
  return pull_batch (part, &batch, error);
}

static bool
gather_object (Pulling *part, Gather *gather, const Json *object, GError **error)
{
  g_auto (PullSpool) spool = { .fd = -1 };
  g_auto (Connected) connected = { 0 };
  const Ask ask = { .verb = "read", .part = "rows", .object = object, .whole = true };
  const char *path = json_string_value (json_object_get (object, "path"));
  return pull_spool_new (part->settings, part->job->name, &spool, error) && pull_ask (part, &ask, &spool, &connected, error)
         && gather_file (gather, spool.fd, path, error);
}

static bool
read_pattern (Pulling *part, PullExtracted *ret, GError **error)
{
  g_auto (PullSpool) spool = { .fd = -1 };
  g_auto (Connected) connected = { 0 };
  const Ask ask = { .verb = "discover" };
  if (!pull_ask (part, &ask, NULL, &connected, error) || !pull_spool_new (part->settings, part->job->name, &spool, error))
    return false;
  g_autoptr (Json) objects = pull_objects (connected.streams);
  g_autoptr (GPtrArray) sorted = sort_objects (objects);
  g_autoptr (Gather) gather = gather_new (spool.fd, &part->options->loader->options);
  if (sorted->len == 0)
    return part->how = CONNECTED_CONFIGURATION, weir_error (error, WEIR_ERROR_MODEL, "%s: no file matches \"%s\"", part->job->name,
                                                            json_string_value (json_object_get (part->from, "path")));
  for (guint i = 0; i < sorted->len; i++)
    if (!gather_object (part, gather, sorted->pdata[i], error))
      return false;
  ret->files = sorted->len;
  ret->left_out = gather_left_out (gather);
  ret->notes = json_incref (connected.notes);
  return load_gathered (part, gather, &spool, connected.notes, error);
}

static bool
load_header (Pulling *part, const PullSpool *raw, const Connected *connected, GError **error)
{
  g_auto (PullSpool) spool = { .fd = -1 };
  if (!pull_spool_new (part->settings, part->job->name, &spool, error))
    return false;
  g_autoptr (Gather) gather = gather_new (spool.fd, &part->options->loader->options);
  return gather_file (gather, raw->fd, part->stream->table, error) && load_gathered (part, gather, &spool, connected->notes, error);
}

/* ---- all of it ---- */

static bool
read_whole (Pulling *part, GError **error)
{
  g_auto (PullSpool) spool = { .fd = -1 };
  g_auto (Connected) connected = { 0 };
  const Ask ask = { .verb = "read", .part = "rows", .whole = true };
  if (!pull_spool_new (part->settings, part->job->name, &spool, error) || !pull_ask (part, &ask, &spool, &connected, error))
    return false;
  bool raw = json_is_true (json_object_get (connected.done, "raw"));
  if (!raw && json_is_true (json_object_get (connected.done, "more")))
    return weir_error (error, WEIR_ERROR_MODEL, "the connector has not brought all of it");
  if (raw && gather_is_header_alone (spool.fd, part->stream->table, &part->options->loader->options))
    return load_header (part, &spool, &connected, error);
  const Batch batch = { &spool, &connected, "changes", NULL, NULL, NULL };
  return pull_batch (part, &batch, error);
}

static bool
read_any (Pulling *part, PullExtracted *ret, GError **error)
{
  const char *path = json_string_value (json_object_get (part->from, "path"));
  bool pattern = path != NULL && strpbrk (path, "*?[") != NULL && pull_is_of_files (part);
  return loader_refresh (part->options->loader, error) && (pattern ? read_pattern (part, ret, error) : read_whole (part, error));
}

void
pull_extracted_clear (PullExtracted *extracted)
{
  load_end_clear (&extracted->end);
  g_clear_pointer (&extracted->notes, json_decref);
}

bool
pull_extract (Pulling *pulling, const PullExtract *extract, PullExtracted *ret, ConnectedHow *ret_how, GError **error)
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
  part.end = &ret->end;
  part.connection = part.from = part.where = NULL;
  *ret = (PullExtracted) { 0 };
  bool done = take_connection (&part, extract, error) && read_any (&part, ret, error);
  /* The session may have been lost, and made anew. */
  pulling->lock = part.lock;
  pulling->looked_us = part.looked_us;
  *ret_how = done ? CONNECTED_DONE : part.how;
  json_decref (part.connection);
  json_decref (part.from);
  return done;
}
