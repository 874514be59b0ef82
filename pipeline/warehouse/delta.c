#include "pipeline/warehouse/delta.h"

#include <string.h>

/* Up to here an index is asked for each row, and several processes would not be quicker. */
#define FEW_ROWS 5000

DeltaPlan
delta_plan (int64_t staged, bool as_table)
{
  DeltaPlan plan = { .few = staged <= FEW_ROWS && !as_table, .each = "" };
  if (!plan.few)
    return plan;
  plan.each = "offset 0";
  g_snprintf (plan.limit, sizeof plan.limit, "limit %" G_GINT64_FORMAT, MAX (staged, 1));
  return plan;
}

bool
delta_find (Db *db, const DeltaPlan *plan, const char *query, const SqlVar *vars, size_t n_vars, char **ret_part, GError **error)
{
  g_autofree char *rows = sql_part (query, vars, n_vars);
  const SqlVar delta = { "delta", rows };
  *ret_part = plan->few ? g_strdup_printf ("weir_delta as materialized (\n%s)", rows) : g_strdup ("");
  return plan->few || sql_run (db, "table/delta_table", &delta, 1, NULL, error);
}

char *
delta_numbered (const DeltaPlan *plan, Repeats *repeats, const char *staging, const char *build)
{
  g_autofree char *suspected = repeats_condition (repeats, "s._hash");
  const SqlVar vars[] = { { "staging", staging }, { "build", build }, { "suspected", suspected }, { "limit", plan->limit } };
  return sql_part (suspected == NULL ? "fact/numbered_once" : "fact/numbered", vars, G_N_ELEMENTS (vars));
}
