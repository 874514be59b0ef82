#include "pipeline/warehouse/tending.h"

#include "base/text.h"
#include "models/name.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/expressions.h"
#include "schema/sql.h"

/* "users_key_weir"; a number behind it where that is another table's, as that of orders_user and "id" is called like that of orders and "user_id".
 * Owned by the caller. */
static char *
index_name (const char *table, const char *label, int number)
{
  g_autofree char *name = g_strdup_printf (number == 1 ? "%s_%s_weir" : "%s_%s_weir%d", table, label, number);
  return name_limit (g_strdup (name), 0, name);
}

/* The name that the table's index has or gets. *ret_usable, *ret_there: as it is. Owned by the caller. */
static char *
find_index (Db *db, const char *schema, const char *table, const char *label, bool *ret_there, bool *ret_usable, GError **error)
{
  for (int number = 1;; number++)
    {
      g_autofree char *index = index_name (table, label, number);
      const SqlVar vars[] = { { "schema", schema }, { "table", table }, { "index", index } };
      g_autoptr (DbResult) found = NULL;
      if (!sql_run (db, "tending/find_index", vars, G_N_ELEMENTS (vars), &found, error))
        return NULL;
      *ret_there = db_result_rows (found) > 0;
      *ret_usable = *ret_there && db_result_bool (found, 0, 1);
      if (!*ret_there || db_result_bool (found, 0, 0))
        return g_steal_pointer (&index);
    }
}

/* "columns": as SQL has them. */
static bool
index_columns (Db *db, const char *schema, const char *table, const char *label, const char *columns, GError **error)
{
  bool there, usable;
  g_autofree char *index = find_index (db, schema, table, label, &there, &usable, error);
  if (index == NULL || usable)
    return index != NULL;
  const SqlVar vars[] = { { "schema", schema }, { "table", table }, { "index", index }, { "columns", columns } };
  return (!there || sql_run (db, "tending/drop_index", vars, G_N_ELEMENTS (vars), NULL, error))
         && sql_run (db, "tending/index", vars, G_N_ELEMENTS (vars), NULL, error);
}

static bool
index_keys (Db *db, const char *schema, const Model *model, GError **error)
{
  if (model->kind == MODEL_DIMENSION)
    {
      g_autoptr (GPtrArray) key = columns_of_key (model);
      g_autofree char *columns = expression_list (key, "");
      return index_columns (db, schema, model->table, "key", columns, error);
    }
  for (guint i = 0; i < model->references->len; i++)
    {
      const ModelReference *reference = model->references->pdata[i];
      g_autofree char *as = text_quote_ident (reference->as);
      if (!index_columns (db, schema, model->table, reference->as, as, error))
        return false;
    }
  return true;
}

bool
tending_do (Db *db, const char *schema, const Model *model, const Tending *tending, GError **error)
{
  const SqlVar vars[] = { { "schema", schema }, { "table", model->table } };
  g_autoptr (DbResult) lock = NULL;
  if (!sql_run (db, "tending/try_lock", vars, G_N_ELEMENTS (vars), &lock, error))
    return false;
  if (!db_result_bool (lock, 0, 0))
    return true;
  bool done = (!tending->vacuum || sql_run (db, "tending/vacuum", vars, G_N_ELEMENTS (vars), NULL, error))
              && (!tending->keys || index_keys (db, schema, model, error));
  if (db_is_usable (db))
    (void) sql_run (db, "tending/unlock", vars, G_N_ELEMENTS (vars), NULL, NULL);
  return done;
}
