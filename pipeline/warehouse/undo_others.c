/* What taking a run back means for tables that refer to its own, or that it refers to. */
#include "pipeline/warehouse/undo_inside.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/inferred.h"
#include "schema/ledger_delivery.h"

#include <string.h>

static InferredIn
inferred_in (const Undoing *undoing)
{
  const UndoTask *task = undoing->task;
  return (InferredIn) { task->schema, task->model, &undoing->history, task->lock_ms };
}

bool
undo_begin_entities (Db *db, const Undoing *undoing, GError **error)
{
  const InferredIn in = inferred_in (undoing);
  const InferredFacts facts = { undoing->task->catalog, undoing->task->schema, false, false };
  return inferred_leave (db, &in, &facts, "weir_touched", error);
}

bool
undo_end_entities (Db *db, const Undoing *undoing, GError **error)
{
  const InferredIn in = inferred_in (undoing);
  const InferredFacts facts = { undoing->task->catalog, undoing->task->schema, false, false };
  int64_t kept;
  if (!inferred_keep (db, &in, &facts, NULL, &kept, error))
    return false;
  g_autofree char *count = text_count (kept);
  if (kept > 0)
    g_ptr_array_add (undoing->undo->notes,
                     g_strdup_printf ("%s entit%s that nobody else brought, and facts refer to, %s now", count,
                                      kept == 1 ? "y" : "ies", kept == 1 ? "is a placeholder" : "are placeholders"));
  return true;
}

/* A fact's rows that would refer to nobody. Where the model allows that, it is told. */
static bool
check_reference (Db *db, const Undoing *undoing, const Model *fact, const ModelReference *reference, GError **error)
{
  const UndoTask *task = undoing->task;
  g_autoptr (GPtrArray) stored = columns_read (db, task->schema, fact->table, error);
  g_autoptr (DbResult) found = NULL;
  if (stored == NULL)
    return false;
  if (columns_find (stored, reference->as) == NULL)
    return true;
  g_auto (Vars) vars = vars_from (vars_all (&undoing->vars), vars_count (&undoing->vars));
  inferred_set_naming (&vars, task->schema, fact->table, reference->as);
  if (!sql_run (db, "undo/referring", vars_all (&vars), vars_count (&vars), &found, error))
    return false;
  int64_t rows = db_result_int64 (found, 0, 0), entities = db_result_int64 (found, 0, 1);
  if (rows == 0)
    return true;
  g_autofree char *count = text_count (rows), *whom = text_count (entities);
  g_autofree char *text = g_strdup_printf ("%s row%s of %s refer%s to %s %s that nobody else brought", count, rows == 1 ? "" : "s",
                                           fact->table, rows == 1 ? "s" : "", whom, entities == 1 ? "entity" : "entities");
  if (reference->missing == MISSING_ALLOW)
    return g_ptr_array_add (undoing->undo->notes, g_strdup (text)), true;
  g_autofree char *hint =
      g_strdup_printf ("Take their runs back first, each by `weir undo RUN`: %s", db_result_value (found, 0, 2));
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed.", .hint = hint },
                    "the run cannot be taken back: %s", text);
}

bool
undo_check_facts (Db *db, const Undoing *undoing, GError **error)
{
  const UndoTask *task = undoing->task;
  for (guint i = 0; i < task->catalog->models->len; i++)
    {
      const Model *fact = task->catalog->models->pdata[i];
      for (guint j = 0; j < fact->references->len; j++)
        {
          const ModelReference *reference = fact->references->pdata[j];
          if (strcmp (reference->dimension, task->model->table) == 0 && !check_reference (db, undoing, fact, reference, error))
            return false;
        }
    }
  return true;
}

/* Placeholders, and those that were filled, which other runs of a fact name, too. */
static bool
sign_anew (Db *db, const Vars *vars, const UndoTask *task, const Model *fact, const Model *dimension, GError **error)
{
  g_autoptr (GPtrArray) columns = columns_read (db, task->schema, fact->table, error);
  for (guint i = 0; columns != NULL && i < fact->references->len; i++)
    {
      const ModelReference *reference = fact->references->pdata[i];
      if (strcmp (reference->dimension, dimension->table) != 0 || columns_find (columns, reference->as) == NULL)
        continue;
      g_auto (Vars) all = vars_from (vars_all (vars), vars_count (vars));
      inferred_set_naming (&all, task->schema, fact->table, reference->as);
      if (!vars_run (db, &all, "undo/placeholders_others", error) || !vars_run (db, &all, "undo/filled_others", error))
        return false;
    }
  return columns != NULL;
}

static bool
note_placeholders (Db *db, const Undoing *undoing, const Model *dimension, const UndoRun *run, GError **error)
{
  char own[UID_TEXT_SIZE];
  uid_format (undoing->task->own, own);
  return run->placeholders == 0 || delivery_note (db, undoing->task->deliveries, dimension->table, own, "undo", error);
}

/* The placeholders that the run of a fact has made in one of its dimensions (placeholder.h). The dimension's row is locked, as by whoever makes
 * one. */
static bool
remove_placeholders (Db *db, const Undoing *undoing, const Model *dimension, UndoRun *run, GError **error)
{
  const UndoTask *task = undoing->task;
  g_auto (TableState) locked = { 0 };
  g_autoptr (GPtrArray) stored = columns_read (db, task->schema, dimension->table, error);
  g_auto (History) history = { 0 };
  if (stored == NULL || !ledger_table_read (db, dimension->table, true, &locked, error)
      || !history_parse (locked.history, &history, error))
    return false;
  if (columns_find_mark (stored, history.names[HISTORY_INFERRED]) == NULL)
    return true;
  g_auto (Vars) vars = vars_from (vars_all (&undoing->vars), vars_count (&undoing->vars));
  vars_set (&vars, "dimension", dimension->table);
  vars_set (&vars, "dimension_id", dimension->id_column);
  vars_set (&vars, "since",
            dimension->first == FIRST_ALWAYS ? "'-infinity'" : "coalesce(f.effective_on, f.applied_on, e.completed_on)");
  vars_set_history (&vars, &history);
  for (guint i = 0; i < task->catalog->models->len; i++)
    if (!sign_anew (db, &vars, task, task->catalog->models->pdata[i], dimension, error))
      return false;
  return (task->deliveries == NULL || vars_run (db, &vars, "delivery/touch_placeholders", error))
         && sql_change (db, "undo/placeholders", vars_all (&vars), vars_count (&vars), &run->placeholders, error)
         && vars_run (db, &vars, "undo/placeholders_filled", error) && note_placeholders (db, undoing, dimension, run, error);
}

bool
undo_placeholders (Db *db, const Undoing *undoing, UndoRun *run, GError **error)
{
  const Model *model = undoing->task->model;
  for (guint i = 0; i < model->references->len; i++)
    {
      const ModelReference *reference = model->references->pdata[i];
      const Model *dimension = catalog_find (undoing->task->catalog, reference->dimension);
      int64_t before = run->placeholders;
      if (dimension != NULL && !remove_placeholders (db, undoing, dimension, run, error))
        return false;
      run->placeholders += before;
    }
  return true;
}
