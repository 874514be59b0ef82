#include "pipeline/warehouse/keys.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/gone.h"
#include "pipeline/warehouse/guard.h"
#include "pipeline/warehouse/kinds.h"

#include <string.h>

static bool
refuse_fact (const Model *model, GError **error)
{
  return weir_fail (
      error,
      &(Failure) { WEIR_ERROR_INPUT, REASON_NOT_AS_DECLARED, .detail = "Nothing was changed.",
                   .hint = "A job in mode \"mirror\" is for a dimension; \"sync\" brings new and changed rows of a fact." },
      "the file is declared to have keys alone, which close what is gone, and %s is a fact", model->table);
}

/* What is asked of the table's columns: it stays as it is. */
static Warehouse *
look_at (Db *db, const PipelineTask *task, const Layout *layout, GError **error)
{
  const char *schema = task->options->warehouse_schema;
  const Model *model = task->model;
  bool exists;
  if (!warehouse_exists (db, schema, model->table, &exists, error))
    return NULL;
  g_autoptr (GPtrArray) stored = exists ? columns_read (db, schema, model->table, error) : g_ptr_array_new ();
  if (stored == NULL)
    return NULL;
  Warehouse *warehouse = g_new0 (Warehouse, 1);
  GPtrArray **const names[] = { &warehouse->columns, &warehouse->added,   &warehouse->fresh,
                                &warehouse->empties, &warehouse->filled,  &warehouse->numbers,
                                &warehouse->carried, &warehouse->lacking, &warehouse->made };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    *names[i] = g_ptr_array_new_with_free_func (g_free);
  warehouse->schema = schema;
  warehouse->layout = layout;
  warehouse->kind = kind_of (model);
  warehouse->current = kind_current (model);
  warehouse->created = !exists;
  warehouse->infers = warehouse->kind->versions && columns_find_mark (stored, model->history.names[HISTORY_INFERRED]) != NULL;
  return warehouse;
}

/* Keys of rows that were refused, or that nobody has brought so far: nothing is known of them. */
static bool
find_unknown (Db *db, const Vars *vars, const Warehouse *warehouse, int64_t staged, PipelineResult *result, GError **error)
{
  int64_t unknown = staged;
  if (!vars_run (db, vars, "gone/table", error)
      || (!warehouse->created && !sql_change (db, "gone/unknown_keys", vars_all (vars), vars_count (vars), &unknown, error)))
    return false;
  g_autofree char *count = text_count (unknown);
  if (unknown > 0)
    g_ptr_array_add (result->notes, g_strdup_printf ("%s key%s of the source %s no row here: it was refused, or is still to come",
                                                     count, unknown == 1 ? "" : "s", unknown == 1 ? "has" : "have"));
  return true;
}

/* Where the model keeps what is absent it is only told. */
static bool
note_absent (Db *db, const Vars *vars, const Warehouse *warehouse, PipelineResult *result, GError **error)
{
  g_autoptr (DbResult) lacking = NULL;
  if (warehouse->created)
    return true;
  if (!sql_run (db, "gone/count_lacking", vars_all (vars), vars_count (vars), &lacking, error))
    return false;
  int64_t keys = db_result_int64 (lacking, 0, 0);
  g_autofree char *count = text_count (keys);
  if (keys > 0)
    g_ptr_array_add (result->notes,
                     g_strdup_printf ("%s key%s that the source does not have any more %s: \"absent\": \"close\" in "
                                      "the model closes %s",
                                      count, keys == 1 ? "" : "s", keys == 1 ? "stays" : "stay", keys == 1 ? "it" : "them"));
  return true;
}

static bool
is_history (const TableBefore *before, const Model *model)
{
  g_autofree char *history = history_text (&model->history);
  g_autoptr (Json) is = weir_json_parse (history, strlen (history), "history", NULL);
  g_autoptr (Json) was =
      before->history != NULL ? weir_json_parse (before->history, strlen (before->history), "history", NULL) : NULL;
  return was == NULL || json_equal (is, was);
}

static bool
close_absent (Db *db, const GoneInput *input, GError **error)
{
  const Splice *what = input->what;
  const Effective *effective = what->effective;
  bool dated = effective_is_dated (effective) && what->task->model->late != LATE_APPLY;
  Gone gone;
  if (!gone_find (db, input, &gone, error) || !guard_check (db, input, &gone, error) || !gone_close (db, input, &gone, error)
      || !gone_record (db, input, &gone, error))
    return false;
  if (!dated)
    return true;
  /* Who is there is so at the file's time, whatever he is; where rows have times of their own gone_record has said it. */
  return (!gone.there || effective->by_row || sql_run (db, "gone/there", input->vars, input->n_vars, NULL, error))
         && sql_run (db, "splice/observing", input->vars, input->n_vars, NULL, error);
}

bool
keys_apply (Db *db, const PipelineTask *task, const TableBefore *before, Loaded *loaded, const char *instant, const Vars *vars,
            PipelineResult *result, GError **error)
{
  const Model *model = task->model;
  if (model->kind == MODEL_FACT)
    return refuse_fact (model, error);
  g_autoptr (Warehouse) warehouse = look_at (db, task, loaded->layout, error);
  if (warehouse == NULL)
    return false;
  const Effective *effective = before->effective;
  const Splice what = { task, warehouse, effective, loaded, result, .spliced = false };
  const char *absent = effective->by_row ? effective->absent : instant;
  g_auto (Vars) all = vars_from (vars_all (vars), vars_count (vars));
  vars_take (&all, "brought", gone_brought (warehouse));
  vars_set (&all, "instant", absent);
  const GoneInput input = { &what, vars_all (&all), vars_count (&all), absent, before->overtaken, false };
  g_auto (Vars) asked = gone_vars (&input);
  result->rows.unchanged = result->rows.staged;
  if (!find_unknown (db, &asked, warehouse, result->rows.staged, result, error))
    return false;
  if (loaded->layout->absent == ABSENT_KEEP)
    return note_absent (db, &asked, warehouse, result, error);
  if (!is_history (before, model))
    return g_ptr_array_add (result->notes,
                            g_strdup ("the file closes nobody: the table's history is another than the model's until a file with "
                                      "rows has come")),
           true;
  return close_absent (db, &input, error);
}
