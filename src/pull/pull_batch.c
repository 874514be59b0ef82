#include "src/pull/pull_private.h"

#include "base/error.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "schema/ledger_bookmark.h"
#include "schema/ledger_pull.h"
#include "src/pull/columns.h"
#include "src/pull/declare.h"
#include "src/pull/landing.h"
#include "src/pull/masks.h"
#include "src/pull/model_of_job.h"

#include <string.h>

#define NAMES_MOST 1000

/* ---- the model ---- */

static bool
write_model (const Pulling *pulling, const Json *columns, GError **error)
{
  const char *table = pulling->stream->table;
  g_autofree char *shown = NULL;
  g_autoptr (Json) model = model_of_job (pulling->job, table, columns, error);
  if (model == NULL || !model_of_job_write (pulling->settings, table, model, &shown, error))
    return false;
  if (shown != NULL)
    pull_tell (pulling, "there was no model of %s: %s was written, as the job has it", table, shown);
  fault_point ("pull-modelled");
  return loader_refresh (pulling->options->loader, error);
}

/* What the mode promises, and a model that somebody else has written does not keep. */
static void
tell_of_model (const Pulling *pulling, const Model *model)
{
  JobMode mode = pulling->job->mode;
  if ((mode == MODE_MIRROR || mode == MODE_FULL) && pulling->job->has_mode && model->absent == ABSENT_KEEP)
    pull_tell (pulling, "what is gone at the source stays in %s: its model does not say \"absent\": \"close\"", model->table);
}

/* The first that the job brings into a table of others: it may be meant for another one, and has the same key. */
static bool
tell_of_others (const Pulling *pulling, const Batch *batch, const char *table, GError **error)
{
  Loader *loader = pulling->options->loader;
  g_autofree char *file = NULL, *job = NULL;
  if (batch->from != NULL)
    return true;
  if (!loader_refresh (loader, error) || !ledger_pull_first_into (loader->db, pulling->job->name, table, &file, &job, error))
    return false;
  g_autofree char *whose = job != NULL ? g_strdup_printf ("of the job %s", job) : g_strdup_printf ("such as those of \"%s\"", file);
  if (file != NULL)
    pull_tell (
        pulling,
        "%s has rows already, %s, and these are the first of this job: if another table is meant, `weir undo` takes them back",
        table, whose);
  return true;
}

/* A file as it lies there may wait for a person to look at it, as one that somebody drops does. */
static bool
ensure_model (const Pulling *pulling, const Batch *batch, GError **error)
{
  const Connected *connected = batch->connected;
  const Catalog *catalog = pulling->options->loader->catalog;
  const char *table = pulling->stream->table;
  const Model *model = catalog_find (catalog, table);
  if (pulling->stages)
    return true;
  const BrokenModel *broken = catalog_find_broken (catalog, table);
  if (broken != NULL)
    return g_propagate_error (error, g_error_copy (broken->error)), false;
  if (model != NULL)
    return tell_of_model (pulling, model), tell_of_others (pulling, batch, table, error);
  bool raw = json_is_true (json_object_get (connected->done, "raw"));
  return (raw && pulling->job->key == NULL) || write_model (pulling, connected->columns, error);
}

/* ---- what is told of a file ---- */

static void
note_end (Pulling *pulling, const LoadEnd *end)
{
  pulling->well = pulling->well && !end->failed;
  pulling->over = pulling->over || end->failed;
  pulling->held = pulling->held || end->held;
}

static void
publish (Pulling *pulling, LoadEnd *end, const Json *position)
{
  const PullEvents *events = &pulling->options->events;
  note_end (pulling, end);
  json_object_set_new (end->summary, "job", json_string (pulling->job->name));
  json_object_set_new (end->summary, "stream",
                       weir_json_string (pulling->stream != NULL ? pull_stream_name (pulling->job, pulling->stream) : NULL));
  json_object_set_new (end->summary, "position", position != NULL ? json_incref ((Json *) position) : json_null ());
  if (events->ended != NULL)
    events->ended (end->summary, end, events->data);
}

static void
begin_loading (const Pulling *pulling, const char *name, bool begins)
{
  const PullEvents *events = &pulling->options->events;
  if (events->loading != NULL)
    events->loading (name, begins, events->data);
}

/* ---- dropped and loaded ---- */

static Json *
make_declaration (const Pulling *pulling, const Batch *batch)
{
  const Connected *connected = batch->connected;
  return declare (&(Declared) { .table = pulling->stream->table,
                                .columns = connected->columns,
                                .rows = batch->rows,
                                .done = connected->done,
                                .raw = json_is_true (json_object_get (connected->done, "raw")),
                                .job = pulling->job->name,
                                .stream = pull_stream_name (pulling->job, pulling->stream),
                                .from = batch->from,
                                .to = batch->to,
                                .pulled = batch->pulled,
                                .notes = connected->notes });
}

static bool
is_routed (const Pulling *pulling, const char *name)
{
  g_auto (Route) route = { 0 };
  catalog_route (pulling->options->loader->catalog, name, &route);
  return strcmp (route.table, pulling->stream->table) == 0;
}

/* One that belongs to the table, whatever number of names there are. */
static char *
choose_name (const Pulling *pulling, const Batch *batch, int *number)
{
  const char *path = json_string_value (json_object_get (batch->pulled, "path"));
  if (path == NULL)
    return declare_name (pulling->stream->table, g_get_real_time (), *number == 0 ? pulling->run : uid_random ());
  g_autofree char *name = declare_name_like (pulling->stream->table, path, *number);
  if (*number > 0 || is_routed (pulling, name))
    return g_steal_pointer (&name);
  *number = 1;
  return declare_name_like (pulling->stream->table, path, *number);
}

int64_t
pull_time_of (const Json *object)
{
  const char *text = json_string_value (json_object_get (object, "mtime"));
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;
  if (time == NULL)
    return 0;
  return (g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time)) * 1000;
}

static bool
drop (const Pulling *pulling, const Batch *batch, char **ret_name, LandingFile *ret_file, GError **error)
{
  g_autoptr (Json) declaration = make_declaration (pulling, batch);
  for (int number = 0; number < NAMES_MOST; number++)
    {
      struct stat info;
      bool exists;
      g_autofree char *name = choose_name (pulling, batch, &number);
      if (!pull_spool_drop (batch->spool, pulling->settings, name, declaration, pull_time_of (batch->pulled), &info, &exists,
                            error))
        return false;
      if (exists)
        continue;
      *ret_name = g_steal_pointer (&name);
      *ret_file = (LandingFile) { *ret_name, pulling->run, info.st_size, fs_nanoseconds (info.st_mtim), info.st_ino };
      return true;
    }
  return weir_error (error, WEIR_ERROR_LOCAL, "%s: all names for its file are taken in the drop folder", pulling->job->name);
}

bool
pull_batch (Pulling *pulling, const Batch *batch, GError **error)
{
  LandingFile file;
  g_auto (LoadEnd) end = { 0 };
  g_autofree char *name = NULL;
  const Connected *connected = batch->connected;
  bool raw = json_is_true (json_object_get (connected->done, "raw"));
  bool keys_only = g_strcmp0 (batch->rows, "keys") == 0;
  Json *no_columns = json_array ();
  const Json *columns = raw ? NULL : connected->columns != NULL ? connected->columns : no_columns;
  bool is_right = columns_check (pulling->job, columns, keys_only, error)
                  && masks_check (pulling->job, columns, batch->spool->fd, &pulling->options->loader->options.limits, error);
  json_decref (no_columns);
  if (!is_right)
    return pulling->how = connected_how_of (*error), false;
  if (!ensure_model (pulling, batch, error) || !pull_has_lock (pulling, error) || !drop (pulling, batch, &name, &file, error))
    return false;
  begin_loading (pulling, name, true);
  bool done = landing_finish (pulling->options->loader, &file, &end, error);
  begin_loading (pulling, name, false);
  fault_point ("pull-loaded");
  if (done)
    publish (pulling, &end, batch->to != NULL ? batch->to : batch->from);
  if (done && pulling->end != NULL)
    {
      *pulling->end = end;
      end = (LoadEnd) { 0 };
    }
  return done;
}

bool
pull_move (Pulling *pulling, const Json *from, const Json *to, GError **error)
{
  const char *stream = pull_stream_name (pulling->job, pulling->stream);
  /* The read may have taken longer than a session lives that nobody uses. */
  if (!loader_refresh (pulling->options->loader, error) || !pull_has_lock (pulling, error))
    return false;
  Db *db = pulling->options->loader->db;
  if (!db_exec (db, "begin", error))
    return false;
  if (ledger_bookmark_move (db, pulling->job->name, stream, from, to, (Uid) { 0 }, error))
    return db_exec (db, "commit", error);
  (void) db_exec (db, "rollback", NULL);
  return false;
}

/* ---- of pulls before ---- */

static bool
finish_one (Pulling *pulling, const char *name, GError **error)
{
  bool gone;
  g_auto (LoadEnd) end = { 0 };
  pull_tell (pulling, "%s is there from before, and comes first", name);
  begin_loading (pulling, name, true);
  bool done = landing_finish_earlier (pulling->options->loader, name, &end, &gone, error);
  begin_loading (pulling, name, false);
  if (done && !gone)
    publish (pulling, &end, NULL);
  return done;
}

/* Takes the error. */
static void
note_waits (Pulling *pulling, const char *name, GError *problem)
{
  g_auto (Route) route = { 0 };
  catalog_route (pulling->options->loader->catalog, name, &route);
  if (pulling->job->streams->len > 1)
    pull_tell (pulling, "%s", problem->message);
  if (pulling->late == NULL)
    pulling->late = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (pulling->late, g_strdup (route.table));
  if (pulling->waits == NULL)
    pulling->waits = problem;
  else
    g_error_free (problem);
}

bool
pull_finish_earlier (Pulling *pulling, GError **error)
{
  g_autoptr (GPtrArray) names = landing_earlier (pulling->settings, pulling->job->name, error);
  for (guint i = 0; names != NULL && i < names->len && !pulling->over; i++)
    {
      GError *problem = NULL;
      if (finish_one (pulling, names->pdata[i], &problem))
        continue;
      if (weir_error_get_reason (problem) != REASON_WAITS)
        return g_propagate_error (error, problem), false;
      note_waits (pulling, names->pdata[i], problem);
    }
  return names != NULL;
}
