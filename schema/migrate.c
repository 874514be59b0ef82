#include "schema/migrate.h"

#include "base/digest.h"
#include "base/error.h"
#include "schema/sql.h"

#include <stdlib.h>
#include <string.h>

void
migration_free (Migration *migration)
{
  if (migration == NULL)
    return;
  g_free (migration->name);
  g_free (migration->applied_on);
  g_free (migration);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Migration, migration_free)

static void
checksum_of (const char *file, char hex[SHA256_HEX_SIZE])
{
  const char *text = sql_file (file);
  sha256_bytes (text, strlen (text), hex);
}

/* "migrations/0001_ledger.up.sql" is version 1, "ledger". */
static Migration *
migration_from_file (const char *file)
{
  const char *base = file + strlen ("migrations/");
  Migration *migration = g_new0 (Migration, 1);
  migration->version = atoi (base);
  const char *name = strchr (base, '_') + 1;
  migration->name = g_strndup (name, strlen (name) - strlen (".up.sql"));
  return migration;
}

static char *
migration_file (const Migration *migration, const char *direction)
{
  return g_strdup_printf ("migrations/%04d_%s.%s.sql", migration->version, migration->name, direction);
}

static GPtrArray *
known_migrations (void)
{
  GPtrArray *known = g_ptr_array_new_with_free_func ((GDestroyNotify) migration_free);
  g_autofree const char **files = sql_files ("migrations/");
  for (const char **file = files; *file != NULL; file++)
    if (g_str_has_suffix (*file, ".up.sql"))
      g_ptr_array_add (known, migration_from_file (*file));
  return known;
}

static Migration *
find_version (const GPtrArray *migrations, int version)
{
  for (guint i = 0; i < migrations->len; i++)
    if (((Migration *) migrations->pdata[i])->version == version)
      return migrations->pdata[i];
  return NULL;
}

static bool
has_table (Db *db, bool *ret_has, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!sql_run (db, "migrate/exists", NULL, 0, &result, error))
    return false;
  *ret_has = db_result_bool (result, 0, 0);
  return true;
}

GPtrArray *
migrate_status (Db *db, GError **error)
{
  bool has;
  if (!has_table (db, &has, error))
    return NULL;
  g_autoptr (GPtrArray) migrations = known_migrations ();
  if (!has)
    return g_steal_pointer (&migrations);
  g_autoptr (DbResult) applied = NULL;
  if (!sql_run (db, "migrate/list", NULL, 0, &applied, error))
    return NULL;
  for (int row = 0; row < db_result_rows (applied); row++)
    {
      int version = (int) db_result_int64 (applied, row, 0);
      Migration *migration = find_version (migrations, version);
      if (migration == NULL)
        {
          migration = g_new0 (Migration, 1);
          migration->version = version;
          migration->name = g_strdup (db_result_value (applied, row, 1));
          migration->foreign = true;
          g_ptr_array_add (migrations, migration);
        }
      else
        {
          g_autofree char *file = migration_file (migration, "up");
          char checksum[SHA256_HEX_SIZE];
          checksum_of (file, checksum);
          migration->changed = strcmp (checksum, db_result_value (applied, row, 2)) != 0;
        }
      migration->applied_on = g_strdup (db_result_value (applied, row, 3));
    }
  return g_steal_pointer (&migrations);
}

static bool
fail_newer (const Migration *migration, GError **error)
{
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, REASON_LEDGER_CHANGED, .detail = "Nothing was changed.",
                                 .hint = "Use a weir at least as new as the one that migrated this database." },
                    "the ledger is at version %d (%s), which this weir does not know", migration->version, migration->name);
}

static bool
fail_changed (const Migration *migration, GError **error)
{
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, REASON_LEDGER_CHANGED,
                                 .detail = "Its tables are not those that this weir writes. Nothing was changed.",
                                 .hint = "Use the weir that made it, or load into another database (the archive can be "
                                         "dropped again)." },
                    "the ledger was made by another migration %04d_%s than this weir's", migration->version, migration->name);
}

/* Whether what is applied is this weir's, whatever is still pending. */
static bool
check_applied (const GPtrArray *migrations, GError **error)
{
  for (guint i = 0; i < migrations->len; i++)
    {
      const Migration *migration = migrations->pdata[i];
      if (migration->foreign)
        return fail_newer (migration, error);
      if (migration->changed)
        return fail_changed (migration, error);
    }
  return true;
}

bool
migrate_check (Db *db, int *ret_version, GError **error)
{
  g_autoptr (GPtrArray) migrations = migrate_status (db, error);
  if (migrations == NULL)
    return false;
  int version = 0, pending = 0;
  for (guint i = 0; i < migrations->len; i++)
    {
      const Migration *migration = migrations->pdata[i];
      if (migration->applied_on == NULL)
        pending++;
      else
        version = MAX (version, migration->version);
    }
  if (ret_version != NULL)
    *ret_version = version;
  if (!check_applied (migrations, error))
    return false;
  if (version == 0)
    return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, REASON_NO_LEDGER, .hint = "weir migrate up" },
                      "this database has no ledger yet");
  if (pending > 0)
    return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "weir migrate up (what is in the ledger stays)" },
                      "the ledger of this database is older than this weir: %d migration%s not applied", pending,
                      pending == 1 ? " is" : "s are");
  return true;
}

/* The schema and the migrations' table. CREATE SCHEMA IF NOT EXISTS asks for rights even where the schema exists, so look first. */
static bool
ensure_table (Db *db, GError **error)
{
  bool has;
  if (!has_table (db, &has, error))
    return false;
  if (has)
    return true;
  g_autoptr (DbResult) schema = NULL;
  if (!db_query (db, "select to_regnamespace('weir') is not null", NULL, 0, &schema, error))
    return false;
  if (!db_result_bool (schema, 0, 0) && !db_exec (db, "create schema weir", error))
    {
      weir_error_hint (error,
                       "The ledger lives in a schema of its own: let this role create it (grant create on database ... to ...), "
                       "or create schema weir owned by this role.");
      return false;
    }
  return sql_run (db, "migrate/create", NULL, 0, NULL, error);
}

static bool
record (Db *db, const Migration *migration, bool up, GError **error)
{
  g_autofree char *version = g_strdup_printf ("%d", migration->version);
  g_autofree char *file = migration_file (migration, "up");
  char checksum[SHA256_HEX_SIZE];
  checksum_of (file, checksum);
  const SqlVar vars[] = { { "version", version }, { "name", migration->name }, { "checksum", checksum } };
  return sql_run (db, up ? "migrate/record" : "migrate/forget", vars, G_N_ELEMENTS (vars), NULL, error);
}

/* One migration, either way, in a transaction of its own. */
static bool
run_one (Db *db, const Migration *migration, bool up, GError **error)
{
  g_autofree char *file = migration_file (migration, up ? "up" : "down");
  if (!db_exec (db, "begin", error))
    return false;
  if (db_exec (db, sql_file (file), error) && record (db, migration, up, error) && db_exec (db, "commit", error))
    return true;
  (void) db_exec (db, "rollback", NULL);
  g_prefix_error (error, "migration %04d_%s: ", migration->version, migration->name);
  if (error != NULL && weir_error_get_reason (*error) == REASON_INSUFFICIENT_PRIVILEGE)
    weir_error_hint (error, "Let whoever owns the schema weir run `weir migrate up`, and then schema/roles.sql once more.");
  return false;
}

static bool
up_locked (Db *db, int *applied, GError **error)
{
  if (!ensure_table (db, error))
    return false;
  g_autoptr (GPtrArray) migrations = migrate_status (db, error);
  if (migrations == NULL || !check_applied (migrations, error))
    return false;
  for (guint i = 0; i < migrations->len; i++)
    {
      const Migration *migration = migrations->pdata[i];
      if (migration->applied_on != NULL)
        continue;
      if (!run_one (db, migration, true, error))
        return false;
      *applied += 1;
    }
  return true;
}

static bool
down_locked (Db *db, int *version, GError **error)
{
  g_autoptr (GPtrArray) migrations = migrate_status (db, error);
  if (migrations == NULL || !check_applied (migrations, error))
    return false;
  const Migration *newest = NULL;
  for (guint i = 0; i < migrations->len; i++)
    {
      const Migration *migration = migrations->pdata[i];
      if (migration->applied_on != NULL && (newest == NULL || migration->version > newest->version))
        newest = migration;
    }
  if (newest == NULL)
    return true;
  *version = newest->version;
  if (run_one (db, newest, false, error))
    return true;
  /* What a down migration raises is for a person to settle, never the server's trouble. */
  if (error != NULL && *error != NULL && weir_error_get_reason (*error) == REASON_RAISED_IN_DATABASE)
    (*error)->code = WEIR_ERROR_MODEL;
  return false;
}

/* Runs "work" under the migrations' lock, which a lost connection gives back by itself. */
static bool
with_lock (Db *db, bool (*work) (Db *db, int *ret, GError **error), int *ret, GError **error)
{
  if (!sql_run (db, "migrate/lock", NULL, 0, NULL, error))
    return false;
  bool done = work (db, ret, error);
  return sql_run (db, "migrate/unlock", NULL, 0, NULL, done ? error : NULL) && done;
}

/* Whether nothing is left to do, which is so nearly always, and needs no lock to be seen. */
static bool
is_up (Db *db, bool *ret_up, GError **error)
{
  g_autoptr (GPtrArray) migrations = migrate_status (db, error);
  *ret_up = true;
  for (guint i = 0; migrations != NULL && i < migrations->len; i++)
    *ret_up &= ((const Migration *) migrations->pdata[i])->applied_on != NULL;
  return migrations != NULL && check_applied (migrations, error);
}

bool
migrate_up (Db *db, int *ret_applied, GError **error)
{
  int applied = 0;
  bool up, done = is_up (db, &up, error) && (up || with_lock (db, up_locked, &applied, error));
  if (ret_applied != NULL)
    *ret_applied = applied;
  return done;
}

bool
migrate_down (Db *db, int *ret_version, GError **error)
{
  *ret_version = 0;
  bool has;
  if (!has_table (db, &has, error))
    return false;
  return !has || with_lock (db, down_locked, ret_version, error);
}
