/* A source of files: each is loaded once, as it was when it was seen. */
#include "src/pull/pull_private.h"

#include "base/error.h"
#include "base/fault.h"
#include "schema/ledger_bookmark.h"
#include "schema/ledger_pull.h"

#include <string.h>

/* What `discover` calls a stream's name is the file's path. */
Json *
pull_objects (const Json *streams)
{
  Json *files = json_array ();
  for (size_t i = 0; i < json_array_size (streams); i++)
    {
      const Json *stream = json_array_get (streams, i);
      Json *path = json_object_get (stream, "path") != NULL ? json_object_get (stream, "path") : json_object_get (stream, "name");
      if (json_is_string (path))
        json_array_append_new (files,
                               json_pack ("{s:O, s:O?, s:O?, s:O?}", "path", path, "size", json_object_get (stream, "size"),
                                          "mtime", json_object_get (stream, "mtime"), "etag", json_object_get (stream, "etag")));
    }
  return files;
}

/* The file of a row as connectors have it. A new reference. */
static Json *
object_of (const DbResult *files, int row)
{
  const char *size = db_result_named (files, row, "size");
  return json_pack ("{s:s, s:o, s:s?, s:s?}", "path", db_result_named (files, row, "path"), "size",
                    size != NULL ? json_integer (g_ascii_strtoll (size, NULL, 10)) : json_null (), "mtime",
                    db_result_named (files, row, "mtime"), "etag", db_result_named (files, row, "etag"));
}

/* What the place says of its files belongs to no run of one. */
static void
tell_notes (const Pulling *pulling, const Connected *connected)
{
  for (size_t i = 0; i < json_array_size (connected->notes); i++)
    pull_tell (pulling, "%s", json_string_value (json_array_get (connected->notes, i)));
}

/* ---- loading ---- */

static bool
load_file (Pulling *pulling, const Json *object, GError **error)
{
  g_auto (PullSpool) spool = { .fd = -1 };
  g_auto (Connected) connected = { 0 };
  g_autoptr (Json) pulled = json_deep_copy (object);
  const Ask ask = { .verb = "read", .part = "rows", .object = object, .whole = true };
  pulling->run = uid_random ();
  json_object_set_new (pulled, "source", json_string (pulling->job->name));
  if (!loader_refresh (pulling->options->loader, error) || !pull_spool_new (pulling->settings, pulling->job->name, &spool, error)
      || !pull_ask (pulling, &ask, &spool, &connected, error))
    return false;
  const Batch batch = { &spool, &connected, "changes", NULL, NULL, pulled };
  return pull_batch (pulling, &batch, error);
}

/* *ret_loaded: whether there was one to load. */
static bool
load_row (Pulling *pulling, const DbResult *files, int row, bool *ret_loaded, GError **error)
{
  const char *path = db_result_named (files, row, "path"), *refused = db_result_named (files, row, "refused");
  g_autoptr (Json) object = object_of (files, row);
  *ret_loaded = refused == NULL;
  if (*ret_loaded)
    return load_file (pulling, object, error);
  pull_tell (pulling, "%s was refused, and is not pulled again until it changes: weir retry %s", path, refused);
  return true;
}

/* Of one that did not end the pull. */
static ConnectedHow
how_of (const GError *left)
{
  return g_error_matches (left, WEIR_ERROR, WEIR_ERROR_RETRY) ? CONNECTED_TRANSIENT : CONNECTED_CONFIGURATION;
}

/* The first that a connector could not do with one file is the pull's error in the end, what a person has to mend before what has changed meanwhile; the others
 * are told. What is wrong with the whole source or with us ends it: then false. */
static bool
keep_going (Pulling *pulling, GError **problem, GError **first, GError **error)
{
  bool has_changed = pulling->how == CONNECTED_TRANSIENT && pulling->has_changed;
  if (pulling->how != CONNECTED_CONFIGURATION && !has_changed)
    return g_propagate_error (error, g_steal_pointer (problem)), false;
  if (*first == NULL || (!has_changed && how_of (*first) == CONNECTED_TRANSIENT))
    {
      GError *before = *first;
      *first = *problem;
      *problem = before;
    }
  if (*problem != NULL)
    pull_tell (pulling, "%s", pull_without_name (pulling->job, (*problem)->message));
  return true;
}

/* *ret_left: one that could not be read, or has changed since it was listed, keeps none from coming; it is tried again by the next pull. */
static bool
load_all (Pulling *pulling, const DbResult *files, GError **ret_left, GError **error)
{
  bool any = false, loaded;
  g_autofree char *told = NULL;
  for (int row = 0; row < db_result_rows (files) && !pulling->over; row++)
    {
      g_autoptr (GError) problem = NULL;
      pulling->how = CONNECTED_DONE;
      if (!load_row (pulling, files, row, &loaded, &problem)
          && (pull_is_told_again (&told, &problem, error) || !keep_going (pulling, &problem, ret_left, error)))
        return false;
      any = any || loaded;
      /* One that is refused keeps none from coming. */
      pulling->over = pulling->held;
      if (!pull_is_cut_off (pulling) || row + 1 == db_result_rows (files))
        continue;
      pull_tell (pulling, "its cut-off has come: the next pull goes on");
      pulling->over = true;
    }
  if (!any)
    pull_tell_nothing_new (pulling, NULL);
  return true;
}

/* ---- what the job does with those that were loaded ---- */

static bool
settle_row (Pulling *pulling, const DbResult *files, int row, GError **error)
{
  g_auto (Connected) connected = { 0 };
  g_autoptr (Json) after = object_of (files, row);
  const char *size = db_result_named (files, row, "size");
  const PulledFile file = { .path = db_result_named (files, row, "path"),
                            .size = size != NULL ? g_ascii_strtoll (size, NULL, 10) : -1,
                            .mtime = db_result_named (files, row, "mtime"),
                            .etag = db_result_named (files, row, "etag") };
  json_object_update_missing (after, pulling->job->after);
  pulling->run = uid_random ();
  pulling->how = CONNECTED_DONE;
  const Ask ask = { .verb = "write", .after = after };
  if (!pull_ask (pulling, &ask, NULL, &connected, error))
    return false;
  tell_notes (pulling, &connected);
  fault_point ("pull-after");
  return loader_refresh (pulling->options->loader, error)
         && ledger_pulled_settle (pulling->options->loader->db, pulling->job->name, &file, error);
}

static void
say_it_stays (const Pulling *pulling, const char *path, GError *problem)
{
  const char *why = pull_without_name (pulling->job, problem->message);
  char *message = g_strdup_printf ("%s: %s was loaded, and stays as it is: %s", pulling->job->name, path, why);
  g_free (problem->message);
  problem->message = message;
}

/* Also those of pulls before. One with which it cannot be done keeps the others neither from this nor, since it comes last, from being loaded. */
static bool
settle_all (Pulling *pulling, GError **error)
{
  g_autoptr (DbResult) files = NULL;
  g_autoptr (GError) first = NULL;
  g_autofree char *told = NULL;
  pulling->how = CONNECTED_DONE;
  if (pulling->job->after == NULL)
    return true;
  if (!loader_refresh (pulling->options->loader, error)
      || !ledger_pull_unsettled (pulling->options->loader->db, pulling->job->name, &files, error))
    return false;
  for (int row = 0; row < db_result_rows (files); row++)
    {
      g_autoptr (GError) problem = NULL;
      if (settle_row (pulling, files, row, &problem))
        continue;
      if (pull_is_told_again (&told, &problem, error))
        return false;
      if (pulling->how == CONNECTED_CONFIGURATION)
        say_it_stays (pulling, db_result_named (files, row, "path"), problem);
      if (!keep_going (pulling, &problem, &first, error))
        return false;
    }
  if (first == NULL)
    return true;
  pulling->how = CONNECTED_CONFIGURATION;
  return g_propagate_error (error, g_steal_pointer (&first)), false;
}

bool
pull_files (Pulling *pulling, GError **error)
{
  g_auto (Connected) connected = { 0 };
  g_autoptr (DbResult) files = NULL;
  const Ask ask = { .verb = "discover", .after = pulling->job->after };
  pulling->run = uid_random ();
  if (pulling->options->from != NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "%s is a source of files: there are no windows of it", pulling->job->name);
  if (!pull_ask (pulling, &ask, NULL, &connected, error))
    return false;
  tell_notes (pulling, &connected);
  g_autoptr (Json) there = pull_objects (connected.streams);
  if (!loader_refresh (pulling->options->loader, error)
      || !ledger_pull_unseen (pulling->options->loader->db, pulling->options->full ? "" : pulling->job->name, there, &files, error))
    return false;
  g_autoptr (GError) left = NULL;
  bool settled = load_all (pulling, files, &left, error) && settle_all (pulling, error);
  /* What ends the pull is told by whoever called. */
  if (!settled && left != NULL && strcmp ((*error)->message, left->message) == 0)
    g_clear_error (&left);
  if (left == NULL)
    return settled;
  if (!settled)
    return pull_tell (pulling, "%s", pull_without_name (pulling->job, left->message)), false;
  pulling->how = how_of (left);
  return g_propagate_error (error, g_steal_pointer (&left)), false;
}
