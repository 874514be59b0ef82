#include "base/error.h"
#include "base/text.h"
#include "pipeline/layout/pins.h"
#include "pipeline/stage/stage.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/difference_private.h"
#include "pipeline/warehouse/history_change.h"
#include "pipeline/warehouse/kinds.h"
#include "pipeline/warehouse/shown.h"
#include "pipeline/warehouse/warehouse.h"

#include <string.h>

static char *
list_rebuilt (const Difference *difference, const char *of)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < difference->rebuilt->len; i++)
    {
      g_autofree char *ident = text_quote_ident (((const StoredColumn *) difference->rebuilt->pdata[i])->name);
      g_string_append_printf (text, "%s%s%s", i > 0 ? ", " : "", of, ident);
    }
  return g_string_free (text, FALSE);
}

static char *
list_assignments (const GPtrArray *names)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *ident = text_quote_ident (names->pdata[i]);
      g_string_append_printf (text, "%s = r.%s, ", ident, ident);
    }
  return g_string_free (text, FALSE);
}

static bool
change_some (Db *db, Vars *vars, const char *kind, const char *when, GError **error)
{
  vars_set (vars, "kind", kind);
  vars_set (vars, "when", when);
  return vars_run (db, vars, "rebuild/change", error);
}

/* Rows that have other values. Of an id one version is current, at any moment: first go those that are not. */
static bool
change_rows (Db *db, const Difference *difference, Vars *vars, GError **error)
{
  const Model *model = difference->of.model;
  g_autoptr (GPtrArray) compared = difference_compared (difference);
  g_autofree char *ident = text_quote_ident (model->history.names[HISTORY_CURRENT]);
  g_autofree char *current = kind_of (model)->versions ? g_strdup_printf ("r.%s", ident) : g_strdup ("true");
  g_autofree char *over = g_strdup_printf ("not %s", current);
  vars_take (vars, "assignments", list_assignments (compared));
  if (!change_some (db, vars, "different", over, error) || !change_some (db, vars, "different", current, error))
    return false;
  vars_set (vars, "assignments", "");
  return change_some (db, vars, "hash", "true", error);
}

static bool
write_rows (Db *db, const Difference *difference, GError **error)
{
  g_auto (Vars) vars = difference_vars (difference);
  vars_take (&vars, "columns", list_rebuilt (difference, ""));
  vars_take (&vars, "values", list_rebuilt (difference, "r."));
  return vars_run (db, &vars, "rebuild/take_out", error) && change_rows (db, difference, &vars, error)
         && vars_run (db, &vars, "rebuild/put_in", error);
}

static bool
fill (Db *db, const Difference *difference, const char *schema, GError **error)
{
  g_auto (Vars) vars = difference_vars (difference);
  vars_set (&vars, "schema", schema);
  vars_take (&vars, "columns", list_rebuilt (difference, ""));
  vars_take (&vars, "values", list_rebuilt (difference, "r."));
  vars_take (&vars, "keys_r", difference_keys (difference, "r."));
  return vars_run (db, &vars, "rebuild/fill", error);
}

static void
add_change (const Difference *difference, const char *change, const char *column, const char *type, GPtrArray *statements)
{
  g_autofree char *schema = text_quote_ident (difference->of.schema), *table = text_quote_ident (difference->of.model->table);
  g_autofree char *ident = text_quote_ident (column);
  g_ptr_array_add (statements, g_strdup_printf ("alter table %s.%s %s %s %s", schema, table, change, ident, type));
}

/* What makes the live columns, whose rows are gone, the rebuilt ones. */
static GPtrArray *
list_changes (const Difference *difference, const Pins *pins)
{
  GPtrArray *statements = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < difference->live->len; i++)
    {
      const StoredColumn *column = difference->live->pdata[i];
      const StoredColumn *wanted = columns_find (difference->rebuilt, column->name);
      bool other = wanted != NULL && strcmp (wanted->written, column->written) != 0;
      if (other || (wanted == NULL && pins_know (pins, column->name)))
        add_change (difference, "drop column", column->name, "", statements);
      if (other)
        add_change (difference, "add column", column->name, wanted->written, statements);
    }
  for (guint i = 0; i < difference->rebuilt->len; i++)
    {
      const StoredColumn *column = difference->rebuilt->pdata[i];
      if (columns_find (difference->live, column->name) == NULL)
        add_change (difference, "add column", column->name, column->written, statements);
    }
  return statements;
}

static bool
refuse_shape (const Difference *difference, GError **error)
{
  const DifferenceOf *of = &difference->of;
  g_autofree char *detail =
      difference->comparable
          ? g_strdup_printf ("Column %s is somebody's own, and its values would be lost. Nothing was changed.", difference->by_hand)
          : g_strdup ("Its rows are told apart by other columns. Nothing was changed.");
  g_autofree char *hint = g_strdup_printf (
      difference->comparable
          ? "Drop that column, or put it elsewhere. `weir rebuild %s --schema NAME` makes the table in another schema."
          : "`weir rebuild %s --schema NAME` makes the table in another schema; drop the old one then.",
      of->model->table);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = detail, .hint = hint },
                    "%s.%s cannot become what its files give", of->schema, of->model->table);
}

static bool
write_shape (Db *db, const Difference *difference, GError **error)
{
  const DifferenceOf *of = &difference->of;
  g_autoptr (Pins) pins = pins_parse (of->pins, error);
  g_autoptr (GPtrArray) statements = pins != NULL ? list_changes (difference, pins) : NULL;
  const SqlVar vars[] = { { "schema", of->schema }, { "table", of->model->table } };
  return statements != NULL && sql_run (db, "rebuild/empty", vars, G_N_ELEMENTS (vars), NULL, error)
         && warehouse_reshape (db, of->schema, of->model, of->catalog, statements, of->lock_ms, error)
         && fill (db, difference, of->schema, error);
}

/* A table that is not there. */
static bool
create (Db *db, const Difference *difference, const char *schema, GError **error)
{
  const DifferenceOf *of = &difference->of;
  const SqlVar vars[] = { { "schema", schema }, { "table", of->model->table }, { "temporary", of->temporary } };
  return sql_run (db, "rebuild/create", vars, G_N_ELEMENTS (vars), NULL, error) && fill (db, difference, schema, error)
         && shown_make (db, schema, of->model, of->catalog, error);
}

static bool
is_told_otherwise (const History *was, const History *is)
{
  for (int i = 0; i < HISTORY_COLUMNS; i++)
    if (strcmp (was->names[i], is->names[i]) != 0)
      return true;
  return was->open_end != is->open_end;
}

bool
difference_retell (Db *db, const DifferenceOf *of, const char *history, GError **error)
{
  const Model *model = of->model;
  const Layout layout = { .model = model };
  g_autofree char *view = shown_view (model);
  const Warehouse warehouse = { .schema = of->schema, .layout = &layout, .view = view };
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free),
                        stored = columns_read (db, of->schema, model->table, error);
  g_auto (History) was = { 0 };
  if (stored == NULL || !history_parse (history, &was, error))
    return false;
  if (stored->len == 0 || !model_has_versions (model) || was.scd != model->history.scd
      || !is_told_otherwise (&was, &model->history))
    return true;
  /* What the columns mean is nothing that has to fit: the rows are made anew. */
  g_ptr_array_unref (was.rules);
  was.rules = g_ptr_array_ref (model->history.rules);
  return history_change_check (db, of->schema, model, &was, stored, error)
         && warehouse_lock (db, of->schema, model, of->catalog, of->lock_ms, error)
         && history_change_apply (db, &warehouse, &was, stored, notes, error)
         && shown_make (db, of->schema, model, of->catalog, error);
}

bool
difference_write (Db *db, const Difference *difference, GError **error)
{
  if (!difference->exists)
    return stage_ensure_schema (db, difference->of.schema, "warehouse", error)
           && create (db, difference, difference->of.schema, error);
  if (!difference->comparable || (difference->reshaped && difference->by_hand != NULL))
    return refuse_shape (difference, error);
  return difference->reshaped ? write_shape (db, difference, error) : write_rows (db, difference, error);
}

bool
difference_publish (Db *db, const Difference *difference, const char *schema, GError **error)
{
  return stage_ensure_schema (db, schema, "other", error) && create (db, difference, schema, error);
}
