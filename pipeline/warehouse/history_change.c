#include "pipeline/warehouse/history_change.h"

#include "base/error.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/renames.h"
#include "pipeline/warehouse/scd_change.h"
#include "schema/history_vars.h"

#include <string.h>

static bool
is_other_name (const Model *model, const History *was, int column)
{
  return strcmp (model->history.names[column], was->names[column]) != 0;
}

bool
history_change_refuse_name (const char *schema, const Model *model, HistoryColumn column, GError **error)
{
  g_autofree char *hint = g_strdup_printf ("Choose another name for \"%s\" in \"names\" of %s: \"names\": {\"%s\": ...}.",
                                           history_column_words[column], model->path, history_column_words[column]);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, REASON_HISTORY_CHANGED, .detail = "Nothing was changed.", .hint = hint },
                    "%s.%s has a column \"%s\" of its files already, and %s wants to call one of history so", schema, model->table,
                    model->history.names[column], model->path);
}

/* What was overwritten is not known any more, and versions would be lost. */
static bool
refuse_kind (const char *schema, const Model *model, const History *was, GError **error)
{
  g_autofree char *hint =
      g_strdup_printf ("Put \"scd\": %d back in %s. Or begin anew: `weir drop %s` forgets the table, and `weir retry` "
                       "loads its files again.",
                       (int) was->scd, model->path, model->table);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, REASON_HISTORY_CHANGED, .detail = "Nothing was changed.", .hint = hint },
                    was->scd == SCD_VERSION ? "%s.%s has versions, and %s says \"scd\": 1, which has none"
                                            : "%s.%s has one row of each key, and %s wants versions, which nobody has kept",
                    schema, model->table, model->path);
}

static bool
refuse_missing (const char *schema, const Model *model, const History *was, int column, GError **error)
{
  g_autofree char *hint =
      g_strdup_printf ("Give it its name back (alter table ... rename column), or say in \"names\" of %s what it is "
                       "called: \"%s\".",
                       model->path, history_column_words[column]);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, REASON_HISTORY_CHANGED, .detail = "Nothing was changed.", .hint = hint },
                    "%s.%s has no column \"%s\", which tells its versions apart", schema, model->table, was->names[column]);
}

/* The column that tells what changed, where the table has it: of a type that no column of a file has. */
static StoredColumn *
find_changed (const GPtrArray *stored, const char *name)
{
  StoredColumn *column = (StoredColumn *) columns_find (stored, name);
  return column != NULL && strcmp (column->written, "text[]") == 0 ? column : NULL;
}

/* The column of history as the table has it; NULL: it has none. */
static StoredColumn *
find_column (const History *was, const GPtrArray *stored, int column)
{
  const char *name = was->names[column];
  if (column == HISTORY_INFERRED)
    return (StoredColumn *) columns_find_mark (stored, name);
  return column == HISTORY_CHANGED ? find_changed (stored, name) : (StoredColumn *) columns_find (stored, name);
}

/* Whether it is there, under its old name or, renamed by hand, under the new one. */
static bool
lacks_changed (const Model *model, const History *was, const GPtrArray *stored)
{
  return find_column (was, stored, HISTORY_CHANGED) == NULL && find_changed (stored, model->history.names[HISTORY_CHANGED]) == NULL;
}

/* Whether the column is one of history, which may give its name to another. */
static bool
is_of_history (const History *was, const GPtrArray *stored, const StoredColumn *column)
{
  for (int i = 0; i < HISTORY_COLUMNS; i++)
    if (find_column (was, stored, i) == column)
      return true;
  return false;
}

/* A column that has its new name already was renamed by hand. Of those that a table may lack, what has the name but not the looks is a
 * file's. */
static bool
check_column (const char *schema, const Model *model, const History *was, const GPtrArray *stored, int column, GError **error)
{
  const char *name = model->history.names[column];
  const StoredColumn *own = find_column (was, stored, column), *taken = columns_find (stored, name);
  bool may_lack = column == HISTORY_CHANGED || column == HISTORY_INFERRED;
  if (own == NULL && taken == NULL)
    return may_lack || refuse_missing (schema, model, was, column, error);
  if (taken == NULL || is_of_history (was, stored, taken) || (own == NULL && !may_lack))
    return true;
  if (own == NULL && (column == HISTORY_CHANGED ? find_changed (stored, name) : columns_find_mark (stored, name)) == taken)
    return true;
  return history_change_refuse_name (schema, model, column, error);
}

bool
history_change_check (Db *db, const char *schema, const Model *model, const History *was, const GPtrArray *stored, GError **error)
{
  if (model->kind == MODEL_DIMENSION && was->scd != model->history.scd)
    return refuse_kind (schema, model, was, error);
  for (int column = 0; model_has_versions (model) && column < HISTORY_COLUMNS; column++)
    if (!check_column (schema, model, was, stored, column, error))
      return false;
  return model->kind != MODEL_DIMENSION || scd_change_check (db, schema, model, was, stored, error);
}

bool
history_change_is_wanted (const Model *model, const History *was, const GPtrArray *stored)
{
  bool wanted = was->open_end != model->history.open_end || lacks_changed (model, was, stored);
  for (int column = 0; column < HISTORY_COLUMNS; column++)
    wanted |= is_other_name (model, was, column);
  return (wanted && model_has_versions (model)) || (model->kind == MODEL_DIMENSION && scd_change_is_wanted (model, was));
}

/* One name may be another column's that is renamed as well: so all are given names between that nobody has. */
static bool
rename_all (Db *db, const Warehouse *warehouse, const History *was, GPtrArray *stored, GString *told, GError **error)
{
  const Model *model = warehouse->layout->model;
  StoredColumn *columns[HISTORY_COLUMNS] = { 0 };
  for (int i = 0; i < HISTORY_COLUMNS; i++)
    {
      g_autofree char *between = g_strdup_printf ("weir %d", i);
      columns[i] = is_other_name (model, was, i) ? find_column (was, stored, i) : NULL;
      if (columns[i] != NULL && !renames_one (db, warehouse, &(ColumnRename) { columns[i], between }, error))
        return false;
    }
  for (int i = 0; i < HISTORY_COLUMNS; i++)
    if (columns[i] != NULL)
      {
        g_string_append_printf (told, "%s%s is now %s", told->len > 0 ? ", " : "", was->names[i], model->history.names[i]);
        if (!renames_one (db, warehouse, &(ColumnRename) { columns[i], model->history.names[i] }, error))
          return false;
      }
  return true;
}

/* What weir says of an open end in the table itself: the constraint that ties it to whether a version is current. */
static bool
drop_checks (Db *db, const SqlVar *vars, size_t n_vars, GError **error)
{
  g_autoptr (DbResult) checks = NULL;
  if (!sql_run (db, "dimension/open_checks", vars, n_vars, &checks, error))
    return false;
  for (int row = 0; row < db_result_rows (checks); row++)
    {
      const SqlVar check[] = { vars[0], vars[1], { "check", db_result_value (checks, row, 0) } };
      if (!sql_run (db, "dimension/drop_check", check, G_N_ELEMENTS (check), NULL, error))
        return false;
    }
  return true;
}

static bool
change_open_ends (Db *db, const SqlVar *vars, size_t n_vars, GError **error)
{
  return drop_checks (db, vars, n_vars, error) && sql_run (db, "dimension/open_ends", vars, n_vars, NULL, error)
         && sql_run (db, "dimension/open_ends_overwritten", vars, n_vars, NULL, error)
         && sql_run (db, "dimension/add_check", vars, n_vars, NULL, error);
}

bool
history_change_apply (Db *db, const Warehouse *warehouse, const History *was, GPtrArray *stored, GPtrArray *notes, GError **error)
{
  const Model *model = warehouse->layout->model;
  const SqlVar vars[] = { { "schema", warehouse->schema }, { "table", model->table }, HISTORY_VARS (&model->history) };
  g_autoptr (GString) told = g_string_new (NULL);
  if (!model_has_versions (model) || !history_change_is_wanted (model, was, stored))
    return true;
  bool add = lacks_changed (model, was, stored);
  if (!rename_all (db, warehouse, was, stored, told, error)
      || (add && !sql_run (db, "dimension/add_changed", vars, G_N_ELEMENTS (vars), NULL, error)))
    return false;
  if (told->len > 0)
    g_ptr_array_add (notes, g_strdup_printf ("%s.%s: %s, as %s says", warehouse->schema, model->table, told->str, model->path));
  if (was->open_end == model->history.open_end)
    return true;
  g_ptr_array_add (notes,
                   g_strdup_printf ("%s.%s: %s of a version without an end is now %s, as %s says", warehouse->schema, model->table,
                                    model->history.names[HISTORY_END], open_end_words[model->history.open_end], model->path));
  return change_open_ends (db, vars, G_N_ELEMENTS (vars), error);
}
