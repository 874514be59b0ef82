#include "schema/sql.h"

#include "base/error.h"
#include "base/text.h"
#include "schema/sql_embedded.h"

#include <stdlib.h>
#include <string.h>

const char *
sql_file (const char *file)
{
  for (const SqlFile *embedded = sql_embedded; embedded->name != NULL; embedded++)
    if (strcmp (embedded->name, file) == 0)
      return embedded->text;
  return NULL;
}

const char **
sql_files (const char *prefix)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (const SqlFile *embedded = sql_embedded; embedded->name != NULL; embedded++)
    if (g_str_has_prefix (embedded->name, prefix))
      g_ptr_array_add (names, (gpointer) embedded->name);
  qsort (names->pdata, names->len, sizeof (gpointer), text_compare);
  g_ptr_array_add (names, NULL);
  return (const char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

#define NEXT_STATEMENT "\n-- name: "

/* The text of "file/name", owned by the caller. */
static char *
find_statement (const char *statement)
{
  const char *slash = strchr (statement, '/');
  g_assert (slash != NULL);
  g_autofree char *file = g_strdup_printf ("templates/%.*s.sql", (int) (slash - statement), statement);
  const char *text = sql_file (file);
  if (text == NULL)
    g_error ("no SQL file %s", file);
  g_autofree char *mark = g_strdup_printf ("-- name: %s\n", slash + 1);
  /* Not strstr: a sanitizer makes one of it that looks for the end of all the text each time. */
  const char *behind = text + strlen (text);
  const char *start = memmem (text, (size_t) (behind - text), mark, strlen (mark));
  if (start == NULL)
    g_error ("no statement %s in %s", slash + 1, file);
  start += strlen (mark);
  const char *end = memmem (start, (size_t) (behind - start), NEXT_STATEMENT, strlen (NEXT_STATEMENT));
  return g_strndup (start, (gsize) ((end != NULL ? end : behind) - start));
}

static const SqlVar *
find_var (const char *name, size_t length, const SqlVar *vars, size_t n_vars)
{
  for (size_t i = 0; i < n_vars; i++)
    if (strlen (vars[i].name) == length && memcmp (vars[i].name, name, length) == 0)
      return &vars[i];
  g_error ("SQL variable %.*s is not given", (int) length, name);
}

/* The parameter number of a variable: the same variable is the same parameter. */
static guint
param_number (GPtrArray *params, const SqlVar *var, GArray *seen)
{
  for (guint i = 0; i < seen->len; i++)
    if (g_array_index (seen, const SqlVar *, i) == var)
      return i + 1;
  g_array_append_val (seen, var);
  g_ptr_array_add (params, (gpointer) var->value);
  return seen->len;
}

/* Appends the variable that begins at "at" (behind the colon) and returns what follows it; NULL: this is no variable. */
static const char *
expand_one (const char *at, const SqlVar *vars, size_t n_vars, GString *out, GPtrArray *params, GArray *seen)
{
  char quote = *at == '"' || *at == '\'' ? *at : 0;
  const char *name = quote ? at + 1 : at;
  size_t length = strspn (name, "abcdefghijklmnopqrstuvwxyz_");
  if (length == 0 || (quote && name[length] != quote))
    return NULL;
  const SqlVar *var = find_var (name, length, vars, n_vars);
  if (quote == '\'')
    g_string_append_printf (out, "$%u", param_number (params, var, seen));
  else if (quote == '"')
    {
      g_autofree char *ident = text_quote_ident (var->value);
      g_string_append (out, ident);
    }
  else
    g_string_append (out, var->value);
  return name + length + (quote ? 1 : 0);
}

char *
sql_expand (const char *text, const SqlVar *vars, size_t n_vars, GPtrArray *ret_params)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (const SqlVar *));
  const char *at = text;
  while (*at != '\0')
    {
      if (at[0] == ':' && at[1] == ':') /* a cast */
        {
          g_string_append (out, "::");
          at += 2;
          continue;
        }
      const char *next = at[0] == ':' ? expand_one (at + 1, vars, n_vars, out, ret_params, seen) : NULL;
      if (next == NULL)
        g_string_append_c (out, *at++);
      else
        at = next;
    }
  return g_string_free (out, FALSE);
}

char *
sql_part (const char *statement, const SqlVar *vars, size_t n_vars)
{
  g_autofree char *text = find_statement (statement);
  g_autoptr (GPtrArray) params = g_ptr_array_new ();
  char *part = sql_expand (text, vars, n_vars, params);
  g_assert (params->len == 0);
  return g_strchomp (part);
}

/* A statement as it is sent. */
typedef struct
{
  char *sql;
  GPtrArray *params; /* of const char *, borrowed */
  bool constant;     /* its text is the same whatever the values are */
} Expanded;

static void
expanded_clear (Expanded *expanded)
{
  g_free (expanded->sql);
  g_ptr_array_unref (expanded->params);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Expanded, expanded_clear)

/* Whether a text has variables that are no parameters. */
static bool
is_constant (const char *text)
{
  for (const char *at = text; (at = strchr (at, ':')) != NULL; at++)
    if (at[1] == ':')
      at++;
    else if (at[1] == '"' || g_ascii_islower (at[1]))
      return false;
  return true;
}

static Expanded
expand (const char *statement, const SqlVar *vars, size_t n_vars)
{
  g_autofree char *text = find_statement (statement);
  GPtrArray *params = g_ptr_array_new ();
  char *sql = sql_expand (text, vars, n_vars, params);
  return (Expanded) { sql, params, is_constant (text) };
}

static bool
explain (const Db *db, const char *statement, GError **error)
{
  /* That the server is away, busy, or was told to stop is not the statement's fault. */
  const char *culprit = db_culprit (db);
  if (error != NULL && !g_error_matches (*error, WEIR_ERROR, WEIR_ERROR_RETRY)
      && !g_error_matches (*error, WEIR_ERROR, WEIR_ERROR_STOP))
    g_prefix_error (error, "%s: ", culprit != NULL ? culprit : statement);
  return false;
}

static bool
run (Db *db, const char *statement, const Expanded *expanded, bool known, DbResult **ret_result, GError **error)
{
  const char *const *params = (const char *const *) expanded->params->pdata;
  int n_params = (int) expanded->params->len;
  int64_t begun = stopwatch_now ();
  bool done = known ? db_query_again (db, expanded->sql, params, n_params, ret_result, error)
                    : db_query (db, expanded->sql, params, n_params, ret_result, error);
  stopwatch_add (db_stopwatch (db), g_intern_string (statement), begun);
  return done || explain (db, statement, error);
}

bool
sql_run (Db *db, const char *statement, const SqlVar *vars, size_t n_vars, DbResult **ret_result, GError **error)
{
  g_auto (Expanded) expanded = expand (statement, vars, n_vars);
  return run (db, statement, &expanded, expanded.constant, ret_result, error);
}

bool
sql_run_all (Db *db, const char *const *statements, const SqlVar *vars, size_t n_vars, GError **error)
{
  for (; *statements != NULL; statements++)
    if (!sql_run (db, *statements, vars, n_vars, NULL, error))
      return false;
  return true;
}

bool
sql_run_again (Db *db, const char *statement, const SqlVar *vars, size_t n_vars, DbResult **ret_result, GError **error)
{
  g_auto (Expanded) expanded = expand (statement, vars, n_vars);
  return run (db, statement, &expanded, true, ret_result, error);
}

bool
sql_post (Db *db, const char *statement, const SqlVar *vars, size_t n_vars, GError **error)
{
  g_auto (Expanded) expanded = expand (statement, vars, n_vars);
  g_assert (expanded.constant);
  return db_post (db, expanded.sql, (const char *const *) expanded.params->pdata, (int) expanded.params->len, statement, error);
}

bool
sql_change (Db *db, const char *statement, const SqlVar *vars, size_t n_vars, int64_t *ret_rows, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!sql_run (db, statement, vars, n_vars, &result, error))
    return false;
  if (ret_rows != NULL)
    *ret_rows = db_result_affected (result);
  return true;
}
