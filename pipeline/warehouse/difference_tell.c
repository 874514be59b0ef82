#include "base/text.h"
#include "models/name.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/difference_private.h"

#define MASKED "(pii)"

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
      bool compared = difference_compares (difference, name);
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
  g_auto (Vars) vars = difference_vars (difference);
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
