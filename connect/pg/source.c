#include "connect/pg/source.h"

#include "base/error.h"
#include "base/text.h"
#include "connect/pg/values.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define QUERY_MOST_BYTES (1 << 20)
#define PAGE_BYTES 8192
#define NEAR_MOST "5000" /* names that one is looked for in that is nearly what was written */

int
source_column (const Source *source, const char *name)
{
  for (int i = 0; i < source->n; i++)
    if (strcmp (source->columns[i].name, name) == 0)
      return i;
  return -1;
}

const char *
source_nearest (const Source *source, const char *name)
{
  g_autofree const char **names = g_new0 (const char *, (size_t) source->n + 1);
  for (int i = 0; i < source->n; i++)
    names[i] = source->columns[i].name;
  return text_nearest (name, names);
}

void
source_clear (Source *source)
{
  for (int i = 0; i < source->n; i++)
    {
      PgColumn *column = &source->columns[i];
      char *texts[] = { column->name, column->source_type, column->base, column->typname, column->shown, column->otherwise };
      for (size_t t = 0; t < G_N_ELEMENTS (texts); t++)
        g_free (texts[t]);
    }
  g_free (source->columns);
  g_free (source->from);
  g_free (source->schema);
  g_free (source->table);
  g_free (source->key);
  g_free (source->path);
  g_clear_pointer (&source->params, g_ptr_array_unref);
}

/* ---- types ---- */

/* The rows of pg_type that Redshift has are those of a very old PostgreSQL, without domains. */
static bool
resolve_old (PgSession *session, const uint32_t *oids, PgColumn *columns, int n, GError **error)
{
  g_autoptr (GString) sql = g_string_new ("select oid, typname from pg_type where oid in (0");
  for (int i = 0; i < n; i++)
    g_string_append_printf (sql, ", %u", oids[i]);
  g_string_append_c (sql, ')');
  g_autoptr (DbResult) result = NULL;
  if (!session_query (session, sql->str, NULL, 0, &result, error))
    return false;
  for (int i = 0; i < n; i++)
    for (int row = 0; row < db_result_rows (result); row++)
      if (db_result_int64 (result, row, 0) == oids[i])
        {
          columns[i].typname = g_strdup (db_result_value (result, row, 1));
          columns[i].source_type = g_strdup (columns[i].typname);
          columns[i].base = g_strdup (columns[i].typname);
          columns[i].kind = type_kind (columns[i].typname, true);
        }
  return true;
}

static const char resolve_sql[] =
    "with recursive t as ("
    " select o.at, o.oid as type, o.mod, o.oid as base, false as is_full"
    " from rows from (pg_catalog.unnest ($1::oid[]), pg_catalog.unnest ($2::int4[])) with ordinality o (oid, mod, at)"
    " union all"
    " select t.at, t.type, t.mod, y.typbasetype, t.is_full or y.typnotnull"
    " from t join pg_catalog.pg_type y on y.oid = t.base where y.typtype = 'd')"
    " select pg_catalog.format_type (t.type, t.mod), pg_catalog.format_type (y.oid, -1), y.typname, n.nspname = 'pg_catalog', "
    "t.is_full"
    " from t join pg_catalog.pg_type y on y.oid = t.base join pg_catalog.pg_namespace n on n.oid = y.typnamespace"
    " where y.typtype <> 'd' order by t.at";

bool
source_resolve (PgSession *session, const uint32_t *oids, const int *modifiers, PgColumn *columns, int n, GError **error)
{
  if (session->is_redshift)
    return resolve_old (session, oids, columns, n, error);
  g_autoptr (GString) types = g_string_new ("{"), mods = g_string_new ("{");
  for (int i = 0; i < n; i++)
    {
      g_string_append_printf (types, "%s%u", i > 0 ? "," : "", oids[i]);
      g_string_append_printf (mods, "%s%d", i > 0 ? "," : "", modifiers[i]);
    }
  g_string_append_c (types, '}');
  g_string_append_c (mods, '}');
  const char *params[] = { types->str, mods->str };
  g_autoptr (DbResult) result = NULL;
  if (!session_query (session, resolve_sql, params, 2, &result, error))
    return false;
  if (db_result_rows (result) != n)
    return connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "the server does not know the types of its own columns");
  for (int i = 0; i < n; i++)
    {
      columns[i].source_type = g_strdup (db_result_value (result, i, 0));
      columns[i].base = g_strdup (db_result_value (result, i, 1));
      columns[i].typname = g_strdup (db_result_value (result, i, 2));
      columns[i].kind = type_kind (columns[i].typname, db_result_bool (result, i, 3));
      columns[i].nullable = columns[i].nullable && !db_result_bool (result, i, 4);
    }
  return true;
}

/* ---- a table ---- */

static bool
tell_near_tables (PgSession *session, const char *written, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!session_query (
          session,
          "select n.nspname || '.' || c.relname, c.relname from pg_catalog.pg_class c"
          " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
          " where c.relkind in ('r', 'v', 'm', 'p', 'f') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')"
          " and pg_catalog.has_table_privilege (c.oid, 'select') order by 1 limit " NEAR_MOST,
          NULL, 0, &result, error))
    return false;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (int row = 0; row < db_result_rows (result); row++)
    for (int column = 0; column < 2; column++)
      g_ptr_array_add (names, (gpointer) db_result_value (result, row, column));
  g_ptr_array_add (names, NULL);
  const char *near = text_nearest (written, (const char *const *) names->pdata);
  connect_mistake ("from.table",
                   near != NULL ? "there is no table \"%s\" in %s; did you mean \"%s\"?" : "there is no table \"%s\" in %s",
                   written, session->where, near);
  return true;
}

/* As it is written, else in small letters. */
static bool
find_relation (PgSession *session, const char *schema, const char *name, DbResult **ret_result, GError **error)
{
  const char *params[] = { name, schema };
  return session_query (
      session,
      schema != NULL
          ? "select c.oid, n.nspname, c.relname, c.relkind, c.reltuples, pg_catalog.has_table_privilege (c.oid, 'select'), "
            "c.relpages"
            " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind in ('r', 'v', 'm', 'p', 'f') and c.relname in ($1::text, lower ($1::text)) and n.nspname in "
            "($2::text, lower ($2::text))"
            " order by c.relname = $1::text desc, n.nspname = $2::text desc limit 1"
          : "select c.oid, n.nspname, c.relname, c.relkind, c.reltuples, pg_catalog.has_table_privilege (c.oid, 'select'), "
            "c.relpages"
            " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind in ('r', 'v', 'm', 'p', 'f') and c.relname in ($1::text, lower ($1::text)) and "
            "pg_catalog.pg_table_is_visible "
            "(c.oid)"
            " order by c.relname = $1::text desc limit 1",
      params, schema != NULL ? 2 : 1, ret_result, error);
}

static bool
take_columns (PgSession *session, Source *source, GError **error)
{
  g_autofree char *oid = g_strdup_printf ("%u", source->oid);
  const char *params[] = { oid };
  g_autoptr (DbResult) result = NULL;
  if (!session_query (session,
                      "select attname, atttypid, atttypmod, attnotnull from pg_catalog.pg_attribute"
                      " where attrelid = $1::oid and attnum > 0 and not attisdropped order by attnum",
                      params, 1, &result, error))
    return false;
  source->n = db_result_rows (result);
  source->columns = g_new0 (PgColumn, (size_t) source->n);
  g_autofree uint32_t *oids = g_new0 (uint32_t, (size_t) source->n);
  g_autofree int *modifiers = g_new0 (int, (size_t) source->n);
  for (int i = 0; i < source->n; i++)
    {
      source->columns[i].name = g_strdup (db_result_value (result, i, 0));
      source->columns[i].nullable = !db_result_bool (result, i, 3);
      oids[i] = (uint32_t) db_result_int64 (result, i, 1);
      modifiers[i] = (int) db_result_int64 (result, i, 2);
    }
  return source_resolve (session, oids, modifiers, source->columns, source->n, error);
}

/* What functions of views look for, and the operators of extensions' types, is where the role finds it; and nothing goes before the server's own. */
static char *
path_of (const PgSession *session, const char *schema)
{
  g_autofree char *path = g_strdup_printf ("pg_catalog%s%s, %s", session->path[0] != '\0' ? ", " : "", session->path, schema);
  g_autofree char *literal = text_quote_literal (path);
  return g_strdup_printf ("select pg_catalog.set_config ('search_path', %s, true)", literal);
}

static bool
find_table (PgSession *session, const char *written, Source *ret, GError **error)
{
  g_autofree char *schema = NULL, *name = NULL;
  if (!session_split_name (written, &schema, &name))
    return connect_mistake ("from.table", "\"%s\" is no name of a table", written), true;
  g_autoptr (DbResult) result = NULL;
  if (!find_relation (session, schema, name, &result, error))
    return false;
  if (db_result_rows (result) == 0)
    return tell_near_tables (session, written, error);
  if (!db_result_bool (result, 0, 5))
    return connect_mistake ("from.table", "the role may not read \"%s\": grant select", written), true;
  ret->is_table = true;
  ret->oid = (uint32_t) db_result_int64 (result, 0, 0);
  ret->schema = g_strdup (db_result_value (result, 0, 1));
  ret->table = g_strdup (db_result_value (result, 0, 2));
  ret->is_view = db_result_value (result, 0, 3)[0] == 'v';
  ret->estimate = ret->is_view ? -1 : g_ascii_strtod (db_result_value (result, 0, 4), NULL);
  g_autofree char *outer = text_quote_ident (ret->schema), *inner = text_quote_ident (ret->table);
  ret->from = g_strconcat (outer, ".", inner, " " SOURCE_ALIAS, NULL);
  double pages = g_ascii_strtod (db_result_value (result, 0, 6), NULL);
  ret->width = ret->estimate > 0 ? pages * PAGE_BYTES / ret->estimate : 0;
  if (session->is_redshift)
    return take_columns (session, ret, error);
  ret->path = path_of (session, outer);
  return session_exec (session, ret->path, error) && take_columns (session, ret, error);
}

/* ---- a query ---- */

static char *
read_query_file (const char *path)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  struct stat status;
  g_autoptr (GError) problem = NULL;
  if (stat (path, &status) != 0 || !S_ISREG (status.st_mode) || status.st_size > QUERY_MOST_BYTES
      || !g_file_get_contents (path, &text, &length, &problem))
    return connect_mistake ("from.query_file", "\"%s\" cannot be read, or is no file of at most 1 MiB", path), NULL;
  if (!text_is_utf8 (text, length, NULL))
    return connect_mistake ("from.query_file", "\"%s\" is not UTF-8", path), NULL;
  return g_strdup (text + text_mark (text, length));
}

/* The query between brackets, and behind it a line's end, for it may end with a comment. Owned by the caller; NULL: a mistake. */
static char *
bracketed (char *query)
{
  for (size_t length = strlen (query); length > 0 && (g_ascii_isspace (query[length - 1]) || query[length - 1] == ';'); length--)
    query[length - 1] = '\0';
  return g_strdup_printf ("(%s\n) " SOURCE_ALIAS, query);
}

static bool
take_params (const Json *params, GPtrArray *ret)
{
  size_t i;
  const char *name;
  const Json *one;
  if (json_is_array (params))
    json_array_foreach ((Json *) params, i, one)
      g_ptr_array_add (ret, weir_json_param (one));
  else if (json_is_object (params))
    json_object_foreach ((Json *) params, name, one)
      g_ptr_array_add (ret, weir_json_param (one));
  else if (params != NULL)
    return connect_mistake ("from.params", "must be a list of values, or an object of them, in the order of $1, $2 ..."), false;
  return true;
}

static bool
is_twice (const Source *source, int at)
{
  for (int i = 0; i < at; i++)
    if (strcmp (source->columns[i].name, source->columns[at].name) == 0)
      return true;
  return false;
}

static bool
take_described (PgSession *session, const DbResult *result, Source *source, GError **error)
{
  source->n = db_result_columns (result);
  source->columns = g_new0 (PgColumn, (size_t) source->n);
  g_autofree uint32_t *oids = g_new0 (uint32_t, (size_t) source->n);
  g_autofree int *modifiers = g_new0 (int, (size_t) source->n);
  for (int i = 0; i < source->n; i++)
    {
      source->columns[i].name = g_strdup (db_result_name (result, i));
      source->columns[i].nullable = true;
      oids[i] = db_result_type (result, i, &modifiers[i]);
      if (is_twice (source, i))
        connect_mistake ("from.query", "two columns are called \"%s\"", source->columns[i].name);
    }
  return source_resolve (session, oids, modifiers, source->columns, source->n, error);
}

/* How many values there are is what the server refuses, in whatever language; where the protocol itself was broken, the session would not go on. */
static bool
is_of_params (const PgSession *session, const GError *problem)
{
  return g_strcmp0 (weir_error_get_sqlstate (problem), "08P01") == 0 && db_is_usable (session->db);
}

static bool
find_query (PgSession *session, const Request *request, char *query, Source *ret, GError **error)
{
  const char *path = json_object_get (request->from, "query") != NULL ? "from.query" : "from.query_file";
  ret->estimate = -1;
  ret->from = bracketed (query);
  ret->params = g_ptr_array_new_with_free_func (g_free);
  if (!take_params (json_object_get (request->from, "params"), ret->params))
    return true;
  g_autofree char *sql = g_strdup_printf ("select * from %s limit 0", ret->from);
  g_autoptr (DbResult) result = NULL;
  g_autoptr (GError) problem = NULL;
  const char *const *params = (const char *const *) ret->params->pdata;
  if (db_query (session->db, sql, params, (int) ret->params->len, &result, &problem))
    return take_described (session, result, ret, error);
  if (is_of_params (session, problem))
    return connect_mistake ("from.params", "has %u values, which are not those of the query: %s", ret->params->len,
                            problem->message),
           true;
  g_autoptr (GError) told = NULL;
  (void) session_fail (session, &told, g_steal_pointer (&problem));
  if (!g_error_matches (told, CONNECT_ERROR, CONNECT_CONFIGURATION))
    return g_propagate_error (error, g_steal_pointer (&told)), false;
  connect_mistake (path, "%s", told->message);
  return true;
}

bool
source_find (PgSession *session, const Request *request, Source *ret, GError **error)
{
  static const char *const known[] = { "table", "query", "query_file", "params", "time_zone", NULL };
  *ret = (Source) { .bookmark = -1, .estimate = -1 };
  connect_known (request->from, "from", known);
  const char *table = connect_text (request->from, "from", "table", false),
             *query = connect_text (request->from, "from", "query", false);
  const char *file = connect_text (request->from, "from", "query_file", false);
  ret->zone = connect_text (request->from, "from", "time_zone", false);
  table = table != NULL || query != NULL || file != NULL ? table : request->stream;
  if (connect_has_mistakes ())
    return true;
  if ((table != NULL) + (query != NULL) + (file != NULL) != 1)
    connect_mistake ("from", "must have one of \"table\", \"query\" and \"query_file\"");
  else if (table != NULL && json_object_get (request->from, "params") != NULL)
    connect_mistake ("from.params", "are a query's: a table has \"where\"");
  if (connect_has_mistakes ())
    return true;
  if (table != NULL)
    return find_table (session, table, ret, error);
  g_autofree char *text = query != NULL ? g_strdup (query) : read_query_file (file);
  return text == NULL || find_query (session, request, text, ret, error);
}

/* ---- what is said of it ---- */

bool
source_declare (const Source *source, bool is_dump, GError **error)
{
  g_autofree ConnectColumn *columns = g_new0 (ConnectColumn, (size_t) source->n + 1);
  size_t n = 0;
  for (int i = 0; i < source->n; i++)
    {
      const PgColumn *column = &source->columns[i];
      bool is_hidden = column->mask != NULL;
      if (!column->is_dropped)
        columns[n++] =
            (ConnectColumn) { .name = column->shown,
                              .type = is_hidden ? "text" : column->type,
                              .source_type = column->source_type,
                              .nullable = (column->nullable && column->otherwise == NULL) || g_strcmp0 (column->mask, "null") == 0,
                              .key = column->is_key,
                              .mask = column->mask,
                              .source = column->name };
    }
  if (is_dump)
    columns[n++] = (ConnectColumn) { .name = "snapshot_at", .type = "timestamptz", .source_type = "timestamptz" };
  if (n == 0)
    return connect_mistake ("columns", "no column is left"), false;
  return spool_declare (columns, n, error);
}
