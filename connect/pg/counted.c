#include "connect/pg/counted.h"

#include "base/text.h"

#include <string.h>

#define EARLIER_MOST 16

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

bool
counted_look (PgSession *session, const Source *source, const Plan *plan, Json **ret, GError **error)
{
  g_autofree char *sql = greatest_sql (source, plan);
  GPtrArray *params = source->params;
  g_autoptr (DbResult) found = NULL, snapshot = NULL;
  *ret = NULL;
  if (!session_query (session, sql, params != NULL ? (const char *const *) params->pdata : NULL,
                      params != NULL ? (int) params->len : 0, &found, error))
    return false;
  if (db_result_rows (found) == 0)
    return true;
  const char *values[G_N_ELEMENTS (plan->order)] = { NULL };
  for (int i = 0; i < db_result_columns (found); i++)
    values[i] = db_result_value (found, 0, i);
  g_autoptr (Json) seen = plan_position (source, plan->order, db_result_columns (found), values);
  /* Behind the greatest number: whoever has a lower one began before this snapshot. */
  if (!session->is_redshift)
    {
      if (!session_query (session,
                          "select pg_catalog.txid_snapshot_xmax (pg_catalog.txid_current_snapshot ()),"
                          " (extract (epoch from pg_catalog.clock_timestamp ()) * 1000000)::bigint",
                          NULL, 0, &snapshot, error))
        return false;
      json_object_set_new (seen, "$xmax", json_integer (db_result_int64 (snapshot, 0, 0)));
      json_object_set_new (seen, "$at", json_integer (db_result_int64 (snapshot, 0, 1)));
    }
  *ret = g_steal_pointer (&seen);
  return true;
}

/* The list with one more; one in its middle goes where there are too many, which only means that more is read again. */
static Json *
list_with (const Json *earlier, const Json *seen)
{
  Json *list = json_is_array (earlier) ? json_copy ((Json *) earlier) : json_array ();
  if (seen != NULL)
    json_array_append (list, (Json *) seen);
  if (json_array_size (list) > EARLIER_MOST)
    json_array_remove (list, EARLIER_MOST / 2);
  return list;
}

static bool
has_passed (const Json *seen, int64_t xmin, const Horizon *horizon)
{
  bool by_snapshot = json_integer_value (json_object_get (seen, "$xmax")) <= xmin;
  bool by_time = horizon->is_hidden || json_integer_value (json_object_get (seen, "$at")) < horizon->us;
  return by_snapshot && by_time;
}

/* What was seen, as a position. */
static Json *
bare (const Json *seen)
{
  Json *position = json_copy ((Json *) seen);
  json_object_del (position, "$xmax");
  json_object_del (position, "$at");
  return position;
}

/* The position without our own words. */
static Json *
values_of (const Json *position)
{
  Json *values = json_object ();
  const char *name;
  Json *value;
  json_object_foreach ((Json *) position, name, value)
    if (name[0] != '$')
      json_object_set (values, name, value);
  return values;
}

Json *
counted_next (const Json *position, const Json *seen, int64_t xmin, const Horizon *horizon, bool is_redshift)
{
  if (is_redshift)
    return seen != NULL ? bare (seen) : json_copy ((Json *) position);
  g_autoptr (Json) list = list_with (json_object_get (position, "$earlier"), seen);
  size_t passed = json_array_size (list);
  while (passed > 0 && !has_passed (json_array_get (list, passed - 1), xmin, horizon))
    passed--;
  Json *next = passed > 0 ? bare (json_array_get (list, passed - 1)) : values_of (position);
  for (size_t i = 0; i < passed; i++)
    json_array_remove (list, 0);
  if (json_array_size (list) > 0)
    json_object_set (next, "$earlier", list);
  else if (json_object_size (next) == 0)
    g_clear_pointer (&next, json_decref);
  return next;
}
