#include "connect/pg/read.h"

#include "connect/pg/source.h"

#include "base/text.h"

#include <string.h>

/* One row a column, those of a table together. Keys are the primary key, else the unique index of columns that are never NULL with the fewest columns. */
static const char columns_sql[] =
    "with tables as ("
    "  select c.oid, n.nspname, c.relname, c.relkind, c.reltuples from pg_catalog.pg_class c"
    "  join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
    "  where c.relkind in ('r', 'v', 'm', 'p', 'f') and not c.relispartition and c.relpersistence <> 't'"
    "  and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast' and pg_catalog.has_schema_privilege "
    "(n.oid, 'usage')"
    "  and pg_catalog.has_table_privilege (c.oid, 'select') and ($1::text is null or n.nspname = $1) and ($2::text is null or "
    "c.relname = $2)),"
    " keys as ("
    "  select distinct on (i.indrelid) i.indrelid, i.indkey[0:i.indnkeyatts - 1]::int2[] as columns"
    "  from pg_catalog.pg_index i join tables t on t.oid = i.indrelid"
    "  where i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null and not exists ("
    "    select from pg_catalog.pg_attribute a where a.attrelid = i.indrelid"
    "    and a.attnum = any (i.indkey[0:i.indnkeyatts - 1]) and not a.attnotnull)"
    "  order by i.indrelid, i.indisprimary desc, i.indnkeyatts, i.indexrelid)"
    " select t.nspname, t.relname, t.relkind, t.reltuples, a.attname, a.atttypid, a.atttypmod, a.attnotnull,"
    "  coalesce (pg_catalog.array_position (k.columns, a.attnum), -1) as key_at,"
    "  exists (select from pg_catalog.pg_index i where i.indrelid = t.oid and i.indisvalid and i.indpred is null and i.indkey[0] = "
    "a.attnum) as is_indexed,"
    "  a.attidentity <> '' or coalesce (pg_catalog.pg_get_expr (d.adbin, d.adrelid) like 'nextval(%', false) as grows"
    " from tables t join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped"
    " left join keys k on k.indrelid = t.oid"
    " left join pg_catalog.pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum"
    " order by t.nspname, t.relname, a.attnum";

/* Redshift's catalog is that of PostgreSQL 8.0, and its keys are only declared. */
static const char columns_old_sql[] =
    "select n.nspname, c.relname, c.relkind, c.reltuples, a.attname, a.atttypid, a.atttypmod, a.attnotnull,"
    " case when a.attnum = any (p.conkey) then a.attnum else -1 end as key_at, false as is_indexed, false as grows"
    " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
    " left join pg_constraint p on p.conrelid = c.oid and p.contype = 'p'"
    " where c.relkind in ('r', 'v') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'pg_internal')"
    " and has_table_privilege (c.oid, 'select') and ($1::varchar is null or n.nspname = $1)"
    " and ($2::varchar is null or c.relname = $2)"
    " order by n.nspname, c.relname, a.attnum";

static const char *
kind_word (const char *relkind)
{
  return relkind[0] == 'v' || relkind[0] == 'm' ? "view" : "table";
}

/* As a job writes it. Owned by the caller. */
static char *
stream_name (const char *schema, const char *table)
{
  GString *name = g_string_new (NULL);
  const char *const parts[] = { schema, table };
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      bool is_plain =
          parts[i][strspn (parts[i], "abcdefghijklmnopqrstuvwxyz0123456789_$")] == '\0' && !g_ascii_isdigit (parts[i][0]);
      g_autofree char *quoted = text_quote_ident (parts[i]);
      g_string_append_printf (name, "%s%s", i > 0 ? "." : "", is_plain ? parts[i] : quoted);
    }
  return g_string_free (name, FALSE);
}

/* What its name promises. */
static bool
is_named_so (const char *name)
{
  static const char *const words[] = { "updated", "modified", "changed", "last_", "upd_", "mtime", "_ts" };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (name, words[i]) != NULL)
      return true;
  return false;
}

/* Columns that tell which rows are new, the likely ones first. */
static Json *
find_bookmarks (const DbResult *result, const PgColumn *columns, int first, int n)
{
  Json *list = json_array ();
  for (int pass = 0; pass < 3; pass++)
    for (int i = first; i < first + n; i++)
      {
        bool is_time = type_is_time (columns[i].kind), is_named = is_named_so (columns[i].name),
             is_indexed = db_result_bool (result, i, 9);
        bool fits = pass == 0   ? is_time && is_named
                    : pass == 1 ? is_time && !is_named && is_indexed
                                : type_is_number (columns[i].kind) && db_result_bool (result, i, 10);
        if (fits)
          json_array_append_new (list, weir_json_string (columns[i].name));
      }
  return list;
}

/* In the order of the index. */
static Json *
find_key (const DbResult *result, const PgColumn *columns, int first, int n)
{
  Json *list = json_array ();
  for (int at = 0; at <= n; at++)
    for (int i = first; i < first + n; i++)
      if (db_result_int64 (result, i, 8) == at)
        json_array_append_new (list, weir_json_string (columns[i].name));
  return list;
}

static void
tell_stream (const DbResult *result, const PgColumn *columns, int first, int n)
{
  g_autofree char *name = stream_name (db_result_value (result, first, 0), db_result_value (result, first, 1));
  const char *relkind = db_result_value (result, first, 2);
  double rows = g_ascii_strtod (db_result_value (result, first, 3), NULL);
  g_autoptr (Json) list = json_array ();
  for (int i = first; i < first + n; i++)
    json_array_append_new (list, json_pack ("{s:o, s:s, s:b, s:b, s:o}", "name", weir_json_string (columns[i].name), "type",
                                            type_declared (columns[i].kind), "nullable", (int) columns[i].nullable, "key",
                                            (int) (db_result_int64 (result, i, 8) >= 0), "source_type",
                                            weir_json_string (columns[i].source_type)));
  g_autoptr (Json) stream =
      json_pack ("{s:o, s:s, s:o, s:O, s:o, s:o}", "name", weir_json_string (name), "kind", kind_word (relkind), "rows",
                 rows >= 0 && relkind[0] != 'v' ? json_integer ((json_int_t) rows) : json_null (), "columns", list, "key",
                 find_key (result, columns, first, n), "bookmarks", find_bookmarks (result, columns, first, n));
  connect_stream (stream);
}

static bool
is_same_table (const DbResult *result, int a, int b)
{
  return strcmp (db_result_value (result, a, 0), db_result_value (result, b, 0)) == 0
         && strcmp (db_result_value (result, a, 1), db_result_value (result, b, 1)) == 0;
}

static bool
tell_streams (PgSession *session, const DbResult *result, GError **error)
{
  int n = db_result_rows (result);
  g_autofree uint32_t *oids = g_new0 (uint32_t, (size_t) n + 1);
  g_autofree int *modifiers = g_new0 (int, (size_t) n + 1);
  g_auto (Source) all = { .columns = g_new0 (PgColumn, (size_t) n + 1), .n = n };
  for (int i = 0; i < n; i++)
    {
      all.columns[i].name = g_strdup (db_result_value (result, i, 4));
      all.columns[i].nullable = !db_result_bool (result, i, 7);
      oids[i] = (uint32_t) db_result_int64 (result, i, 5);
      modifiers[i] = (int) db_result_int64 (result, i, 6);
    }
  if (!source_resolve (session, oids, modifiers, all.columns, n, error))
    return false;
  for (int first = 0, end; first < n; first = end)
    {
      for (end = first + 1; end < n && is_same_table (result, first, end); end++)
        ;
      tell_stream (result, all.columns, first, end - first);
    }
  return true;
}

bool
pg_discover (const Request *request, GError **error)
{
  static const char *const known[] = { "schema", "table", NULL };
  connect_known (request->from, "from", known);
  const char *schema = connect_text (request->from, "from", "schema", false),
             *table = connect_text (request->from, "from", "table", false);
  g_autofree char *outer = NULL, *inner = NULL;
  if (table != NULL && !session_split_name (table, &outer, &inner))
    connect_mistake ("from.table", "\"%s\" is no name of a table", table);
  const char *params[] = { outer != NULL ? outer : schema, inner };
  g_autoptr (PgSession) session = session_open (request, PG_READ, error);
  g_autoptr (DbResult) result = NULL;
  return session != NULL && session_begin (session, "", error)
         && session_query (session, session->is_redshift ? columns_old_sql : columns_sql, params, 2, &result, error)
         && tell_streams (session, result, error);
}
