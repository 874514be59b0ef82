#include "pipeline/warehouse/warehouse.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/stage/stage.h"
#include "pipeline/warehouse/agreement.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/convert.h"
#include "schema/sql.h"

#include <string.h>

/* What a load finds. "pins": as before it. */
typedef struct
{
  const GArray *wanted;
  const GPtrArray *stored;
  const Pins *pins;
} TableBefore;

/* What people see in the view of current rows: everything but the columns that only tell versions apart. */
static const char *const hidden_in_view[] = { "effective_end_date", "is_current", "closed_by", NULL };

void
warehouse_free (Warehouse *warehouse)
{
  if (warehouse == NULL)
    return;
  g_free (warehouse->view);
  g_ptr_array_unref (warehouse->columns);
  g_ptr_array_unref (warehouse->added);
  g_ptr_array_unref (warehouse->fresh);
  g_ptr_array_unref (warehouse->new_texts);
  g_ptr_array_unref (warehouse->numbers);
  g_ptr_array_unref (warehouse->carried);
  g_ptr_array_unref (warehouse->lacking);
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
create (Db *db, Warehouse *warehouse, const GArray *wanted, GError **error)
{
  const Model *model = warehouse->layout->model;
  g_autoptr (GString) columns = g_string_new (NULL);
  for (guint i = 0; i < wanted->len; i++)
    {
      const WantedColumn *column = &g_array_index (wanted, WantedColumn, i);
      g_autofree char *ident = text_quote_ident (column->name);
      g_string_append_printf (columns, "%s %s,\n    ", ident, column->type->name);
    }
  const SqlVar vars[] = {
    { "schema", warehouse->schema }, { "table", model->table }, { "id", model->id_column }, { "columns", columns->str }
  };
  const char *statement = model->kind == MODEL_DIMENSION ? "dimension/create"
                          : model_is_keyless (model)     ? "fact/create_keyless"
                                                         : "fact/create";
  warehouse->created = true;
  return sql_run (db, statement, vars, G_N_ELEMENTS (vars), NULL, error);
}

/* The view lists its columns in the table's order, so a new column is a new last one and "create or replace" keeps what depends on
 * it. */
static bool
create_view (Db *db, const Warehouse *warehouse, GError **error)
{
  g_autoptr (GPtrArray) stored = read_stored (db, warehouse, error);
  if (stored == NULL)
    return false;
  g_autoptr (GString) columns = g_string_new (NULL);
  for (guint i = 0; i < stored->len; i++)
    {
      const char *name = ((const StoredColumn *) stored->pdata[i])->name;
      if (g_strv_contains (hidden_in_view, name))
        continue;
      g_autofree char *ident = text_quote_ident (name);
      g_string_append_printf (columns, "%s%s", columns->len > 0 ? ", " : "", ident);
    }
  const SqlVar vars[] = { { "schema", warehouse->schema },
                          { "table", warehouse->layout->model->table },
                          { "view", warehouse->view },
                          { "columns", columns->str } };
  return sql_run (db, "dimension/view", vars, G_N_ELEMENTS (vars), NULL, error);
}

/* Runs the statements that a query returned, one in each row. */
static bool
run_each (Db *db, const DbResult *statements, GError **error)
{
  for (int row = 0; row < db_result_rows (statements); row++)
    if (!db_exec (db, db_result_value (statements, row, 0), error))
      return false;
  return true;
}

static bool
change_column (Db *db, const Warehouse *warehouse, const char *statement, const char *column, const char *type, GError **error)
{
  const SqlVar vars[] = {
    { "schema", warehouse->schema }, { "table", warehouse->layout->model->table }, { "column", column }, { "type", type }
  };
  return sql_run (db, statement, vars, G_N_ELEMENTS (vars), NULL, error);
}

/* A type can only change while no view uses the column: ours is taken away and made again with its grants. */
static bool
alter_types (Db *db, const Warehouse *warehouse, const GArray *alter, GError **error)
{
  const SqlVar view[] = { { "schema", warehouse->schema }, { "view", warehouse->view }, { "table", warehouse->view } };
  g_autoptr (DbResult) grants = NULL;
  if (warehouse->view != NULL
      && (!sql_run (db, "table/grants", view, G_N_ELEMENTS (view), &grants, error)
          || !sql_run (db, "table/drop_view", view, G_N_ELEMENTS (view), NULL, error)))
    {
      weir_error_hint (error,
                       "Something depends on %s.%s, which has to be made again because a column's type grows: drop it, and make it "
                       "again after the load.",
                       warehouse->schema, warehouse->view);
      return false;
    }
  for (guint i = 0; i < alter->len; i++)
    {
      const WantedColumn *column = &g_array_index (alter, WantedColumn, i);
      if (!change_column (db, warehouse, "table/alter_column", column->name, column->type->name, error))
        return false;
    }
  return warehouse->view == NULL || (create_view (db, warehouse, error) && run_each (db, grants, error));
}

/* Whether the column is text already, and has held a value. */
static bool
was_text (const WantedColumn *column, const GPtrArray *stored, const Pins *pins)
{
  const StoredColumn *is = columns_find (stored, column->name);
  return is != NULL && is->type == &types[TYPE_TEXT] && pins_find (pins, column->name) != NULL;
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

/* Adds the wanted columns that are not there, and puts down in "alter" those whose type has to change. */
static bool
bring_columns (Db *db, Warehouse *warehouse, const TableBefore *before, GArray *alter, GPtrArray *notes, GError **error)
{
  const Layout *layout = warehouse->layout;
  for (guint i = 0; i < before->wanted->len; i++)
    {
      const WantedColumn *column = &g_array_index (before->wanted, WantedColumn, i);
      ColumnStep step = columns_step (layout, before->pins, column, before->stored);
      if (step == COLUMN_CANNOT)
        return columns_refuse (warehouse->schema, layout, column, columns_find (before->stored, column->name), error);
      if (step == COLUMN_IS_NEW && !add_column (db, warehouse, column, notes, error))
        return false;
      if (step == COLUMN_IS_CONVERTED
          && !convert_texts (db, warehouse->schema, layout, layout_find_convertible (layout, column->name), notes, error))
        return false;
      if (step == COLUMN_IS_CAST || step == COLUMN_IS_CONVERTED)
        g_array_append_val (alter, *column);
    }
  return true;
}

static void
find_fresh (Warehouse *warehouse, const Pins *pins)
{
  for (guint i = 0; i < warehouse->added->len; i++)
    g_ptr_array_add (warehouse->fresh, g_strdup (warehouse->added->pdata[i]));
  const Layout *layout = warehouse->layout;
  for (int i = 0; i < layout->n_columns; i++)
    {
      const LayoutColumn *column = &layout->columns[i];
      bool added = g_ptr_array_find_with_equal_func (warehouse->added, column->name, g_str_equal, NULL);
      if (column->stored && !added && !column->unknown && never_had_a_value (pins, column->name))
        g_ptr_array_add (warehouse->fresh, g_strdup (column->name));
    }
}

static bool
is_wanted (const GArray *wanted, const char *name)
{
  for (guint i = 0; i < wanted->len; i++)
    if (strcmp (g_array_index (wanted, WantedColumn, i).name, name) == 0)
      return true;
  return false;
}

static void
find_carried (Warehouse *warehouse, const TableBefore *before, GPtrArray *notes)
{
  const Model *model = warehouse->layout->model;
  for (guint i = 0; i < before->stored->len; i++)
    {
      const char *name = ((const StoredColumn *) before->stored->pdata[i])->name;
      if (g_strcmp0 (name, model->id_column) == 0 || g_strv_contains (layout_own_names (model), name)
          || is_wanted (before->wanted, name))
        continue;
      g_ptr_array_add (warehouse->carried, g_strdup (name));
      if (!never_had_a_value (before->pins, name))
        g_ptr_array_add (warehouse->lacking, g_strdup (name));
      g_ptr_array_add (notes, g_strdup_printf ("column %s is missing from the file: %s.%s keeps what it knows", name,
                                               warehouse->schema, model->table));
    }
}

static void
find_new_texts (Warehouse *warehouse, const TableBefore *before)
{
  bool keyless = model_is_keyless (warehouse->layout->model);
  for (guint i = 0; i < before->wanted->len; i++)
    {
      const WantedColumn *column = &g_array_index (before->wanted, WantedColumn, i);
      if (column->type->id == TYPE_TEXT && (keyless || !was_text (column, before->stored, before->pins)))
        g_ptr_array_add (warehouse->new_texts, g_strdup (column->name));
    }
}

static bool
bring_up (Db *db, Warehouse *warehouse, const GArray *wanted, const Pins *pins, GPtrArray *notes, GError **error)
{
  g_autoptr (GPtrArray) stored = read_stored (db, warehouse, error);
  if (stored == NULL || !columns_check_id (warehouse->schema, warehouse->layout->model, stored, error))
    return false;
  const TableBefore before = { wanted, stored, pins };
  g_autoptr (GArray) alter = g_array_new (FALSE, FALSE, sizeof (WantedColumn));
  if (!bring_columns (db, warehouse, &before, alter, notes, error))
    return false;
  find_new_texts (warehouse, &before);
  find_fresh (warehouse, pins);
  find_carried (warehouse, &before, notes);
  if (alter->len > 0)
    return alter_types (db, warehouse, alter, error);
  bool has_view = true;
  if (warehouse->view != NULL && !warehouse_exists (db, warehouse->schema, warehouse->view, &has_view, error))
    return false;
  return warehouse->view == NULL || (has_view && warehouse->added->len == 0) || create_view (db, warehouse, error);
}

Warehouse *
warehouse_prepare (Db *db, const char *schema, const Layout *layout, const Pins *pins, bool known, GPtrArray *notes, GError **error)
{
  g_autoptr (Warehouse) warehouse = g_new0 (Warehouse, 1);
  warehouse->schema = schema;
  warehouse->layout = layout;
  warehouse->columns = g_ptr_array_new_with_free_func (g_free);
  warehouse->added = g_ptr_array_new_with_free_func (g_free);
  warehouse->fresh = g_ptr_array_new_with_free_func (g_free);
  warehouse->new_texts = g_ptr_array_new_with_free_func (g_free);
  warehouse->numbers = g_ptr_array_new_with_free_func (g_free);
  warehouse->carried = g_ptr_array_new_with_free_func (g_free);
  warehouse->lacking = g_ptr_array_new_with_free_func (g_free);
  if (layout->model->kind == MODEL_DIMENSION)
    warehouse->view = g_strdup_printf ("%s_current", layout->model->table);
  g_autoptr (GArray) wanted = columns_wanted (layout);
  for (guint i = 0; i < wanted->len; i++)
    g_ptr_array_add (warehouse->columns, g_strdup (g_array_index (wanted, WantedColumn, i).name));
  for (int i = 0; i < layout->n_columns; i++)
    if (layout->columns[i].was_number && layout->columns[i].type->id == TYPE_TEXT)
      g_ptr_array_add (warehouse->numbers, g_strdup (layout->columns[i].name));
  bool exists;
  if (!stage_ensure_schema (db, schema, "warehouse", error)
      || !agreement_check_owner (db, schema, layout->model->table, known, &exists, error))
    return NULL;
  if (exists ? !bring_up (db, warehouse, wanted, pins, notes, error) : !create (db, warehouse, wanted, error))
    return NULL;
  if (!exists && warehouse->view != NULL && !create_view (db, warehouse, error))
    return NULL;
  return g_steal_pointer (&warehouse);
}

bool
warehouse_index (Db *db, const Warehouse *warehouse, GError **error)
{
  const Model *model = warehouse->layout->model;
  const SqlVar vars[] = { { "schema", warehouse->schema }, { "table", model->table }, { "id", model->id_column } };
  bool dimension = model->kind == MODEL_DIMENSION;
  return sql_run (db, dimension ? "dimension/primary_key" : "fact/primary_key", vars, G_N_ELEMENTS (vars), NULL, error)
         && (!dimension || sql_run (db, "dimension/unique_current", vars, G_N_ELEMENTS (vars), NULL, error))
         && sql_run (db, "table/analyze", vars, G_N_ELEMENTS (vars), NULL, error);
}
