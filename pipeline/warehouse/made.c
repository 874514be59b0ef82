#include "pipeline/warehouse/made.h"

#include "schema/history_vars.h"

static bool
bring (Db *db, const Warehouse *warehouse, const Columns *columns, const HistoryRule *rule, const char *type, GPtrArray *fresh,
       GError **error)
{
  const StoredColumn *made = columns_find (columns->stored, rule->made);
  const WantedColumn *wanted = columns_find_wanted (columns->wanted, rule->name);
  const SqlVar vars[] = {
    { "schema", warehouse->schema }, { "table", warehouse->layout->model->table }, { "column", rule->made }, { "type", type }
  };
  if (made == NULL)
    {
      g_ptr_array_add (fresh, (gpointer) rule);
      return sql_run (db, "table/add_column", vars, G_N_ELEMENTS (vars), NULL, error);
    }
  if (wanted != NULL && made->type != wanted->type)
    g_array_append_val (columns->alter, ((WantedColumn) { rule->made, wanted->type, wanted->pinned }));
  return true;
}

bool
made_bring (Db *db, Warehouse *warehouse, const Columns *columns, GPtrArray *fresh, GError **error)
{
  const GPtrArray *rules = warehouse->layout->model->history.rules;
  for (guint i = 0; i < rules->len; i++)
    {
      const HistoryRule *rule = rules->pdata[i];
      const StoredColumn *is = columns_find (columns->stored, rule->name);
      const WantedColumn *wanted = columns_find_wanted (columns->wanted, rule->name);
      const char *type = wanted != NULL ? wanted->type->name : is != NULL ? is->written : NULL;
      if (rule->made == NULL || type == NULL)
        continue;
      g_ptr_array_add (warehouse->made, (gpointer) rule);
      if (!bring (db, warehouse, columns, rule, type, fresh, error))
        return false;
    }
  return true;
}

bool
made_fill (Db *db, const Warehouse *warehouse, const GPtrArray *fresh, GError **error)
{
  const Model *model = warehouse->layout->model;
  for (guint i = 0; i < fresh->len; i++)
    {
      const HistoryRule *rule = fresh->pdata[i];
      const SqlVar vars[] = { { "schema", warehouse->schema }, { "table", model->table }, { "id", model->id_column },
                              { "column", rule->name },        { "made", rule->made },    HISTORY_VARS (&model->history) };
      if (rule->scd == SCD_CURRENT && !sql_run (db, "dimension/fill_newest", vars, G_N_ELEMENTS (vars), NULL, error))
        return false;
    }
  return true;
}
