#include "pipeline/warehouse/warehouse.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/warehouse/convert.h"
#include "pipeline/stage/stage.h"
#include "schema/sql.h"

#include <string.h>

/* A column of the warehouse as the layout wants it. */
typedef struct
{
  const char *name;
  const Type *type;
} Wanted;

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

static GArray *
wanted_columns (const Layout *layout)
{
  GArray *wanted = g_array_new (FALSE, FALSE, sizeof (Wanted));
  for (int i = 0; i < layout->n_references; i++)
    g_array_append_val (wanted, ((Wanted) { layout->references[i].reference->as, &types[TYPE_UUID] }));
  for (int i = 0; i < layout->n_columns; i++)
    if (layout->columns[i].stored)
      g_array_append_val (wanted, ((Wanted) { layout->columns[i].name, layout->columns[i].type }));
  return wanted;
}

static bool
read_attributes (Db *db, const Warehouse *warehouse, DbResult **ret_attributes, GError **error)
{
  const SqlVar vars[] = { { "schema", warehouse->schema }, { "table", warehouse->layout->model->table } };
  return sql_run (db, "table/attributes", vars, G_N_ELEMENTS (vars), ret_attributes, error);
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
      const Wanted *column = &g_array_index (wanted, Wanted, i);
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
  g_autoptr (DbResult) attributes = NULL;
  if (!read_attributes (db, warehouse, &attributes, error))
    return false;
  g_autoptr (GString) columns = g_string_new (NULL);
  for (int row = 0; row < db_result_rows (attributes); row++)
    {
      const char *name = db_result_value (attributes, row, 0);
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
      const Wanted *column = &g_array_index (alter, Wanted, i);
      if (!change_column (db, warehouse, "table/alter_column", column->name, column->type->name, error))
        return false;
    }
  return warehouse->view == NULL || (create_view (db, warehouse, error) && run_each (db, grants, error));
}

static bool
type_cannot_follow (const Warehouse *warehouse, const Wanted *column, const Type *from, const char *is, GError **error)
{
  const Model *model = warehouse->layout->model;
  weir_error (error, WEIR_ERROR_MODEL, "column \"%s\" of %s.%s is %s and cannot become %s without loss", column->name,
              warehouse->schema, model->table, is, column->type->name);
  weir_error_detail (error, from != NULL && types_widens (from->id, column->type->id)
                                ? "Rows without a key are known by their values: as text, those that are there would be loaded "
                                  "once more. Nothing was changed."
                                : "Nothing was changed.");
  weir_error_hint (error, "Declare it as \"%s\" in %s, or load into a table of another name.", is, model->path);
  weir_error_reason (error, REASON_TYPE_CHANGED);
  return false;
}

static bool
was_text (const Wanted *column, const DbResult *attributes, const Pins *pins)
{
  for (int row = 0; row < db_result_rows (attributes); row++)
    if (strcmp (db_result_value (attributes, row, 0), column->name) == 0)
      return pins_find (pins, column->name) != NULL && db_result_int64 (attributes, row, 1) == types[TYPE_TEXT].oid;
  return false;
}

/* Whether every load so far has had nothing but NULL in the column. */
static bool
never_had_a_value (const Pins *pins, const char *column)
{
  return pins_know (pins, column) && pins_find (pins, column) == NULL;
}

/* One column that is wanted: there already, added, or put down for a change of type. */
static bool
bring_column (Db *db, Warehouse *warehouse, const Wanted *column, const DbResult *attributes, const Pins *pins, GArray *alter,
              GPtrArray *notes, GError **error)
{
  for (int row = 0; row < db_result_rows (attributes); row++)
    {
      if (strcmp (db_result_value (attributes, row, 0), column->name) != 0)
        continue;
      const Type *is = types_by_oid ((uint32_t) db_result_int64 (attributes, row, 1));
      if (is == column->type)
        return true;
      const LayoutColumn *texts =
          is != NULL && is->id == TYPE_TEXT ? layout_find_convertible (warehouse->layout, column->name) : NULL;
      if (texts != NULL)
        {
          if (!convert_texts (db, warehouse->schema, warehouse->layout, texts, notes, error))
            return false;
        }
      else if (pins_find (pins, column->name) != NULL
               && (is == NULL || !layout_may_become (warehouse->layout, is->id, column->type->id)))
        return type_cannot_follow (warehouse, column, is, db_result_value (attributes, row, 2), error);
      g_array_append_val (alter, *column);
      return true;
    }
  g_ptr_array_add (warehouse->added, g_strdup (column->name));
  const Model *model = warehouse->layout->model;
  bool filled = !model_is_keyless (model) || model->append == APPEND_DISTINCT;
  g_ptr_array_add (notes, g_strdup_printf ("column %s is new: added to %s.%s, %s", column->name, warehouse->schema, model->table,
                                           filled ? "and filled into the rows there are" : "and NULL in the rows there are"));
  return change_column (db, warehouse, "table/add_column", column->name, column->type->name, error);
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
    if (strcmp (g_array_index (wanted, Wanted, i).name, name) == 0)
      return true;
  return false;
}

static void
find_carried (Warehouse *warehouse, const GArray *wanted, const DbResult *attributes, const Pins *pins, GPtrArray *notes)
{
  const Model *model = warehouse->layout->model;
  for (int row = 0; row < db_result_rows (attributes); row++)
    {
      const char *name = db_result_value (attributes, row, 0);
      if (g_strcmp0 (name, model->id_column) == 0 || g_strv_contains (layout_own_names (model), name) || is_wanted (wanted, name))
        continue;
      g_ptr_array_add (warehouse->carried, g_strdup (name));
      if (!never_had_a_value (pins, name))
        g_ptr_array_add (warehouse->lacking, g_strdup (name));
      g_ptr_array_add (notes, g_strdup_printf ("column %s is missing from the file: %s.%s keeps what it knows", name,
                                               warehouse->schema, model->table));
    }
}

/* The id's column is the one that the first load made. */
static bool
has_id (const Warehouse *warehouse, const DbResult *attributes, GError **error)
{
  const Model *model = warehouse->layout->model;
  for (int row = 0; row < db_result_rows (attributes); row++)
    if (model->id_column == NULL || strcmp (db_result_value (attributes, row, 0), model->id_column) == 0)
      return true;
  weir_error (error, WEIR_ERROR_MODEL, "%s.%s has no column \"%s\" for the id", warehouse->schema, model->table, model->id_column);
  weir_error_detail (error, "Nothing was changed.");
  weir_error_hint (
      error,
      "Put \"id\": {\"column\": ...} back in %s as it was at the first load, or rename the column: alter table ... rename column.",
      model->path);
  weir_error_reason (error, REASON_KEY_CHANGED);
  return false;
}

static bool
bring_up (Db *db, Warehouse *warehouse, const GArray *wanted, const Pins *pins, GPtrArray *notes, GError **error)
{
  g_autoptr (DbResult) attributes = NULL;
  g_autoptr (GArray) alter = g_array_new (FALSE, FALSE, sizeof (Wanted));
  if (!read_attributes (db, warehouse, &attributes, error) || !has_id (warehouse, attributes, error))
    return false;
  for (guint i = 0; i < wanted->len; i++)
    {
      const Wanted *column = &g_array_index (wanted, Wanted, i);
      if (column->type->id == TYPE_TEXT && (model_is_keyless (warehouse->layout->model) || !was_text (column, attributes, pins)))
        g_ptr_array_add (warehouse->new_texts, g_strdup (column->name));
      if (!bring_column (db, warehouse, column, attributes, pins, alter, notes, error))
        return false;
    }
  find_fresh (warehouse, pins);
  find_carried (warehouse, wanted, attributes, pins, notes);
  if (alter->len > 0)
    return alter_types (db, warehouse, alter, error);
  bool has_view = true;
  if (warehouse->view != NULL && !warehouse_exists (db, warehouse->schema, warehouse->view, &has_view, error))
    return false;
  return warehouse->view == NULL || (has_view && warehouse->added->len == 0) || create_view (db, warehouse, error);
}

static bool
not_ours (const Warehouse *warehouse, GError **error)
{
  const char *table = warehouse->layout->model->table;
  weir_error (error, WEIR_ERROR_MODEL, "%s.%s exists, but weir did not make it", warehouse->schema, table);
  weir_error_detail (error, "Nothing was changed.");
  weir_error_hint (error, "Rename that table, or choose another warehouse schema (weir.json: \"schemas\": {\"warehouse\": ...}).");
  return false;
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
  g_autoptr (GArray) wanted = wanted_columns (layout);
  for (guint i = 0; i < wanted->len; i++)
    g_ptr_array_add (warehouse->columns, g_strdup (g_array_index (wanted, Wanted, i).name));
  for (int i = 0; i < layout->n_columns; i++)
    if (layout->columns[i].was_number && layout->columns[i].type->id == TYPE_TEXT)
      g_ptr_array_add (warehouse->numbers, g_strdup (layout->columns[i].name));
  bool exists;
  if (!stage_ensure_schema (db, schema, "warehouse", error) || !warehouse_exists (db, schema, layout->model->table, &exists, error))
    return NULL;
  if (exists && !known)
    return not_ours (warehouse, error), NULL;
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
