#include "pipeline/pipeline.h"

#include "base/error.h"
#include "base/fault.h"
#include "base/scope.h"
#include "pipeline/declared.h"
#include "pipeline/duplicate.h"
#include "pipeline/layout/former.h"
#include "pipeline/overtaken.h"
#include "pipeline/records/annotation.h"
#include "pipeline/returned.h"
#include "pipeline/stage/forget_key.h"
#include "pipeline/stage/in_place.h"
#include "pipeline/stage/reject_limit.h"
#include "pipeline/summary.h"
#include "pipeline/warehouse/agreement.h"
#include "pipeline/warehouse/effective.h"
#include "pipeline/warehouse/transform.h"
#include "schema/ledger_delivery.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SLOW_NS 1000000000 /* a load of which is said where its time went */

/* A step of a run is a transaction, and in a dry run a savepoint of the one that is rolled back at the end. */
static bool
begin_step (Db *db, const PipelineTask *task, RunWork work, GError **error)
{
  return task->options->dry_run ? db_exec (db, "savepoint step", error) : run_begin (db, task->options, work, error);
}

static bool
commit_step (Db *db, const PipelineTask *task, GError **error)
{
  int64_t begun = stopwatch_now ();
  bool done = db_exec (db, task->options->dry_run ? "release savepoint step" : "commit", error);
  stopwatch_add (db_stopwatch (db), "COMMIT", begun);
  return done;
}

/* The COMMIT that ends a run. Behind it the file is what the rows can be read from again, so its bytes are there first: whoever dropped
 * it has perhaps only written them to memory. */
static bool
commit_run (Db *db, const PipelineTask *task, GError **error)
{
  if (task->keep && !task->options->dry_run && fsync (task->fd) != 0 && errno != EINVAL)
    return weir_system_error (error, errno, "could not sync \"%s\" to the disk", task->run->file);
  return commit_step (db, task, error);
}

static void
roll_back_step (Db *db, const PipelineTask *task)
{
  if (db_is_usable (db))
    (void) db_exec (db, task->options->dry_run ? "rollback to savepoint step; release savepoint step" : "rollback", NULL);
}

/* What the ledger knows of the table when the run begins. */
typedef struct
{
  TableState state;
  Pins *pins;
  char pins_sha256[SHA256_HEX_SIZE];
  Tombstones *tombstones; /* of the table, and of those that it refers to; NULL: nobody is forgotten */
} Known;

static void
known_clear (Known *known)
{
  table_state_clear (&known->state);
  g_clear_pointer (&known->pins, pins_free);
  g_clear_pointer (&known->tombstones, tombstones_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Known, known_clear)

/* Reads the pins of the dimensions that the model references, by which their keys are known. Adds those to "forgotten" of which somebody is. */
static bool
read_dimensions (Db *db, const Model *model, Pins *pins, GPtrArray *forgotten, GError **error)
{
  for (guint i = 0; i < model->references->len; i++)
    {
      const ModelReference *reference = model->references->pdata[i];
      g_auto (TableState) state = { 0 };
      Pins *own = ledger_table_read (db, reference->dimension, false, &state, error) ? pins_parse (state.pins, error) : NULL;
      if (own == NULL)
        return false;
      pins_set_dimension (pins, reference->dimension, own);
      if (state.forgotten)
        g_ptr_array_add (forgotten, reference->dimension);
    }
  return true;
}

static bool
read_known (Db *db, const PipelineTask *task, Known *known, GError **error)
{
  if (!ledger_table_read (db, task->run->table, false, &known->state, error))
    return false;
  known->pins = pins_parse (known->state.pins, error);
  g_autoptr (GPtrArray) forgotten = g_ptr_array_new ();
  if (known->state.forgotten)
    g_ptr_array_add (forgotten, task->run->table);
  if (known->pins == NULL || (task->model != NULL && !read_dimensions (db, task->model, known->pins, forgotten, error)))
    return false;
  if (forgotten->len > 0
      && !forgotten_read (db, forgotten, task->options->secret, task->options->secret_length, &known->tombstones, error))
    return false;
  pins_checksum (known->pins, known->pins_sha256);
  if (task->model != NULL)
    former_apply (known->pins, task->model);
  return true;
}

Pins *
pipeline_pins (Db *db, const Model *model, GError **error)
{
  g_auto (TableState) state = { 0 };
  g_autoptr (Pins) pins = NULL;
  g_autoptr (GPtrArray) forgotten = g_ptr_array_new ();
  if (!ledger_table_read (db, model->table, false, &state, error) || (pins = pins_parse (state.pins, error)) == NULL
      || !read_dimensions (db, model, pins, forgotten, error))
    return NULL;
  former_apply (pins, model);
  return g_steal_pointer (&pins);
}

/* A step's counts and notes become the run's. */
static void
take_over (PipelineResult *result, PipelineResult *step)
{
  result->rows = step->rows;
  result->lines = step->lines;
  result->made = step->made;
  result->would_be_held = step->would_be_held;
  result->overtook = g_steal_pointer (&step->overtook);
  result->overtook_count = step->overtook_count;
  g_ptr_array_extend_and_steal (result->notes, g_steal_pointer (&step->notes));
}

static PipelineResult
result_new (const PipelineResult *so_far)
{
  return (PipelineResult) { .rows = so_far->rows, .lines = so_far->lines, .notes = g_ptr_array_new_with_free_func (g_free) };
}

/* Where the time went so far, of a load that takes long, or where it is asked for. */
static void
note_spent (const Db *db, const PipelineTask *task, PipelineResult *result)
{
  const Stopwatch *watch = db_stopwatch (db);
  if (!task->options->explain && stopwatch_elapsed (watch) < SLOW_NS)
    return;
  g_clear_pointer (&result->spent, json_decref);
  result->spent = stopwatch_to_json (watch);
}

/* What the ledger is told of a run that ends well, where the file then has its place: the summary as it will be, but for the time that the
 * COMMIT takes. step: what is not in the result yet, NULL: nothing. Owned by the caller, for as long as the end is used. */
static char *
tell_goal (const Db *db, const PipelineTask *task, LoadStatus status, PipelineResult *result, const PipelineResult *step,
           FileEnd *end)
{
  const RunGoal *goal = task->goal;
  if (goal == NULL)
    return NULL;
  note_spent (db, task, result);
  g_autoptr (GPtrArray) notes = g_ptr_array_copy (result->notes, NULL, NULL);
  g_ptr_array_set_free_func (notes, NULL);
  PipelineResult told = *result;
  if (step != NULL)
    {
      told = *step;
      told.rows_known = result->rows_known;
      told.confidence = result->confidence;
      told.spent = result->spent;
      g_ptr_array_extend (notes, step->notes, NULL, NULL);
    }
  told.status = status;
  told.notes = notes;
  g_autoptr (Json) summary = pipeline_summary (task->run, &told, (g_get_monotonic_time () - goal->begun) / 1000, NULL);
  end->place = goal->place;
  end->disposition = goal->disposition;
  end->summary = weir_json_text (summary);
  result->told = true;
  return (char *) end->summary;
}

/* IN_PROGRESS to COMPLETED, or stop: another worker has taken the run over. What the file's declaration asks for comes with it. */
static bool
pass_fence (Db *db, const PipelineTask *task, GPtrArray *notes, GError **error)
{
  const Run *run = task->run;
  bool ours;
  if (!ledger_complete (db, run->id, &ours, error))
    return false;
  if (ours)
    return declared_settle (db, task, notes, error);
  return weir_error (error, WEIR_ERROR_RETRY, "the run of \"%s\" is not in progress any more: another worker has taken it over",
                     run->file);
}

static bool
in_duplicate (Db *db, const PipelineTask *task, const Known *known, const char *sha256, PipelineResult *result, GError **error)
{
  FileEnd end = { .state = load_status_word (STATUS_DUPLICATE), .sha256 = sha256, .pins_sha256 = known->pins_sha256 };
  if (!pass_fence (db, task, result->notes, error))
    return false;
  g_autofree char *summary = tell_goal (db, task, STATUS_DUPLICATE, result, NULL, &end);
  result->forgets = task->tombstones != NULL; /* nobody has looked into it */
  return ledger_step_end (db, task->run->id, "LOAD", true, 0, error)
         && (!result->forgets || ledger_file_forgets (db, task->run->id, error))
         && ledger_file_finished (db, task->run->id, &end, error);
}

static bool
finish_duplicate (Db *db, const PipelineTask *task, const Known *known, const char *sha256, PipelineResult *result, GError **error)
{
  bool is_pulled = task->declaration != NULL && task->declaration->job != NULL;
  const char *again = is_pulled ? "" : " (--force loads them again)"; /* who pulls has no such option */
  g_ptr_array_add (result->notes,
                   g_strdup_printf ("nothing new: the same bytes were applied already, with the same model%s", again));
  if (!begin_step (db, task, RUN_APPLYING, error))
    return false;
  if (!in_duplicate (db, task, known, sha256, result, error) || !commit_run (db, task, error))
    return roll_back_step (db, task), false;
  result->status = STATUS_DUPLICATE;
  return true;
}

/* Rejects that were handed back under a name of their own are no table; those for a spreadsheet are not as they were. */
static bool
check_handed_back (const PipelineTask *task, const Known *known, const Layout *layout, GError **error)
{
  const char *first = layout->n_columns > 0 ? layout->columns[0].header : "";
  g_autofree char *hint =
      g_strdup_printf ("Name it after its table, as users_1.csv, or say `weir load --table TABLE %s`.", task->run->file);
  if (annotation_is_safe (first))
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_INPUT, .detail = "Nothing was loaded.",
                                   .hint = "`weir rejects RUN --csv` without --safe makes the file to correct." },
                      "\"%s\" was made for a spreadsheet: cells in it have apostrophes that the rows had not", task->run->file);
  if (annotation_is (first) && task->model == NULL && !known->state.exists)
    return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_BAD_NAME, .detail = "Nothing was loaded.", .hint = hint },
                      "\"%s\" has rejects of another table: no table \"%s\" is known", task->run->file, task->run->table);
  return true;
}

/* Everything between BEGIN and COMMIT of LOAD. */
static bool
in_load (Db *db, const PipelineTask *task, const Known *known, Loaded *loaded, PipelineResult *step, GError **error)
{
  const Run *run = task->run;
  if (!load_file (db, task, known->pins, loaded, step, error) || !check_handed_back (task, known, loaded->layout, error))
    return false;
  g_autoptr (Json) dialect = dialect_to_json (rows_dialect (loaded->rows));
  bool declared = task->declaration != NULL && task->declaration->columns != NULL;
  g_autofree char *otherwise = declared ? NULL : pins_compare_dialect (known->pins, dialect);
  if (otherwise != NULL)
    g_ptr_array_add (step->notes, g_strdup_printf ("the file is written otherwise than the first of its table: %s", otherwise));
  g_autoptr (Json) columns = stage_columns (loaded->layout);
  g_autoptr (Json) lines = lines_to_json (&step->lines);
  const FileLoaded file = { loaded->sha256, dialect, columns, loaded->header, &step->rows, lines, loaded->forgets };
  return ledger_file_loaded (db, run->id, &file, error) && ledger_step_end (db, run->id, "LOAD", true, step->rows.staged, error)
         && ledger_table_ensure (db, run->table, NULL, NULL, error);
}

static bool
load_step (Db *db, const PipelineTask *task, const Known *known, Loaded *loaded, PipelineResult *result, GError **error)
{
  g_auto (PipelineResult) step = result_new (result);
  if (!begin_step (db, task, RUN_READING, error))
    return false;
  bool done = in_load (db, task, known, loaded, &step, error);
  result->confidence = step.confidence; /* whatever becomes of the step */
  if (!done || !commit_step (db, task, error))
    return roll_back_step (db, task), false;
  take_over (result, &step);
  result->rows_known = true;
  result->forgets = loaded->forgets;
  result->aside = task->options->dry_run ? NULL : g_steal_pointer (&loaded->stage->aside);
  return true;
}

static void
note_changes (const Layout *layout, GPtrArray *notes)
{
  for (int i = 0; i < layout->n_columns; i++)
    if (layout->findings[i].change != NULL)
      g_ptr_array_add (notes, g_strdup_printf ("column %s %s", layout->columns[i].name, layout->findings[i].change));
}

/* The fence, and the table's row locked; kind, key and schema are asked once more, in case the table's lock was lost. */
static bool
enter_transform (Db *db, const PipelineTask *task, GPtrArray *notes, GError **error)
{
  const Model *model = task->model;
  const PipelineOptions *options = task->options;
  const AgreementTerms terms = { options->warehouse_schema, options->secret, options->secret_length };
  const char *kind = model_kind_word (model->kind);
  g_auto (TableState) locked = { 0 };
  bool released = false;
  return pass_fence (db, task, notes, error)
         && ledger_step_begin (db, task->run->id, "TRANSFORM", model->path, model->checksum, error)
         && ledger_table_ensure (db, model->table, kind, options->warehouse_schema, error)
         && ledger_table_read (db, model->table, true, &locked, error)
         && agreement_check_table (db, model, &locked, &terms, &released, error)
         && (!released || ledger_table_release (db, model->table, kind, options->warehouse_schema, error));
}

/* What is to be sent of it is known as soon as its rows are. */
static bool
note_deliveries (Db *db, const PipelineTask *task, GError **error)
{
  char run[UID_TEXT_SIZE];
  uid_format (task->run->id, run);
  return task->options->replays || delivery_note (db, task->options->deliveries, task->model->table, run, "run", error);
}

/* What this load has settled, and that it was applied. */
static bool
record_applied (Db *db, const PipelineTask *task, Known *known, const Loaded *loaded, PipelineResult *result,
                const PipelineResult *step, const Effective *effective, GError **error)
{
  const Model *model = task->model;
  const RowCounts *rows = &step->rows;
  char pins_sha256[SHA256_HEX_SIZE];
  layout_pin (loaded->layout, known->pins);
  if (task->declaration == NULL || task->declaration->columns == NULL) /* else it is nobody's way of writing */
    pins_set_dialect (known->pins, dialect_to_json (rows_dialect (loaded->rows)));
  pins_checksum (known->pins, pins_sha256);
  g_autofree char *pins = pins_text (known->pins);
  g_autofree char *key = key_definition (model, task->options->secret, task->options->secret_length);
  const FileIdentity identity = {
    .sha256 = loaded->sha256, .size = task->run->size, .model_checksum = model->checksum, .pins_sha256 = pins_sha256
  };
  g_autoptr (Json) lines = lines_to_json (&step->lines);
  FileEnd end = { .state = load_status_word (STATUS_APPLIED),
                  .sha256 = loaded->sha256,
                  .pins_sha256 = pins_sha256,
                  .counts = rows,
                  .lines = lines,
                  .applied_on = step->applied_on };
  g_autofree char *summary = tell_goal (db, task, STATUS_APPLIED, result, step, &end);
  g_autofree char *history = model->kind == MODEL_DIMENSION ? history_text (&model->history) : NULL;
  return ledger_table_pin (db, model->table, pins, key, history, error)
         && ledger_table_applied (db, task->run, &identity, rows->rejected > 0 || task->run->as_of != NULL, effective->instant,
                                  error)
         && ledger_step_end (db, task->run->id, "TRANSFORM", true, rows->inserted + rows->updated, error)
         && ledger_file_finished (db, task->run->id, &end, error) && note_deliveries (db, task, error);
}

/* Whether newer files were applied before it, where that counts: rows with times of their own find their places whatever comes when, but not
 * the keys that such a file lacks. */
static bool
find_overtaken (Db *db, const PipelineTask *task, const Known *known, PipelineResult *step, Effective *effective,
                char **ret_overtaken, GError **error)
{
  if (!effective_is_dated (effective) || task->model->late == LATE_APPLY)
    return overtaken_find (db, task, &known->state, step, ret_overtaken, error);
  bool undated_export = effective->by_row && task->model->absent == ABSENT_CLOSE && effective->absent == NULL;
  return !undated_export || overtaken_is (db, task, &known->state, &effective->absent_too_old, error);
}

/* Everything between BEGIN and COMMIT of TRANSFORM. */
static bool
in_transform (Db *db, const PipelineTask *task, Known *known, Loaded *loaded, PipelineResult *result, PipelineResult *step,
              GError **error)
{
  g_autofree char *overtaken = NULL;
  g_auto (Effective) effective = { 0 };
  note_changes (loaded->layout, step->notes);
  if (!enter_transform (db, task, step->notes, error) || !in_place_hold (db, loaded->stage, error)
      || (returned_is (task->run) && !ledger_file_order (db, task->run, error))
      || !effective_find (db, task, loaded->layout, &effective, error)
      || !find_overtaken (db, task, known, step, &effective, &overtaken, error))
    return false;
  const TableBefore before = { known->pins,
                               known->state.kind != NULL,
                               task->options->lock_timeout_ms,
                               known->state.waiting,
                               known->state.history,
                               overtaken,
                               &effective,
                               task->catalog,
                               known->state.partial,
                               known->state.partial_whole };
  return transform_run (db, task, &before, loaded, step, error) && task_begin_part (task, TASK_PARTS, error)
         && record_applied (db, task, known, loaded, result, step, &effective, error);
}

/* The rejects that only TRANSFORM found go with its transaction; they are kept all the same, and counted, for the person who
 * must mend the file. */
static void
keep_rejects (Db *db, const PipelineTask *task, const Loaded *loaded, PipelineResult *result)
{
  if (reject_count (loaded->rejects) == result->rows.rejected || !db_is_usable (db) || !begin_step (db, task, RUN_APPLYING, NULL))
    return;
  if (reject_replace (loaded->rejects, db, NULL) && commit_step (db, task, NULL))
    reject_recount (loaded->rejects, result);
  else
    roll_back_step (db, task);
}

#define LONG_FROM_ROWS 100000 /* so many rows take TRANSFORM long enough to ask how long it took before */

/* For whoever waits. What cannot be asked is not told. */
static void
tell_expected (Db *db, const PipelineTask *task, int64_t rows)
{
  const PipelineOptions *options = task->options;
  int64_t milliseconds;
  if (options->expect != NULL && rows >= LONG_FROM_ROWS && ledger_step_expected (db, task->model->table, rows, &milliseconds, NULL)
      && milliseconds > 0)
    options->expect (milliseconds, options->progress_data);
}

static bool
transform_step (Db *db, const PipelineTask *task, Known *known, Loaded *loaded, PipelineResult *result, GError **error)
{
  g_auto (PipelineResult) step = result_new (result);
  if (!task_begin_part (task, 1, error))
    return false;
  tell_expected (db, task, result->rows.staged);
  if (!begin_step (db, task, RUN_APPLYING, error))
    return false;
  bool done = in_transform (db, task, known, loaded, result, &step, error);
  if (done)
    fault_point ("before-commit");
  if (!done || !commit_run (db, task, error))
    {
      result->columns_held = step.columns_held;
      result->held = g_steal_pointer (&step.held);
      if (result->held != NULL)
        result->status = STATUS_HELD;
      roll_back_step (db, task);
      keep_rejects (db, task, loaded, result);
      return false;
    }
  take_over (result, &step);
  result->status = STATUS_APPLIED;
  result->may_wait = known->state.waiting > 0 || result->rows.waiting > 0;
  return true;
}

/* Without a model: LOAD was all. */
static bool
finish_staged (Db *db, const PipelineTask *task, const Loaded *loaded, PipelineResult *result, GError **error)
{
  g_autoptr (Json) lines = lines_to_json (&result->lines);
  const FileEnd end = {
    .state = load_status_word (STATUS_STAGED), .sha256 = loaded->sha256, .counts = &result->rows, .lines = lines
  };
  if (!begin_step (db, task, RUN_APPLYING, error))
    return false;
  if (!pass_fence (db, task, result->notes, error) || !ledger_file_finished (db, task->run->id, &end, error)
      || !commit_run (db, task, error))
    return roll_back_step (db, task), false;
  result->status = STATUS_STAGED;
  return true;
}

/* What the server refused was refused of this file, and is for a person to mend; it speaks of tables only. */
static void
explain_refusal (const Run *run, GError **error)
{
  if (error == NULL || !g_error_matches (*error, WEIR_ERROR, WEIR_ERROR_INPUT) || weir_error_get_sqlstate (*error)[0] == '\0')
    return;
  g_prefix_error (error, "PostgreSQL refused the rows of \"%s\": ", run->file);
  const char *detail = weir_error_get_detail (*error);
  if (detail == NULL || !g_str_has_suffix (detail, "Nothing was changed."))
    {
      g_autofree char *so_far = g_strdup (detail);
      weir_error_detail (error, "%s%sNothing was changed.", so_far != NULL ? so_far : "", so_far != NULL ? " " : "");
    }
  if (weir_error_get_hint (*error) == NULL && scope_is_too_wide (*error))
    weir_error_hint (
        error, "A table has at most 1,600 columns, weir's own included, and a row has to fit into 8 kB, of which a number takes 8 "
               "bytes and a long text 18: split the file's columns over two tables.");
}

/* A refused file stays in staging for whoever mends it, who must not take it for the one before. */
static void
note_staging (const PipelineTask *task, const Stage *stage, const GError *failure, PipelineResult *result)
{
  GPtrArray *notes = result->notes;
  bool refused = g_error_matches (failure, WEIR_ERROR, WEIR_ERROR_INPUT) && !task->options->dry_run && result->rows.staged > 0;
  if (refused && strcmp (stage->name, stage->table) == 0)
    g_ptr_array_add (notes, g_strdup_printf ("%s.%s shows the good rows of this %s file until the next load", stage->schema,
                                             stage->table, result->held != NULL ? "held" : "refused"));
}

/* Where the rejects are what another encoding looks like, that is to be mended, and not they. */
static void
hint_encoding (const PipelineTask *task, const Loaded *loaded, GError **error)
{
  const char *likelier = rows_evidence (loaded->rows)->likelier;
  if (likelier == NULL || error == NULL || weir_error_get_reason (*error) != REASON_TOO_MANY_REJECTS)
    return;
  char id[UID_TEXT_SIZE];
  uid_format (task->run->id, id);
  g_autofree char *retry = task->options->dry_run ? g_strdup ("") : g_strdup_printf (" `weir retry %.8s` then loads it again.", id);
  weir_error_hint (error, "The file is like %s: say so in its model, \"dialect\": {\"encoding\": \"%s\"}.%s", likelier, likelier,
                   retry);
}

/* What comes behind LOAD. */
static bool
finish_loaded (Db *db, const PipelineTask *asked, Known *known, Loaded *loaded, PipelineResult *result, GError **error)
{
  g_auto (Returned) returned = { 0 };
  PipelineTask placed = *asked;
  const PipelineTask *task = &placed;
  if (!returned_find (db, loaded, asked->run, &returned, error))
    return false;
  placed.run = &returned.run;
  overtaken_note_time (placed.run, result->notes);
  if (reject_limit_check (db, task, loaded->rejects, &result->rows, error)
      && (task->model == NULL ? finish_staged (db, task, loaded, result, error)
                              : transform_step (db, task, known, loaded, result, error)))
    return true;
  hint_encoding (task, loaded, error);
  note_staging (task, loaded->stage, error != NULL ? *error : NULL, result);
  return false;
}

static bool
run_steps (Db *db, const PipelineTask *asked, PipelineResult *result, GError **error)
{
  g_auto (Known) known = { 0 };
  g_auto (Loaded) loaded = { 0 };
  g_autofree char *duplicate = NULL;
  PipelineTask knowing = *asked;
  const PipelineTask *task = &knowing;
  if (!read_known (db, task, &known, error))
    return false;
  knowing.tombstones = known.tombstones;
  memcpy (result->pins_sha256, known.pins_sha256, sizeof result->pins_sha256);
  if (!declared_check (db, task, error) || !duplicate_find (db, task, &known.state, known.pins_sha256, &duplicate, error))
    return false;
  if (duplicate != NULL)
    return load_check_sha256 (db, task, duplicate, error) && finish_duplicate (db, task, &known, duplicate, result, error);
  if (!load_step (db, task, &known, &loaded, result, error))
    return explain_refusal (task->run, error), false;
  fault_point ("after-load");
  return finish_loaded (db, task, &known, &loaded, result, error) || (explain_refusal (task->run, error), false);
}

/* Whoever wants to see what was done; of a run that has failed the failure is told. */
static bool
look (Db *db, const PipelineTask *task, const PipelineResult *result, bool done, GError **error)
{
  const PipelineOptions *options = task->options;
  return options->look == NULL || !db_is_usable (db) || options->look (db, task, result, options->look_data, done ? error : NULL);
}

static bool
run_dry (Db *db, const PipelineTask *task, PipelineResult *result, GError **error)
{
  const Model *model = task->model;
  if (!run_begin (db, task->options, RUN_READING, error))
    return false;
  bool done = ledger_begin (db, task->run, model == NULL ? NULL : model->path, model == NULL ? NULL : model->checksum, error)
              && run_steps (db, task, result, error);
  done = look (db, task, result, done, error) && done;
  return db_exec (db, "rollback", done ? error : NULL) && done;
}

bool
pipeline_run (Db *db, const PipelineTask *task, PipelineResult *ret_result, GError **error)
{
  *ret_result = (PipelineResult) { .status = STATUS_FAILED, .notes = g_ptr_array_new_with_free_func (g_free) };
  stopwatch_reset (db_stopwatch (db));
  bool done = task->options->dry_run ? run_dry (db, task, ret_result, error) : run_steps (db, task, ret_result, error);
  note_spent (db, task, ret_result);
  return done;
}
