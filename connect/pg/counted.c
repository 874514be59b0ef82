#include "connect/pg/counted.h"

#include "base/text.h"
#include "connect/pg/open.h"

/* The greatest values of the order, as the columns of a row. */
static char *
greatest_sql (const Source *source, const Plan *plan)
{
  g_autoptr (GString) names = g_string_new (NULL), order = g_string_new (NULL), where = g_string_new (NULL);
  int n = plan->n_order > 1 && source->bookmark == plan->order[0] ? 1 : plan->n_order;
  for (int i = 0; i < n; i++)
    {
      const PgColumn *column = &source->columns[plan->order[i]];
      g_autofree char *name = text_quote_ident (column->name);
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", name);
      g_string_append_printf (order, "%s%s desc", i > 0 ? ", " : "", name);
      if (column->nullable)
        g_string_append_printf (where, "%s%s is not null", where->len > 0 ? " and " : " where ", name);
      if (column->kind == PG_NUMERIC)
        g_string_append_printf (where, "%s%s::text not in ('NaN', 'Infinity')", where->len > 0 ? " and " : " where ", name);
    }
  return g_strdup_printf ("select %s from %s%s order by %s limit 1", names->str, source->from, where->str, order->str);
}

static bool
find_greatest (PgSession *session, const Source *source, const Plan *plan, Json **ret, GError **error)
{
  g_autofree char *sql = greatest_sql (source, plan);
  GPtrArray *params = source->params;
  g_autoptr (DbResult) found = NULL;
  *ret = NULL;
  if (!session_query (session, sql, params != NULL ? (const char *const *) params->pdata : NULL,
                      params != NULL ? (int) params->len : 0, &found, error))
    return false;
  if (db_result_rows (found) == 0)
    return true;
  const char *values[G_N_ELEMENTS (plan->order)] = { NULL };
  for (int i = 0; i < db_result_columns (found); i++)
    values[i] = db_result_value (found, 0, i);
  *ret = plan_position (source, plan->order, db_result_columns (found), values);
  return true;
}

bool
counted_find (PgSession *session, const Source *source, const Plan *plan, const Json *position, Json **ret_seen, Json **ret_next,
              GError **error)
{
  g_auto (Open) open = { 0 };
  /* Whoever has a lower number was open before it was asked for. */
  if (!find_greatest (session, source, plan, ret_seen, error) || !open_look (session, &open, error))
    return false;
  *ret_next = open_next (position, *ret_seen, open.names, &open);
  open_tell (*ret_next, &open);
  return open_linger (session, ret_next, error);
}
