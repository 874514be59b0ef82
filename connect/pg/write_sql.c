#include "connect/pg/write_sql.h"

#include "base/text.h"

#include <stdarg.h>
#include <string.h>

/* By the bytes of two records: "=" is not known to all types, and of some means less than the same (citext, intervals, nondeterministic collations). */
#define DIFFERS "operator(pg_catalog.*<>)"

/* Which columns a list has. */
typedef enum
{
  ALL,    /* of the spool file */
  STORED, /* that the target has */
  KEY,
  ENTITY,
  REST, /* STORED that are not of the key */
} Which;

static bool
is_in (const WriteColumn *column, Which which)
{
  return which == ALL || (which == STORED && column->stored) || (which == KEY && column->key) || (which == ENTITY && column->entity)
         || (which == REST && column->stored && !column->key);
}

/* Each column as "format" says, with its quoted name in the place of each "%s" there may be, at most three. Owned by the caller. */
static char *
list (const WritePlan *plan, Which which, const char *between, const char *before, const char *middle, const char *behind)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < plan->columns->len; i++)
    {
      const WriteColumn *column = &g_array_index (plan->columns, WriteColumn, i);
      if (!is_in (column, which))
        continue;
      g_autofree char *name = text_quote_ident (column->name);
      g_string_append_printf (text, "%s%s%s", text->len > 0 ? between : "", before, name);
      if (middle != NULL)
        g_string_append_printf (text, "%s%s%s", middle, name, behind);
    }
  return g_string_free (text, FALSE);
}

static char *
names (const WritePlan *plan, Which which, const char *before)
{
  return list (plan, which, ", ", before, NULL, NULL);
}

/* "t.a = s.a and t.b = s.b". */
static char *
equal (const WritePlan *plan, Which which, const char *one, const char *other)
{
  g_autofree char *before = g_strconcat (one, ".", NULL), *middle = g_strconcat (" = ", other, ".", NULL);
  return list (plan, which, " and ", before, middle, "");
}

static void G_GNUC_PRINTF (2, 3) add (GPtrArray *statements, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_ptr_array_add (statements, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* ---- what is made ---- */

char *
write_sql_make_marks (const WritePlan *plan)
{
  return g_strdup_printf (
      "create table if not exists %s (job %s not null, table_name %s not null, run char(36) not null, rows bigint, "
      "delivered_on timestamptz not null, primary key (job, table_name, run))",
      plan->marks, plan->is_redshift ? "varchar(255)" : "text", plan->is_redshift ? "varchar(255)" : "text");
}

char *
write_sql_lock (const WritePlan *plan)
{
  if (plan->is_redshift)
    return g_strdup_printf ("lock table %s", plan->marks);
  g_autofree char *name = text_quote_literal (plan->target);
  return g_strdup_printf ("select pg_advisory_xact_lock(hashtextextended('weir.deliver ' || %s, 0))", name);
}

static char *
definitions (const WritePlan *plan, Which which)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < plan->columns->len; i++)
    {
      const WriteColumn *column = &g_array_index (plan->columns, WriteColumn, i);
      if (!is_in (column, which))
        continue;
      g_autofree char *name = text_quote_ident (column->name);
      g_string_append_printf (text, "%s%s %s%s", text->len > 0 ? ", " : "", name, column->type,
                              which == STORED && column->key ? " not null" : "");
    }
  return g_string_free (text, FALSE);
}

char *
write_sql_staging (const WritePlan *plan)
{
  g_autofree char *columns = definitions (plan, ALL);
  return plan->is_redshift
             ? g_strdup_printf ("create temporary table " STAGING " (weir_line bigint, %s)", columns)
             : g_strdup_printf (
                 "create temporary table " STAGING " (weir_line bigint generated always as identity, %s) on commit drop", columns);
}

char *
write_sql_copy (const WritePlan *plan, const char *table)
{
  g_autofree char *columns = names (plan, ALL, "");
  return plan->is_redshift ? g_strdup_printf ("insert into %s (weir_line, %s) values ", table, columns)
                           : g_strdup_printf ("copy %s (%s) from stdin (format csv, header)", table, columns);
}

/* A partitioned table's key has the column that parts it. */
static char *
primary_key (const WritePlan *plan)
{
  g_autofree char *key = names (plan, KEY, "");
  if (key[0] == '\0' || plan->mode == WRITE_APPEND)
    return g_strdup ("");
  const WriteColumn *parting = plan->parts.column != NULL ? write_plan_column (plan, plan->parts.column) : NULL;
  if (parting != NULL && !parting->key)
    return g_strdup ("");
  return g_strdup_printf (", primary key (%s)", key);
}

char *
write_sql_create (const WritePlan *plan)
{
  g_autofree char *columns = definitions (plan, STORED), *key = primary_key (plan);
  g_autofree char *column = plan->parts.column != NULL ? text_quote_ident (plan->parts.column) : NULL;
  return g_strdup_printf ("create table %s (%s%s)%s%s%s", plan->target, columns, key, column != NULL ? " partition by range (" : "",
                          column != NULL ? column : "", column != NULL ? ")" : "");
}

GPtrArray *
write_sql_add (const WritePlan *plan)
{
  GPtrArray *statements = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < plan->columns->len; i++)
    {
      const WriteColumn *column = &g_array_index (plan->columns, WriteColumn, i);
      g_autofree char *name = text_quote_ident (column->name);
      if (column->stored && !column->there)
        add (statements, "alter table %s add column %s %s", plan->target, name, column->type);
    }
  return statements;
}

/* ---- how the rows come in ---- */

/* The target as statements name its columns. Owned by the caller. */
static char *
own_name (const WritePlan *plan)
{
  return text_quote_ident (plan->table);
}

/* Those that are to be there, of several with one key the last. */
static char *
present (const WritePlan *plan)
{
  g_autofree char *key = names (plan, KEY, "");
  const char *where = plan->tells_gone ? " where not " COLUMN_GONE : "";
  if (plan->is_redshift)
    return g_strdup_printf (
        "(select * from (select weir_s.*, row_number() over (partition by %s order by weir_line desc) as weir_rank"
        " from " STAGING " weir_s%s) weir_r where weir_rank = 1)",
        key, where);
  return g_strdup_printf ("(select distinct on (%s) * from " STAGING "%s order by %s, weir_line desc)", key, where, key);
}

/* "not exists (select 1 from the rows where they have its key)". */
static char *
lacks (const WritePlan *plan)
{
  g_autofree char *own = own_name (plan), *key = equal (plan, KEY, "weir_s", own);
  return g_strdup_printf ("not exists (select 1 from " STAGING " weir_s where %s%s)",
                          plan->tells_gone ? "not weir_s." COLUMN_GONE " and " : "", key);
}

static bool
has_versions (const WritePlan *plan)
{
  for (guint i = 0; i < plan->columns->len; i++)
    if (g_array_index (plan->columns, WriteColumn, i).key && !g_array_index (plan->columns, WriteColumn, i).entity)
      return true;
  return false;
}

/* What the target has of the entities of the delivery that it has not any more. */
static void
add_gone (const WritePlan *plan, GPtrArray *statements)
{
  g_autofree char *own = own_name (plan), *missing = lacks (plan), *entity = equal (plan, ENTITY, "weir_e", own);
  g_autofree char *columns = names (plan, ENTITY, "");
  if (plan->gone == GONE_KEEP || (!plan->tells_gone && !plan->complete))
    return;
  if (plan->complete)
    {
      add (statements, plan->gone == GONE_DELETE ? "delete from %s where %s" : "update %s set " COLUMN_GONE " = true where %s",
           plan->target, missing);
      return;
    }
  const char *which = plan->gone == GONE_DELETE ? "" : " where not " COLUMN_GONE;
  if (plan->gone == GONE_DELETE || has_versions (plan))
    add (statements, "delete from %s using (select distinct %s from " STAGING "%s) weir_e where %s and %s", plan->target, columns,
         which, entity, missing);
  if (plan->gone == GONE_FLAG)
    add (statements, "update %s set " COLUMN_GONE " = true from " STAGING " weir_e where weir_e." COLUMN_GONE " and %s",
         plan->target, entity);
}

/* "row(t.a, t.b)::record". */
static char *
row_of (const WritePlan *plan, const char *from)
{
  g_autofree char *before = g_strconcat (from, ".", NULL), *cells = names (plan, REST, before);
  return g_strdup_printf ("row(%s)::record", cells);
}

/* By a unique index. */
static void
add_conflict (const WritePlan *plan, GPtrArray *statements)
{
  g_autofree char *stored = names (plan, STORED, ""), *key = names (plan, KEY, ""), *rows = present (plan);
  g_autofree char *sets = list (plan, REST, ", ", "", " = excluded.", "");
  g_autofree char *is = row_of (plan, "weir_t"), *wants = row_of (plan, "excluded");
  g_autofree char *update =
      sets[0] == '\0' ? g_strdup ("nothing") : g_strdup_printf ("update set %s where %s " DIFFERS " %s", sets, is, wants);
  add (statements, "insert into %s as weir_t (%s) select %s from %s weir_s on conflict (%s) do %s", plan->target, stored, stored,
       rows, key, update);
}

/* By looking: no index proves the key. */
static void
add_match (const WritePlan *plan, GPtrArray *statements)
{
  g_autofree char *own = own_name (plan), *stored = names (plan, STORED, ""), *rows = present (plan);
  g_autofree char *sets = list (plan, REST, ", ", "", " = weir_s.", ""), *key = equal (plan, KEY, "weir_s", own);
  g_autofree char *is = row_of (plan, own), *wants = row_of (plan, "weir_s");
  if (sets[0] != '\0')
    add (statements, "update %s set %s from %s weir_s where %s and %s " DIFFERS " %s", plan->target, sets, rows, key, is, wants);
  add (statements, "insert into %s (%s) select %s from %s weir_s where not exists (select 1 from %s where %s)", plan->target,
       stored, stored, rows, plan->target, key);
}

static void
add_replace (const WritePlan *plan, GPtrArray *statements)
{
  g_autofree char *own = own_name (plan), *stored = names (plan, STORED, ""), *rows = present (plan);
  g_autofree char *key = equal (plan, KEY, "weir_s", own);
  add (statements, "delete from %s using " STAGING " weir_s where %s%s", plan->target, key,
       plan->tells_gone ? " and not weir_s." COLUMN_GONE : "");
  add (statements, "insert into %s (%s) select %s from %s weir_s", plan->target, stored, stored, rows);
}

char *
write_sql_drop (const WritePlan *plan, const char *staged)
{
  g_autofree char *own = own_name (plan), *key = equal (plan, KEY, "weir_s", own);
  return g_strdup_printf ("delete from %s using (select * from " STAGING " where %s) weir_s where %s", plan->target, staged, key);
}

char *
write_sql_last (const WritePlan *plan)
{
  g_autofree char *key = equal (plan, KEY, "weir_s", "weir_l");
  return g_strdup_printf ("delete from " STAGING " weir_s using " STAGING
                          " weir_l where %s and weir_s.weir_line < weir_l.weir_line%s",
                          key, plan->tells_gone ? " and not weir_s." COLUMN_GONE " and not weir_l." COLUMN_GONE : "");
}

/* "'id', 'id'" of both lists. Owned by the caller. */
static char *
list_runs (const WritePlan *plan)
{
  GString *text = g_string_new (NULL);
  const Json *const lists[] = { plan->runs, plan->undone };
  for (size_t l = 0; l < G_N_ELEMENTS (lists); l++)
    for (size_t i = 0; i < json_array_size (lists[l]); i++)
      {
        const char *run = json_string_value (json_array_get (lists[l], i));
        g_autofree char *literal = text_quote_literal (run != NULL ? run : "");
        g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", literal);
      }
  return g_string_free (text, FALSE);
}

static void
add_append (const WritePlan *plan, GPtrArray *statements)
{
  g_autofree char *stored = names (plan, STORED, ""), *runs = list_runs (plan);
  bool knows_runs = write_plan_column (plan, COLUMN_RUN) != NULL;
  if ((plan->again || json_array_size (plan->undone) > 0) && knows_runs)
    add (statements, "delete from %s where " COLUMN_RUN " in (select " COLUMN_RUN " from " STAGING ")%s%s%s", plan->target,
         runs[0] != '\0' ? " or " COLUMN_RUN " in (" : "", runs, runs[0] != '\0' ? ")" : "");
  add (statements, "insert into %s (%s) select %s from " STAGING " order by weir_line", plan->target, stored, stored);
}

GPtrArray *
write_sql_apply (const WritePlan *plan)
{
  GPtrArray *statements = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *stored = names (plan, STORED, "");
  if (plan->mode == WRITE_APPEND)
    return add_append (plan, statements), statements;
  if (plan->mode == WRITE_SWAP)
    {
      add (statements, "delete from %s", plan->target);
      add (statements, "insert into %s (%s) select %s from " STAGING " order by weir_line", plan->target, stored, stored);
      return statements;
    }
  add_gone (plan, statements);
  if (plan->is_redshift)
    add_replace (plan, statements);
  else if (plan->is_unique)
    add_conflict (plan, statements);
  else
    add_match (plan, statements);
  return statements;
}

char *
write_sql_mark (const WritePlan *plan)
{
  return g_strdup_printf ("insert into %s (job, table_name, run, rows, delivered_on) values ($1, $2, $3, $4::bigint, %s)",
                          plan->marks, plan->is_redshift ? "getdate()" : "clock_timestamp()");
}
