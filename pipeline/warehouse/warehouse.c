#include "pipeline/warehouse/warehouse.h"

#include "base/error.h"
#include "base/text.h"
#include "models/name.h"
#include "pipeline/stage/grants.h"
#include "pipeline/stage/short_lock.h"
#include "pipeline/stage/stage.h"
#include "pipeline/warehouse/agreement.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/convert.h"
#include "pipeline/warehouse/expressions.h"
#include "pipeline/warehouse/history_change.h"
#include "pipeline/warehouse/made.h"
#include "pipeline/warehouse/partial.h"
#include "pipeline/warehouse/renames.h"
#include "pipeline/warehouse/scd.h"
#include "pipeline/warehouse/scd_change.h"
#include "pipeline/warehouse/shown.h"
#include "schema/history_vars.h"

#include <string.h>

void
warehouse_free (Warehouse *warehouse)
{
  if (warehouse == NULL)
    return;
  g_free (warehouse->view);
  g_free (warehouse->image);
  g_free (warehouse->current);
  g_ptr_array_unref (warehouse->columns);
  g_ptr_array_unref (warehouse->added);
  g_ptr_array_unref (warehouse->fresh);
  g_ptr_array_unref (warehouse->empties);
  g_ptr_array_unref (warehouse->filled);
  g_ptr_array_unref (warehouse->numbers);
  g_ptr_array_unref (warehouse->carried);
  g_ptr_array_unref (warehouse->lacking);
  g_ptr_array_unref (warehouse->made);
  partial_free (warehouse->partial);
  g_free (warehouse);
}

static GPtrArray *
read_stored (Db *db, const Warehouse *warehouse, GError **error)
{
  return columns_read (db, warehouse->schema, warehouse->layout->model->table, error);
}

bool
warehouse_exists (Db *db, const char *schema, const char *table, bool *ret_exists, GError **error)
{
  const SqlVar vars[] = { { "schema", schema }, { "table", table } };
  g_autoptr (DbResult) result = NULL;
  if (!sql_run (db, "table/exists", vars, G_N_ELEMENTS (vars), &result, error))
    return false;
  *ret_exists = db_result_rows (result) > 0;
  return true;
}

static bool
create (Db *db, Warehouse *warehouse, const GArray *wanted, const Catalog *catalog, GPtrArray *notes, GError **error)
{
  const Model *model = warehouse->layout->model;
  g_autoptr (GString) columns = g_string_new (NULL);
  for (guint i = 0; i < wanted->len; i++)
    {
      const WantedColumn *column = &g_array_index (wanted, WantedColumn, i);
      g_autofree char *ident = text_quote_ident (column->name);
      g_string_append_printf (columns, "%s %s,\n    ", ident, column->type->name);
      const HistoryRule *rule = scd_rule (warehouse, column->name);
      if (rule == NULL || rule->made == NULL)
        continue;
      g_autofree char *made = text_quote_ident (rule->made);
      g_string_append_printf (columns, "%s %s,\n    ", made, column->type->name);
      g_ptr_array_add (warehouse->made, (gpointer) rule);
    }
  const SqlVar vars[] = { { "schema", warehouse->schema },
                          { "table", model->table },
                          { "id", model->id_column },
                          { "columns", columns->str },
                          HISTORY_VARS (&model->history) };
  warehouse->created = true;
  if (warehouse->partial != NULL)
    partial_forget (warehouse->partial);
  return sql_run (db, warehouse->kind->create, vars, G_N_ELEMENTS (vars), NULL, error)
         && shown_bring_up (db, warehouse, catalog, true, notes, error);
}

static bool
change_column (Db *db, const Warehouse *warehouse, const char *statement, const char *column, const char *type, GError **error)
{
  const SqlVar vars[] = {
    { "schema", warehouse->schema }, { "table", warehouse->layout->model->table }, { "column", column }, { "type", type }
  };
  return sql_run (db, statement, vars, G_N_ELEMENTS (vars), NULL, error);
}

static bool
alter_columns (Db *db, const Warehouse *warehouse, const GArray *alter, GError **error)
{
  for (guint i = 0; i < alter->len; i++)
    {
      const WantedColumn *column = &g_array_index (alter, WantedColumn, i);
      if (!change_column (db, warehouse, "table/alter_column", column->name, column->type->name, error))
        return columns_explain_dependent (warehouse->schema, warehouse->layout->model->table, error);
    }
  return true;
}

/* A type can only change while no view uses the column: ours are taken away and made again with their grants. */
static bool
alter_types (Db *db, const Warehouse *warehouse, const GArray *alter, const Catalog *catalog, GPtrArray *notes, GError **error)
{
  g_autoptr (GPtrArray) grants = g_ptr_array_new_with_free_func ((GDestroyNotify) db_result_free);
  if (!shown_drop (db, warehouse, catalog, grants, error) || !alter_columns (db, warehouse, alter, error)
      || !shown_bring_up (db, warehouse, catalog, true, notes, error))
    return false;
  for (guint i = 0; i < grants->len; i++)
    if (!grants_give (db, grants->pdata[i], error))
      return false;
  return true;
}

/* Whether every load so far has had nothing but NULL in the column. */
static bool
never_had_a_value (const Pins *pins, const char *column)
{
  return pins_know (pins, column) && pins_find (pins, column) == NULL;
}

static bool
add_column (Db *db, Warehouse *warehouse, const WantedColumn *column, GPtrArray *notes, GError **error)
{
  const Model *model = warehouse->layout->model;
  bool filled = !model_is_keyless (model) || model->append == APPEND_DISTINCT;
  g_ptr_array_add (warehouse->added, g_strdup (column->name));
  g_ptr_array_add (notes, g_strdup_printf ("column %s is new: added to %s.%s, %s", column->name, warehouse->schema, model->table,
                                           filled ? "and filled into the rows there are" : "and NULL in the rows there are"));
  return change_column (db, warehouse, "table/add_column", column->name, column->type->name, error);
}

/* The rows of which the column "which" were hashed when it was something else: no file's hash is to prove anything of them. Those
 * without a key are known by their hash, and keep it. */
static bool
distrust (Db *db, Warehouse *warehouse, const char *column, const char *which, GError **error)
{
  warehouse->distrusted = true;
  const SqlVar vars[] = { { "schema", warehouse->schema },
                          { "table", warehouse->layout->model->table },
                          { "column", column },
                          { "current", warehouse->current },
                          { "which", which } };
  return model_is_keyless (warehouse->layout->model)
         || (sql_run (db, "table/distrust", vars, G_N_ELEMENTS (vars), NULL, error)
             && sql_run (db, "table/distrust_overwritten", vars, G_N_ELEMENTS (vars), NULL, error));
}

static bool
refuse_by_hand (const Warehouse *warehouse, const WantedColumn *column, bool is_there, GError **error)
{
  const Model *model = warehouse->layout->model;
  g_autofree char *hint = g_strdup_printf ("%s, or load every row of every file (\"append\": \"all\" in %s).",
                                           is_there ? "Rename that column" : "Leave the column out of the file", model->path);
  return weir_fail (
      error,
      &(Failure) { WEIR_ERROR_INPUT, REASON_COLUMNS_DRIFT,
                   .detail = "Rows without a key are known by their values: which of these are there already cannot be told. "
                             "Nothing was changed.",
                   .hint = hint },
      is_there ? "%s.%s has a column \"%s\" that somebody added, and now the file brings one"
               : "%s.%s has no column \"%s\" any more, and the file brings it",
      warehouse->schema, model->table, column->name);
}

static bool
convert (Db *db, Warehouse *warehouse, const char *column, GPtrArray *notes, GError **error)
{
  const Layout *layout = warehouse->layout;
  return distrust (db, warehouse, column, "is not null", error)
         && convert_texts (db, warehouse->schema, layout, layout_find_convertible (layout, column), notes, error);
}

/* Adds a wanted column that is not there, or puts it down to be altered. */
static bool
bring_column (Db *db, Warehouse *warehouse, const Columns *columns, const WantedColumn *column, GPtrArray *notes, GError **error)
{
  const StoredColumn *is = columns_find (columns->stored, column->name);
  /* What a person adds to the table is in no hash, and what he drops stays in them. */
  bool hashed = pins_know (columns->pins, column->pinned);
  if (layout_is_bag (warehouse->layout) && hashed != (is != NULL))
    return refuse_by_hand (warehouse, column, is != NULL, error);
  if (is != NULL && !hashed && !distrust (db, warehouse, column->name, "is not null", error))
    return false;
  ColumnStep step = columns_step (warehouse->layout, columns->pins, column, columns->stored);
  if (step == COLUMN_IS_CAST || step == COLUMN_IS_CONVERTED)
    g_array_append_val (columns->alter, *column);
  switch (step)
    {
    case COLUMN_CANNOT:
      return columns_refuse (warehouse->schema, warehouse->layout, column, is, error);
    case COLUMN_IS_NEW:
      return add_column (db, warehouse, column, notes, error)
             && (!hashed || distrust (db, warehouse, column->name, "is null", error));
    case COLUMN_IS_CONVERTED:
      return convert (db, warehouse, column->name, notes, error);
    case COLUMN_IS_CAST:
    case COLUMN_STAYS:
    default:
      return true;
    }
}

static bool
bring_columns (Db *db, Warehouse *warehouse, const Columns *columns, GPtrArray *notes, GError **error)
{
  for (guint i = 0; i < columns->wanted->len; i++)
    if (!bring_column (db, warehouse, columns, &g_array_index (columns->wanted, WantedColumn, i), notes, error))
      return false;
  return true;
}

static gpointer
copy_name (gconstpointer name, gpointer data G_GNUC_UNUSED)
{
  return g_strdup (name);
}

static void
find_fresh (Warehouse *warehouse, const Pins *pins)
{
  g_ptr_array_extend (warehouse->fresh, warehouse->added, copy_name, NULL);
  const Layout *layout = warehouse->layout;
  for (int i = 0; i < layout->n_columns; i++)
    {
      const LayoutColumn *column = &layout->columns[i];
      bool added = g_ptr_array_find_with_equal_func (warehouse->added, column->name, g_str_equal, NULL);
      if (column->stored && !added && !column->unknown && never_had_a_value (pins, column->name))
        g_ptr_array_add (warehouse->fresh, g_strdup (column->name));
    }
}

static void
find_carried (Warehouse *warehouse, const Columns *columns, GPtrArray *notes)
{
  const Model *model = warehouse->layout->model;
  g_autofree const char **own = model_own_names (model);
  for (guint i = 0; i < columns->stored->len; i++)
    {
      const char *name = ((const StoredColumn *) columns->stored->pdata[i])->name;
      if (g_strcmp0 (name, model->id_column) == 0 || g_strv_contains (own, name)
          || columns_find_wanted (columns->wanted, name) != NULL)
        continue;
      g_ptr_array_add (warehouse->carried, g_strdup (name));
      if (!never_had_a_value (columns->pins, name))
        g_ptr_array_add (warehouse->lacking, g_strdup (name));
      g_ptr_array_add (notes, g_strdup_printf ("column %s is missing from the file: %s.%s keeps what it knows", name,
                                               warehouse->schema, model->table));
    }
}

/* An older weir has loaded "" as NULL where the column had no value: that the file has it now is no change of the world. */
static void
find_empties (Warehouse *warehouse, const Columns *columns)
{
  bool keyless = model_is_keyless (warehouse->layout->model);
  for (guint i = 0; i < columns->wanted->len; i++)
    {
      const WantedColumn *column = &g_array_index (columns->wanted, WantedColumn, i);
      bool lost = !columns->pins->keep_empties && never_had_a_value (columns->pins, column->name)
                  && columns_find (columns->stored, column->name) != NULL;
      if (column->type->id == TYPE_TEXT && (keyless || lost))
        g_ptr_array_add (warehouse->empties, g_strdup (column->name));
    }
}

static void
find_filled (Warehouse *warehouse)
{
  g_ptr_array_extend (warehouse->filled, warehouse->added, copy_name, NULL);
  if (!model_is_keyless (warehouse->layout->model))
    g_ptr_array_extend (warehouse->filled, warehouse->empties, copy_name, NULL);
}

/* Whether rows without a key were hashed with a column that neither the table nor the file has any more. */
static bool
has_lost_a_column (const Layout *layout, const Columns *columns)
{
  g_autofree const char **names = pins_names (columns->pins);
  for (const char **name = names; *name != NULL; name++)
    if (pins_find (columns->pins, *name) != NULL && columns_find (columns->stored, *name) == NULL && !layout_has (layout, *name))
      return true;
  return false;
}

/* Whether a column has to be renamed, added or given another type; *ret_changes says so. */
static bool
find_changes (const Warehouse *warehouse, const GArray *wanted, const Pins *pins, GPtrArray *stored, bool *ret_changes,
              GError **error)
{
  g_autoptr (GArray) renames = columns_renames (warehouse->schema, warehouse->layout->model, pins, stored, error);
  *ret_changes = renames != NULL && renames->len > 0;
  for (guint i = 0; renames != NULL && i < wanted->len; i++)
    {
      ColumnStep step = columns_step (warehouse->layout, pins, &g_array_index (wanted, WantedColumn, i), stored);
      *ret_changes |= step == COLUMN_IS_NEW || step == COLUMN_IS_CAST || step == COLUMN_IS_CONVERTED;
    }
  return renames != NULL;
}

bool
warehouse_lock (Db *db, const char *schema, const Model *model, const Catalog *catalog, int lock_ms, GError **error)
{
  bool locked;
  g_autoptr (GPtrArray) names = NULL;
  if (!shown_find (db, schema, model, catalog, &names, error)
      || !short_lock_begin (db, schema, (const char *const *) names->pdata, SHORT_LOCK_ALL, lock_ms, &locked, error))
    return false;
  if (locked)
    return short_lock_end (db, lock_ms, error);
  return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_LOCK_BUSY },
                    "the columns of %s.%s have to change, and other sessions hold it", schema, model->table);
}

bool
warehouse_try_change (Db *db, const PipelineOptions *options, const Model *model, const Catalog *catalog, GError **error)
{
  const char *schema = options->warehouse_schema;
  bool exists;
  if (!run_begin (db, options, RUN_APPLYING, error))
    return false;
  bool done = warehouse_exists (db, schema, model->table, &exists, error)
              && (!exists || warehouse_lock (db, schema, model, catalog, options->lock_timeout_ms, error));
  return (!db_is_usable (db) || db_exec (db, "rollback", done ? error : NULL)) && done;
}

/* From the rules that the table was loaded by to those of the model. */
static bool
change_rules (Db *db, Warehouse *warehouse, const History *was, GPtrArray *stored, GPtrArray *notes, GError **error)
{
  g_autoptr (GPtrArray) doubtful = NULL;
  if (warehouse->layout->model->kind != MODEL_DIMENSION)
    return true;
  if (!scd_change_apply (db, warehouse, was, stored, notes, &doubtful, error))
    return false;
  for (guint i = 0; i < doubtful->len; i++)
    if (!distrust (db, warehouse, doubtful->pdata[i], "is null or true", error))
      return false;
  return true;
}

static bool
change (Db *db, Warehouse *warehouse, const GArray *wanted, const TableBefore *before, GPtrArray *notes, GError **error)
{
  const Pins *pins = before->pins;
  bool changes;
  const Model *model = warehouse->layout->model;
  g_auto (History) was = { 0 };
  g_autoptr (GPtrArray) stored = read_stored (db, warehouse, error);
  if (stored == NULL || !columns_check_id (warehouse->schema, model, stored, error) || !history_parse (before->history, &was, error)
      || !history_change_check (db, warehouse->schema, model, &was, stored, error)
      || !find_changes (warehouse, wanted, pins, stored, &changes, error))
    return false;
  warehouse->retold = history_change_is_wanted (model, &was, stored);
  changes |= warehouse->retold;
  if ((changes && !warehouse_lock (db, warehouse->schema, model, before->catalog, before->lock_ms, error))
      || !history_change_apply (db, warehouse, &was, stored, notes, error)
      || !change_rules (db, warehouse, &was, stored, notes, error) || !renames_apply (db, warehouse, pins, stored, notes, error))
    return false;
  g_autoptr (GArray) alter = g_array_new (FALSE, FALSE, sizeof (WantedColumn));
  const Columns columns = { wanted, stored, pins, alter };
  g_autoptr (GPtrArray) made = g_ptr_array_new ();
  if (!bring_columns (db, warehouse, &columns, notes, error) || !made_bring (db, warehouse, &columns, made, error))
    return false;
  warehouse->infers = warehouse->kind->versions && columns_find_mark (stored, model->history.names[HISTORY_INFERRED]) != NULL;
  find_empties (warehouse, &columns);
  find_filled (warehouse);
  warehouse->lost = has_lost_a_column (warehouse->layout, &columns);
  find_fresh (warehouse, pins);
  find_carried (warehouse, &columns, notes);
  if (warehouse->partial != NULL)
    partial_bring (warehouse->partial, warehouse, pins);
  warehouse->image = expression_image (stored);
  warehouse->remade = made->len > 0;
  return (alter->len > 0 ? alter_types (db, warehouse, alter, before->catalog, notes, error)
                         : shown_bring_up (db, warehouse, before->catalog, changes, notes, error))
         && made_fill (db, warehouse, made, error);
}

static Warehouse *
warehouse_new (const char *schema, const Layout *layout, const GArray *wanted)
{
  Warehouse *warehouse = g_new0 (Warehouse, 1);
  warehouse->schema = schema;
  warehouse->layout = layout;
  warehouse->kind = kind_of (layout->model);
  warehouse->current = kind_current (layout->model);
  GPtrArray **const names[] = { &warehouse->columns, &warehouse->added,   &warehouse->fresh,   &warehouse->empties,
                                &warehouse->filled,  &warehouse->numbers, &warehouse->carried, &warehouse->lacking };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    *names[i] = g_ptr_array_new_with_free_func (g_free);
  warehouse->made = g_ptr_array_new ();
  if (layout->model->kind == MODEL_DIMENSION)
    warehouse->view = shown_view (layout->model);
  for (guint i = 0; i < wanted->len; i++)
    g_ptr_array_add (warehouse->columns, g_strdup (g_array_index (wanted, WantedColumn, i).name));
  for (int i = 0; i < layout->n_columns; i++)
    if (layout->columns[i].was_number && layout->columns[i].type->id == TYPE_TEXT)
      g_ptr_array_add (warehouse->numbers, g_strdup (layout->columns[i].name));
  return warehouse;
}

/* Where files have a place in time, and late ones find theirs. */
static bool
read_partial (Warehouse *warehouse, const TableBefore *before, GError **error)
{
  const Model *model = warehouse->layout->model;
  if (model_is_keyless (model) || !effective_is_dated (before->effective) || model->late == LATE_APPLY)
    return true;
  warehouse->partial = partial_new (before->partial, error);
  if (warehouse->partial != NULL)
    warehouse->partial->whole = before->partial_whole;
  return warehouse->partial != NULL;
}

Warehouse *
warehouse_bring_up (Db *db, const char *schema, const Layout *layout, const TableBefore *before, GPtrArray *notes, GError **error)
{
  g_autoptr (GArray) wanted = columns_wanted (layout);
  g_autoptr (Warehouse) warehouse = warehouse_new (schema, layout, wanted);
  bool exists;
  if (!stage_ensure_schema (db, schema, "warehouse", error)
      || !agreement_check_owner (db, schema, layout->model->table, before->known, &exists, error)
      || !read_partial (warehouse, before, error))
    return NULL;
  if (exists ? !change (db, warehouse, wanted, before, notes, error)
             : !create (db, warehouse, wanted, before->catalog, notes, error))
    return NULL;
  return g_steal_pointer (&warehouse);
}

bool
warehouse_index (Db *db, const Warehouse *warehouse, GError **error)
{
  const Model *model = warehouse->layout->model;
  const SqlVar vars[] = {
    { "schema", warehouse->schema }, { "table", model->table }, { "id", model->id_column }, HISTORY_VARS (&model->history)
  };
  for (const char *const *statement = warehouse->kind->index; *statement != NULL; statement++)
    if (!sql_run (db, *statement, vars, G_N_ELEMENTS (vars), NULL, error))
      return false;
  return true;
}

static bool
run_statements (Db *db, const char *schema, const Model *model, const GPtrArray *statements, GError **error)
{
  for (guint i = 0; i < statements->len; i++)
    if (!db_exec (db, statements->pdata[i], error))
      return columns_explain_dependent (schema, model->table, error);
  return true;
}

bool
warehouse_reshape (Db *db, const char *schema, const Model *model, const Catalog *catalog, const GPtrArray *statements, int lock_ms,
                   GError **error)
{
  const Layout layout = { .model = model };
  g_autofree char *view = model->kind == MODEL_DIMENSION ? shown_view (model) : NULL;
  const Warehouse warehouse = { .schema = schema, .layout = &layout, .view = view };
  g_autoptr (GPtrArray) grants = g_ptr_array_new_with_free_func ((GDestroyNotify) db_result_free);
  if (!warehouse_lock (db, schema, model, catalog, lock_ms, error) || !shown_drop (db, &warehouse, catalog, grants, error)
      || !run_statements (db, schema, model, statements, error) || !shown_make (db, schema, model, catalog, error))
    return false;
  for (guint i = 0; i < grants->len; i++)
    if (!grants_give (db, grants->pdata[i], error))
      return false;
  return true;
}
