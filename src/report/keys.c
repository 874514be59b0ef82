#include "src/report/keys.h"

#include "base/text.h"
#include "pipeline/warehouse/columns.h"
#include "schema/history_vars.h"
#include "src/report/changes.h"

/* The key's columns as SQL lists them. Owned by the caller; NULL: they are not to be shown. */
static char *
list_columns (const Model *model)
{
  g_autoptr (GPtrArray) key = columns_of_key (model);
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < key->len; i++)
    {
      g_autofree char *ident = text_quote_ident (key->pdata[i]);
      if (changes_is_personal (model, key->pdata[i]))
        return NULL;
      g_string_append_printf (text, "%sw.%s::text", text->len > 0 ? ", " : "", ident);
    }
  return g_strdup (text->str);
}

static Json *
row_to_json (const DbResult *rows, int row, const Model *model)
{
  Json *key = json_object ();
  for (int part = 0; model->business_key[part] != NULL; part++)
    json_object_set_new (key, model->business_key[part], weir_json_string (db_result_value (rows, row, part)));
  return key;
}

/* Without the table, or with another model by now, they are not told. */
Json *
keys_read (Db *db, const char *schema, const Model *model, const History *history, const char *ids)
{
  Json *keys = json_array ();
  g_autofree char *columns = model->kind == MODEL_DIMENSION ? list_columns (model) : NULL;
  if (columns == NULL)
    return keys;
  const SqlVar vars[] = { { "schema", schema }, { "table", model->table }, { "id", model->id_column }, { "columns", columns },
                          { "ids", ids },       HISTORY_VARS (history) };
  g_autoptr (DbResult) rows = NULL;
  if (!sql_run (db, "status/keys", vars, G_N_ELEMENTS (vars), &rows, NULL))
    return keys;
  for (int row = 0; row < db_result_rows (rows); row++)
    json_array_append_new (keys, row_to_json (rows, row, model));
  return keys;
}
