#include "src/report/staged_private.h"

#include "base/error.h"
#include "base/text.h"
#include "schema/sql.h"

#define COUNTED_AT_ONCE 800 /* columns, two counts each: a query has at most 1,664 results */

StagedColumn *
staged_column (const Reading *reading, guint index)
{
  return g_ptr_array_index (reading->staged->table->columns, index);
}

static bool
count (const Reading *reading, const char *counts, DbResult **ret_counts, GError **error)
{
  const SqlVar vars[] = { { "schema", reading->settings->staging_schema },
                          { "table", reading->staged->table->table },
                          { "counts", counts } };
  return sql_run (reading->db, "propose/count", vars, G_N_ELEMENTS (vars), ret_counts, error);
}

/* The columns from "first" on, as many as one query may ask for. */
static bool
count_some (const Reading *reading, guint first, GError **error)
{
  guint end = MIN (first + COUNTED_AT_ONCE, reading->staged->table->columns->len);
  g_autoptr (GString) counts = g_string_new (NULL);
  for (guint i = first; i < end; i++)
    {
      const StagedColumn *column = staged_column (reading, i);
      g_autofree char *name = text_quote_ident (column->name);
      g_string_append_printf (counts, ", count(%s), count(distinct %s)", name, name);
    }
  g_autoptr (DbResult) result = NULL;
  if (!count (reading, counts->str, &result, error))
    return false;
  reading->staged->table->rows = db_result_int64 (result, 0, 0);
  reading->staged->table->different = db_result_int64 (result, 0, 1);
  for (guint i = first; i < end; i++)
    {
      StagedColumn *column = staged_column (reading, i);
      column->values = db_result_int64 (result, 0, 2 + 2 * (int) (i - first));
      column->distinct = db_result_int64 (result, 0, 3 + 2 * (int) (i - first));
    }
  return true;
}

bool
staged_count (const Reading *reading, GError **error)
{
  for (guint i = 0; i < reading->staged->table->columns->len; i += COUNTED_AT_ONCE)
    if (!count_some (reading, i, error))
      return false;
  if (reading->staged->table->rows > 0)
    return true;
  return weir_fail (
      error,
      &(Failure) { WEIR_ERROR_MODEL,
                   .hint = "A crash of the server empties staging; `weir status` names the command that fills it again." },
      "staged table \"%s\" has no rows", reading->staged->table->table);
}

static bool
count_pairs (const Reading *reading, GArray *pairs, GError **error)
{
  g_autoptr (GString) counts = g_string_new (NULL);
  for (guint i = 0; i < pairs->len; i++)
    {
      const ProposedKey *pair = &g_array_index (pairs, ProposedKey, i);
      const StagedColumn *first = staged_column (reading, pair->columns[0]);
      const StagedColumn *second = staged_column (reading, pair->columns[1]);
      g_autofree char *first_name = text_quote_ident (first->name);
      g_autofree char *second_name = text_quote_ident (second->name);
      g_string_append_printf (counts, ", count(distinct (%s, %s))", first_name, second_name);
    }
  g_autoptr (DbResult) result = NULL;
  if (!count (reading, counts->str, &result, error))
    return false;
  for (guint i = 0; i < pairs->len; i++)
    g_array_index (pairs, ProposedKey, i).distinct = db_result_int64 (result, 0, 2 + (int) i);
  return true;
}

bool
staged_find_key (const Reading *reading, GError **error)
{
  const StagedTable *table = reading->staged->table;
  ProposedKey *key = &reading->staged->key;
  *key = propose_single (table);
  if (key->count > 0)
    return true;
  g_autoptr (GArray) pairs = propose_pairs (table);
  if (pairs->len > 0 && !count_pairs (reading, pairs, error))
    return false;
  *key = propose_pair (table, pairs);
  return true;
}
