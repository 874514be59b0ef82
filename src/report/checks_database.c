#include "src/report/checks_database.h"

#include "base/error.h"
#include "pipeline/warehouse/agreement.h"
#include "pipeline/warehouse/held.h"
#include "schema/ledger.h"
#include "schema/migrate.h"
#include "schema/sql.h"
#include "src/server/connect.h"
#include "watcher/scan.h"

#define LEAST_VERSION 130000 /* gen_random_uuid */

static Db *
check_connection (const Settings *settings, GPtrArray *checks)
{
  g_autofree char *url = NULL;
  g_autofree char *why = NULL;
  GError *error = NULL;
  Db *db = NULL;
  /* db_connect refuses a database that is not UTF-8. */
  if (database_url (settings, false, &url, &why, &error))
    db = db_connect (url, "weir", -1, &error);
  checks_add (checks, "database", g_steal_pointer (&why), error);
  return db;
}

static void
check_version (Db *db, GPtrArray *checks)
{
  int version = db_server_version (db);
  GError *error = NULL;
  if (version < LEAST_VERSION)
    weir_error (&error, WEIR_ERROR_MODEL, "PostgreSQL %d is needed, this one is older", LEAST_VERSION / 10000);
  checks_add (checks, "version", g_strdup_printf ("PostgreSQL %d.%d", version / 10000, version % 10000), error);
}

static bool
check_rights (Db *db, GError **error)
{
  g_autoptr (DbResult) withheld = NULL;
  if (!sql_run (db, "status/withheld", NULL, 0, &withheld, error))
    return false;
  return db_result_value (withheld, 0, 0) == NULL
         || weir_fail (error,
                       &(Failure) { WEIR_ERROR_MODEL, REASON_INSUFFICIENT_PRIVILEGE,
                                    .hint = "As an administrator, in this database: psql -f schema/roles.sql (it may run again)" },
                       "this role may not use %s", db_result_value (withheld, 0, 0));
}

/* Returns whether the ledger can be asked. fresh: that there is none was said already. */
static bool
check_ledger (Db *db, bool fresh, GPtrArray *checks)
{
  GError *error = NULL;
  int version = 0;
  bool usable = migrate_check (db, &version, &error) && check_rights (db, &error);
  if (fresh && error != NULL && weir_error_get_reason (error) == REASON_NO_LEDGER)
    return g_error_free (error), false;
  checks_add (checks, "ledger", g_strdup_printf ("schema weir, version %d", version), error);
  return usable;
}

static void
check_schema (Db *db, const char *schema, GPtrArray *checks)
{
  const SqlVar vars[] = { { "schema", schema } };
  g_autoptr (DbResult) result = NULL;
  GError *error = NULL;
  if (sql_run (db, "status/may_create", vars, G_N_ELEMENTS (vars), &result, &error) && !db_result_bool (result, 0, 1))
    {
      bool exists = db_result_bool (result, 0, 0);
      g_autofree char *hint = g_strdup_printf (exists ? "As its owner: grant usage, create on schema %s to this role."
                                                      : "As an administrator: create schema %s authorization this role.",
                                               schema);
      weir_fail (&error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint },
                 exists ? "this role may not create tables in schema %s" : "this role may not create schema %s", schema);
    }
  checks_add (checks, "schema", g_strdup (schema), error);
}

static void
check_agreement (Db *db, const Settings *settings, const Catalog *catalog, GPtrArray *checks)
{
  g_autofree char *secret = NULL;
  AgreementTerms terms = { .warehouse_schema = settings->warehouse_schema };
  (void) settings_read_secret (settings, false, &secret, &terms.secret_length, NULL);
  terms.secret = secret;
  for (guint i = 0; i < catalog->models->len; i++)
    {
      const Model *model = g_ptr_array_index (catalog->models, i);
      GError *error = NULL;
      g_autofree char *renames = NULL;
      if (!agreement_check (db, catalog, model, &terms, &error)
          || !agreement_find_renames (db, model, terms.warehouse_schema, &renames, &error))
        database_explain_secret (settings, db, &error);
      checks_add (checks, "agreement",
                  g_strdup_printf ("%s with the rows of %s%s%s", model->path, model->table,
                                   renames != NULL ? "; the next load renames " : "", renames != NULL ? renames : ""),
                  error);
    }
}

/* Files that lie in the drop folder as their last try left them. */
static void
check_held (Db *db, const Settings *settings, const Catalog *catalog, GPtrArray *checks)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) held = held_read (db, catalog, &error);
  g_autoptr (GPtrArray) entries = held != NULL ? scan_folder (settings->imports, NULL, NULL, &error) : NULL;
  if (error != NULL)
    checks_add (checks, "file", NULL, error);
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (entries, i);
      g_auto (Route) route = { 0 };
      catalog_route (catalog, entry->name, &route);
      const HeldFile *file = held_find (held, route.table, entry->name, entry->size, entry->mtime_ns);
      if (file == NULL)
        continue;
      g_autofree char *path = g_build_filename (settings->imports, entry->name, NULL);
      g_autofree char *shown = settings_shown_path (settings, path);
      checks_add (checks, "file", g_strdup_printf ("%s, for %s", shown, file->table), g_error_copy (file->error));
    }
}

void
checks_database (const Settings *settings, const Catalog *catalog, bool fresh, GPtrArray *checks)
{
  g_autoptr (Db) db = check_connection (settings, checks);
  if (db == NULL)
    return;
  check_version (db, checks);
  bool has_ledger = check_ledger (db, fresh, checks);
  check_schema (db, settings->staging_schema, checks);
  check_schema (db, settings->warehouse_schema, checks);
  if (has_ledger && catalog != NULL)
    {
      check_agreement (db, settings, catalog, checks);
      check_held (db, settings, catalog, checks);
    }
}
