#include "pipeline/warehouse/delta.h"

/* Up to here an index is asked for each row, and several processes would not be quicker. */
#define FEW_ROWS 5000

/* An index is asked for one row in the time in which so many of the table are read. */
#define ROWS_OF_A_LOOK_UP 32

static char *
staged_rows (const Stage *stage, int64_t limit)
{
  g_autofree char *behind = limit >= 0 ? g_strdup_printf ("limit %" G_GINT64_FORMAT, limit) : g_strdup ("");
  const SqlVar vars[] = { { "staging", stage->schema }, { "build", stage->name }, { "limit", behind } };
  return sql_part ("table/staged", vars, G_N_ELEMENTS (vars));
}

/* "joined": the server has to know what they are. */
static bool
make_suspects (Db *db, const Loaded *loaded, bool joined, GError **error)
{
  const SqlVar vars[] = { { "staging", loaded->stage->schema }, { "build", loaded->stage->name } };
  return sql_run (db, "table/suspects", vars, G_N_ELEMENTS (vars), NULL, error)
         && standing_send (loaded->standing, db, "weir_suspects", error)
         && (!loaded->sifted || sql_run (db, "table/forget_sifted", vars, G_N_ELEMENTS (vars), NULL, error))
         && (!joined || sql_run (db, "table/analyze_suspects", NULL, 0, NULL, error));
}

/* Those that were proved unchanged are not looked at. */
static bool
plan_suspects (Db *db, const Loaded *loaded, int64_t loaded_rows, int64_t suspects, DeltaPlan *plan, GError **error)
{
  plan->rows = suspects > 0 ? g_strdup ("select * from weir_suspects") : staged_rows (loaded->stage, 0);
  plan->few = suspects <= FEW_ROWS;
  plan->each = suspects <= loaded_rows / ROWS_OF_A_LOOK_UP;
  return suspects == 0 || make_suspects (db, loaded, !plan->each, error);
}

bool
delta_plan (Db *db, const Loaded *loaded, const RowCounts *rows, bool proved, DeltaPlan *ret_plan, GError **error)
{
  int64_t loaded_rows, suspects;
  *ret_plan = (DeltaPlan) { .few = rows->staged <= FEW_ROWS };
  if (proved && standing_is_good (loaded->standing, &loaded_rows, &suspects))
    return plan_suspects (db, loaded, loaded_rows, suspects, ret_plan, error);
  ret_plan->rows = staged_rows (loaded->stage, ret_plan->few ? MAX (rows->staged, 1) : -1);
  return true;
}

void
delta_plan_clear (DeltaPlan *plan)
{
  g_clear_pointer (&plan->rows, g_free);
}

bool
delta_is_few (int64_t rows)
{
  return rows <= FEW_ROWS;
}

const char *
delta_each (bool each)
{
  return each ? "offset 0" : "";
}

char *
delta_look_up (const DeltaPlan *plan, const SqlVar *vars, size_t n_vars)
{
  return sql_part (plan->each ? "table/look_up" : "table/look_through", vars, n_vars);
}

bool
delta_find (Db *db, const DeltaPlan *plan, bool as_table, const char *query, const SqlVar *vars, size_t n_vars, char **ret_part,
            GError **error)
{
  g_autofree char *rows = sql_part (query, vars, n_vars);
  const SqlVar delta = { "delta", rows };
  as_table |= !plan->few;
  *ret_part = as_table ? g_strdup ("") : g_strdup_printf ("weir_delta as materialized (\n%s)", rows);
  return !as_table || sql_run (db, "table/delta_table", &delta, 1, NULL, error);
}

char *
delta_numbered (const Db *db, const DeltaPlan *plan, const Loaded *loaded)
{
  g_autofree char *suspected = repeats_condition (loaded->repeats, "s._hash", db_server_version (db));
  const SqlVar vars[] = {
    { "rows", plan->rows }, { "suspected", suspected }, { "staging", loaded->stage->schema }, { "build", loaded->stage->name }
  };
  return sql_part (suspected == NULL ? "fact/numbered_once" : "fact/numbered", vars, G_N_ELEMENTS (vars));
}
