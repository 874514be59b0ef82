#include "src/report/checks_database.h"

#include "base/error.h"
#include "schema/ledger.h"
#include "schema/migrate.h"
#include "schema/sql.h"
#include "src/report/agreement.h"
#include "src/server/connect.h"

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

/* Returns whether there is a ledger to ask. */
static bool
check_ledger (Db *db, GPtrArray *checks)
{
  GError *error = NULL;
  int version = 0;
  (void) migrate_check (db, &version, &error);
  checks_add (checks, "ledger", g_strdup_printf ("schema weir, version %d", version), error);
  return version > 0;
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
check_pins (Db *db, const Settings *settings, const Catalog *catalog, GPtrArray *checks)
{
  g_autofree char *secret = NULL;
  size_t length = 0;
  (void) settings_read_secret (settings, false, &secret, &length, NULL);
  for (guint i = 0; i < catalog->models->len; i++)
    {
      const Model *model = g_ptr_array_index (catalog->models, i);
      g_auto (TableState) state = { 0 };
      GError *error = NULL;
      if (ledger_table_read (db, model->table, false, &state, &error) && state.exists)
        (void) agreement_check (model, state.applied > 0 ? state.kind : NULL, state.key, secret, length, &error);
      database_explain_secret (settings, &error);
      checks_add (checks, "agreement", g_strdup_printf ("%s with the rows of %s", model->path, model->table), error);
    }
}

void
checks_database (const Settings *settings, const Catalog *catalog, GPtrArray *checks)
{
  g_autoptr (Db) db = check_connection (settings, checks);
  if (db == NULL)
    return;
  check_version (db, checks);
  bool has_ledger = check_ledger (db, checks);
  check_schema (db, settings->staging_schema, checks);
  check_schema (db, settings->warehouse_schema, checks);
  if (has_ledger && catalog != NULL)
    check_pins (db, settings, catalog, checks);
}
