/* What the job says of the source's columns (source_treat): the library's rules, and what SQL adds to them. */
#include "connect/pg/select.h"
#include "connect/pg/values.h"

#include "base/text.h"
#include "connect/private.h"

#include <string.h>

static void
say_missing (const Source *source, const char *path, const char *name)
{
  const char *near = source_nearest (source, name);
  connect_mistake (path, near != NULL ? "the source has no column \"%s\"; did you mean \"%s\"?" : "the source has no column \"%s\"",
                   name, near);
}

static void
find_key (const Request *request, Source *source)
{
  size_t i;
  const Json *word;
  if (request->key != NULL && !json_is_array (request->key))
    connect_mistake ("key", "must be a list of columns");
  source->key = g_new0 (int, json_array_size (request->key) + 1);
  json_array_foreach ((Json *) request->key, i, word)
    {
      const char *name = json_string_value (word);
      int at = name != NULL ? source_column (source, name) : -1;
      if (at < 0)
        say_missing (source, "key", name != NULL ? name : "");
      else if (strcmp (source->columns[at].typname, "json") == 0)
        connect_mistake ("key", "\"%s\" is of the type json, which knows no equality", name);
      else
        {
          source->columns[at].is_key = true;
          source->key[source->n_key++] = at;
        }
    }
}

static void
find_bookmark (const Request *request, Source *source)
{
  if (request->bookmark == NULL)
    return;
  source->bookmark = source_column (source, request->bookmark);
  if (source->bookmark < 0)
    {
      say_missing (source, "bookmark", request->bookmark);
      return;
    }
  const PgColumn *column = &source->columns[source->bookmark];
  if (!type_is_time (column->kind) && !type_is_number (column->kind))
    connect_mistake ("bookmark", "\"%s\" is of the type %s: a bookmark is a date, a timestamp or a number", column->name,
                     column->source_type);
}

/* A key is how weir knows rows again. */
static void
check_key_column (const PgColumn *column, const Treatment *treatment)
{
  if (!column->is_key || (!treatment->is_dropped && treatment->mask == MASK_NONE))
    return;
  g_autofree char *path = g_strdup_printf ("columns.%s.%s", column->name, treatment->is_dropped ? "drop" : "mask");
  connect_mistake (path, "\"%s\" is of the key: it cannot be %s", column->name, treatment->is_dropped ? "dropped" : "masked");
}

/* Whether the server must make another value of it. A text is read by weir, where a cell that does not fit is a row's reject and not the end of all; and
 * everything is a text. What is written in a way of its own, as arrays are, is no JSON unless the server makes it. */
static bool
needs_cast (const PgColumn *column, const char *type)
{
  if (column->kind == PG_OTHER)
    return strcmp (type, "jsonb") == 0;
  return strcmp (type, "text") != 0 && strcmp (type, type_declared (column->kind)) != 0
         && strcmp (type_declared (column->kind), "text") != 0
         && !((column->kind == PG_INTEGER) && (strcmp (type, "numeric") == 0 || strcmp (type, "double precision") == 0));
}

static bool
check_cast (PgSession *session, const Source *source, PgColumn *column, const char *path, GError **error)
{
  g_autofree char *cell = select_cell (column, false);
  g_autofree char *sql = g_strdup_printf ("select %s from %s limit 0", cell, source->from);
  GPtrArray *params = source->params;
  g_autoptr (GError) problem = NULL;
  if (session_exec (session, "savepoint weir_cast", &problem)
      && session_query (session, sql, params != NULL ? (const char *const *) params->pdata : NULL,
                        params != NULL ? (int) params->len : 0, NULL, &problem))
    return session_exec (session, "release savepoint weir_cast", error);
  if (!g_error_matches (problem, CONNECT_ERROR, CONNECT_CONFIGURATION))
    return g_propagate_error (error, g_steal_pointer (&problem)), false;
  connect_mistake (path, "the server cannot make %s of %s", column->casted, column->source_type);
  return session_exec (session, "rollback to savepoint weir_cast", error);
}

static bool
take_type (PgSession *session, const Source *source, PgColumn *column, const char *said, GError **error)
{
  g_autofree char *path = g_strdup_printf ("columns.%s.type", column->name);
  column->type = type_find (said);
  if (column->type == NULL)
    {
      const char *near = type_nearest (said);
      connect_mistake (path, near != NULL ? "weir has no type \"%s\"; did you mean \"%s\"?" : "weir has no type \"%s\"", said,
                       near);
      column->type = "text";
      return true;
    }
  if (session->is_redshift || !needs_cast (column, column->type))
    return true;
  column->casted = column->type;
  return check_cast (session, source, column, path, error);
}

static bool
take_treatment (PgSession *session, const Source *source, PgColumn *column, const Treatment *treatment, GError **error)
{
  column->is_dropped = treatment->is_dropped;
  column->shown = g_strdup (treatment->name);
  column->mask = treatment->mask != MASK_NONE ? mask_words[treatment->mask] : NULL;
  column->otherwise = g_strdup (treatment->otherwise);
  if (!column->is_dropped && !take_type (session, source, column, treatment->type, error))
    return false;
  if (column->otherwise == NULL || column->is_dropped || strcmp (column->type, "text") == 0)
    return true;
  g_autofree char *path = g_strdup_printf ("columns.%s.default", column->name);
  return value_check (session, path, column->otherwise, column->type, error);
}

bool
source_treat (PgSession *session, const Request *request, Source *source, GError **error)
{
  find_key (request, source);
  find_bookmark (request, source);
  g_autofree ConnectColumn *columns = g_new0 (ConnectColumn, (size_t) source->n);
  for (int i = 0; i < source->n; i++)
    columns[i] = (ConnectColumn) { .name = source->columns[i].name, .type = type_declared (source->columns[i].kind) };
  Treatment *treatments = treatments_find (request, columns, (size_t) source->n);
  bool ok = true;
  for (int i = 0; ok && i < source->n; i++)
    {
      check_key_column (&source->columns[i], &treatments[i]);
      ok = take_treatment (session, source, &source->columns[i], &treatments[i], error);
      if (g_strcmp0 (request->mode, "dump") == 0 && !treatments[i].is_dropped && strcmp (treatments[i].name, "snapshot_at") == 0)
        connect_mistake ("columns", "mode dump adds a column \"snapshot_at\": rename the one that is there");
    }
  treatments_free (treatments, (size_t) source->n);
  return ok;
}

void
source_name_casts (const Source *source, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  for (int i = 0; i < source->n; i++)
    if (source->columns[i].casted != NULL && !source->columns[i].is_dropped)
      g_string_append_printf (names, "%s\"%s\" to %s", names->len > 0 ? ", " : "", source->columns[i].name,
                              source->columns[i].casted);
  if (names->len > 0 && g_error_matches (*error, CONNECT_ERROR, CONNECT_CONFIGURATION))
    g_prefix_error (error, "the server casts %s, as \"columns\" says: ", names->str);
}
