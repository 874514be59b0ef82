#include "src/steps/steps_private.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/fault.h"
#include "schema/ledger_words.h"

#include <string.h>

static const char *const kind_words[] = {
  [STEP_EXTRACT] = "extract", [STEP_TRANSFORM] = "transform", [STEP_DELIVERY] = "delivery"
};

static void
outcome_of_step_clear (StepOutcome *outcome)
{
  g_free (outcome->message);
  json_decref (outcome->detail);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StepOutcome, outcome_of_step_clear)

static void
steps_clear (Steps *steps)
{
  g_clear_pointer (&steps->zone, zone_free);
  g_free (steps->checksum);
  g_clear_pointer (&steps->kept, db_result_free);
  json_decref (steps->summary);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Steps, steps_clear)

static char *
pipeline_of (const Job *job)
{
  return g_strconcat ("pull ", job->name, NULL);
}

/* ---- what it is made by ---- */

static bool
add_file (const Steps *steps, const char *file, Sha256 *sha, GError **error)
{
  if (file == NULL)
    return true;
  g_autofree char *text = steps_read_file (steps, file, error);
  if (text != NULL)
    sha256_update (sha, text, strlen (text) + 1);
  return text != NULL;
}

/* Of the job and of the files that it names. */
static bool
find_checksum (Steps *steps, GError **error)
{
  char hex[SHA256_HEX_SIZE];
  g_autoptr (Sha256) sha = sha256_new ();
  g_autofree char *text = weir_json_text (steps->job->json);
  sha256_update (sha, text, strlen (text) + 1);
  for (guint i = 0; i < steps->job->steps->len; i++)
    {
      const JobStep *step = steps->job->steps->pdata[i];
      const char *query = json_string_value (json_object_get (step->rest, "query_file"));
      if (!add_file (steps, step->sql_file, sha, error) || !add_file (steps, query, sha, error))
        return false;
    }
  sha256_finish (sha, hex);
  steps->checksum = g_strdup (hex);
  return true;
}

/* ---- which run ---- */

static int64_t
day_of (const Steps *steps, int64_t instant)
{
  return (instant + zone_offset (steps->zone, instant)) / 86400;
}

/* Whether all that was done of it was made by what is there now. */
static bool
is_unchanged (const Steps *steps, const DbResult *rows)
{
  for (int row = 0; row < db_result_rows (rows); row++)
    if (g_strcmp0 (db_result_named (rows, row, "checksum"), steps->checksum) != 0)
      return false;
  return true;
}

static bool
check_resumable (const Steps *steps, const StepsLast *last, const DbResult *rows, GError **error)
{
  const char *why = !last->there                 ? "it has no run yet"
                    : last->completed            ? "its last run is completed"
                    : is_unchanged (steps, rows) ? NULL
                                                 : "the job, or a file that it names, is another since";
  const Failure failure = { WEIR_ERROR_MODEL, .hint = "Without --resume a new run begins." };
  if (why != NULL)
    pull_set_misused (steps->pulling);
  return why == NULL || weir_fail (error, &failure, "%s cannot go on: %s", steps->job->name, why);
}

/* Goes on with a run, whose steps these are. Takes the rows. */
static bool
go_on (Steps *steps, Db *db, const StepsLast *last, DbResult *rows, GError **error)
{
  bool held;
  g_autofree char *pipeline = pipeline_of (steps->job);
  steps->kept = rows;
  steps->run = last->id;
  steps->began = last->began;
  return ledger_steps_reopen (db, last->id, error) && words_hold (db, pipeline, &held, error);
}

static bool
begin_new (Steps *steps, Db *db, GError **error)
{
  g_autofree char *pipeline = pipeline_of (steps->job), *busy = NULL;
  steps->run = uid_random ();
  steps->began = g_get_real_time () / G_USEC_PER_SEC;
  const Execution execution = { .id = steps->run, .pipeline = pipeline };
  if (!words_begin (db, &execution, &busy, error))
    return false;
  if (busy == NULL)
    return true;
  return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_LOCK_BUSY }, "%s is being pulled already: %s", steps->job->name,
                    busy);
}

static bool
begin_run (Steps *steps, Db *db, GError **error)
{
  StepsLast last;
  g_autoptr (DbResult) rows = NULL;
  g_autofree char *pipeline = pipeline_of (steps->job);
  const StepsOptions *options = steps->options;
  int64_t now = g_get_real_time () / G_USEC_PER_SEC;
  if (!ledger_steps_last (db, pipeline, &last, error) || (last.there && !ledger_steps_list (db, last.id, &rows, error)))
    return false;
  if (options->resume)
    return check_resumable (steps, &last, rows, error) && go_on (steps, db, &last, g_steal_pointer (&rows), error);
  bool died = last.there && !last.completed && !last.failed && !options->pull->full;
  if (died && day_of (steps, last.began) == day_of (steps, now) && is_unchanged (steps, rows))
    return go_on (steps, db, &last, g_steal_pointer (&rows), error);
  return begin_new (steps, db, error);
}

/* ---- what is told ---- */

static void
tell_step (Steps *steps, const JobStep *step, const char *status, const StepOutcome *outcome, const GError *error)
{
  bool delivers = step->kind == STEP_DELIVERY;
  Json *rows = outcome->rows >= 0 ? json_integer (outcome->rows) : json_null ();
  Json *message = weir_json_string (error != NULL ? error->message : outcome->message);
  Json *one = delivers ? json_pack ("{s:s, s:s, s:s, s:o, s:o}", "step", step->name, "to", step->connection, "status", status,
                                    "rows", rows, "message", message)
                       : json_pack ("{s:s, s:s, s:s, s:s, s:o, s:o}", "step", step->name, "kind", kind_words[step->kind], "table",
                                    step->table, "status", status, "rows", rows, "message", message);
  if (error != NULL)
    json_object_set_new (one, "error", weir_json_error (error));
  if (delivers)
    {
      Json *delivered = json_object_get (outcome->detail, "delivered");
      json_object_set_new (one, "delivered", delivered != NULL ? json_incref (delivered) : json_array ());
    }
  json_array_append_new (json_object_get (steps->summary, delivers ? "deliveries" : "steps"), one);
  if (steps->options->ended != NULL)
    steps->options->ended (steps->job->name, one, steps->options->data);
}

static void
begin_summary (Steps *steps)
{
  char run[UID_TEXT_SIZE];
  uid_format (steps->run, run);
  steps->summary =
      json_pack ("{s:s, s:s, s:s, s:b, s:b, s:[], s:[]}", "job", steps->job->name, "run", run, "status", "done", "resumed",
                 (int) (steps->kept != NULL), "dry_run", (int) steps->options->dry_run, "steps", "deliveries");
}

/* ---- a step ---- */

/* Its row of the run that goes on; -1: it has none. */
static int
find_kept (const Steps *steps, const JobStep *step)
{
  for (int row = 0; steps->kept != NULL && row < db_result_rows (steps->kept); row++)
    if (strcmp (db_result_named (steps->kept, row, "title"), step->title) == 0)
      return row;
  return -1;
}

static Json *
detail_of (const Steps *steps, int row)
{
  const char *text = row >= 0 ? db_result_named (steps->kept, row, "detail") : NULL;
  return text != NULL ? weir_json_parse (text, strlen (text), "detail", NULL) : NULL;
}

/* It is done, and stays so. */
static void
tell_kept (Steps *steps, const JobStep *step, int row)
{
  const char *rows = db_result_named (steps->kept, row, "rows");
  g_auto (StepOutcome) outcome = { .rows = rows != NULL ? g_ascii_strtoll (rows, NULL, 10) : -1,
                                   .message = g_strdup (db_result_named (steps->kept, row, "message")),
                                   .detail = detail_of (steps, row) };
  tell_step (steps, step, "kept", &outcome, NULL);
}

static bool
do_step (Steps *steps, const JobStep *step, const Json *before, StepOutcome *ret, GError **error)
{
  *ret = (StepOutcome) { .rows = -1 };
  steps->how = CONNECTED_DONE;
  if (step->kind == STEP_EXTRACT)
    return steps_extract (steps, step, ret, error);
  if (step->kind == STEP_TRANSFORM)
    return steps_transform (steps, step, ret, error);
  return steps_deliver (steps, step, before, ret, error);
}

/* In the ledger. problem NULL: it went well. */
static bool
end_step (Steps *steps, const char *id, const StepOutcome *outcome, const GError *problem, GError **error)
{
  Uid step;
  g_autofree char *rows = outcome->rows >= 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, outcome->rows) : NULL;
  Db *db = pull_session (steps->pulling, error);
  return db != NULL && uid_parse (id, strlen (id), &step) && ledger_steps_tell (db, id, outcome->message, outcome->detail, error)
         && words_step_end (db, step, problem != NULL ? problem->message : NULL, rows, error);
}

static bool
begin_step (Steps *steps, const JobStep *step, char **ret_id, GError **error)
{
  Db *db = pull_session (steps->pulling, error);
  if (db == NULL)
    return false;
  if (pull_is_late (steps->pulling))
    return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, .hint = "weir pull JOB --resume goes on there." },
                      "%s: its cut-off has come before step %s", steps->job->name, step->title);
  g_autoptr (Json) models = json_pack ("[{s:s, s:s}]", "name", steps->job->path, "checksum", steps->checksum);
  return words_step_begin (db, steps->run, step->title, models, ret_id, error);
}

/* "steps-done-2": behind the work of the third step. */
static void
fault_point_of (const char *moment, const Steps *steps, const JobStep *step)
{
  guint index = 0;
  while (steps->job->steps->pdata[index] != step)
    index++;
  g_autofree char *point = g_strdup_printf ("steps-%s-%u", moment, index);
  fault_point (point);
}

/* False: nothing goes on behind it. A delivery that failed is counted. */
static bool
run_step (Steps *steps, const JobStep *step, GError **error)
{
  g_autofree char *id = NULL;
  int row = find_kept (steps, step);
  g_auto (StepOutcome) outcome = { .rows = -1 };
  g_autoptr (GError) problem = NULL;
  if (row >= 0 && strcmp (db_result_named (steps->kept, row, "status"), "COMPLETED") == 0)
    return tell_kept (steps, step, row), true;
  g_autoptr (Json) before = detail_of (steps, row);
  if (!begin_step (steps, step, &id, error))
    return false;
  fault_point_of ("begun", steps, step);
  bool done = do_step (steps, step, before, &outcome, &problem);
  fault_point_of ("done", steps, step);
  if (!end_step (steps, id, &outcome, problem, done ? error : NULL) && done)
    return false;
  fault_point_of ("ended", steps, step);
  tell_step (steps, step, done ? "done" : "failed", &outcome, problem);
  bool goes_on = done || (step->kind == STEP_DELIVERY && !g_error_matches (problem, WEIR_ERROR, WEIR_ERROR_STOP));
  steps->failed += !done;
  if (!goes_on)
    g_propagate_prefixed_error (error, g_steal_pointer (&problem), "step %s: ", step->title);
  return goes_on;
}

/* ---- all of them ---- */

static const Json *
first_failed (const Steps *steps)
{
  const Json *deliveries = json_object_get (steps->summary, "deliveries");
  for (size_t i = 0; i < json_array_size (deliveries); i++)
    if (g_strcmp0 (json_string_value (json_object_get (json_array_get (deliveries, i), "status")), "failed") == 0)
      return json_array_get (deliveries, i);
  return NULL;
}

/* All were tried. */
static bool
judge_deliveries (const Steps *steps, GError **error)
{
  const Json *first = first_failed (steps);
  if (first == NULL)
    return true;
  g_autofree char *hint =
      g_strdup_printf ("weir pull %s --resume tries again what has failed, and nothing else.", steps->job->name);
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_NONE, .hint = hint }, "%s: %u of %zu deliveries failed; %s to %s",
                    steps->job->name, steps->failed, json_array_size (json_object_get (steps->summary, "deliveries")),
                    json_string_value (json_object_get (first, "step")), json_string_value (json_object_get (first, "message")));
}

static bool
run_all (Steps *steps, GError **error)
{
  const GPtrArray *all = steps->job->steps;
  const StepOutcome nothing = { .rows = -1 };
  bool done = true;
  for (guint i = 0; i < all->len; i++)
    {
      const JobStep *step = all->pdata[i];
      bool skips = !done || (steps->options->dry_run && step->kind == STEP_DELIVERY);
      if (skips)
        tell_step (steps, step, "skipped", &nothing, NULL);
      else
        done = run_step (steps, step, error);
    }
  return done && judge_deliveries (steps, error);
}

/* The run's end in the ledger. What could not be told is told by the next run, which finds it dead. */
static void
end_run (Steps *steps, const GError *problem)
{
  Db *db = pull_session (steps->pulling, NULL);
  if (db != NULL)
    (void) words_end (db, steps->run, problem != NULL ? problem->message : NULL, NULL, NULL);
  if (problem == NULL)
    return;
  json_object_set_new (steps->summary, "status", json_string ("failed"));
  json_object_set_new (steps->summary, "error", weir_json_error (problem));
}

static bool
work (Pulling *pulling, void *data, GError **error)
{
  Steps *steps = data;
  g_autoptr (GError) problem = NULL;
  steps->pulling = pulling;
  Db *db = pull_session (pulling, error);
  if (db == NULL || !find_checksum (steps, error) || !begin_run (steps, db, error))
    return false;
  pull_set_run (pulling, steps->run);
  begin_summary (steps);
  bool done = run_all (steps, &problem);
  end_run (steps, problem);
  if (steps->options->dry_run)
    pull_keep_trouble (pulling);
  if (!done)
    g_propagate_error (error, g_steal_pointer (&problem));
  return done;
}

bool
steps_run (const StepsOptions *options, const Job *job, Json **ret_summary, bool *ret_rejects, ConnectedHow *ret_how,
           GError **error)
{
  bool well;
  Loader *loader = options->pull->loader;
  PullOptions pull = *options->pull;
  g_auto (Steps) steps = { .options = options, .job = job, .settings = loader->settings, .loader = loader };
  *ret_summary = NULL;
  *ret_rejects = false;
  *ret_how = CONNECTED_DONE;
  steps.zone = zone_open (job->time_zone != NULL ? job->time_zone : "UTC", error);
  if (steps.zone == NULL)
    return false;
  /* What the files of extracts become is told of their steps. */
  pull.events.ended = NULL;
  bool done = pull_around (&pull, job, work, &steps, ret_how, &well, error);
  if (steps.how != CONNECTED_DONE)
    *ret_how = steps.how;
  *ret_rejects = steps.rejects;
  *ret_summary = g_steal_pointer (&steps.summary);
  return done;
}
