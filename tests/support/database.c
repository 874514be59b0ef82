/* The part of weir.h that asks the database. */
#include "weir.h"

static Db *
home_db (Home *home)
{
  if (home->db != NULL && (home->db_start != home->cluster->starts || !db_is_usable (home->db)))
    g_clear_pointer (&home->db, db_free);
  if (home->db == NULL)
    {
      g_autoptr (GError) error = NULL;
      const char *role = cluster_is_of_loader () ? "postgres" : "weir";
      g_autofree char *url = cluster_url (home->cluster, home->database, role, CLUSTER_PASSWORD);
      home->db = db_connect (url, "test", -1, &error);
      if (home->db == NULL)
        fail_msg ("the test cannot connect: %s", error->message);
      home->db_start = home->cluster->starts;
    }
  return home->db;
}

static DbResult *
query (Home *home, const char *format, va_list list)
{
  g_autofree char *sql = g_strdup_vprintf (format, list);
  g_autoptr (GError) error = NULL;
  DbResult *result = NULL;
  if (!db_query (home_db (home), sql, NULL, 0, &result, &error))
    {
      g_autofree char *text = weir_error_format (error);
      fail_msg ("%s\n%s", sql, text);
    }
  return result;
}

void
sql_run_as_superuser (Home *home, const char *sql)
{
  g_autofree char *url = cluster_url (home->cluster, home->database, "postgres", CLUSTER_PASSWORD);
  g_autoptr (GError) error = NULL;
  g_autoptr (Db) db = db_connect (url, "test", -1, &error);
  if (db == NULL || !db_exec (db, sql, &error))
    fail_msg ("%s: %s", sql, error->message);
}

void
sql_run_text (Home *home, const char *format, ...)
{
  va_list list;
  va_start (list, format);
  db_result_free (query (home, format, list));
  va_end (list);
}

DbResult *
sql_query (Home *home, const char *format, ...)
{
  va_list list;
  va_start (list, format);
  DbResult *result = query (home, format, list);
  va_end (list);
  return result;
}

static char *
first_value (const DbResult *result)
{
  return db_result_rows (result) > 0 ? g_strdup (db_result_value (result, 0, 0)) : NULL;
}

char *
sql_scalar (Home *home, const char *format, ...)
{
  va_list list;
  va_start (list, format);
  g_autoptr (DbResult) result = query (home, format, list);
  va_end (list);
  return first_value (result);
}

int64_t
sql_number (Home *home, const char *format, ...)
{
  va_list list;
  va_start (list, format);
  g_autoptr (DbResult) result = query (home, format, list);
  va_end (list);
  g_autofree char *value = first_value (result);
  return value != NULL ? g_ascii_strtoll (value, NULL, 10) : 0;
}

static char *
result_text (const DbResult *result)
{
  GString *text = g_string_new (NULL);
  for (int row = 0; row < db_result_rows (result); row++)
    {
      if (row > 0)
        g_string_append_c (text, '\n');
      for (int column = 0; column < db_result_columns (result); column++)
        {
          const char *value = db_result_value (result, row, column);
          g_string_append_printf (text, "%s%s", column > 0 ? "|" : "", value != NULL ? value : "-");
        }
    }
  return g_string_free (text, false);
}

char *
sql_text_rows (Home *home, const char *format, ...)
{
  va_list list;
  va_start (list, format);
  g_autoptr (DbResult) result = query (home, format, list);
  va_end (list);
  return result_text (result);
}

void
assert_sql (Home *home, const char *expected, const char *format, ...)
{
  va_list list;
  va_start (list, format);
  g_autoptr (DbResult) result = query (home, format, list);
  va_end (list);
  g_autofree char *actual = result_text (result);
  if (g_strcmp0 (actual, expected) != 0)
    fail_msg ("%s gives\n%s\nexpected\n%s", format, actual, expected);
}

/* Other homes' databases are on the same server. */
#define LOCKS                                                                                                                      \
  "select count(*) from pg_locks join pg_database d on d.oid = database where datname = current_database() and locktype = "        \
  "'advisory'"

bool
is_waiting_for_lock (Home *home)
{
  return sql_number (home, LOCKS " and not granted") > 0;
}

bool
is_locking (Home *home)
{
  return sql_number (home, LOCKS) > 0;
}
