#include "schema/migrate.h"

#include "base/error.h"
#include "src/commands/cli.h"
#include "src/server/connect.h"

#include <stdio.h>
#include <string.h>

static bool
up (Db *db, bool json, GError **error)
{
  int applied = 0;
  if (!migrate_up (db, &applied, error))
    return false;
  g_autoptr (Json) object = json_pack ("{s:i}", "applied", applied);
  if (json)
    show_json (object);
  else if (applied == 0)
    puts ("The ledger is up to date.");
  else
    printf ("%d migration%s applied.\n", applied, applied == 1 ? "" : "s");
  return true;
}

static bool
down (Db *db, bool json, GError **error)
{
  int version = 0;
  if (!migrate_down (db, &version, error))
    return false;
  g_autoptr (Json) object = version > 0 ? json_pack ("{s:i}", "taken_back", version) : json_pack ("{s:n}", "taken_back");
  if (json)
    show_json (object);
  else if (version == 0)
    puts ("There is no migration to take back.");
  else
    printf ("Migration %04d taken back.\n", version);
  return true;
}

static Json *
migration_to_json (const Migration *migration)
{
  static const char *const times[] = { "applied_on", NULL };
  Json *object = json_pack ("{s:i, s:s, s:s?, s:b, s:b}", "version", migration->version, "name", migration->name, "applied_on",
                            migration->applied_on, "changed", migration->changed, "foreign", migration->foreign);
  show_times_to_iso (object, times);
  return object;
}

static void
print_migration (const Migration *migration)
{
  printf ("%04d  %-24s %s%s\n", migration->version, migration->name,
          migration->applied_on != NULL ? migration->applied_on : "pending",
          migration->changed   ? "  (its text is another now)"
          : migration->foreign ? "  (of a newer weir)"
                               : "");
}

/* The list, and for people what `weir check` and a load would say of it. */
static bool
show_status (Db *db, bool json, GError **error)
{
  g_autoptr (GPtrArray) migrations = migrate_status (db, error);
  if (migrations == NULL)
    return false;
  g_autoptr (Json) array = json_array ();
  for (guint i = 0; i < migrations->len; i++)
    if (json)
      json_array_append_new (array, migration_to_json (g_ptr_array_index (migrations, i)));
    else
      print_migration (g_ptr_array_index (migrations, i));
  g_autoptr (GError) judgement = NULL;
  if (json)
    show_json (array);
  else if (!migrate_check (db, NULL, &judgement))
    show_error (judgement, "");
  return true;
}

/* What was applied, the newest first. */
static bool
show_history (Db *db, bool json, GError **error)
{
  g_autoptr (GPtrArray) migrations = migrate_status (db, error);
  g_autoptr (Json) array = json_array ();
  for (guint i = migrations != NULL ? migrations->len : 0; i-- > 0;)
    {
      const Migration *migration = migrations->pdata[i];
      if (migration->applied_on != NULL && json)
        json_array_append_new (array, migration_to_json (migration));
      else if (migration->applied_on != NULL)
        print_migration (migration);
    }
  if (migrations != NULL && json)
    show_json (array);
  return migrations != NULL;
}

/* The newest that is applied, and whether that is all that this weir has. */
static bool
show_current (Db *db, bool json, GError **error)
{
  g_autoptr (GPtrArray) migrations = migrate_status (db, error);
  if (migrations == NULL)
    return false;
  const Migration *current = NULL;
  int pending = 0;
  for (guint i = 0; i < migrations->len; i++)
    {
      const Migration *migration = migrations->pdata[i];
      pending += migration->applied_on == NULL;
      if (migration->applied_on != NULL && (current == NULL || migration->version > current->version))
        current = migration;
    }
  g_autoptr (Json) object =
      json_pack ("{s:o, s:s?, s:b}", "version", current != NULL ? json_integer (current->version) : json_null (), "name",
                 current != NULL ? current->name : NULL, "head", pending == 0);
  if (json)
    show_json (object);
  else if (current == NULL)
    puts ("none");
  else
    printf ("%04d_%s%s\n", current->version, current->name, pending == 0 ? " (head)" : "");
  return true;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  const char *verb = call->arguments[0];
  g_autofree char *url = NULL;
  if (!database_url (call->settings, false, &url, NULL, error))
    return false;
  g_autoptr (Db) db = db_connect (url, "weir", -1, error);
  if (db == NULL)
    return false;
  if (g_str_equal (verb, "up"))
    return up (db, call->json, error);
  if (g_str_equal (verb, "down"))
    return down (db, call->json, error);
  if (g_str_equal (verb, "history"))
    return show_history (db, call->json, error);
  if (g_str_equal (verb, "current"))
    return show_current (db, call->json, error);
  return show_status (db, call->json, error);
}

const Command command_migrate = {
  .name = "migrate",
  .arguments = "up|down|status|history|current",
  .summary = "the versioned schema of the ledger",
  .description =
      "up applies what is pending; down takes back the newest one, and refuses while that would lose rows. history is what was\n"
      "applied, the newest first; current the newest of it, and (head) where nothing is pending.\n\n"
      "  weir migrate status",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .run = run,
};
