#include "connect/pg/write_parts.h"

#include "base/text.h"
#include "connect/pg/write_sql.h"

#include <string.h>

#define LONGEST_NAME 63
#define MOST_MONTHS 1200 /* that one delivery may need: a hundred years */
#define MONTH "YYYY_MM"

char *
write_part_name (const char *table, const char *month)
{
  size_t room = LONGEST_NAME - strlen ("_p") - strlen (month), length = strlen (table);
  while (length > room || (length < strlen (table) && ((unsigned char) table[length] & 0xc0) == 0x80))
    length--;
  return g_strdup_printf ("%.*s_p%s", (int) length, table, month);
}

/* The names of the partitions that are there, as a set. */
static GHashTable *
list_parts (PgSession *session, const WritePlan *plan, GError **error)
{
  const char *const params[] = { plan->schema, plan->table };
  g_autoptr (DbResult) rows = NULL;
  if (!session_query (
          session,
          "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent "
          "join pg_namespace n on n.oid = p.relnamespace where n.nspname = $1 and p.relname = $2 and c.relnamespace = "
          "p.relnamespace",
          params, 2, &rows, error))
    return NULL;
  GHashTable *parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (int row = 0; row < db_result_rows (rows); row++)
    g_hash_table_add (parts, g_strdup (db_result_value (rows, row, 0)));
  return parts;
}

static bool
make_part (PgSession *session, const WritePlan *plan, const char *name, const char *bounds, GError **error)
{
  g_autofree char *schema = text_quote_ident (plan->schema), *part = text_quote_ident (name);
  g_autofree char *sql = g_strdup_printf ("create table %s.%s partition of %s %s", schema, part, plan->target, bounds);
  return session_exec (session, sql, error);
}

/* Months that are needed: of the staged rows, and from now on. Each with its first day and that of the next one. */
static bool
find_months (PgSession *session, const WritePlan *plan, DbResult **ret_months, GError **error)
{
  g_autofree char *column = text_quote_ident (plan->parts.column);
  g_autofree char *sql = g_strdup_printf ("select to_char(m, '" MONTH "'), m::date, (m + interval '1 month')::date from ("
                                          "select distinct date_trunc('month', %s::timestamp) as m from " STAGING
                                          " where %s is not null and isfinite(%s) and %s >= '0001-01-01' and %s < '9999-12-01' "
                                          "union select date_trunc('month', now()::timestamp) + g * interval '1 month' from "
                                          "generate_series(0, %d) g) q order by m limit %d",
                                          column, column, column, column, column, plan->parts.ahead, MOST_MONTHS + 1);
  return session_query (session, sql, NULL, 0, ret_months, error);
}

static bool
make_parts (PgSession *session, const WritePlan *plan, GHashTable *there, GError **error)
{
  g_autoptr (DbResult) months = NULL;
  if (!find_months (session, plan, &months, error))
    return false;
  if (db_result_rows (months) > MOST_MONTHS)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, "Look at the dates, or at \"partition_by\".",
                         "%s has dates of more than %d months in %s", plan->label, MOST_MONTHS, plan->parts.column);
  for (int row = 0; row < db_result_rows (months); row++)
    {
      g_autofree char *name = write_part_name (plan->table, db_result_value (months, row, 0));
      g_autofree char *bounds =
          g_strdup_printf ("for values from ('%s') to ('%s')", db_result_value (months, row, 1), db_result_value (months, row, 2));
      if (!g_hash_table_contains (there, name) && !make_part (session, plan, name, bounds, error))
        return false;
    }
  g_autofree char *rest = write_part_name (plan->table, "_other");
  return g_hash_table_contains (there, rest) || make_part (session, plan, rest, "default", error);
}

/* Names of months compare as the months do. */
static bool
drop_parts (PgSession *session, const WritePlan *plan, GHashTable *there, const char *first, GError **error)
{
  g_autofree char *oldest = write_part_name (plan->table, first), *schema = text_quote_ident (plan->schema);
  GHashTableIter parts;
  gpointer name;
  size_t stem = strlen (oldest) - strlen (first);
  g_hash_table_iter_init (&parts, there);
  while (g_hash_table_iter_next (&parts, &name, NULL))
    {
      const char *month = (const char *) name + stem;
      if (strncmp (name, oldest, stem) != 0 || strlen (month) != strlen (first) || !g_ascii_isdigit (month[0])
          || strcmp (month, first) >= 0)
        continue;
      g_autofree char *part = text_quote_ident (name), *sql = g_strdup_printf ("drop table %s.%s", schema, part);
      if (!session_exec (session, sql, error))
        return false;
      connect_note ("%s was dropped: it is older than %d months", (const char *) name, plan->parts.expire);
    }
  return true;
}

/* What is too old does not come in either, and does not stay as it was when it was younger: there, or in a row before it. */
static bool
leave_out (PgSession *session, const WritePlan *plan, const char *since, GError **error)
{
  g_autofree char *column = text_quote_ident (plan->parts.column);
  g_autofree char *is_old = g_strdup_printf ("%s < '%s' and isfinite(%s)", column, since, column);
  g_autofree char *count = g_strdup_printf ("select count(*) from " STAGING " where %s", is_old);
  g_autofree char *drop = g_strdup_printf ("delete from " STAGING " where %s", is_old), *drop_there = write_sql_drop (plan, is_old);
  g_autofree char *last = write_sql_last (plan);
  g_autoptr (DbResult) old = NULL;
  if ((plan->mode == WRITE_UPSERT && !session_exec (session, last, error)) || !session_query (session, count, NULL, 0, &old, error))
    return false;
  int64_t n = db_result_int64 (old, 0, 0);
  if (n == 0)
    return true;
  g_autofree char *shown = text_count (n);
  connect_note ("%s %s older than %d months and %s left out", shown, n == 1 ? "row is" : "rows are", plan->parts.expire,
                n == 1 ? "was" : "were");
  return (plan->mode != WRITE_UPSERT || session_exec (session, drop_there, error)) && session_exec (session, drop, error);
}

static bool
expire (PgSession *session, const WritePlan *plan, GHashTable *there, GError **error)
{
  g_autofree char *ask =
      g_strdup_printf ("select to_char(m, '" MONTH
                       "'), m::date from (select date_trunc('month', now()::timestamp) - %d * interval '1 month' as m) q",
                       plan->parts.expire);
  g_autoptr (DbResult) first = NULL;
  if (plan->parts.expire == 0)
    return true;
  return session_query (session, ask, NULL, 0, &first, error) && leave_out (session, plan, db_result_value (first, 0, 1), error)
         && drop_parts (session, plan, there, db_result_value (first, 0, 0), error);
}

bool
write_parts (PgSession *session, const WritePlan *plan, GError **error)
{
  if (plan->parts.column == NULL)
    return true;
  g_autoptr (GHashTable) there = list_parts (session, plan, error);
  return there != NULL && expire (session, plan, there, error) && make_parts (session, plan, there, error);
}
