#include "connect/pg/write_look.h"

#include "base/text.h"
#include "connect/pg/write_sql.h"

#include <string.h>

/* What the table is. */
typedef struct
{
  char *oid;
  char kind;
} Found;

static bool
find_table (PgSession *session, const WritePlan *plan, Found *ret_found, GError **error)
{
  const char *const params[] = { plan->schema, plan->table };
  g_autoptr (DbResult) rows = NULL;
  *ret_found = (Found) { 0 };
  if (!session_query (session,
                      "select c.oid, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace "
                      "where n.nspname = $1 and c.relname = $2",
                      params, 2, &rows, error))
    return false;
  if (db_result_rows (rows) > 0)
    *ret_found = (Found) { g_strdup (db_result_value (rows, 0, 0)), db_result_value (rows, 0, 1)[0] };
  return true;
}

static WriteColumn *
column_at (const WritePlan *plan, guint i)
{
  return &g_array_index (plan->columns, WriteColumn, i);
}

static bool
find_columns (PgSession *session, WritePlan *plan, const char *oid, GError **error)
{
  const char *const params[] = { oid };
  g_autoptr (DbResult) rows = NULL;
  if (!session_query (session,
                      "select attname, format_type(atttypid, atttypmod) from pg_attribute "
                      "where attrelid = $1::oid and attnum > 0 and not attisdropped",
                      params, 1, &rows, error))
    return false;
  for (int row = 0; row < db_result_rows (rows); row++)
    {
      WriteColumn *column = (WriteColumn *) write_plan_column (plan, db_result_value (rows, row, 0));
      if (column == NULL)
        continue;
      column->there = true;
      g_free (column->type);
      column->type = g_strdup (db_result_value (rows, row, 1));
    }
  return true;
}

/* A type that the destination does not know becomes text there. */
static bool
know_types (PgSession *session, WritePlan *plan, GError **error)
{
  for (guint i = 0; !plan->is_redshift && i < plan->columns->len; i++)
    {
      WriteColumn *column = column_at (plan, i);
      const char *const params[] = { column->type };
      g_autoptr (DbResult) rows = NULL;
      if (column->there)
        continue;
      if (!session_query (session, "select pg_catalog.to_regtype($1) is not null", params, 1, &rows, error))
        return false;
      if (db_result_bool (rows, 0, 0))
        continue;
      connect_note ("%s has no type %s: column %s is text there", plan->table, column->type, column->name);
      g_free (column->type);
      column->type = g_strdup ("text");
    }
  return true;
}

/* Columns that the table lacks. */
static bool
settle_columns (WritePlan *plan, GError **error)
{
  g_autoptr (GString) lacking = g_string_new (NULL);
  for (guint i = 0; i < plan->columns->len; i++)
    {
      WriteColumn *column = column_at (plan, i);
      bool is_gone = plan->tells_gone && i + 1 == plan->columns->len;
      bool added = !plan->exists || plan->new_columns == NEW_ADD || (is_gone && plan->gone == GONE_FLAG);
      column->stored = is_gone ? plan->gone == GONE_FLAG : column->there || added;
      if (!column->there && !added && !is_gone && (plan->new_columns == NEW_REFUSE || column->key))
        g_string_append_printf (lacking, "%s%s", lacking->len > 0 ? ", " : "", column->name);
    }
  return lacking->len == 0
         || connect_fail (error, CONNECT_CONFIGURATION, NULL,
                          "Add them there, drop them in the job's \"columns\", or say \"new_columns\": \"add\"; then `weir push`.",
                          "%s lacks columns: %s", plan->target, lacking->str);
}

/* "{a,b}" of the key. Owned by the caller. */
static char *
key_array (const WritePlan *plan)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < plan->columns->len; i++)
    if (column_at (plan, i)->key)
      g_ptr_array_add (names, (char *) column_at (plan, i)->name);
  return text_array (names);
}

/* Whether an index proves the key, and whether the table must stay the one it is when all its rows are others: a sequence that it owns would go with it, or begin anew. */
static bool
find_uses (PgSession *session, WritePlan *plan, const char *oid, GError **error)
{
  g_autofree char *key = key_array (plan);
  const char *const params[] = { oid, key };
  g_autoptr (DbResult) rows = NULL;
  static const char sql[] =
      "select exists (select from pg_index i where i.indrelid = $1::oid and i.indisunique and i.indimmediate and i.indisvalid"
      "               and i.indpred is null and i.indexprs is null and i.indnatts = i.indnkeyatts"
      "               and (select array_agg(a.attname::text order by a.attname::text) from pg_attribute a"
      "                    where a.attrelid = i.indrelid and a.attnum = any (i.indkey))"
      "                   = (select array_agg(k order by k) from unnest($2::text[]) k)),"
      "       c.relkind <> 'r' or c.relrowsecurity or c.relhastriggers or c.relhasrules or pg_get_userbyid(c.relowner) <> "
      "current_user"
      "       or c.relreplident <> 'd' or c.relpersistence <> 'p' or c.reltablespace <> 0"
      "       or exists (select from pg_depend d where d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.deptype = "
      "'n')"
      "       or exists (select from pg_depend d where d.refclassid = 'pg_type'::regclass and d.refobjid = c.reltype and d.deptype "
      "= 'n')"
      "       or exists (select from pg_depend d join pg_class s on s.oid = d.objid where d.classid = 'pg_class'::regclass"
      "                  and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.deptype in ('a', 'i') and s.relkind "
      "= 'S')"
      "       or exists (select from pg_inherits i where c.oid in (i.inhrelid, i.inhparent))"
      "       or exists (select from pg_publication_tables p where p.schemaname = n.nspname and p.tablename = c.relname) "
      "from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = $1::oid";
  if (plan->is_redshift)
    return plan->is_held = true;
  if (!session_query (session, sql, params, 2, &rows, error))
    return false;
  plan->is_unique = db_result_bool (rows, 0, 0);
  plan->is_held = db_result_bool (rows, 0, 1);
  return true;
}

static bool
check_kind (const WritePlan *plan, const Found *found, GError **error)
{
  if (found->oid == NULL && plan->create && !plan->whole)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, "`weir push --full` makes it anew, with all rows.",
                         "the table %s is gone there, and only what changed was to be delivered", plan->target);
  if (found->oid == NULL)
    return plan->create
           || connect_fail (error, CONNECT_CONFIGURATION, NULL, "Make it, or say \"create\": true; then `weir push`.",
                            "there is no table %s", plan->target);
  if (strchr ("rpf", found->kind) == NULL)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "%s is no table", plan->target);
  return plan->parts.column == NULL || found->kind == 'p'
         || connect_fail (error, CONNECT_CONFIGURATION, NULL,
                          "Rename it, so that weir makes it anew, or take \"partition_by\" out.", "%s has no partitions",
                          plan->target);
}

bool
write_look (PgSession *session, WritePlan *plan, GError **error)
{
  Found found;
  if (!find_table (session, plan, &found, error))
    return false;
  g_autofree char *oid = found.oid;
  plan->exists = oid != NULL;
  plan->is_partitioned = found.kind == 'p';
  if (!check_kind (plan, &found, error))
    return false;
  return (oid == NULL || (find_columns (session, plan, oid, error) && find_uses (session, plan, oid, error)))
         && know_types (session, plan, error) && settle_columns (plan, error);
}

bool
write_make_schema (PgSession *session, const char *schema, bool create, bool *ret_made, GError **error)
{
  const char *const params[] = { schema };
  g_autoptr (DbResult) rows = NULL;
  if (!session_query (session, "select 1 from pg_namespace where nspname = $1", params, 1, &rows, error))
    return false;
  g_autofree char *name = text_quote_ident (schema), *sql = g_strconcat ("create schema ", name, NULL);
  *ret_made = db_result_rows (rows) == 0;
  if (*ret_made && !create)
    return connect_fail (error, CONNECT_CONFIGURATION, "3F000", NULL, "there is no schema %s", name);
  return !*ret_made || session_exec (session, sql, error);
}

static bool
make_table (PgSession *session, WritePlan *plan, GError **error)
{
  g_autofree char *sql = write_sql_create (plan);
  bool made;
  if (!write_make_schema (session, plan->schema, true, &made, error) || !session_exec (session, sql, error))
    return false;
  connect_note ("%s was made", plan->target);
  plan->is_unique = strstr (sql, ", primary key (") != NULL;
  plan->is_partitioned = plan->parts.column != NULL;
  const WriteColumn *run = write_plan_column (plan, COLUMN_RUN);
  g_autofree char *index = g_strdup_printf ("create index on %s (" COLUMN_RUN ")", plan->target);
  return run == NULL || plan->is_redshift || session_exec (session, index, error);
}

bool
write_make (PgSession *session, WritePlan *plan, GError **error)
{
  if (!plan->exists)
    return make_table (session, plan, error);
  g_autoptr (GPtrArray) statements = write_sql_add (plan);
  for (guint i = 0; i < statements->len; i++)
    if (!session_exec (session, statements->pdata[i], error))
      return false;
  for (guint i = 0; i < plan->columns->len; i++)
    if (column_at (plan, i)->stored && !column_at (plan, i)->there)
      connect_note ("column %s is new in %s", column_at (plan, i)->name, plan->target);
  return true;
}
