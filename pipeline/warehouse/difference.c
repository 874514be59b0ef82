#include "pipeline/warehouse/difference.h"

#include "base/error.h"
#include "base/text.h"
#include "models/name.h"
#include "pipeline/layout/layout.h"
#include "pipeline/stage/stage.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/expressions.h"
#include "pipeline/warehouse/kinds.h"
#include "pipeline/warehouse/shown.h"
#include "pipeline/warehouse/vars.h"
#include "pipeline/warehouse/warehouse.h"

#include <string.h>

#define MASKED "(pii)"

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

/* Names of the rebuilt columns that the live table has too, and that are compared. Borrowed. */
static GPtrArray *
list_compared (const Difference *difference)
{
  GPtrArray *names = g_ptr_array_new ();
  for (guint i = 0; i < difference->rebuilt->len; i++)
    {
      const StoredColumn *column = difference->rebuilt->pdata[i];
      if (!has (difference->keys, column->name) && !is_quiet (difference->of.model, column->name)
          && columns_find (difference->live, column->name) != NULL)
        g_ptr_array_add (names, column->name);
    }
  return names;
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
static char *
name_keys (const Difference *difference, const char *of)
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

static Vars
vars_of (const Difference *difference)
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
  vars_take (&vars, "keys_d", name_keys (difference, "d."));
  return vars;
}

/* The rows of a table without a key have their hash for one, which is of the names of columns and may be of older ones. */
static bool
pair (Db *db, const Difference *difference, const Vars *vars, GError **error)
{
  g_autoptr (GPtrArray) compared = list_compared (difference);
  g_auto (Vars) all = vars_from (vars_all (vars), vars_count (vars));
  vars_take (&all, "keys", name_keys (difference, ""));
  vars_take (&all, "keys_l", name_keys (difference, "l."));
  vars_take (&all, "keys_r", name_keys (difference, "r."));
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
  g_autoptr (GPtrArray) compared = list_compared (difference);
  g_auto (Vars) vars = vars_of (difference);
  bool side_by_side = difference->exists && difference->comparable;
  vars_take (&vars, "keys", side_by_side ? either_key (difference) : name_keys (difference, "r."));
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

/* ---- telling ---- */

/* 'a', 'b' and of."a"::text, of."b"::text of the columns. */
static void
list_texts (const GPtrArray *columns, const char *of, char **ret_names, char **ret_texts)
{
  GString *names = g_string_new (NULL), *texts = g_string_new (NULL);
  for (guint i = 0; i < columns->len; i++)
    {
      const char *name = ((const StoredColumn *) columns->pdata[i])->name;
      g_autofree char *literal = text_quote_literal (name), *ident = text_quote_ident (name);
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", literal);
      g_string_append_printf (texts, "%s%s%s::text", i > 0 ? ", " : "", of, ident);
    }
  *ret_names = g_string_free (names, FALSE);
  *ret_texts = g_string_free (texts, FALSE);
}

static bool
is_masked (const Model *model, const char *name, bool show_pii)
{
  const ModelColumn *column = model_find_column (model, name);
  return !show_pii && column != NULL && column->pii;
}

/* The columns of a row that are told: but for keys, hashes and nothing; where both are there, those that differ. */
static Json *
tell_columns (const Difference *difference, const Json *row, const Json *other, bool show_pii)
{
  Json *told = json_object ();
  const char *name;
  Json *value;
  json_object_foreach ((Json *) row, name, value)
    {
      const Json *beside = json_object_get (other, name);
      bool differs = other == NULL ? !json_is_null (value) : beside != NULL && !json_equal (value, beside);
      bool compared = !has (difference->keys, name) && !is_quiet (difference->of.model, name);
      if (differs && compared)
        json_object_set_new (told, name,
                             !json_is_null (value) && is_masked (difference->of.model, name, show_pii) ? json_string (MASKED)
                                                                                                       : json_incref (value));
    }
  return told;
}

static Json *
parse_row (const char *text, GError **error)
{
  return text != NULL ? weir_json_parse (text, strlen (text), "a row", error) : json_null ();
}

/* What tells a row apart, and what people know it by. */
static Json *
tell_key (const Difference *difference, const Json *row, bool show_pii)
{
  const Model *model = difference->of.model;
  Json *key = json_object ();
  for (char **column = model->business_key; column != NULL && *column != NULL; column++)
    {
      g_autofree char *name = name_of_column (*column, 0);
      Json *value = json_object_get (row, name);
      if (value != NULL)
        json_object_set_new (key, name, is_masked (model, name, show_pii) ? json_string (MASKED) : json_incref (value));
    }
  for (guint i = 0; i < difference->keys->len; i++)
    json_object_set (key, difference->keys->pdata[i], json_object_get (row, difference->keys->pdata[i]));
  return key;
}

static bool
tell_row (const Difference *difference, const DbResult *rows, int row, bool show_pii, Json *sample, GError **error)
{
  g_autoptr (Json) live = parse_row (db_result_value (rows, row, 1), error);
  g_autoptr (Json) rebuilt = live != NULL ? parse_row (db_result_value (rows, row, 2), error) : NULL;
  if (rebuilt == NULL)
    return false;
  const Json *known = json_is_null (rebuilt) ? live : rebuilt;
  Json *told = json_object (), *key = tell_key (difference, known, show_pii);
  json_object_set_new (told, "row", json_string (db_result_value (rows, row, 0)));
  json_object_set_new (told, "key", key);
  if (!json_is_null (live))
    json_object_set_new (told, "live", tell_columns (difference, live, json_is_null (rebuilt) ? NULL : rebuilt, show_pii));
  if (!json_is_null (rebuilt))
    json_object_set_new (told, "rebuilt", tell_columns (difference, rebuilt, json_is_null (live) ? NULL : live, show_pii));
  json_array_append_new (sample, told);
  return true;
}

bool
difference_sample (Db *db, const Difference *difference, int limit, bool show_pii, Json **ret_sample, GError **error)
{
  g_auto (Vars) vars = vars_of (difference);
  g_autoptr (DbResult) rows = NULL;
  g_autoptr (Json) sample = json_array ();
  char *names, *texts;
  bool side_by_side = difference->exists && difference->comparable;
  list_texts (difference->rebuilt, "r.", &names, &texts);
  vars_take (&vars, "names_rebuilt", names);
  vars_take (&vars, "texts_rebuilt", texts);
  list_texts (difference->live, "l.", &names, &texts);
  vars_take (&vars, "names_live", names);
  vars_take (&vars, "texts_live", texts);
  vars_take (&vars, "limit", g_strdup_printf ("%d", limit));
  if (!sql_run (db, side_by_side ? "rebuild/sample" : "rebuild/sample_missing", vars_all (&vars), vars_count (&vars), &rows, error))
    return false;
  for (int row = 0; row < db_result_rows (rows); row++)
    if (!tell_row (difference, rows, row, show_pii, sample, error))
      return false;
  *ret_sample = g_steal_pointer (&sample);
  return true;
}

/* ---- writing ---- */

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
  g_autoptr (GPtrArray) compared = list_compared (difference);
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
  g_auto (Vars) vars = vars_of (difference);
  vars_take (&vars, "columns", list_rebuilt (difference, ""));
  vars_take (&vars, "values", list_rebuilt (difference, "r."));
  return vars_run (db, &vars, "rebuild/take_out", error) && change_rows (db, difference, &vars, error)
         && vars_run (db, &vars, "rebuild/put_in", error);
}

static bool
fill (Db *db, const Difference *difference, const char *schema, GError **error)
{
  g_auto (Vars) vars = vars_of (difference);
  vars_set (&vars, "schema", schema);
  vars_take (&vars, "columns", list_rebuilt (difference, ""));
  vars_take (&vars, "values", list_rebuilt (difference, "r."));
  vars_take (&vars, "keys_r", name_keys (difference, "r."));
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
