#include "src/pull/pull_private.h"

#include "base/error.h"
#include "base/fault.h"
#include "base/text.h"
#include "base/timing.h"
#include "schema/ledger_pull.h"
#include "schema/ledger_trouble.h"
#include "src/jobs/windows.h"
#include "src/server/connect.h"

#include <string.h>

static void
pulling_clear (Pulling *pulling)
{
  g_clear_pointer (&pulling->lock, db_free);
  g_clear_pointer (&pulling->connection, json_decref);
  g_clear_pointer (&pulling->from, json_decref);
  g_clear_pointer (&pulling->where, json_decref);
  g_clear_pointer (&pulling->late, g_ptr_array_unref);
  g_clear_error (&pulling->waits);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pulling, pulling_clear)

/* ---- what is told ---- */

void
pull_tell (const Pulling *pulling, const char *format, ...)
{
  const PullEvents *events = &pulling->options->events;
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (events->told != NULL)
    events->told (pulling->job->name, text, events->data);
}

const char *
pull_without_name (const Job *job, const char *message)
{
  size_t length = strlen (job->name);
  return g_str_has_prefix (message, job->name) && g_str_has_prefix (message + length, ": ") ? message + length + 2 : message;
}

bool
pull_is_told_again (char **told, GError **problem, GError **error)
{
  bool again = g_strcmp0 (*told, (*problem)->message) == 0;
  g_free (*told);
  *told = g_strdup ((*problem)->message);
  if (again)
    g_propagate_error (error, g_steal_pointer (problem));
  return again;
}

void
pull_tell_nothing_new (Pulling *pulling, const Json *position)
{
  const PullEvents *events = &pulling->options->events;
  const char *stream = pull_stream_name (pulling->job, pulling->stream);
  g_autoptr (Json) published =
      json_pack ("{s:s, s:s, s:s, s:s, s:n, s:n, s:n, s:O?}", "job", pulling->job->name, "stream", stream, "table",
                 pulling->stream->table, "status", "nothing new", "file", "run", "rows", "position", position);
  if (events->ended != NULL)
    events->ended (published, NULL, events->data);
}

const char *
pull_stream_name (const Job *job, const JobStream *stream)
{
  static const char *const members[] = { "table", "path", "stream", "query", "query_file" };
  if (stream->stream != NULL)
    return stream->stream;
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const char *text = json_string_value (json_object_get (job->from, members[i]));
      if (text != NULL)
        return text;
    }
  return job->name;
}

/* ---- the lock ---- */

static bool
take_lock (Pulling *pulling, GError **error)
{
  bool ours;
  g_autofree char *holder = NULL;
  const char *job = pulling->job->name;
  pulling->looked_us = g_get_monotonic_time ();
  pulling->lock = database_open (pulling->settings, error);
  if (pulling->lock == NULL || !ledger_pull_lock (pulling->lock, job, &ours, &holder, error))
    return false;
  if (ours)
    return true;
  g_autofree char *detail = g_strdup_printf ("It is %s.", holder);
  const Failure failure = { WEIR_ERROR_RETRY, REASON_LOCK_BUSY, .detail = detail,
                            .hint = "One pull of a job at a time: wait for it." };
  return weir_fail (error, &failure, "%s is being pulled already", job);
}

bool
pull_has_lock (Pulling *pulling, GError **error)
{
  if (db_is_usable (pulling->lock) && db_exec (pulling->lock, "select", NULL))
    return true;
  g_clear_pointer (&pulling->lock, db_free);
  return take_lock (pulling, error);
}

/* ---- the time ---- */

/* What is due is not begun behind its cut-off; whoever begins it by hand then means it, and may have forgotten the cut-off. */
static void
tell_passed (const Pulling *pulling, const Timing *timing, int64_t now)
{
  int64_t due;
  if (!timing_last (timing, now + 1, &due) || timing_cut_off (timing, due) > now)
    return;
  g_autofree char *next = windows_show_time (pulling->cut_off);
  pull_tell (pulling, "its cut-off has passed: by hand it is pulled, up to the next one, %s", next);
}

static bool
find_cut_off (Pulling *pulling, GError **error)
{
  const Job *job = pulling->job;
  int64_t now = g_get_real_time () / G_USEC_PER_SEC;
  g_auto (Timing) timing = { 0 };
  pulling->cut_off = INT64_MAX;
  if (job->cut_off == NULL)
    return true;
  if (!timing_parse (job->cron != NULL ? job->cron : "@daily", job->time_zone != NULL ? job->time_zone : "UTC", NULL, job->cut_off,
                     &timing, error))
    return false;
  pulling->cut_off = timing_cut_off (&timing, now);
  if (job->cron != NULL)
    tell_passed (pulling, &timing, now);
  return true;
}

bool
pull_is_cut_off (const Pulling *pulling)
{
  return pulling->cut_off != INT64_MAX && g_get_real_time () / G_USEC_PER_SEC >= pulling->cut_off;
}

/* ---- a job ---- */

bool
pull_is_of_files (const Pulling *pulling)
{
  static const char *const kinds[] = { "sftp", "share", NULL };
  const char *type = json_string_value (json_object_get (pulling->connection, "type"));
  return pulling->job->after != NULL || (type != NULL && g_strv_contains (kinds, type));
}

bool
pull_resolve (Pulling *pulling, GError **error)
{
  const Job *job = pulling->job;
  const Json *connection = connection_find (pulling->settings, job->connection, error);
  g_autofree char *place = g_strdup_printf ("$.connections.%s", job->connection);
  if (connection == NULL)
    return false;
  pulling->connection = job_resolve (pulling->settings, connection, place, error);
  pulling->from = pulling->connection != NULL ? job_resolve (pulling->settings, job->from, "$.from", error) : NULL;
  if (pulling->from != NULL && job->where != NULL)
    pulling->where = job_resolve (pulling->settings, job->where, "$.where", error);
  return pulling->from != NULL && (job->where == NULL || pulling->where != NULL);
}

/* Nothing goes before a file that waits for a person: it may be what decides whether the next is right. */
static bool
check_held (const Pulling *pulling, GError **error)
{
  g_autofree char *run = NULL, *file = NULL;
  if (!ledger_pull_held (pulling->lock, pulling->job->name, &run, &file, error))
    return false;
  if (run == NULL)
    return true;
  g_autofree char *hint = g_strdup_printf ("weir approve %.8s loads it, weir discard %.8s does not.", run, run);
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_NONE, .detail = "Nothing is pulled until then.", .hint = hint },
                    "%s: \"%s\" of a pull before is held", pulling->job->name, file);
}

/* A model that cannot be used would be found out behind the read. */
static bool
check_tables (const Pulling *pulling, GError **error)
{
  for (guint i = 0; i < pulling->job->streams->len; i++)
    {
      const JobStream *stream = pulling->job->streams->pdata[i];
      const BrokenModel *broken = catalog_find_broken (pulling->options->loader->catalog, stream->table);
      if (broken != NULL)
        return g_propagate_error (error, g_error_copy (broken->error)), false;
    }
  return true;
}

/* In a dimension that has versions the current ones count. */
static bool
verify_count (Pulling *pulling, GError **error)
{
  int64_t rows;
  Loader *loader = pulling->options->loader;
  if (!pulling->job->verify_count || pulling->total < 0 || pulling->over)
    return true;
  const char *table = pulling->stream->table;
  const Model *model = loader_refresh (loader, error) ? catalog_find (loader->catalog, table) : NULL;
  g_autofree char *current =
      model != NULL && model_has_versions (model) ? text_quote_ident (model->history.names[HISTORY_CURRENT]) : g_strdup ("true");
  if (model == NULL)
    return *error == NULL;
  if (!ledger_pull_count (loader->db, loader->settings->warehouse_schema, table, current, &rows, error))
    return false;
  if (rows != pulling->total)
    pull_tell (pulling, "%s has %" G_GINT64_FORMAT " rows, and the source %" G_GINT64_FORMAT, table, rows, pulling->total);
  return true;
}

static bool
pull_stream (Pulling *pulling, const JobStream *stream, GError **error)
{
  pulling->stream = stream;
  pulling->total = -1;
  pulling->over = false;
  pulling->how = CONNECTED_DONE;
  return pull_is_of_files (pulling) ? pull_files (pulling, error) : pull_rows (pulling, error) && verify_count (pulling, error);
}

/* What a person has to mend of one stream, what it brought, or another table that it waits for, which may be the next stream's. */
static bool
is_of_stream (const Pulling *pulling, const GError *problem)
{
  bool is_of_one =
      g_error_matches (problem, WEIR_ERROR, WEIR_ERROR_MODEL) || g_error_matches (problem, WEIR_ERROR, WEIR_ERROR_INPUT);
  return pulling->job->streams->len > 1 && is_of_one && pulling->how != CONNECTED_CREDENTIALS;
}

/* What it would bring is there already, and the bookmark has not moved. */
static bool
is_late (const Pulling *pulling, const JobStream *stream)
{
  return pulling->late != NULL && g_ptr_array_find_with_equal_func (pulling->late, stream->table, g_str_equal, NULL);
}

/* "stream two: there is no such table"; of a file from before, which is of no stream, what it waits for. Owned by the caller. */
static char *
say_of_stream (const Job *job, const JobStream *stream, const GError *problem)
{
  const char *said = pull_without_name (job, problem->message);
  return stream != NULL ? g_strdup_printf ("stream %s: %s", pull_stream_name (job, stream), said) : g_strdup (said);
}

/* The first error is the job's, and told as that, with its stream; but for one that all have. */
static bool
fail_by_streams (const Pulling *pulling, const JobStream *stream, GError *first, GError **error)
{
  g_autofree char *text = say_of_stream (pulling->job, stream, first);
  if (stream != NULL)
    {
      g_free (first->message);
      first->message = g_strdup_printf ("%s: %s", pulling->job->name, text);
    }
  return g_propagate_error (error, first), false;
}

/* What is nobody's alone ends it: one before that is another trouble is told beside it. */
static bool
fail_for_all (const Pulling *pulling, const JobStream *stream, const GError *first, GError *problem, GError **error)
{
  g_autofree char *text = first != NULL ? say_of_stream (pulling->job, stream, first) : NULL;
  if (first != NULL && strcmp (first->message, problem->message) != 0)
    pull_tell (pulling, "%s", text);
  return g_propagate_error (error, problem), false;
}

/* One stream that cannot be read, or whose file was refused, keeps no other one waiting. */
static bool
pull_streams (Pulling *pulling, GError **error)
{
  g_autoptr (GError) first = g_steal_pointer (&pulling->waits);
  const JobStream *of_first = NULL;
  g_autofree char *told = NULL;
  ConnectedHow how = CONNECTED_DONE;
  for (guint i = 0; i < pulling->job->streams->len && !pulling->held && !(pulling->over && pull_is_cut_off (pulling)); i++)
    {
      const JobStream *stream = pulling->job->streams->pdata[i];
      g_autoptr (GError) problem = NULL;
      if (is_late (pulling, stream) || pull_stream (pulling, stream, &problem))
        continue;
      GError *again = NULL;
      if (pull_is_told_again (&told, &problem, &again))
        return fail_for_all (pulling, of_first, first, again, error);
      if (!is_of_stream (pulling, problem))
        return fail_for_all (pulling, of_first, first, g_steal_pointer (&problem), error);
      if (first != NULL)
        {
          g_autofree char *text = say_of_stream (pulling->job, stream, problem);
          pull_tell (pulling, "%s", text);
          continue;
        }
      how = pulling->how;
      of_first = stream;
      first = g_steal_pointer (&problem);
    }
  pulling->how = how;
  return first == NULL || fail_by_streams (pulling, of_first, g_steal_pointer (&first), error);
}

/* What is done when nothing of before is in the way. */
typedef struct
{
  bool (*work) (Pulling *pulling, void *data, GError **error);
  void *data;
} Work;

static bool
pull (Pulling *pulling, const Work *work, GError **error)
{
  pulling->run = uid_random ();
  if (pulling->job->connection != NULL && !pull_resolve (pulling, error))
    {
      pulling->how = connected_how_of (*error);
      return g_prefix_error (error, "%s: ", pulling->job->name), false;
    }
  if (!loader_refresh (pulling->options->loader, error) || !find_cut_off (pulling, error) || !take_lock (pulling, error))
    return false;
  fault_point ("pull-locked");
  if (!pull_spool_sweep (pulling->settings, pulling->job->name, error) || !pull_finish_earlier (pulling, error))
    return false;
  if (pulling->waits != NULL && (work->work != NULL || pulling->over))
    return g_propagate_error (error, g_steal_pointer (&pulling->waits)), false;
  if (work->work == NULL && pulling->over)
    return true;
  if (!check_held (pulling, error))
    return false;
  if (work->work == NULL)
    return check_tables (pulling, error) && pull_streams (pulling, error);
  /* What was left of a run that died is brought anew. */
  pulling->well = true;
  return work->work (pulling, work->data, error);
}

/* ---- how it ended ---- */

/* What incidents are listed under; that of steps is no table. */
static const char *
pull_table_of (const Job *job)
{
  return job->streams->len > 0 ? ((const JobStream *) job->streams->pdata[0])->table : job->name;
}

/* What is nobody's trouble: somebody else pulls, or said that we should stop. Nor is it the job's that its source has no such stretch as
 * was asked for by hand; what is wrong with the job is told by its next pull. */
static bool
is_trouble (const Pulling *pulling, const GError *error)
{
  bool is_wrong_use = pulling->misused || (pulling->options->from != NULL && g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
  return !is_wrong_use && !g_error_matches (error, WEIR_ERROR, WEIR_ERROR_STOP)
         && weir_error_get_reason (error) != REASON_LOCK_BUSY;
}

static TroubleOf
trouble_of (const Job *job)
{
  return (TroubleOf) { .kind = "pull", .job = job->name, .table = pull_table_of (job) };
}

static void
keep_failure (const Pulling *pulling, int64_t begun, const GError *error)
{
  const Job *job = pulling->job;
  const char *hint = weir_error_get_hint (error);
  const char *message = pull_without_name (job, error->message);
  const char *word = pulling->how != CONNECTED_DONE ? connected_words[pulling->how] : reason_word (weir_error_get_reason (error));
  g_autoptr (Json) detail = json_pack ("{s:s, s:s, s:s, s:o, s:o}", "job", job->name, "home", pulling->settings->home, "class",
                                       word, "message", weir_json_string (message), "hint", weir_json_string (hint));
  const Trouble trouble = { trouble_of (job), pulling->run, (g_get_monotonic_time () - begun) / 1000, message, "message", detail };
  g_autoptr (Db) db = database_open (pulling->settings, NULL);
  if (db != NULL && db_exec (db, "begin", NULL) && ledger_trouble_keep (db, &trouble, NULL))
    (void) db_exec (db, "commit", NULL);
}

static bool
keep_success (const Pulling *pulling, GError **error)
{
  bool ended;
  Db *db = pulling->options->loader->db;
  const TroubleOf of = trouble_of (pulling->job);
  if (db == NULL || !db_is_usable (db))
    return true;
  if (!ledger_trouble_end (db, &of, &ended, error))
    return false;
  if (ended)
    pull_tell (pulling, "went well; it had failed before");
  return true;
}

static bool
pull_framed (const PullOptions *options, const Job *job, const Work *work, ConnectedHow *ret_how, bool *ret_well, GError **error)
{
  int64_t begun = g_get_monotonic_time ();
  g_auto (Pulling) pulling = { .options = options, .settings = options->loader->settings, .job = job, .well = true };
  g_autoptr (GError) problem = NULL;
  bool done = pull (&pulling, work, &problem);
  *ret_how = done ? CONNECTED_DONE : pulling.how;
  *ret_well = done && pulling.well;
  if (!done && is_trouble (&pulling, problem))
    keep_failure (&pulling, begun, problem);
  if (!done)
    return g_propagate_error (error, g_steal_pointer (&problem)), false;
  return !pulling.well || keep_success (&pulling, error);
}

bool
pull_job (const PullOptions *options, const Job *job, ConnectedHow *ret_how, bool *ret_well, GError **error)
{
  return pull_framed (options, job, &(const Work) { NULL, NULL }, ret_how, ret_well, error);
}

bool
pull_around (const PullOptions *options, const Job *job, bool (*work) (Pulling *pulling, void *data, GError **error), void *data,
             ConnectedHow *ret_how, bool *ret_well, GError **error)
{
  return pull_framed (options, job, &(const Work) { work, data }, ret_how, ret_well, error);
}
