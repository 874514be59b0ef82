#include "src/server/connect.h"

#include "base/conninfo.h"
#include "base/error.h"
#include "schema/ledger.h"
#include "pipeline/layout/key.h"
#include "schema/migrate.h"
#include "schema/sql.h"
#include "src/server/pgserver.h"

#include <string.h>

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

/* Takes the connection; the path is the one that runs have: with another one the server would plan what it knows by name anew. */
static Db *
set_path (Db *connected, GError **error)
{
  g_autoptr (Db) db = connected;
  return db != NULL && db_exec (db, "set search_path = pg_catalog", error) ? g_steal_pointer (&db) : NULL;
}

static Db *
connect_to (const Settings *settings, bool start, int stop_fd, GError **error)
{
  g_autofree char *url = NULL;
  return database_url (settings, start, &url, NULL, error) ? set_path (db_connect (url, "weir", stop_fd, error), error) : NULL;
}

Db *
database_open_watched (const Settings *settings, DbTick (*tick) (int64_t waited_us, void *data), void *data, GError **error)
{
  g_autofree char *url = NULL;
  if (!database_url (settings, false, &url, NULL, error))
    return NULL;
  g_autoptr (Db) db = set_path (db_connect_watched (url, "weir", tick, data, error), error);
  return db != NULL && migrate_check (db, NULL, error) && database_settle_secret (settings, db, error) ? g_steal_pointer (&db)
                                                                                                       : NULL;
}

Db *
database_open (const Settings *settings, GError **error)
{
  return database_open_watched (settings, NULL, NULL, error);
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

/* ---- the key secret ---- */

/* Whether the next secret is the one that the ids are made with; what is in force so far, then. */
static bool
is_next_due (const Settings *settings, Db *db, char **ret_secret, bool *ret_due, GError **error)
{
  g_autofree char *next = settings_next_secret (settings), *secret = NULL;
  size_t length = 0;
  *ret_due = false;
  if (!settings_read_secret_file (next, &secret, &length, NULL)) /* it is being written, or is gone */
    return true;
  g_autofree char *fingerprint = key_fingerprint (secret, length);
  const SqlVar vars[] = { { "is", fingerprint } };
  g_autoptr (DbResult) rotated = NULL;
  if (!sql_run (db, "rotate/rotated_to", vars, G_N_ELEMENTS (vars), &rotated, error))
    return false;
  *ret_due = db_result_bool (rotated, 0, 0);
  return !*ret_due || settings_read_secret_file (settings->secret_file, ret_secret, &length, error);
}

static bool
settle (const Settings *settings, Db *db, GError **error)
{
  g_autofree char *secret = NULL;
  bool due;
  if (!is_next_due (settings, db, &secret, &due, error) || !due)
    return !due;
  g_autofree char *fingerprint = key_fingerprint (secret, strlen (secret));
  g_autofree char *former = settings_former_secret (settings, fingerprint);
  return settings_take_next_secret (settings, former, secret, error);
}

bool
database_settle_secret (const Settings *settings, Db *db, GError **error)
{
  g_autofree char *next = settings_next_secret (settings);
  g_autoptr (DbResult) lock = NULL;
  if (!g_file_test (next, G_FILE_TEST_EXISTS))
    return true;
  if (!sql_run (db, "rotate/lock", NULL, 0, &lock, error))
    return false;
  if (!db_result_bool (lock, 0, 0)) /* it is under way */
    return true;
  bool done = settle (settings, db, error);
  return sql_run (db, "rotate/unlock", NULL, 0, NULL, done ? error : NULL) && done;
}

/* Whether this home's secret was given up for another, of which the person is told. */
static bool
explain_rotated (const Settings *settings, Db *db, GError **error)
{
  g_autofree char *secret = NULL;
  size_t length;
  if (db == NULL || !db_is_usable (db) || !settings_read_secret_file (settings->secret_file, &secret, &length, NULL))
    return false;
  g_autofree char *fingerprint = key_fingerprint (secret, length);
  const SqlVar vars[] = { { "was", fingerprint } };
  g_autoptr (DbResult) rotated = NULL;
  if (!sql_run (db, "rotate/rotated_from", vars, G_N_ELEMENTS (vars), &rotated, NULL) || db_result_rows (rotated) == 0)
    return false;
  weir_error_detail (
      error, "Run %s of `weir key rotate` gave this secret up on %s; the ids are made with the one of fingerprint %s since then.",
      db_result_value (rotated, 0, 0), db_result_value (rotated, 0, 1), db_result_value (rotated, 0, 2));
  weir_error_hint (error, "Bring the new secret to \"%s\", or name its file with WEIR_KEY_SECRET_FILE.", settings->secret_file);
  return true;
}

void
database_explain_secret (const Settings *settings, Db *db, GError **error)
{
  Reason reason = error != NULL ? weir_error_get_reason (*error) : REASON_NONE;
  if ((reason != REASON_SECRET_CHANGED && reason != REASON_SECRET_MISSING)
      || (reason == REASON_SECRET_CHANGED && explain_rotated (settings, db, error)) || settings->database != NULL)
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
  if (!database_settle_secret (settings, db, error))
    return false;
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
  return database_explain_secret (settings, db, error), false;
}
