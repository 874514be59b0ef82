#include "src/server/connect.h"

#include "base/conninfo.h"
#include "base/error.h"
#include "schema/ledger.h"
#include "schema/migrate.h"
#include "src/server/pgserver.h"

static bool
configured_url (const Settings *settings, char **ret_url, char **ret_why)
{
  *ret_url = g_strdup (settings->database);
  g_autofree char *shown = conninfo_shown (settings->database);
  if (ret_why != NULL && shown[0] == '\0')
    *ret_why = g_strdup_printf ("the database of libpq's own environment, as %s asks", settings->database_source);
  else if (ret_why != NULL)
    *ret_why = g_strdup_printf ("%s, by %s", shown, settings->database_source);
  return true;
}

bool
database_url (const Settings *settings, bool start, char **ret_url, char **ret_why, GError **error)
{
  if (settings->database != NULL)
    return configured_url (settings, ret_url, ret_why);
  g_autoptr (PgServer) server = pgserver_find (settings, error);
  if (server == NULL)
    return false;
  g_autofree char *data = settings_shown_path (settings, server->data);
  if (ret_why != NULL)
    *ret_why = g_strdup_printf ("embedded PostgreSQL %d in %s", server->version, data);
  if (!server->running && !pgserver_check_lost (server, error))
    return false;
  if (!server->running && !start)
    return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_DATABASE_UNREACHABLE, .hint = "weir db start, or weir watch" },
                      "the embedded PostgreSQL is not running");
  if ((!server->running || !server->recorded || server->moved) && start && !pgserver_start (settings, server, 0, error))
    return false;
  *ret_url = pgserver_url (server, false);
  return true;
}

static Db *
connect_to (const Settings *settings, bool start, int stop_fd, GError **error)
{
  g_autofree char *url = NULL;
  g_autoptr (Db) db = database_url (settings, start, &url, NULL, error) ? db_connect (url, "weir", stop_fd, error) : NULL;
  /* The one that runs have: with another one the server would plan what it knows by name anew. */
  return db != NULL && db_exec (db, "set search_path = pg_catalog", error) ? g_steal_pointer (&db) : NULL;
}

Db *
database_open (const Settings *settings, GError **error)
{
  g_autoptr (Db) db = connect_to (settings, false, -1, error);
  return db != NULL && migrate_check (db, NULL, error) ? g_steal_pointer (&db) : NULL;
}

Db *
database_open_beside (const Settings *settings, GError **error)
{
  return connect_to (settings, false, -1, error);
}

Db *
database_open_to_load (const Settings *settings, int stop_fd, GError **error)
{
  g_autoptr (Db) db = connect_to (settings, true, stop_fd, error);
  return db != NULL && migrate_up (db, NULL, error) ? g_steal_pointer (&db) : NULL;
}

void
database_explain_secret (const Settings *settings, GError **error)
{
  Reason reason = error != NULL ? weir_error_get_reason (*error) : REASON_NONE;
  if (settings->database != NULL || (reason != REASON_SECRET_CHANGED && reason != REASON_SECRET_MISSING))
    return;
  g_autoptr (PgServer) server = pgserver_find (settings, NULL);
  if (server == NULL || g_str_has_prefix (server->data, settings->state))
    return;
  g_autofree char *folder = g_path_get_dirname (server->data);
  weir_error_hint (
      error,
      "The database in \"%s\" belongs to this path and has outlived the .weir it was loaded with. Put that one's key_secret "
      "back into \"%s\"; or, to start over: weir db drop",
      folder, settings->secret_file);
}

bool
database_read_secret (const Settings *settings, Db *db, char **ret_secret, size_t *ret_length, GError **error)
{
  g_autofree char *table = NULL;
  bool missing = !g_file_test (settings->secret_file, G_FILE_TEST_EXISTS);
  /* One that is there is taken, whatever was loaded with it; and none is made in its place if it goes meanwhile. */
  if (missing && !ledger_secret_table (db, &table, error))
    return false;
  if (settings_read_secret (settings, missing && table == NULL, ret_secret, ret_length, error))
    return true;
  if (!missing || table == NULL)
    return false;
  weir_error_detail (
      error, "The ids of table \"%s\" in this database were made with it; another one would give every entity a second id.", table);
  weir_error_hint (error, "Put it back from a backup, or name it with WEIR_KEY_SECRET_FILE.");
  weir_error_reason (error, REASON_SECRET_MISSING);
  return database_explain_secret (settings, error), false;
}
