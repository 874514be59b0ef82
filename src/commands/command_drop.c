#include "base/error.h"
#include "src/commands/cli.h"
#include "src/commands/confirm.h"
#include "src/report/removal.h"
#include "src/server/connect.h"

#include <stdio.h>

typedef struct
{
  gboolean archive;
  gboolean ledger;
  gboolean cascade;
  gboolean dry_run;
  gboolean yes;
} DropOptions;

/* Nobody loads the table from here on, until the connection ends. */
static bool
take_table (Db *db, const char *table, GError **error)
{
  bool locked;
  if (!ledger_lock_table (db, table, &locked, error))
    return false;
  return locked
         || weir_fail (error,
                       &(Failure) { WEIR_ERROR_RETRY, REASON_LOCK_BUSY, .detail = "Nothing was changed.",
                                    .hint = "`weir runs` names the file that is being loaded." },
                       "another session works on the table \"%s\"", table);
}

static void
tell_json (const Removal *removal, bool removed)
{
  g_autoptr (Json) json = removal_to_json (removal);
  json_object_set_new (json, "removed", json_boolean (removed));
  show_json (json);
}

static void
tell_next (const Removal *removal)
{
  printf ("%s is dropped.\n", removal->table);
  if (removal->model != NULL && removal->ledger.files > 0 && !removal->scope.files)
    printf ("Its files are in archive and failed still: `weir runs --table %s` lists them, `weir retry RUN` loads one again.\n",
            removal->table);
}

static bool
remove_all (Db *db, const Removal *removal, const Call *call, int *ret_code, GError **error)
{
  const DropOptions *options = call->options;
  if (!confirm ("Remove all of that for good?", options->yes, ret_code, error))
    return *ret_code != 0;
  if (!removal_do (db, removal, error))
    return false;
  if (call->json)
    tell_json (removal, true);
  else
    tell_next (removal);
  return removal_delete_files (removal, error);
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const DropOptions *options = call->options;
  const char *table = call->arguments[0];
  g_autoptr (Catalog) catalog = settings_load_catalog (call->settings, error);
  g_autoptr (Db) db = catalog != NULL ? database_open (call->settings, error) : NULL;
  if (db == NULL || !take_table (db, table, error))
    return false;
  const RemovalScope scope = { options->archive, options->ledger, options->cascade };
  g_autoptr (Removal) removal = removal_find (db, call->settings, catalog, table, scope, error);
  if (removal == NULL)
    return false;
  if (!call->json)
    removal_print (removal);
  if (!options->dry_run)
    return remove_all (db, removal, call, ret_code, error);
  if (call->json)
    tell_json (removal, false);
  return true;
}

static const CommandOption options[] = {
  { "archive", 0, OPTION_FLAG (DropOptions, archive), "Also remove its files from archive/ and failed/", NULL },
  { "ledger", 0, OPTION_FLAG (DropOptions, ledger), "Also remove its runs and their rejects from the ledger", NULL },
  { "cascade", 0, OPTION_FLAG (DropOptions, cascade), "Also drop what others have built upon its tables", NULL },
  { "dry-run", 'n', OPTION_FLAG (DropOptions, dry_run), "Only say what would be removed", NULL },
  { "yes", 'y', OPTION_FLAG (DropOptions, yes), "Do not ask", NULL },
  { NULL },
};

const Command command_drop = {
  .name = "drop",
  .arguments = "TABLE",
  .summary = "forget a table: its rows, its staging, what its loads have settled",
  .description = "Says what it would remove, and asks. Its model stays, and so do archived files and runs, where they are not "
                 "asked for. After a\n"
                 "first load with the wrong business key: drop the table, mend the model, and `weir retry` the file.\n\n"
                 "  weir drop users --dry-run\n"
                 "  weir drop users --archive --ledger --yes    nothing of it is left but the model",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .least = 1,
  .most = 1,
  .usage = "one table is needed",
  .options = options,
  .options_size = sizeof (DropOptions),
  .run = run,
};
