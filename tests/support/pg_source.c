#include "pg_source.h"

#include "home.h"
#include "process.h"

#include "base/text.h"

#include <glib/gstdio.h>
#include <string.h>

static void
must (bool ok, const char *sql, const GError *error)
{
  if (!ok)
    fail_msg ("%s: %s", sql, error->message);
}

Db *
pg_session (const PgSource *source)
{
  g_autoptr (GError) error = NULL;
  Db *db = db_connect (source->url, "test", -1, &error);
  must (db != NULL, "connect", error);
  return db;
}

int
pg_source_setup (void **state)
{
  PgSource *source = g_new0 (PgSource, 1);
  source->cluster = *state;
  source->database = cluster_make_database (source->cluster);
  source->url = cluster_url (source->cluster, source->database, "weir", CLUSTER_PASSWORD);
  source->path = g_strdup_printf ("%s/source%d", source->cluster->folder, source->cluster->homes++);
  assert_int_equal (g_mkdir (source->path, 0755), 0);
  source->db = pg_session (source);
  /* Else it is the schema that is called as the role is: the ledger's. */
  pg_sql (source, "alter database %s set search_path = public", source->database);
  db_free (source->db);
  source->db = pg_session (source);
  *state = source;
  return 0;
}

int
pg_source_teardown (void **state)
{
  PgSource *source = *state;
  *state = source->cluster;
  db_free (source->db);
  process_kill_all (source->path);
  cluster_drop_database (source->cluster, source->database);
  remove_tree (source->path);
  g_free (source->database);
  g_free (source->url);
  g_free (source->path);
  g_free (source);
  return 0;
}

void
pg_sql (const PgSource *source, const char *format, ...)
{
  va_list list;
  va_start (list, format);
  g_autofree char *sql = g_strdup_vprintf (format, list);
  va_end (list);
  g_autoptr (GError) error = NULL;
  bool ok = db_exec (source->db, sql, &error);
  must (ok, sql, error);
}

static char *
value_of (const PgSource *source, const char *format, va_list list)
{
  g_autofree char *sql = g_strdup_vprintf (format, list);
  g_autoptr (GError) error = NULL;
  g_autoptr (DbResult) result = NULL;
  bool ok = db_query (source->db, sql, NULL, 0, &result, &error);
  must (ok, sql, error);
  return db_result_rows (result) > 0 ? g_strdup (db_result_value (result, 0, 0)) : NULL;
}

char *
pg_value (const PgSource *source, const char *format, ...)
{
  va_list list;
  va_start (list, format);
  char *value = value_of (source, format, list);
  va_end (list);
  return value;
}

int64_t
pg_number (const PgSource *source, const char *format, ...)
{
  va_list list;
  va_start (list, format);
  g_autofree char *value = value_of (source, format, list);
  va_end (list);
  return value != NULL ? g_ascii_strtoll (value, NULL, 10) : 0;
}

Json *
pg_request (const PgSource *source, const char *more)
{
  g_autofree char *text = g_strdelimit (g_strdup (more), "'", '"');
  g_autoptr (GError) error = NULL;
  g_autoptr (Json) rest = weir_json_parse (text, strlen (text), "the request", &error);
  if (rest == NULL)
    fail_msg ("%s: %s", error->message, text);
  Json *request = json_pack ("{s:{s:s, s:s}}", "connection", "type", "postgresql", "url", source->url);
  json_object_update (request, rest);
  return request;
}

ConnectorRun *
pg_run (const PgSource *source, const char *verb, const char *more)
{
  g_autoptr (Json) request = pg_request (source, more);
  return connector_run (source->path, "weir-connect-pg", verb, request, NULL);
}

ConnectorRun *
pg_expect (const PgSource *source, const char *verb, const char *more)
{
  ConnectorRun *run = pg_run (source, verb, more);
  assert_connector_done (run);
  return run;
}

void
pg_expect_mistake (const PgSource *source, const char *verb, const char *more, const char *path, const char *text)
{
  g_autoptr (ConnectorRun) run = pg_run (source, verb, more);
  assert_connector_error (run, 78, "configuration", path, text);
}

static char *
row_text (const GPtrArray *row)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < row->len; i++)
    {
      const char *cell = g_ptr_array_index (row, i);
      g_string_append_printf (text, "%s%s", i > 0 ? "|" : "", cell != NULL ? cell : "-");
    }
  return g_string_free (text, FALSE);
}

char *
pg_rows (const ConnectorRun *run)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GPtrArray) rows = connector_rows (run);
  for (guint i = 1; i < rows->len; i++)
    {
      g_autofree char *row = row_text (g_ptr_array_index (rows, i));
      g_string_append_printf (text, "%s%s", i > 1 ? "\n" : "", row);
    }
  return g_string_free (text, FALSE);
}

PgPull *
pg_pull_new (const PgSource *source, const char *more)
{
  PgPull *pull = g_new0 (PgPull, 1);
  pull->source = source;
  pull->more = g_strdup (more);
  pull->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return pull;
}

void
pg_pull_free (PgPull *pull)
{
  if (pull == NULL)
    return;
  g_free (pull->more);
  g_hash_table_unref (pull->rows);
  json_decref (pull->position);
  g_free (pull);
}

bool
pg_pull_batch (PgPull *pull)
{
  g_autoptr (Json) request = pg_request (pull->source, pull->more);
  if (pull->position != NULL)
    json_object_set (request, "position", pull->position);
  g_autoptr (ConnectorRun) run = connector_run (pull->source->path, "weir-connect-pg", "read", request, NULL);
  assert_connector_done (run);
  g_autoptr (GPtrArray) rows = connector_rows (run);
  const Json *done = connector_done (run);
  assert_int_equal (json_integer_value (json_object_get (done, "rows")), rows->len - 1);
  for (guint i = 1; i < rows->len; i++)
    {
      const GPtrArray *row = g_ptr_array_index (rows, i);
      g_hash_table_replace (pull->rows, g_strdup (g_ptr_array_index (row, 0)), row_text (row));
    }
  pull->read += rows->len - 1;
  const Json *position = json_object_get (done, "position");
  json_decref (pull->position);
  pull->position = json_is_null (position) ? NULL : json_incref ((Json *) position);
  return json_is_true (json_object_get (done, "more"));
}

void
pg_pull (PgPull *pull)
{
  for (int i = 0; pg_pull_batch (pull); i++)
    assert_in_range (i, 0, 10000);
}

static bool
is_quiet (PgPull *pull)
{
  g_autofree char *before = pg_pull_text (pull);
  g_autoptr (Json) position = json_deep_copy (pull->position);
  pg_pull (pull);
  g_autofree char *after = pg_pull_text (pull);
  return strcmp (before, after) == 0 && (position == pull->position || json_equal (position, pull->position));
}

void
pg_pull_quiet (PgPull *pull)
{
  wait_until (is_quiet (pull));
}

char *
pg_pull_text (const PgPull *pull)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer row;
  g_hash_table_iter_init (&iter, pull->rows);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    g_ptr_array_add (all, row);
  g_ptr_array_sort (all, text_compare);
  g_ptr_array_add (all, NULL);
  return g_strjoinv ("\n", (char **) all->pdata);
}

void
pg_pull_assert (const PgPull *pull, const char *what)
{
  g_autofree char *wanted =
      pg_value (pull->source, "select coalesce(string_agg(format('%%s|%%s|%%s', id, coalesce(at::text, '-'), v), E'\\n' order by "
                              "format('%%s|%%s|%%s', id, coalesce(at::text, '-'), v) collate \"C\"), '') from t");
  g_autofree char *found = pg_pull_text (pull);
  if (strcmp (wanted, found) != 0)
    fail_msg ("%s: the source has\n%s\nand the destination\n%s", what, wanted, found);
}
