#include "pipeline/warehouse/columns.h"

#include "base/docs.h"
#include "base/error.h"
#include "models/name.h"
#include "schema/sql.h"

#include <string.h>

GArray *
columns_wanted (const Layout *layout)
{
  GArray *wanted = g_array_new (FALSE, FALSE, sizeof (WantedColumn));
  for (int i = 0; i < layout->n_references; i++)
    {
      const LayoutReference *reference = &layout->references[i];
      const char *replaced = layout->columns[reference->columns[0]].name;
      g_array_append_val (wanted, ((WantedColumn) { reference->reference->as, &types[TYPE_UUID], replaced }));
    }
  for (int i = 0; i < layout->n_columns; i++)
    if (layout->columns[i].stored)
      g_array_append_val (wanted, ((WantedColumn) { layout->columns[i].name, layout->columns[i].type, layout->columns[i].name }));
  return wanted;
}

static void
stored_column_free (StoredColumn *column)
{
  g_free (column->name);
  g_free (column->former);
  g_free (column->written);
  g_free (column);
}

GPtrArray *
columns_read (Db *db, const char *schema, const char *table, GError **error)
{
  const SqlVar vars[] = { { "schema", schema }, { "table", table } };
  g_autoptr (DbResult) attributes = NULL;
  if (!sql_run (db, "table/attributes", vars, G_N_ELEMENTS (vars), &attributes, error))
    return NULL;
  GPtrArray *stored = g_ptr_array_new_with_free_func ((GDestroyNotify) stored_column_free);
  for (int row = 0; row < db_result_rows (attributes); row++)
    {
      StoredColumn *column = g_new0 (StoredColumn, 1);
      column->name = g_strdup (db_result_value (attributes, row, 0));
      column->type = types_by_oid ((uint32_t) db_result_int64 (attributes, row, 1));
      column->written = g_strdup (db_result_value (attributes, row, 2));
      column->not_null = db_result_bool (attributes, row, 3);
      g_ptr_array_add (stored, column);
    }
  return stored;
}

const StoredColumn *
columns_find (const GPtrArray *stored, const char *name)
{
  for (guint i = 0; i < stored->len; i++)
    if (strcmp (((const StoredColumn *) stored->pdata[i])->name, name) == 0)
      return stored->pdata[i];
  return NULL;
}

const WantedColumn *
columns_find_wanted (const GArray *wanted, const char *name)
{
  for (guint i = 0; i < wanted->len; i++)
    if (strcmp (g_array_index (wanted, WantedColumn, i).name, name) == 0)
      return &g_array_index (wanted, WantedColumn, i);
  return NULL;
}

GPtrArray *
columns_of_key (const Model *model)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  for (char **key = model->business_key; *key != NULL; key++)
    g_ptr_array_add (names, name_of_column (*key, 0));
  return names;
}

const StoredColumn *
columns_find_mark (const GPtrArray *stored, const char *name)
{
  const StoredColumn *column = columns_find (stored, name);
  return column != NULL && column->not_null && column->type != NULL && column->type->id == TYPE_BOOLEAN ? column : NULL;
}

static bool
refuse_two (const char *schema, const Model *model, const char *one, const char *two, const char *name, GError **error)
{
  g_autofree char *detail = g_strdup_printf (
      "%s says both are \"%s\". Which of their values are to stay cannot be told. Nothing was changed.", model->path, name);
  g_autofree char *page = docs_path ("models.md");
  g_autofree char *hint = g_strdup_printf (
      "Merge them in psql and drop the one that is not to stay: %s shows how. Or take its name out of \"from\" in %s.", page,
      model->path);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, REASON_COLUMNS_DRIFT, .detail = detail, .hint = hint },
                    "%s.%s has a column \"%s\" and a column \"%s\"", schema, model->table, one, two);
}

GArray *
columns_renames (const char *schema, const Model *model, const Pins *pins, const GPtrArray *stored, GError **error)
{
  g_autoptr (GArray) renames = g_array_new (FALSE, FALSE, sizeof (ColumnRename));
  GHashTableIter columns;
  gpointer name, value;
  g_hash_table_iter_init (&columns, pins->former);
  while (g_hash_table_iter_next (&columns, &name, &value))
    {
      const GPtrArray *former = value;
      const StoredColumn *found = columns_find (stored, name);
      for (guint i = 0; i < former->len; i++)
        {
          StoredColumn *column = (StoredColumn *) columns_find (stored, former->pdata[i]);
          if (column != NULL && found != NULL)
            return refuse_two (schema, model, found->name, column->name, name, error), NULL;
          found = column != NULL ? column : found;
        }
      const ColumnRename rename = { (StoredColumn *) found, name };
      if (found != NULL && strcmp (found->name, name) != 0)
        g_array_append_val (renames, rename);
    }
  return g_steal_pointer (&renames);
}

void
columns_rename (const ColumnRename *rename)
{
  g_free (rename->column->former);
  rename->column->former = rename->column->name;
  rename->column->name = g_strdup (rename->name);
}

ColumnStep
columns_step (const Layout *layout, const Pins *pins, const WantedColumn *wanted, const GPtrArray *stored)
{
  const StoredColumn *is = columns_find (stored, wanted->name);
  if (is == NULL)
    return COLUMN_IS_NEW;
  if (is->type == wanted->type)
    return COLUMN_STAYS;
  if (is->type != NULL && is->type->id == TYPE_TEXT && layout_find_convertible (layout, wanted->name) != NULL)
    return COLUMN_IS_CONVERTED;
  /* One without a pin has never held a value. */
  bool kept = is->type != NULL && layout_may_become (layout, is->type->id, wanted->type->id);
  return kept || pins_find (pins, wanted->name) == NULL ? COLUMN_IS_CAST : COLUMN_CANNOT;
}

bool
columns_refuse (const char *schema, const Layout *layout, const WantedColumn *wanted, const StoredColumn *stored, GError **error)
{
  const Model *model = layout->model;
  bool bag = stored->type != NULL && types_widens (stored->type->id, wanted->type->id);
  g_autofree char *hint =
      g_strdup_printf ("Declare it as \"%s\" in %s, or load into a table of another name.", stored->written, model->path);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, REASON_TYPE_CHANGED,
                                 .detail = bag ? "Rows without a key are known by their values: as text, those that are there "
                                                 "would be loaded once more. Nothing was changed."
                                               : "Nothing was changed.",
                                 .hint = hint },
                    "column \"%s\" of %s.%s is %s and cannot become %s without loss", wanted->name, schema, model->table,
                    stored->written, wanted->type->name);
}

bool
columns_check_id (const char *schema, const Model *model, const GPtrArray *stored, GError **error)
{
  if (model->id_column == NULL || columns_find (stored, model->id_column) != NULL)
    return true;
  g_autofree char *hint = g_strdup_printf ("Put \"id\": {\"column\": ...} back in %s as it was at the first load, or rename the "
                                           "column: alter table ... rename column.",
                                           model->path);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, REASON_KEY_CHANGED, .detail = "Nothing was changed.", .hint = hint },
                    "%s.%s has no column \"%s\" for the id", schema, model->table, model->id_column);
}

bool
columns_explain_dependent (const char *schema, const char *relation, GError **error)
{
  Reason reason = error != NULL ? weir_error_get_reason (*error) : REASON_NONE;
  if (reason == REASON_DEPENDENT_OBJECTS || reason == REASON_NOT_SUPPORTED)
    weir_error_hint (
        error, "Something depends on %s.%s, where the type of a column has to change: drop it, and make it again after the load.",
        schema, relation);
  return false;
}
