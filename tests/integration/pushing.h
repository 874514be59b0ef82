/* For tests of deliveries: a second database as the destination "dwh". */
#ifndef WEIR_TESTS_INTEGRATION_PUSHING_H
#define WEIR_TESTS_INTEGRATION_PUSHING_H

#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>

typedef struct
{
  Home *home;
  char *database, *url;
  Db *db;
} Store;

/* The URL as another connection of weir.json may have it, too. */
static inline Store
store_make (Home *home)
{
  g_autoptr (GError) error = NULL;
  Store store = { .home = home, .database = cluster_make_database (home->cluster) };
  store.url = cluster_url (home->cluster, store.database, "weir", CLUSTER_PASSWORD);
  store.db = db_connect (store.url, "test", -1, &error);
  assert_null (error);
  db_exec (store.db, "set search_path = public", NULL); /* a role and a schema are called weir */
  return store;
}

static inline void
store_free (Store *store)
{
  g_clear_pointer (&store->db, db_free);
  if (store->database != NULL)
    cluster_drop_database (store->home->cluster, store->database);
  g_free (store->database);
  g_free (store->url);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Store, store_free)

/* weir.json with the connection "dwh", and "more" members of "connections". */
static inline void
configure_store (Home *home, const char *url, const char *more)
{
  g_autofree char *settings =
      g_strdup_printf (", \"connections\": {\"dwh\": {\"type\": \"postgresql\", \"url\": \"%s\"}%s}", url, more);
  home_configure (home, settings);
}

/* jobs/NAME.json. */
static inline void
write_job (Home *home, const char *name, const char *json)
{
  g_autofree char *path = g_strdup_printf ("jobs/%s.json", name);
  home_write_file (home, path, json);
}

/* Rows as text, columns joined by |, rows by a newline, NULL as "-". */
static inline char *
store_rows (const Store *store, const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DbResult) rows = NULL;
  db_query (store->db, sql, NULL, 0, &rows, &error);
  if (error != NULL)
    fail_msg ("%s: %s", sql, error->message);
  GString *text = g_string_new (NULL);
  for (int row = 0; row < db_result_rows (rows); row++)
    for (int column = 0; column < db_result_columns (rows); column++)
      {
        const char *value = db_result_value (rows, row, column);
        g_string_append_printf (text, "%s%s", column > 0 ? "|" : row > 0 ? "\n" : "", value != NULL ? value : "-");
      }
  return g_string_free (text, FALSE);
}

static inline void
assert_store (const Store *store, const char *expected, const char *sql)
{
  g_autofree char *rows = store_rows (store, sql);
  assert_string_equal (rows, expected);
}

static inline void
store_run (const Store *store, const char *sql)
{
  g_autoptr (GError) error = NULL;
  if (!db_exec (store->db, sql, &error))
    fail_msg ("%s: %s", sql, error->message);
}

/* The destination has what the warehouse has. */
static inline void
assert_same (const Store *store, const char *there, const char *here)
{
  g_autofree char *is = store_rows (store, there), *wanted = sql_text_rows (store->home, "%s", here);
  assert_string_equal (is, wanted);
}

static inline void
assert_outbox (Home *home, const char *expected)
{
  assert_sql (home, expected,
              "select coalesce(string_agg(n.state || ' ' || n.rows, ', ' order by n.state), 'nothing')"
              " from (select state, count(*) as rows from weir.delivery group by state) n");
}

#endif
