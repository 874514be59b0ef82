#include "pipeline/warehouse/renames.h"

#include "pipeline/warehouse/partial.h"
#include "schema/history_vars.h"

/* In the view too, if it has the column: somebody may have taken it away. */
static bool
rename_in_view (Db *db, const Warehouse *warehouse, const ColumnRename *rename, GError **error)
{
  if (warehouse->view == NULL)
    return true;
  g_autoptr (GPtrArray) seen = columns_read (db, warehouse->schema, warehouse->view, error);
  if (seen == NULL || columns_find (seen, rename->column->name) == NULL)
    return seen != NULL;
  const SqlVar vars[] = {
    { "schema", warehouse->schema }, { "view", warehouse->view }, { "column", rename->column->name }, { "name", rename->name }
  };
  return sql_run (db, "table/rename_in_view", vars, G_N_ELEMENTS (vars), NULL, error);
}

bool
renames_one (Db *db, const Warehouse *warehouse, const ColumnRename *rename, GError **error)
{
  const SqlVar vars[] = { { "schema", warehouse->schema },
                          { "table", warehouse->layout->model->table },
                          { "column", rename->column->name },
                          { "name", rename->name } };
  if (!sql_run (db, "table/rename_column", vars, G_N_ELEMENTS (vars), NULL, error) || !rename_in_view (db, warehouse, rename, error)
      || !sql_run (db, "waiting/rename_overwritten", vars, G_N_ELEMENTS (vars), NULL, error))
    return false;
  columns_rename (rename);
  return true;
}

/* What opened versions is told by names. */
static bool
rename_in_changed (Db *db, const Warehouse *warehouse, const char *column, const char *name, GError **error)
{
  const Model *model = warehouse->layout->model;
  const SqlVar vars[] = { { "schema", warehouse->schema },
                          { "table", model->table },
                          { "column", column },
                          { "name", name },
                          HISTORY_VARS (&model->history) };
  return sql_run (db, "dimension/rename_in_changed", vars, G_N_ELEMENTS (vars), NULL, error)
         && sql_run (db, "dimension/rename_in_overwritten", vars, G_N_ELEMENTS (vars), NULL, error);
}

bool
renames_apply (Db *db, Warehouse *warehouse, const Pins *pins, GPtrArray *stored, GPtrArray *notes, GError **error)
{
  const Model *model = warehouse->layout->model;
  g_autoptr (GArray) renames = columns_renames (warehouse->schema, model, pins, stored, error);
  warehouse->renamed = renames != NULL && renames->len > 0;
  for (guint i = 0; renames != NULL && i < renames->len; i++)
    {
      const ColumnRename *rename = &g_array_index (renames, ColumnRename, i);
      g_autofree char *was = g_strdup (rename->column->name);
      const SqlVar vars[] = { { "table", model->table }, { "column", was }, { "name", rename->name } };
      if (!renames_one (db, warehouse, rename, error) || !sql_run (db, "waiting/rename", vars, G_N_ELEMENTS (vars), NULL, error)
          || (warehouse->kind->versions && !rename_in_changed (db, warehouse, was, rename->name, error)))
        return false;
      if (warehouse->partial != NULL)
        partial_rename (warehouse->partial, was, rename->name);
      g_ptr_array_add (notes, g_strdup_printf ("column %s of %s.%s is now %s, as %s says", was, warehouse->schema, model->table,
                                               rename->name, model->path));
    }
  return renames != NULL;
}
