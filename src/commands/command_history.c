#include "base/error.h"
#include "src/commands/cli.h"
#include "src/commands/named_key.h"
#include "src/report/versions.h"
#include "src/server/connect.h"

#include <stdio.h>
#include <string.h>

typedef struct
{
  gboolean csv, show_pii;
} HistoryOptions;

/* Of the entity that has the id, if the only value is one, else the business key. NULL on error. */
static Json *
find_entity (const Settings *settings, Db *db, const VersionsPlace *place, char **values, bool *ret_hidden, GError **error)
{
  Uid id;
  g_autoptr (Json) key = NULL, found = NULL;
  if (values[1] == NULL && uid_parse (values[0], strlen (values[0]), &id))
    {
      found = versions_read (db, place, id, ret_hidden, error);
      if (found == NULL || json_array_size (json_object_get (found, "versions")) > 0)
        return g_steal_pointer (&found);
      g_clear_pointer (&found, json_decref);
    }
  if (!named_key_make (settings, place->model, values, &id, &key, error))
    return NULL;
  found = versions_read (db, place, id, ret_hidden, error);
  if (found == NULL || json_array_size (json_object_get (found, "versions")) > 0)
    return g_steal_pointer (&found);
  g_autofree char *hint = g_strdup_printf ("A key is matched as a whole, normalised as the model says. Its id would be %s.",
                                           json_string_value (json_object_get (found, "id")));
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, .hint = hint }, "no row of %s has that key, or ever had it",
                    place->model->table),
         NULL;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  const HistoryOptions *options = call->options;
  const Settings *settings = call->settings;
  g_autoptr (Catalog) catalog = settings_load_catalog (settings, error);
  const Model *model = NULL;
  if (catalog == NULL || !named_key_model (catalog, call->arguments[0], &model, error) || !versions_check_kind (model, error))
    return false;
  g_autoptr (Db) db = database_open (settings, error);
  g_autofree char *schema = NULL;
  g_auto (History) history = { 0 };
  bool hidden = false;
  if (db == NULL || !versions_find_table (db, settings, model->table, &schema, &history, error))
    return false;
  const VersionsPlace place = { schema, settings->staging_schema, model, &history, options->show_pii };
  g_autoptr (Json) entity = find_entity (settings, db, &place, call->arguments + 1, &hidden, error);
  if (entity == NULL)
    return false;
  if (options->csv)
    versions_print_csv (entity);
  else if (call->json)
    show_json (entity);
  else
    versions_print (entity);
  fflush (stdout);
  if (hidden)
    changes_say_hidden (model->table);
  return true;
}

static const CommandOption options[] = {
  { "csv", 0, OPTION_FLAG (HistoryOptions, csv), "Print a line of CSV for each column that changed", NULL },
  { "show-pii", 0, OPTION_FLAG (HistoryOptions, show_pii), "Show the columns that have \"pii\": true in the model, too", NULL },
  { NULL },
};

const Command command_history = {
  .name = "history",
  .arguments = "TABLE KEY...",
  .summary = "the versions of one entity: since when, what changed, by which file",
  .description =
      "KEY is the business key, a value for each of its columns, or the id. The line of a file is known for as long as the "
      "file is the\n"
      "last one that was staged. Ends with 1 where nobody has that key.\n\n"
      "  weir history users someone@example.com\n"
      "  weir history users 3f2b6c1e-8d5a-8c07-9a41-6f0e2d7b9c55 --json",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .least = 2,
  .most = ANY_NUMBER,
  .usage = "a dimension and the values of a business key are needed",
  .options = options,
  .options_size = sizeof (HistoryOptions),
  .run = run,
};
