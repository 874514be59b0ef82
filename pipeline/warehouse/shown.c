#include "pipeline/warehouse/shown.h"

#include "base/text.h"
#include "pipeline/stage/grants.h"
#include "pipeline/warehouse/as_of.h"
#include "pipeline/warehouse/columns.h"
#include "schema/history_vars.h"

char *
shown_view (const Model *model)
{
  return g_strdup_printf ("%s_current", model->table);
}

/* What people see in the view of current rows: everything but the columns that only tell versions apart. */
static bool
is_hidden_in_view (const Model *model, const char *name)
{
  const History *history = &model->history;
  const char *const hidden[] = { history->names[HISTORY_END], history->names[HISTORY_CURRENT], history->names[HISTORY_CHANGED],
                                 "closed_by", NULL };
  for (guint i = 0; i < history->rules->len; i++)
    {
      const HistoryRule *rule = history->rules->pdata[i];
      if (rule->scd == SCD_CURRENT && g_str_equal (rule->made, name)) /* there it is the column itself */
        return true;
    }
  return model_has_versions (model) && g_strv_contains (hidden, name);
}

/* The view lists its columns in the table's order, so a new column is a new last one and "create or replace" keeps what depends on
 * it. */
static bool
create_view (Db *db, const Warehouse *warehouse, GError **error)
{
  const Model *model = warehouse->layout->model;
  g_autoptr (GPtrArray) stored = columns_read (db, warehouse->schema, model->table, error);
  if (stored == NULL)
    return false;
  g_autoptr (GString) columns = g_string_new (NULL);
  for (guint i = 0; i < stored->len; i++)
    {
      const char *name = ((const StoredColumn *) stored->pdata[i])->name;
      if (is_hidden_in_view (model, name))
        continue;
      g_autofree char *ident = text_quote_ident (name);
      g_string_append_printf (columns, "%s%s", columns->len > 0 ? ", " : "", ident);
    }
  const SqlVar vars[] = { { "schema", warehouse->schema },
                          { "table", model->table },
                          { "view", warehouse->view },
                          { "columns", columns->str },
                          { "current", warehouse->current } };
  return sql_run (db, "dimension/view", vars, G_N_ELEMENTS (vars), NULL, error);
}

/* The function needs no change where columns of files do: its rows are the table's. */
static bool
create_asof (Db *db, const Warehouse *warehouse, GError **error)
{
  const Model *model = warehouse->layout->model;
  if (!model_has_versions (model))
    return true;
  const SqlVar table[] = { { "schema", warehouse->schema }, { "table", model->table }, HISTORY_VARS (&model->history) };
  g_autofree char *name = g_strconcat (model->table, MODEL_ASOF_SUFFIX, NULL);
  g_autofree char *select = sql_part ("dimension/asof_body", table, G_N_ELEMENTS (table)), *body = text_quote_literal (select);
  const SqlVar vars[] = { { "schema", warehouse->schema }, { "table", model->table }, { "asof", name }, { "body", body } };
  return sql_run (db, "dimension/asof", vars, G_N_ELEMENTS (vars), NULL, error);
}

/* What people see besides the table, where it is not there, or the view's columns are others now. */
static bool
bring_up_own (Db *db, const Warehouse *warehouse, GError **error)
{
  const Model *model = warehouse->layout->model;
  if (warehouse->view == NULL)
    return true;
  if (warehouse->created)
    return create_view (db, warehouse, error) && create_asof (db, warehouse, error);
  g_autofree char *asof = g_strconcat (model->table, MODEL_ASOF_SUFFIX, NULL);
  const SqlVar vars[] = {
    { "schema", warehouse->schema }, { "table", model->table }, { "view", warehouse->view }, { "asof", asof }
  };
  g_autoptr (DbResult) shown = NULL;
  if (!sql_run (db, "dimension/shown", vars, G_N_ELEMENTS (vars), &shown, error))
    return false;
  bool has_view = db_result_bool (shown, 0, 0), has_asof = db_result_bool (shown, 0, 1), is_ours = db_result_bool (shown, 0, 2);
  return ((has_view && warehouse->added->len == 0 && !warehouse->remade) || create_view (db, warehouse, error))
         && ((has_asof && !(is_ours && warehouse->retold)) || create_asof (db, warehouse, error));
}

/* The views of facts that show columns of the table. The fact's own is looked at each time, for the model may say something else by now. */
static bool
bring_up_facts (Db *db, const Warehouse *warehouse, const Catalog *catalog, bool changed, GPtrArray *notes, GError **error)
{
  const Layout *layout = warehouse->layout;
  g_autoptr (GPtrArray) facts = changed || layout->model->kind == MODEL_FACT ? as_of_facts (catalog, layout->model) : NULL;
  for (guint i = 0; facts != NULL && i < facts->len; i++)
    {
      const Model *fact = facts->pdata[i];
      if (!as_of_bring_up (db, warehouse->schema, fact, catalog, fact == layout->model ? layout : NULL, notes, error))
        return false;
    }
  return true;
}

bool
shown_find (Db *db, const char *schema, const Model *model, const Catalog *catalog, GPtrArray **ret_names, GError **error)
{
  g_autoptr (GPtrArray) facts = as_of_facts (catalog, model);
  g_autoptr (GPtrArray) views = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  if (model->kind == MODEL_DIMENSION)
    g_ptr_array_add (views, shown_view (model));
  for (guint i = 0; i < facts->len; i++)
    g_ptr_array_add (views, as_of_view (facts->pdata[i]));
  g_ptr_array_add (names, g_strdup (model->table));
  for (guint i = 0; i < views->len; i++)
    {
      bool exists;
      if (!warehouse_exists (db, schema, views->pdata[i], &exists, error))
        return false;
      if (exists)
        g_ptr_array_add (names, g_strdup (views->pdata[i]));
    }
  g_ptr_array_add (names, NULL);
  return *ret_names = g_steal_pointer (&names), true;
}

bool
shown_bring_up (Db *db, const Warehouse *warehouse, const Catalog *catalog, bool changed, GPtrArray *notes, GError **error)
{
  return bring_up_own (db, warehouse, error) && bring_up_facts (db, warehouse, catalog, changed, notes, error);
}

bool
shown_make (Db *db, const char *schema, const Model *model, const Catalog *catalog, GError **error)
{
  const Layout layout = { .model = model };
  g_autofree char *view = model->kind == MODEL_DIMENSION ? shown_view (model) : NULL, *current = kind_current (model);
  g_autoptr (GPtrArray) added = g_ptr_array_new ();
  const Warehouse warehouse = {
    .schema = schema, .layout = &layout, .view = view, .current = current, .added = added, .retold = true
  };
  g_autoptr (GPtrArray) facts = as_of_facts (catalog, model);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  if (!bring_up_own (db, &warehouse, error))
    return false;
  for (guint i = 0; i < facts->len; i++)
    if (!as_of_bring_up (db, schema, facts->pdata[i], catalog, NULL, notes, error))
      return false;
  return true;
}

bool
shown_drop (Db *db, const Warehouse *warehouse, const Catalog *catalog, GPtrArray *grants, GError **error)
{
  g_autoptr (GPtrArray) facts = as_of_facts (catalog, warehouse->layout->model);
  for (guint i = 0; i < facts->len; i++)
    if (!as_of_drop (db, warehouse->schema, facts->pdata[i], grants, error))
      return false;
  const SqlVar view[] = { { "schema", warehouse->schema }, { "view", warehouse->view } };
  DbResult *own;
  if (warehouse->view == NULL)
    return true;
  if (!grants_read (db, warehouse->schema, warehouse->view, warehouse->view, &own, error))
    return false;
  g_ptr_array_add (grants, own);
  return sql_run (db, "table/drop_view", view, G_N_ELEMENTS (view), NULL, error)
         || columns_explain_dependent (warehouse->schema, warehouse->view, error);
}
