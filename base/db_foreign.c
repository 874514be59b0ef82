#include "base/db_private.h"

GHashTable *
db_conninfo_options (const char *conninfo, GError **error)
{
  if (!db_check_conninfo (conninfo, error))
    return NULL;
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (PQconninfoOption) options = PQconninfoParse (conninfo, NULL);
  for (const PQconninfoOption *option = options; option != NULL && option->keyword != NULL; option++)
    if (option->val != NULL)
      g_hash_table_insert (table, g_strdup (option->keyword), g_strdup (option->val));
  return g_steal_pointer (&table);
}

Db *
db_connect_options (GHashTable *options, DbTick (*tick) (int64_t waited_us, void *data), void *data, GError **error)
{
  g_autoptr (GPtrArray) keywords = g_ptr_array_new ();
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer keyword, value;
  g_hash_table_iter_init (&iter, options);
  while (g_hash_table_iter_next (&iter, &keyword, &value))
    {
      g_ptr_array_add (keywords, keyword);
      g_ptr_array_add (values, value);
    }
  g_ptr_array_add (keywords, NULL);
  g_ptr_array_add (values, NULL);
  PGconn *conn = PQconnectStartParams ((const char *const *) keywords->pdata, (const char *const *) values->pdata, 0);
  return db_await_connection (conn, tick, data, error);
}

uint32_t
db_result_type (const DbResult *result, int column, int *ret_modifier)
{
  if (ret_modifier != NULL)
    *ret_modifier = PQfmod (result->result, column);
  return PQftype (result->result, column);
}
