#include "connect/pg/values.h"

#include "base/text.h"

#include <string.h>

char *
value_literal (const char *text, const char *type)
{
  g_autofree char *quoted = text_quote_literal (text);
  return g_strdup_printf ("%s::%s", quoted, type);
}

/* A failed cast must not end the transaction. */
static bool
try_cast (PgSession *session, const char *text, const char *type, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("select $1::%s", type);
  if (session->is_redshift) /* it has no savepoints: what does not fit is told when the rows are asked for */
    return true;
  return session_exec (session, "savepoint weir_cast", error) && session_query (session, sql, &text, 1, NULL, error)
         && session_exec (session, "release savepoint weir_cast", error);
}

bool
value_check (PgSession *session, const char *path, const char *text, const char *type, GError **error)
{
  g_autoptr (GError) problem = NULL;
  if (try_cast (session, text, type, &problem))
    return true;
  if (!g_error_matches (problem, CONNECT_ERROR, CONNECT_CONFIGURATION))
    return g_propagate_error (error, g_steal_pointer (&problem)), false;
  connect_mistake (path, "is no value of the column's type, %s", type);
  return session_exec (session, "rollback to savepoint weir_cast", error);
}

/* ---- "where" ---- */

typedef struct
{
  PgSession *session;
  const PgColumn *column;
  const char *path;
  GString *sql;
} Condition;

static void
begin_condition (Condition *condition)
{
  g_autofree char *name = text_quote_ident (condition->column->name);
  g_string_append (condition->sql, condition->sql->len > 0 ? " and " : "");
  g_string_append (condition->sql, name);
}

static bool
is_one_of (Condition *condition, const Json *list, GError **error)
{
  g_autoptr (GString) values = g_string_new (NULL);
  bool has_null = false;
  size_t i;
  const Json *one;
  json_array_foreach ((Json *) list, i, one)
    {
      g_autofree char *text = weir_json_scalar (one);
      if (text == NULL && !json_is_null (one))
        return connect_mistake (condition->path, "a list has texts, numbers, true, false and null"), true;
      has_null = has_null || text == NULL;
      if (text == NULL)
        continue;
      if (!value_check (condition->session, condition->path, text, condition->column->base, error))
        return false;
      g_autofree char *literal = value_literal (text, condition->column->base);
      g_string_append_printf (values, "%s%s", values->len > 0 ? ", " : "", literal);
    }
  g_autofree char *name = text_quote_ident (condition->column->name);
  g_string_append (condition->sql, condition->sql->len > 0 ? " and " : "");
  if (values->len > 0)
    g_string_append_printf (condition->sql, has_null ? "(%s in (%s) or %s is null)" : "%s in (%s)", name, values->str, name);
  else if (has_null)
    g_string_append_printf (condition->sql, "%s is null", name);
  else
    g_string_append (condition->sql, "false");
  return true;
}

static bool
add_condition (Condition *condition, const Json *value, GError **error)
{
  if (json_is_array (value))
    return is_one_of (condition, value, error);
  g_autofree char *text = weir_json_scalar (value);
  if (text == NULL && !json_is_null (value))
    return connect_mistake (condition->path, "must be a value, or a list of values"), true;
  if (text == NULL)
    {
      begin_condition (condition);
      g_string_append (condition->sql, " is null");
      return true;
    }
  if (!value_check (condition->session, condition->path, text, condition->column->base, error))
    return false;
  g_autofree char *literal = value_literal (text, condition->column->base);
  begin_condition (condition);
  g_string_append_printf (condition->sql, " = %s", literal);
  return true;
}

char *
value_conditions (PgSession *session, const Request *request, const Source *source, GError **error)
{
  g_autoptr (GString) sql = g_string_new (NULL);
  const char *name;
  const Json *value;
  json_object_foreach ((Json *) request->where, name, value)
    {
      g_autofree char *path = g_strconcat ("where.", name, NULL);
      int at = source_column (source, name);
      const char *near = source_nearest (source, name);
      if (at < 0)
        connect_mistake (path,
                         near != NULL ? "the source has no column \"%s\"; did you mean \"%s\"?" : "the source has no column \"%s\"",
                         name, near);
      else if (!add_condition (&(Condition) { session, &source->columns[at], path, sql }, value, error))
        return NULL;
    }
  return g_strdup (sql->str);
}
