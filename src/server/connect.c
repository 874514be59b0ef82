#include "src/server/connect.h"

#include "base/error.h"
#include "schema/ledger.h"
#include "schema/migrate.h"
#include "base/conninfo.h"
#include "src/server/pgserver.h"

static bool
configured_url (const Settings *settings, char **ret_url, char **ret_why)
{
  *ret_url = g_strdup (settings->database);
  g_autofree char *shown = conninfo_without_password (settings->database, NULL);
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
  if (!server->running && !start)
    return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, .hint = "weir db start, or weir watch" },
                      "the embedded PostgreSQL is not running");
  if ((!server->running || !server->recorded) && start && !pgserver_start (settings, server, 0, error))
    return false;
  *ret_url = pgserver_url (server, false);
  return true;
}

/* Works with the ledger as this program knows it, neither older nor newer. */
static bool
check_ledger (Db *db, GError **error)
{
  g_autoptr (GPtrArray) migrations = migrate_status (db, error);
  if (migrations == NULL)
    return false;
  guint pending = 0;
  for (guint i = 0; i < migrations->len; i++)
    {
      const Migration *migration = g_ptr_array_index (migrations, i);
      pending += migration->applied_on == NULL;
    }
  if (pending == 0)
    return true;
  if (pending == migrations->len)
    weir_error (error, WEIR_ERROR_MODEL, "this database has no ledger yet"), weir_error_reason (error, REASON_NO_LEDGER);
  else
    weir_error (error, WEIR_ERROR_MODEL, "the ledger of this database is older than this weir (%u migrations are missing)",
                pending);
  weir_error_hint (error, "weir migrate up");
  return false;
}

Db *
database_open (const Settings *settings, bool start, bool migrate, int stop_fd, GError **error)
{
  g_autofree char *url = NULL;
  if (!database_url (settings, start, &url, NULL, error))
    return NULL;
  g_autoptr (Db) db = db_connect (url, "weir", stop_fd, error);
  if (db == NULL || !(migrate ? migrate_up (db, NULL, error) : check_ledger (db, error)))
    return NULL;
  return g_steal_pointer (&db);
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
      "back into \"%s\"; or, to start over: weir db stop && rm -r \"%s\"",
      folder, settings->secret_file, folder);
}

bool
database_read_secret (const Settings *settings, Db *db, char **ret_secret, size_t *ret_length, GError **error)
{
  g_autofree char *table = NULL;
  if (!ledger_secret_table (db, &table, error))
    return false;
  bool missing = !g_file_test (settings->secret_file, G_FILE_TEST_EXISTS);
  if (settings_read_secret (settings, table == NULL, ret_secret, ret_length, error))
    return true;
  if (!missing || table == NULL)
    return false;
  weir_error_detail (
      error, "The ids of table \"%s\" in this database were made with it; another one would give every entity a second id.", table);
  weir_error_hint (error, "Put it back from a backup, or name it with WEIR_KEY_SECRET_FILE.");
  weir_error_reason (error, REASON_SECRET_MISSING);
  return database_explain_secret (settings, error), false;
}
