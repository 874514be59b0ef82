#include "connect/pg/write.h"

#include "base/fault.h"
#include "base/text.h"
#include "base/uid.h"
#include "connect/pg/write_look.h"
#include "connect/pg/write_parts.h"
#include "connect/pg/write_sql.h"
#include "connect/pg/write_swap.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PIECE (256 * 1024)
#define LOCK_MS "15000"     /* that a lock is waited for: then it is tried again */
#define INSERT_BYTES 524288 /* of one INSERT into Redshift */
#define KEEP_MARKS "90 days"

/* ---- the rows ---- */

/* What the server takes as it is. */
static bool
copy_bytes (PgSession *session, const WritePlan *plan, GError **error)
{
  g_autofree char *piece = g_malloc (PIECE);
  int64_t bytes = 0, total = lseek (spool_fd (), 0, SEEK_END);
  if (total < 0 || lseek (spool_fd (), 0, SEEK_SET) < 0)
    return connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "could not read the spool file: %s", g_strerror (errno));
  for (ssize_t n; (n = read (spool_fd (), piece, PIECE)) != 0;)
    {
      GError *problem = NULL;
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "could not read the spool file: %s", g_strerror (errno));
      if (!connect_go_on (error))
        return false;
      if (!db_copy_write (session->db, piece, (size_t) n, &problem))
        return session_fail (session, error, problem);
      bytes += n;
      connect_progress (plan->rows < 0 ? 0 : (int64_t) ((double) plan->rows * (double) bytes / (double) total), bytes, plan->rows);
    }
  return true;
}

static bool
check_count (const WritePlan *plan, int64_t rows, GError **error)
{
  return plan->rows < 0 || rows == plan->rows
         || connect_fail (error, CONNECT_TRANSIENT, NULL, NULL,
                          "%" G_GINT64_FORMAT " rows arrived of %" G_GINT64_FORMAT ": nothing was changed", rows, plan->rows);
}

static bool
copy_rows (PgSession *session, const WritePlan *plan, const char *table, GError **error)
{
  int64_t rows = 0;
  GError *problem = NULL;
  g_autofree char *sql = write_sql_copy (plan, table);
  g_autoptr (SpoolReader) header = spool_reader_open (plan->spooled, error);
  if (header == NULL)
    return false;
  if (!db_copy_begin (session->db, sql, &problem))
    return session_fail (session, error, problem);
  if (!copy_bytes (session, plan, error))
    return db_copy_cancel (session->db), false;
  if (!db_copy_end (session->db, &rows, &problem))
    return session_fail (session, error, problem);
  return check_count (plan, rows, error);
}

static void
add_row (GString *sql, int64_t line, const char *const *cells, size_t n)
{
  g_string_append_printf (sql, "%s(%" G_GINT64_FORMAT, g_str_has_suffix (sql->str, "values ") ? "" : ", ", line);
  for (size_t i = 0; i < n; i++)
    {
      g_autofree char *literal = cells[i] != NULL ? text_quote_literal (cells[i]) : NULL;
      g_string_append_printf (sql, ", %s", literal != NULL ? literal : "null");
    }
  g_string_append_c (sql, ')');
}

/* Row by row as text, many a statement: Redshift takes no COPY from a client. */
static bool
insert_rows (PgSession *session, const WritePlan *plan, GError **error)
{
  g_autoptr (SpoolReader) reader = spool_reader_open (plan->spooled, error);
  g_autofree char *begin = write_sql_copy (plan, STAGING);
  g_autoptr (GString) sql = g_string_new (begin);
  const char *const *cells;
  const size_t *lengths;
  int64_t rows = 0;
  for (size_t n = 1; reader != NULL && n > 0;)
    {
      if (!spool_next (reader, &cells, &lengths, &n, error))
        return false;
      if (n > 0)
        add_row (sql, ++rows, cells, n);
      if (sql->len > (n > 0 ? INSERT_BYTES : strlen (begin)))
        {
          if (!session_exec (session, sql->str, error))
            return false;
          g_string_assign (sql, begin);
          connect_progress (rows, 0, plan->rows);
        }
    }
  return reader != NULL && check_count (plan, rows, error);
}

static bool
stage_rows (PgSession *session, const WritePlan *plan, GError **error)
{
  g_autofree char *sql = write_sql_staging (plan);
  if (!session_exec (session, sql, error))
    return false;
  return plan->is_redshift ? insert_rows (session, plan, error) : copy_rows (session, plan, STAGING, error);
}

/* ---- one transaction ---- */

/* Whether the mark is there, and how many rows it had. */
static bool
find_mark (PgSession *session, const WritePlan *plan, bool *ret_there, int64_t *ret_rows, GError **error)
{
  const char *const params[] = { plan->job, plan->table, plan->run };
  g_autofree char *sql = g_strdup_printf ("select rows from %s where job = $1 and table_name = $2 and run = $3", plan->marks);
  g_autoptr (DbResult) rows = NULL;
  if (!session_query (session, sql, params, 3, &rows, error))
    return false;
  *ret_there = db_result_rows (rows) > 0;
  *ret_rows = *ret_there ? db_result_int64 (rows, 0, 0) : 0;
  return true;
}

/* Rows that were appended are known by their run. */
static bool
check_again (const WritePlan *plan, GError **error)
{
  bool needs = plan->mode == WRITE_APPEND && (plan->again || json_array_size (plan->undone) > 0);
  const WriteColumn *run = write_plan_column (plan, COLUMN_RUN);
  if (!needs || !plan->exists || (run != NULL && run->stored))
    return true;
  return connect_fail (
      error, CONNECT_CONFIGURATION, NULL, "`weir push --full` sends the whole table anew, `weir push --drop` gives this change up.",
      "rows of %s that were appended are others now, and without its column " COLUMN_RUN " nobody knows which they are",
      plan->target);
}

static bool
apply (PgSession *session, const WritePlan *plan, GError **error)
{
  g_autoptr (GPtrArray) statements = write_sql_apply (plan);
  for (guint i = 0; i < statements->len; i++)
    if (!connect_go_on (error) || !session_exec (session, statements->pdata[i], error))
      return false;
  return !plan->is_redshift || session_exec (session, "drop table " STAGING, error);
}

static bool
write_rows (PgSession *session, WritePlan *plan, GError **error)
{
  if (!write_look (session, plan, error) || !check_again (plan, error))
    return false;
  if (!write_swap_is_possible (plan))
    return stage_rows (session, plan, error) && write_make (session, plan, error) && write_parts (session, plan, error)
           && apply (session, plan, error);
  if (!write_make (session, plan, error))
    return false;
  g_autofree char *beside = write_swap_begin (session, plan, error);
  return beside != NULL && copy_rows (session, plan, beside, error) && write_swap_end (session, plan, beside, error);
}

static bool
mark (PgSession *session, const WritePlan *plan, GError **error)
{
  g_autofree char *rows = g_strdup_printf ("%" G_GINT64_FORMAT, MAX (plan->rows, 0)), *sql = write_sql_mark (plan);
  const char *const params[] = { plan->job, plan->table, plan->run, rows };
  g_autofree char *trim = g_strdup_printf (
      "delete from %s where job = $1 and table_name = $2 and delivered_on < current_timestamp - interval '" KEEP_MARKS "'",
      plan->marks);
  return session_query (session, sql, params, 4, NULL, error) && session_query (session, trim, params, 2, NULL, error);
}

/* No lock is waited for too long; and what is told as delivered is on the disk there, whatever role and database say of commits. */
static bool
fix_fields (PgSession *session, const WritePlan *plan, GError **error)
{
  return plan->is_redshift
         || (session_exec (session, "set local lock_timeout = " LOCK_MS, error)
             && session_query (session,
                               "select pg_catalog.set_config ('synchronous_commit', 'on', true)"
                               " where pg_catalog.current_setting ('synchronous_commit') = 'off'",
                               NULL, 0, NULL, error));
}

/* Everything between BEGIN and COMMIT. *ret_again: it is there already. */
static bool
in_transaction (PgSession *session, WritePlan *plan, bool *ret_again, GError **error)
{
  g_autofree char *lock = write_sql_lock (plan);
  int64_t rows;
  if (!fix_fields (session, plan, error) || !session_query (session, lock, NULL, 0, NULL, error)
      || !find_mark (session, plan, ret_again, &rows, error))
    return false;
  if (*ret_again)
    {
      plan->rows = rows;
      connect_note ("%s has run %.8s already: nothing was done once more", plan->target, plan->run);
      return true;
    }
  return write_rows (session, plan, error) && mark (session, plan, error);
}

/* Two that make it at once: one of them fails, and finds it then. */
static bool
make_marks (PgSession *session, const WritePlan *plan, GError **error)
{
  const char *const params[] = { plan->schema };
  g_autoptr (DbResult) there = NULL;
  bool made;
  if (!session_query (session,
                      "select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace "
                      "where n.nspname = $1 and c.relname = 'weir_delivered'",
                      params, 1, &there, error))
    return false;
  if (db_result_rows (there) > 0)
    return true;
  g_autofree char *sql = write_sql_make_marks (plan);
  if (!write_make_schema (session, plan->schema, plan->create, &made, error))
    return false;
  return session_exec (session, sql, NULL) || session_exec (session, sql, error);
}

bool
pg_write (const Request *request, Done *done, GError **error)
{
  g_auto (WritePlan) plan = { 0 };
  const char *type = json_string_value (json_object_get (request->connection, "type"));
  session_look (request);
  write_plan_read (request, g_strcmp0 (type, "redshift") == 0, &plan);
  if (connect_has_mistakes ())
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the delivery cannot be done as it is asked for");
  g_autoptr (PgSession) session = session_open (request, PG_WRITE, error);
  bool again = false;
  if (session == NULL || !make_marks (session, &plan, error) || !session_begin (session, "isolation level read committed", error))
    return false;
  if (!in_transaction (session, &plan, &again, error))
    {
      if (db_is_usable (session->db))
        (void) session_exec (session, "rollback", NULL);
      return false;
    }
  done->rows = plan.rows;
  fault_point ("write-rows");
  if (!session_exec (session, again ? "rollback" : "commit work", error))
    return false;
  fault_point ("write-committed");
  return true;
}

/* ---- check ---- */

/* In a transaction that is taken back. */
static bool
try_table (PgSession *session, const char *schema, const char *table, bool create, bool *ret_made, GError **error)
{
  const char *const params[] = { "weir" };
  g_autofree char *make = g_strdup_printf ("create table %s (word varchar(10))", table);
  g_autofree char *put = g_strdup_printf ("insert into %s (word) values ($1)", table);
  g_autofree char *get = g_strdup_printf ("select word from %s", table);
  g_autoptr (DbResult) rows = NULL;
  if (!write_make_schema (session, schema, create, ret_made, error) || !session_exec (session, make, error)
      || !session_query (session, put, params, 1, NULL, error) || !session_query (session, get, NULL, 0, &rows, error))
    return false;
  return (db_result_rows (rows) == 1 && g_strcmp0 (db_result_value (rows, 0, 0), "weir") == 0)
         || connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "what was written is not what is read");
}

bool
pg_write_check (const Request *request, PgSession *session, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (uid_random (), id);
  bool create = connect_truth (request->to, "to", "create", true), made = false;
  const char *schema = json_string_value (json_object_get (request->to, "schema"));
  if (schema == NULL)
    schema = json_string_value (json_object_get (request->connection, "schema"));
  if (schema == NULL)
    schema = "public";
  g_autofree char *quoted = text_quote_ident (schema), *table = g_strdup_printf ("%s.\"weir_check_%.8s\"", quoted, id);
  if (!session_begin (session, "", error))
    return false;
  bool done = try_table (session, schema, table, create, &made, error);
  if (db_is_usable (session->db))
    (void) session_exec (session, "rollback", NULL);
  if (done)
    connect_checked ("write", true, "a table in schema %s was made, written, read back and taken back%s", quoted,
                     made ? "; the schema is not there yet, the first delivery makes it" : "");
  return done;
}
