#include "pipeline/warehouse/vars.h"

Vars
vars_from (const SqlVar *vars, size_t n_vars)
{
  Vars all = { g_array_new (FALSE, FALSE, sizeof (SqlVar)), g_ptr_array_new_with_free_func (g_free) };
  if (n_vars > 0)
    g_array_append_vals (all.vars, vars, (guint) n_vars);
  return all;
}

void
vars_clear (Vars *vars)
{
  g_clear_pointer (&vars->vars, g_array_unref);
  g_clear_pointer (&vars->owned, g_ptr_array_unref);
}

/* In front, for the first of a name is the one that is taken. */
void
vars_set (Vars *vars, const char *name, const char *value)
{
  const SqlVar var = { name, value };
  g_array_prepend_val (vars->vars, var);
}

void
vars_take (Vars *vars, const char *name, char *value)
{
  g_ptr_array_add (vars->owned, value);
  vars_set (vars, name, value);
}

void
vars_set_history (Vars *vars, const History *history)
{
  const SqlVar columns[] = { HISTORY_VARS (history) };
  g_array_prepend_vals (vars->vars, columns, G_N_ELEMENTS (columns));
}

const SqlVar *
vars_all (const Vars *vars)
{
  return (const SqlVar *) vars->vars->data;
}

size_t
vars_count (const Vars *vars)
{
  return vars->vars->len;
}

char *
vars_part (const Vars *vars, const char *statement)
{
  return sql_part (statement, vars_all (vars), vars_count (vars));
}

bool
vars_run (Db *db, const Vars *vars, const char *statement, GError **error)
{
  return sql_run (db, statement, vars_all (vars), vars_count (vars), NULL, error);
}
