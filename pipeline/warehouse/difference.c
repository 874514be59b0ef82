#include "pipeline/warehouse/difference_private.h"

#include "base/text.h"
#include "pipeline/layout/layout.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/expressions.h"

#include <string.h>

void
difference_free (Difference *difference)
{
  if (difference == NULL)
    return;
  g_clear_pointer (&difference->keys, g_ptr_array_unref);
  g_clear_pointer (&difference->live, g_ptr_array_unref);
  g_clear_pointer (&difference->rebuilt, g_ptr_array_unref);
  g_clear_pointer (&difference->shape, g_ptr_array_unref);
  g_free (difference->by_hand);
  g_free (difference);
}

bool
difference_is_none (const Difference *difference)
{
  return difference->exists && difference->comparable && !difference->reshaped
         && difference->extra + difference->missing + difference->different == 0;
}

static bool
has (const GPtrArray *names, const char *name)
{
  return g_ptr_array_find_with_equal_func ((GPtrArray *) names, name, g_str_equal, NULL);
}

/* ---- columns ---- */

/* Rows that waited came when what they refer to did, and nobody knows that any more. */
static bool
may_have_waited (const Model *model)
{
  for (guint i = 0; i < model->references->len; i++)
    if (((const ModelReference *) model->references->pdata[i])->missing == MISSING_WAIT)
      return true;
  return false;
}

static bool
is_quiet (const Model *model, const char *name)
{
  bool time = strcmp (name, "created_at") == 0 || strcmp (name, "updated_at") == 0;
  return strcmp (name, "row_hash") == 0 || (model->kind == MODEL_FACT && time && may_have_waited (model));
}

bool
difference_compares (const Difference *difference, const char *name)
{
  return !has (difference->keys, name) && !is_quiet (difference->of.model, name);
}

/* Names of the rebuilt columns that the live table has too, and that are compared. Borrowed. */
GPtrArray *
difference_compared (const Difference *difference)
{
  GPtrArray *names = g_ptr_array_new ();
  for (guint i = 0; i < difference->rebuilt->len; i++)
    {
      const StoredColumn *column = difference->rebuilt->pdata[i];
      if (difference_compares (difference, column->name) && columns_find (difference->live, column->name) != NULL)
        g_ptr_array_add (names, column->name);
    }
  return names;
}

/* Which columns a version changed is a set: their order is that of the file that opened it. */
static bool
is_set (const Model *model, const char *name)
{
  return model_has_versions (model) && g_strcmp0 (name, model->history.names[HISTORY_CHANGED]) == 0;
}

/* of."a", of."b", each as text where its type is another in the other table. */
static char *
list_values (const Difference *difference, const GPtrArray *names, const char *of)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      const StoredColumn *one = columns_find (difference->live, name), *other = columns_find (difference->rebuilt, name);
      bool same = one != NULL && other != NULL && strcmp (one->written, other->written) == 0;
      g_autofree char *ident = text_quote_ident (name);
      if (same && is_set (difference->of.model, name))
        g_string_append_printf (text, "case when cardinality(%s%s) > 1 then array(select unnest(%s%s) order by 1) else %s%s end, ",
                                of, ident, of, ident, of, ident);
      else
        g_string_append_printf (text, "%s%s%s, ", of, ident, same ? "" : "::text");
    }
  return g_string_free (text, FALSE);
}

/* What is told of the columns, and whether they have to change. */
static void
find_shape (Difference *difference, const Pins *pins)
{
  const DifferenceOf *of = &difference->of;
  for (guint i = 0; difference->exists && i < difference->rebuilt->len; i++)
    {
      const StoredColumn *column = difference->rebuilt->pdata[i];
      const StoredColumn *is = columns_find (difference->live, column->name);
      if (is == NULL)
        g_ptr_array_add (difference->shape, g_strdup_printf ("%s.%s has no column %s (%s)", of->schema, of->model->table,
                                                             column->name, column->written));
      else if (strcmp (is->written, column->written) != 0)
        g_ptr_array_add (difference->shape, g_strdup_printf ("column %s of %s.%s is %s, and its files give %s", column->name,
                                                             of->schema, of->model->table, is->written, column->written));
    }
  for (guint i = 0; difference->exists && i < difference->live->len; i++)
    {
      const StoredColumn *column = difference->live->pdata[i];
      if (columns_find (difference->rebuilt, column->name) != NULL)
        continue;
      if (pins_know (pins, column->name))
        g_ptr_array_add (difference->shape, g_strdup_printf ("column %s of %s.%s is in no file as the model is now", column->name,
                                                             of->schema, of->model->table));
      else if (difference->by_hand == NULL)
        difference->by_hand = g_strdup (column->name);
    }
  difference->reshaped = difference->shape->len > 0;
}

static bool
read_keys (Db *db, const DifferenceOf *of, const char *schema, GPtrArray *keys, GError **error)
{
  const SqlVar vars[] = { { "schema", schema }, { "table", of->model->table } };
  g_autoptr (DbResult) found = NULL;
  if (!sql_run (db, "rebuild/key", vars, G_N_ELEMENTS (vars), &found, error))
    return false;
  for (int row = 0; row < db_result_rows (found); row++)
    g_ptr_array_add (keys, g_strdup (db_result_value (found, row, 0)));
  return true;
}

/* Whether the live table has what tells the rebuilt rows apart. */
static bool
has_keys (const Difference *difference)
{
  for (guint i = 0; i < difference->keys->len; i++)
    {
      const StoredColumn *is = columns_find (difference->live, difference->keys->pdata[i]);
      if (is == NULL || strcmp (is->written, columns_find (difference->rebuilt, difference->keys->pdata[i])->written) != 0)
        return false;
    }
  return difference->keys->len > 0;
}

static bool
read_columns (Db *db, Difference *difference, GError **error)
{
  const DifferenceOf *of = &difference->of;
  g_autoptr (Pins) pins = pins_parse (of->pins, error);
  if (pins == NULL)
    return false;
  difference->live = columns_read (db, of->schema, of->model->table, error);
  difference->rebuilt = difference->live != NULL ? columns_read (db, of->temporary, of->model->table, error) : NULL;
  if (difference->rebuilt == NULL || !read_keys (db, of, of->temporary, difference->keys, error))
    return false;
  difference->exists = difference->live->len > 0;
  difference->comparable = has_keys (difference);
  find_shape (difference, pins);
  return true;
}

/* ---- rows ---- */

/* of."a" = with."a" and ... of the keys. */
static char *
join_keys (const Difference *difference, const char *of, const char *with)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < difference->keys->len; i++)
    {
      g_autofree char *ident = text_quote_ident (difference->keys->pdata[i]);
      g_string_append_printf (text, "%s%s%s = %s%s", i > 0 ? " and " : "", of, ident, with, ident);
    }
  return g_string_free (text, FALSE);
}

/* "a", "b" of the keys. */
char *
difference_keys (const Difference *difference, const char *of)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < difference->keys->len; i++)
    {
      g_autofree char *ident = text_quote_ident (difference->keys->pdata[i]);
      g_string_append_printf (text, "%s%s%s", i > 0 ? ", " : "", of, ident);
    }
  return g_string_free (text, FALSE);
}

/* Those of whichever row is there. */
static char *
either_key (const Difference *difference)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < difference->keys->len; i++)
    {
      g_autofree char *ident = text_quote_ident (difference->keys->pdata[i]);
      g_string_append_printf (text, "%scoalesce(l.%s, r.%s) as %s", i > 0 ? ", " : "", ident, ident, ident);
    }
  return g_string_free (text, FALSE);
}

Vars
difference_vars (const Difference *difference)
{
  const DifferenceOf *of = &difference->of;
  Vars vars = vars_from (NULL, 0);
  vars_set (&vars, "schema", of->schema);
  vars_set (&vars, "temporary", of->temporary);
  vars_set (&vars, "table", of->model->table);
  vars_set (&vars, "first", difference->keys->pdata[0]);
  vars_take (&vars, "same_l", join_keys (difference, "l.", "d."));
  vars_take (&vars, "same_r", join_keys (difference, "r.", "d."));
  vars_take (&vars, "same_p", join_keys (difference, "p.", "d."));
  vars_take (&vars, "keys_d", difference_keys (difference, "d."));
  return vars;
}

/* The rows of a table without a key have their hash for one, which is of the names of columns and may be of older ones. */
static bool
pair (Db *db, const Difference *difference, const Vars *vars, GError **error)
{
  g_autoptr (GPtrArray) compared = difference_compared (difference);
  g_auto (Vars) all = vars_from (vars_all (vars), vars_count (vars));
  vars_take (&all, "keys", difference_keys (difference, ""));
  vars_take (&all, "keys_l", difference_keys (difference, "l."));
  vars_take (&all, "keys_r", difference_keys (difference, "r."));
  vars_take (&all, "names", expression_names (compared, "", ", "));
  return !model_is_keyless (difference->of.model) || difference->extra == 0 || difference->missing == 0
         || vars_run (db, &all, "rebuild/pair", error);
}

static bool
count (Db *db, Difference *difference, GError **error)
{
  g_autoptr (DbResult) counts = NULL;
  if (!sql_run (db, "rebuild/count", NULL, 0, &counts, error))
    return false;
  difference->extra = db_result_int64 (counts, 0, 0);
  difference->missing = db_result_int64 (counts, 0, 1);
  difference->different = db_result_int64 (counts, 0, 2);
  return true;
}

static bool
count_rows (Db *db, const Difference *difference, const char *schema, int64_t *ret_rows, GError **error)
{
  const SqlVar vars[] = { { "schema", schema }, { "table", difference->of.model->table } };
  g_autoptr (DbResult) rows = NULL;
  if (!sql_run (db, "rebuild/rows", vars, G_N_ELEMENTS (vars), &rows, error))
    return false;
  *ret_rows = db_result_int64 (rows, 0, 0);
  return true;
}

static bool
find_rows (Db *db, Difference *difference, GError **error)
{
  g_autoptr (GPtrArray) compared = difference_compared (difference);
  g_auto (Vars) vars = difference_vars (difference);
  bool side_by_side = difference->exists && difference->comparable;
  vars_take (&vars, "keys", side_by_side ? either_key (difference) : difference_keys (difference, "r."));
  vars_take (&vars, "same", join_keys (difference, "l.", "r."));
  vars_take (&vars, "live", list_values (difference, compared, "l."));
  vars_take (&vars, "rebuilt", list_values (difference, compared, "r."));
  if (!vars_run (db, &vars, side_by_side ? "rebuild/difference" : "rebuild/difference_of_all", error)
      || !vars_run (db, &vars, "rebuild/analyze_difference", error) || !count (db, difference, error)
      || (side_by_side && (!pair (db, difference, &vars, error) || !count (db, difference, error)))
      || !count_rows (db, difference, difference->of.temporary, &difference->rebuilt_rows, error)
      || (difference->exists && !count_rows (db, difference, difference->of.schema, &difference->live_rows, error)))
    return false;
  if (difference->exists && !side_by_side)
    difference->extra = difference->live_rows;
  return true;
}

Difference *
difference_find (Db *db, const DifferenceOf *of, GError **error)
{
  g_autoptr (Difference) difference = g_new0 (Difference, 1);
  difference->of = *of;
  difference->keys = g_ptr_array_new_with_free_func (g_free);
  difference->shape = g_ptr_array_new_with_free_func (g_free);
  return read_columns (db, difference, error) && find_rows (db, difference, error) ? g_steal_pointer (&difference) : NULL;
}
