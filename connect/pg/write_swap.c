#include "connect/pg/write_swap.h"

#include "base/text.h"

#include <string.h>

/* What new tables of the role grant by default and this one may not, as statements for the table beside. */
static const char revokes[] =
    "select format('revoke all on %s from %s', $2::text, case a.grantee when 0 then 'public' else "
    "quote_ident(pg_get_userbyid(a.grantee)) end)"
    " from pg_class c cross join aclexplode(c.relacl) a where c.oid = $2::regclass and $1::text is not null"
    " and a.grantee <> c.relowner group by a.grantee";

/* All that was granted, in the same way. */
static const char grants[] =
    "select format('grant %s on %s to %s%s', a.privilege_type, $2::text, case a.grantee when 0 then 'public' else "
    "quote_ident(pg_get_userbyid(a.grantee)) end,"
    "              case when a.is_grantable then ' with grant option' else '' end)"
    " from pg_class c cross join aclexplode(c.relacl) a where c.oid = $1::regclass and a.grantee <> c.relowner "
    "union all "
    "select format('grant %s (%I) on %s to %s%s', a.privilege_type, t.attname, $2::text,"
    "              case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,"
    "              case when a.is_grantable then ' with grant option' else '' end)"
    " from pg_attribute t cross join aclexplode(t.attacl) a where t.attrelid = $1::regclass and t.attnum > 0 and not "
    "t.attisdropped "
    "union all "
    "select format('comment on table %s is %L', $2::text, obj_description($1::regclass, 'pg_class'))"
    " where obj_description($1::regclass, 'pg_class') is not null";

/* How it is stored, in the same way: "like" leaves that out. */
static const char options[] = "select format('alter table %s set (%s%I = %L)', $2::text, p.prefix, o.option_name, o.option_value)"
                              " from pg_class c"
                              " cross join lateral (select '' as prefix, c.reloptions union all"
                              "                     select 'toast.', t.reloptions from pg_class t where t.oid = c.reltoastrelid) p"
                              " cross join lateral pg_options_to_table(p.reloptions) o where c.oid = $1::regclass";

/* Indexes of both that are the same but for their names. */
static const char indexes[] =
    "with all_of as (select i.indrelid, c.relname, regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX .* USING "
    "', '\\1') as says"
    "                from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid in ($1::regclass, $2::regclass)),"
    " numbered as (select *, row_number() over (partition by indrelid, says order by relname) as n from all_of) "
    "select n.relname, o.relname from numbered n join numbered o on o.says = n.says and o.n = n.n "
    "where n.indrelid = $2::regclass and o.indrelid = $1::regclass and n.relname <> o.relname";

bool
write_swap_is_possible (const WritePlan *plan)
{
  bool stored = true;
  for (guint i = 0; i < plan->columns->len; i++)
    stored = stored && g_array_index (plan->columns, WriteColumn, i).stored;
  return plan->mode == WRITE_SWAP && !plan->is_held && !plan->is_redshift && plan->parts.column == NULL && stored && plan->exists;
}

/* Statements that a query makes of the table for the one beside. */
static bool
do_alike (PgSession *session, const char *statements, const WritePlan *plan, const char *beside, GError **error)
{
  const char *const params[] = { plan->target, beside };
  g_autoptr (DbResult) rows = NULL;
  if (!session_query (session, statements, params, 2, &rows, error))
    return false;
  for (int row = 0; row < db_result_rows (rows); row++)
    if (!session_exec (session, db_result_value (rows, row, 0), error))
      return false;
  return true;
}

char *
write_swap_begin (PgSession *session, const WritePlan *plan, GError **error)
{
  g_autofree char *name = g_strconcat ("weir_", plan->run, NULL);
  g_autofree char *schema = text_quote_ident (plan->schema), *table = text_quote_ident (name);
  g_autofree char *beside = g_strconcat (schema, ".", table, NULL);
  g_autofree char *sql = g_strdup_printf ("create table %s (like %s including all)", beside, plan->target);
  bool is_made = session_exec (session, sql, error) && do_alike (session, options, plan, beside, error);
  return is_made ? g_steal_pointer (&beside) : NULL;
}

static bool
rename_indexes (PgSession *session, const WritePlan *plan, const DbResult *rows, GError **error)
{
  g_autofree char *schema = text_quote_ident (plan->schema);
  for (int row = 0; row < db_result_rows (rows); row++)
    {
      g_autofree char *from = text_quote_ident (db_result_value (rows, row, 0)),
                      *to = text_quote_ident (db_result_value (rows, row, 1));
      g_autofree char *sql = g_strdup_printf ("alter index %s.%s rename to %s", schema, from, to);
      if (!session_exec (session, sql, error))
        return false;
    }
  return true;
}

bool
write_swap_end (PgSession *session, const WritePlan *plan, const char *beside, GError **error)
{
  const char *const params[] = { plan->target, beside };
  g_autoptr (DbResult) pairs = NULL;
  g_autofree char *table = text_quote_ident (plan->table);
  g_autofree char *drop = g_strdup_printf ("drop table %s", plan->target);
  g_autofree char *rename = g_strdup_printf ("alter table %s rename to %s", beside, table);
  return do_alike (session, revokes, plan, beside, error) && do_alike (session, grants, plan, beside, error)
         && session_query (session, indexes, params, 2, &pairs, error) && session_exec (session, drop, error)
         && session_exec (session, rename, error) && rename_indexes (session, plan, pairs, error);
}
