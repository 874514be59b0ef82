#include "pipeline/warehouse/transform.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/warehouse/delta.h"
#include "pipeline/warehouse/expressions.h"
#include "pipeline/warehouse/gone.h"
#include "pipeline/warehouse/guard.h"
#include "pipeline/warehouse/inferred.h"
#include "pipeline/warehouse/keys.h"
#include "pipeline/warehouse/later.h"
#include "pipeline/warehouse/partial.h"
#include "pipeline/warehouse/placeholder.h"
#include "pipeline/warehouse/scd.h"
#include "pipeline/warehouse/sift.h"
#include "pipeline/warehouse/splice.h"
#include "pipeline/warehouse/vars.h"
#include "pipeline/warehouse/withhold.h"
#include "schema/ledger_delivery.h"
#include "schema/sql.h"

#include <string.h>

/* How far a table's last instant may be ahead of the server's clock without a word. */
#define MOST_SECONDS_AHEAD 5

/* What is applied, and what is told of it. Borrowed. */
typedef struct
{
  const PipelineTask *task;
  Loaded *loaded;
  PipelineResult *result;
  const TableBefore *before;
  bool spliced; /* the rows have to find their places in history, instead of going on top of it */
} Change;

/* The parts of TRANSFORM that are told of; the first and the last are the pipeline's. */
enum
{
  PART_SIFT = 2,
  PART_COLUMNS,
  PART_COMPARE,
  PART_CHANGE,
};
G_STATIC_ASSERT (PART_CHANGE + 1 == TASK_PARTS);

static bool
run_sql (Db *db, const Vars *vars, const char *statement, int64_t *ret_rows, GError **error)
{
  return sql_change (db, statement, vars_all (vars), vars_count (vars), ret_rows, error);
}

static void
set_tables (Vars *vars, const PipelineTask *task, const Stage *stage)
{
  const Model *model = task->model;
  char id[UID_TEXT_SIZE];
  uid_format (task->run->id, id);
  vars_set (vars, "schema", task->options->warehouse_schema);
  vars_set (vars, "table", model->table);
  vars_set (vars, "id", model->id_column);
  vars_set (vars, "staging", stage->schema);
  vars_set (vars, "build", stage->name);
  vars_take (vars, "run", g_strdup (id));
  vars_take (vars, "current", kind_current (model));
  vars_set_history (vars, &model->history);
}

/* The columns that the rows to be inserted have, and their values: from staging, or from the delta, and what a next version carries
 * over. */
static void
set_columns (Vars *vars, const Warehouse *warehouse, bool from_staging)
{
  bool carries = !from_staging && warehouse->kind->versions;
  g_autofree char *columns = expression_names (warehouse->columns, "", ", ");
  const char *of = from_staging ? "s." : "d.";
  g_autofree char *values = scd_values (warehouse, of), *made = scd_made_names (warehouse);
  g_autofree char *made_values = scd_made_values (warehouse, of);
  g_autofree char *carried = carries ? expression_names (warehouse->carried, "", ", ") : g_strdup ("");
  g_autofree char *kept = carries ? expression_names (warehouse->carried, "c.", ", ") : g_strdup ("");
  vars_take (vars, "columns", g_strconcat (columns, carried, made, NULL));
  vars_take (vars, "values", g_strconcat (values, kept, made_values, NULL));
}

static bool
check_staging (Db *db, const PipelineTask *task, const Loaded *loaded, int64_t staged, GError **error)
{
  int64_t rows;
  if (!stage_count (db, loaded->stage, task->run->id, &rows, error))
    return false;
  if (rows == staged)
    return true;
  return weir_fail (
      error,
      &(Failure) { WEIR_ERROR_RETRY, .detail = "Staging is unlogged: a server that crashes empties it. The file is loaded again." },
      "%s.%s has %" G_GINT64_FORMAT " of the %" G_GINT64_FORMAT " rows of \"%s\"", loaded->stage->schema, loaded->stage->name, rows,
      staged, task->run->file);
}

/* What the delta was sorted into must be all of it. */
static bool
check_sum (int64_t delta, int64_t sorted, GError **error)
{
  if (delta == sorted)
    return true;
  return weir_error (error, WEIR_ERROR_RETRY,
                     "the counts do not add up: %" G_GINT64_FORMAT " rows to apply, %" G_GINT64_FORMAT " applied", delta, sorted);
}

static Splice
splice_of (const Warehouse *warehouse, const Change *change)
{
  return (
      Splice) { change->task, warehouse, change->before->effective, change->loaded, change->result, .spliced = change->spliced };
}

/* Rows that a newer file may have said something of stay as they are; who wants the older ones says so. */
static bool
keep_newer (Db *db, Vars *vars, const Warehouse *warehouse, const Change *change, GError **error)
{
  const Splice what = splice_of (warehouse, change);
  vars_set (vars, "message", change->before->overtaken);
  vars_set (vars, "column", layout_key_name (change->loaded->layout));
  return sift_begin (db, error) && run_sql (db, vars, "table/forget_refused", NULL, error)
         && run_sql (db, vars, "table/refuse_overtaken", NULL, error)
         && gone_refuse_overtaken (db, &what, vars_all (vars), vars_count (vars), error) && gone_forget_refused (db, &what, error)
         && sift_overtaken (db, change->task, change->loaded, change->result, error)
         && run_sql (db, vars, "table/forget_overtaken", NULL, error);
}

static bool
find_delta (Db *db, Vars *vars, const Warehouse *warehouse, const Change *change, GError **error)
{
  const Splice what = splice_of (warehouse, change);
  bool overtaken = change->before->overtaken != NULL, late = later_may_be (&what);
  g_autofree char *may_fill = partial_may_fill (warehouse);
  g_auto (DeltaPlan) plan = { 0 };
  char *part = NULL;
  if (!delta_plan (db, change->loaded, &change->result->rows, !warehouse->distrusted, &plan, error))
    return false;
  vars_take (vars, "rows", g_strdup (plan.rows));
  vars_set (vars, "each", delta_each (plan.few));
  vars_take (vars, "look_up", delta_look_up (&plan, vars_all (vars), vars_count (vars)));
  if (!delta_find (db, &plan, overtaken || late || may_fill != NULL, "table/delta", vars_all (vars), vars_count (vars), &part,
                   error)
      || (overtaken && !keep_newer (db, vars, warehouse, change, error))
      || (late && !later_take (db, &what, vars_all (vars), vars_count (vars), error)))
    return g_free (part), false;
  vars_take (vars, "delta", part[0] != '\0' ? g_strconcat (part, ",", NULL) : g_strdup (""));
  g_free (part);
  return true;
}

static bool
apply_delta (Db *db, Vars *vars, const Warehouse *warehouse, const Change *change, GError **error)
{
  const PipelineTask *task = change->task;
  RowCounts *rows = &change->result->rows;
  if (!task_begin_part (task, PART_CHANGE, error))
    return false;
  g_autofree char *written = scd_written (warehouse);
  bool writes = warehouse->filled->len > 0 || written[0] != '\0';
  vars_take (vars, "unfilled", writes ? vars_part (vars, "table/unfilled") : g_strdup (""));
  vars_take (vars, "kept", vars_part (vars, "table/kept"));
  g_autoptr (DbResult) counts = NULL;
  if (!sql_run (db, warehouse->kind->apply, vars_all (vars), vars_count (vars), &counts, error))
    return false;
  int64_t delta = db_result_int64 (counts, 0, 0), same = db_result_int64 (counts, 0, 1);
  int64_t closed = db_result_int64 (counts, 0, 2);
  rows->deactivated = warehouse->kind->versions ? closed : 0;
  rows->inserted = db_result_int64 (counts, 0, 3) - closed;
  if (!check_sum (delta, rows->inserted + closed + same, error))
    return false;
  rows->updated = closed + db_result_int64 (counts, 0, 4) - rows->corrected;
  return true;
}

static bool
refuse_columns (const Warehouse *warehouse, GError **error)
{
  const Model *model = warehouse->layout->model;
  g_ptr_array_add (warehouse->fresh, NULL);
  g_ptr_array_add (warehouse->lacking, NULL);
  g_autofree char *fresh = g_strjoinv (", ", (char **) warehouse->fresh->pdata);
  g_autofree char *lacking = g_strjoinv (", ", (char **) warehouse->lacking->pdata);
  g_autofree char *hint = g_strdup_printf (
      "Where a column only has another name, give it the old one in the file. Else leave new columns out (\"contract\": "
      "{\"columns\": \"discard\"} in %s), or load every row of every file (\"append\": \"all\").",
      model->path);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_COLUMNS_DRIFT,
                                 .detail = "Rows without a key are known by their values: which of these are there already cannot "
                                           "be told. Nothing was changed.",
                                 .hint = hint },
                    "the file brings columns that are new in %s.%s (%s), and lacks others (%s)", warehouse->schema, model->table,
                    fresh, lacking);
}

/* The rows of which the hash says that they are not there yet. */
static bool
append_distinct (Db *db, Vars *vars, const DeltaPlan *plan, RowCounts *rows, GError **error)
{
  char *part;
  vars_set (vars, "each", delta_each (plan->each));
  if (!delta_find (db, plan, false, "fact/delta", vars_all (vars), vars_count (vars), &part, error))
    return g_free (part), false;
  vars_take (vars, "with", part[0] != '\0' ? g_strconcat ("with ", part, NULL) : g_strdup (""));
  g_free (part);
  return run_sql (db, vars, "fact/append_distinct", &rows->inserted, error);
}

/* Whether rows without a key have the columns that they were hashed with. */
static bool
is_same_bag (const Warehouse *warehouse)
{
  return !warehouse->created && warehouse->layout->model->append == APPEND_DISTINCT && !warehouse->lost
         && warehouse->fresh->len == 0 && warehouse->lacking->len == 0;
}

static bool
fill (Db *db, const Vars *vars, GError **error)
{
  int64_t filled;
  return run_sql (db, vars, "fact/fill", &filled, error) && (filled == 0 || run_sql (db, vars, "fact/filled", NULL, error));
}

/* Rows without a key. Where the file's columns are the table's, the hash tells which of them are there already; where they are not,
 * the columns do that both have. */
static bool
append (Db *db, Vars *vars, const DeltaPlan *plan, const Warehouse *warehouse, RowCounts *rows, GError **error)
{
  if (warehouse->layout->model->append == APPEND_ALL)
    return run_sql (db, vars, "fact/append_all", &rows->inserted, error);
  if (warehouse->fresh->len > 0 && warehouse->lacking->len > 0)
    return refuse_columns (warehouse, error);
  g_autoptr (GPtrArray) shared = expression_names_but (warehouse->columns, warehouse->fresh);
  vars_take (vars, "shared_s", expression_compared (warehouse, shared, "s."));
  vars_take (vars, "shared_w", expression_compared (warehouse, shared, "w."));
  vars_take (vars, "fresh", expression_assignments (warehouse->fresh, "", ", "));
  if (warehouse->lacking->len > 0)
    return run_sql (db, vars, "fact/append_shared", &rows->inserted, error);
  return (is_same_bag (warehouse) || fill (db, vars, error)) && append_distinct (db, vars, plan, rows, error);
}

/* Since when the first version of an entity begins, and that of any other. */
static void
set_begin (Vars *vars, const Warehouse *warehouse, const char *instant)
{
  const Layout *layout = warehouse->layout;
  bool always = layout->model->first == FIRST_ALWAYS;
  g_autofree char *literal = instant != NULL ? text_quote_literal (instant) : g_strdup ("null");
  g_autofree char *since = instant != NULL ? g_strdup_printf ("%s::timestamptz", literal) : effective_of_row (layout, "s.");
  vars_take (vars, "began", g_strdup (always ? "'-infinity'::timestamptz" : since));
  vars_take (vars, "opened",
             always ? g_strdup_printf ("case when coalesce(c.\"version?\") is null then '-infinity' "
                                       "else %s::timestamptz end",
                                       literal)
                    : g_strdup_printf ("%s::timestamptz", literal));
}

/* What the run keeps of the rows that it overwrites, or fills, so that it can be taken back (undo.h). */
static void
set_kept (Vars *vars, const Warehouse *warehouse, const PipelineTask *task)
{
  char id[UID_TEXT_SIZE];
  uid_format (task->run->id, id);
  vars_set (vars, "image", warehouse->image != NULL ? warehouse->image : "null::jsonb");
  vars_take (vars, "own_table", text_quote_literal (task->model->table));
  vars_take (vars, "own_run", g_strdup_printf ("'%s'::uuid", id));
  g_autofree char *from = text_quote_ident (task->model->history.names[HISTORY_START]);
  vars_take (vars, "began_at", warehouse->kind->versions ? g_strdup_printf ("w.%s", from) : g_strdup ("'-infinity'"));
}

static void
set_expressions (Vars *vars, const Warehouse *warehouse)
{
  bool versions = warehouse->kind->versions;
  g_autoptr (GPtrArray) deciding = scd_deciding (warehouse, warehouse->layout->tracked);
  g_autofree char *carried = expression_names (warehouse->carried, ", w.", ""), *returned = scd_returned (warehouse);
  vars_take (vars, "distinct", expression_distinct (warehouse));
  vars_take (vars, "what", expression_changed (warehouse, deciding, "d.", "w."));
  vars_take (vars, "hash", expression_hash (warehouse, versions ? "c." : "w."));
  vars_take (vars, "refreshed", scd_refreshed_hash (warehouse));
  vars_take (vars, "filled", expression_assignments (warehouse->filled, ", ", ""));
  vars_take (vars, "carried", g_strconcat (carried, returned, NULL));
  vars_take (vars, "assignments", scd_assignments (warehouse));
  vars_take (vars, "overwrites", scd_overwrites (warehouse));
  vars_take (vars, "written", scd_written (warehouse));
  vars_take (vars, "closing", scd_closing (warehouse));
  vars_take (vars, "everywhere", scd_everywhere (warehouse, vars_all (vars), vars_count (vars)));
}

/* Whether rows have to find their places in history, instead of going on top of it. */
static bool
is_spliced (const Db *db, const Warehouse *warehouse, const Change *change)
{
  const Effective *effective = change->before->effective;
  g_autofree char *repeats =
      warehouse->created ? repeats_condition (change->loaded->repeats, "s._id", db_server_version (db)) : NULL;
  if (!warehouse->kind->versions)
    return false;
  if (warehouse->created)
    return effective->by_row && repeats != NULL;
  return effective->by_row || partial_adds_first (warehouse) || (effective->late && change->task->model->late != LATE_APPLY);
}

static bool
check_place (const Warehouse *warehouse, GError **error)
{
  const char *column, *path = warehouse->layout->model->path;
  if (scd_can_splice (warehouse, &column))
    return true;
  g_autofree char *hint =
      g_strdup_printf ("Load it as of now (`weir load --as-of now`), or give \"%s\" another \"scd\" in %s.", column, path);
  return weir_fail (
      error, &(Failure) { WEIR_ERROR_INPUT, .detail = "Nothing was changed.", .hint = hint },
      "the file is true since before what %s.%s knows, and its column \"%s\" is overwritten as files come: what it was "
      "then cannot be told",
      warehouse->schema, warehouse->layout->model->table, column);
}

static bool
splice (Db *db, const Vars *vars, const Warehouse *warehouse, const Change *change, const Gone *gone, GError **error)
{
  Splice what = splice_of (warehouse, change);
  what.there = gone->there;
  return (!warehouse->created || warehouse_index (db, warehouse, error)) && task_begin_part (change->task, PART_COMPARE, error)
         && splice_rows (db, &what, gone->whole, vars_all (vars), vars_count (vars), error);
}

/* Whether rows of a file that is behind all that is known may say of a column what nobody has said of their keys: what they fill then is for
 * history to tell. */
static bool
find_first_said (Db *db, Vars *vars, const Warehouse *warehouse, Change *change, GError **error)
{
  g_autoptr (DbResult) found = NULL;
  char *may_fill = partial_may_fill (warehouse);
  if (may_fill == NULL)
    return true;
  vars_take (vars, "may_fill", may_fill);
  if (!sql_run (db, "splice/first_said", vars_all (vars), vars_count (vars), &found, error))
    return false;
  change->spliced = db_result_bool (found, 0, 0);
  return true;
}

/* Whoever comes with something from before has to know what this file said. */
static bool
observe (Db *db, const Vars *vars, const Warehouse *warehouse, const Change *change, GError **error)
{
  const Splice what = splice_of (warehouse, change);
  return splice_observe (db, &what, vars_all (vars), vars_count (vars), error);
}

static bool
apply_rows (Db *db, Vars *vars, const Warehouse *warehouse, Change *change, const Gone *gone, GError **error)
{
  const Kind *kind = warehouse->kind;
  RowCounts *rows = &change->result->rows;
  bool keyless = kind->apply == NULL, compared = !change->spliced && !keyless && !warehouse->created;
  if (compared
      && (!task_begin_part (change->task, PART_COMPARE, error) || !find_delta (db, vars, warehouse, change, error)
          || !find_first_said (db, vars, warehouse, change, error)))
    return false;
  if (change->spliced)
    return check_place (warehouse, error) && splice (db, vars, warehouse, change, gone, error);
  if (compared)
    return apply_delta (db, vars, warehouse, change, error);
  g_auto (DeltaPlan) plan = { 0 };
  if (!task_begin_part (change->task, PART_CHANGE, error)
      || !delta_plan (db, change->loaded, rows, keyless && is_same_bag (warehouse), &plan, error))
    return false;
  vars_take (vars, "numbered", keyless ? delta_numbered (db, &plan, change->loaded) : g_strdup (""));
  if (!warehouse->created)
    return append (db, vars, &plan, warehouse, rows, error);
  return run_sql (db, vars, kind->first, &rows->inserted, error) && warehouse_index (db, warehouse, error);
}

/* The rows, and the keys that the file says are gone. */
static bool
apply (Db *db, Vars *vars, const Warehouse *warehouse, Change *change, const char *instant, GError **error)
{
  change->spliced = is_spliced (db, warehouse, change);
  const Splice what = splice_of (warehouse, change);
  Gone gone;
  int64_t filled;
  bool keyless = warehouse->kind->apply == NULL;
  set_columns (vars, warehouse, warehouse->created || keyless);
  set_kept (vars, warehouse, change->task);
  set_expressions (vars, warehouse);
  vars_take (vars, "brought", gone_brought (warehouse));
  const Effective *effective = change->before->effective;
  const char *absent = effective->by_row ? effective->absent : instant;
  const GoneInput input = { &what, vars_all (vars), vars_count (vars), absent, change->before->overtaken, change->spliced };
  if ((warehouse->created && !splice_forget (db, &what, error)) || !gone_find (db, &input, &gone, error)
      || !guard_check (db, &input, &gone, error) || !inferred_fill (db, change->task, warehouse, change->loaded, &filled, error))
    return false;
  g_auto (Vars) all = vars_from (vars_all (vars), vars_count (vars));
  if (!apply_rows (db, &all, warehouse, change, &gone, error) || !(change->spliced || gone_close (db, &input, &gone, error))
      || !gone_record (db, &input, &gone, error))
    return false;
  change->result->rows.updated += filled;
  return true;
}

/* Versions are in time as the server has it. A clock that was ahead once leaves an instant that is, which the next ones follow. */
static void
note_instant (const char *table, int64_t ahead, GPtrArray *notes)
{
  if (ahead <= MOST_SECONDS_AHEAD)
    return;
  g_autofree char *duration = text_duration (ahead * 1000);
  g_ptr_array_add (notes,
                   g_strdup_printf ("the last load of %s was at a time that is %s ahead of the server's clock: until the clock "
                                    "is there, what is loaded counts from 1 microsecond after it",
                                    table, duration));
}

/* A fact's columns tell when its rows came. */
static bool
find_now (Db *db, const Run *run, char **ret_instant, GError **error)
{
  g_autoptr (DbResult) now = NULL;
  const SqlVar var = { "now", run->applied_on };
  if (!sql_run (db, "fact/now", &var, 1, &now, error))
    return false;
  g_free (*ret_instant);
  *ret_instant = g_strdup (db_result_value (now, 0, 0));
  return true;
}

/* Which of a run's instants is that of its rows: the file's, or the run's own. NULL: the rows have theirs. */
static bool
find_instant (Db *db, const PipelineTask *task, const Effective *effective, char **ret_instant, GPtrArray *notes, GError **error)
{
  int64_t ahead;
  bool as_it_comes = effective->late && task->model->late == LATE_APPLY, dated = effective_is_dated (effective) && !as_it_comes;
  *ret_instant = g_strdup (effective->instant);
  if (dated && !model_has_versions (task->model))
    return find_now (db, task->run, ret_instant, error);
  if (dated)
    return true;
  g_clear_pointer (ret_instant, g_free);
  if (!ledger_table_instant (db, task->model->table, task->run->applied_on, ret_instant, &ahead, error))
    return false;
  if (as_it_comes)
    g_ptr_array_add (notes, g_strdup ("the file is true since before what is known, and counts from now (\"late\": \"apply\")"));
  else
    note_instant (task->model->table, ahead, notes);
  return true;
}

/* What the rows, or the keys that are gone, have for the time that it was. NULL: it is told nowhere. */
static const char *
find_applied_on (const PipelineTask *task, const Effective *effective, const char *instant)
{
  if (effective->absent != NULL && !effective->absent_dated)
    return effective->absent;
  return g_strcmp0 (instant, effective->instant) != 0 ? instant : task->run->applied_on;
}

/* A file of keys touches no row but those that it lacks. */
static bool
transform_keys (Db *db, const PipelineTask *task, const TableBefore *before, Loaded *loaded, PipelineResult *result, GError **error)
{
  g_autofree char *instant = NULL;
  if (!find_instant (db, task, before->effective, &instant, result->notes, error)
      || !effective_settle_absent (db, task, loaded, before->effective, error) || !task_begin_part (task, PART_CHANGE, error))
    return false;
  result->applied_on = g_strdup (find_applied_on (task, before->effective, instant));
  g_auto (Vars) vars = vars_from (NULL, 0);
  set_tables (&vars, task, loaded->stage);
  return keys_apply (db, task, before, loaded, instant, &vars, result, error);
}

/* Nothing says of what is absent that it is gone. */
static void
note_kept (const PipelineTask *task, GPtrArray *notes)
{
  bool complete = task->declaration != NULL && task->declaration->rows == DECLARED_COMPLETE;
  if (complete && task->model->absent == ABSENT_KEEP && task->model->kind == MODEL_DIMENSION)
    g_ptr_array_add (notes,
                     g_strdup ("the file has all rows of its source, and what it lacks stays: \"absent\": \"close\" in the model "
                               "closes that"));
}

/* Rows that no run has signed look otherwise from now on: whoever has a copy gets them, too. */
static bool
note_reshaped (Db *db, const PipelineTask *task, const Warehouse *warehouse, GError **error)
{
  char run[UID_TEXT_SIZE];
  const Model *model = task->model;
  uid_format (task->run->id, run);
  bool reshaped = warehouse->renamed || warehouse->retold || warehouse->remade;
  return !reshaped || task->options->replays || model->id_column == NULL
         || delivery_note_all (db, task->options->deliveries, warehouse->schema, model->table, model->id_column, run, error);
}

bool
transform_run (Db *db, const PipelineTask *task, const TableBefore *before, Loaded *loaded, PipelineResult *result, GError **error)
{
  RowCounts *rows = &result->rows;
  if (!task_begin_part (task, PART_SIFT, error) || !check_staging (db, task, loaded, rows->staged, error)
      || !sift_rows (db, task, loaded, result, error) || !task_begin_part (task, PART_COLUMNS, error))
    return false;
  if (loaded->layout->keys_only)
    return transform_keys (db, task, before, loaded, result, error);
  note_kept (task, result->notes);
  g_autoptr (Warehouse) warehouse =
      warehouse_bring_up (db, task->options->warehouse_schema, loaded->layout, before, result->notes, error);
  g_autofree char *instant = NULL;
  result->columns_held = warehouse == NULL && error != NULL && weir_error_get_reason (*error) == REASON_LOCK_BUSY;
  if (warehouse == NULL || !note_reshaped (db, task, warehouse, error) || !inferred_take (db, task, warehouse, error)
      || !placeholder_make (db, task, loaded, result, error) || !withhold_rows (db, task, warehouse, before, loaded, result, error)
      || !find_instant (db, task, before->effective, &instant, result->notes, error)
      || !effective_settle_absent (db, task, loaded, before->effective, error))
    return false;
  result->applied_on = g_strdup (find_applied_on (task, before->effective, instant));
  g_auto (Vars) vars = vars_from (NULL, 0);
  set_tables (&vars, task, loaded->stage);
  vars_set (&vars, "instant", instant);
  set_begin (&vars, warehouse, instant);
  Change change = { task, loaded, result, before, false };
  if (!apply (db, &vars, warehouse, &change, instant, error))
    return false;
  result->made = warehouse->created;
  if (warehouse->created && !run_sql (db, &vars, "table/statistics", NULL, error))
    return false;
  rows->unchanged = rows->staged + loaded->gone - rows->inserted - rows->updated - rows->late - rows->corrected - rows->deleted;
  return observe (db, &vars, warehouse, &change, error);
}
