#include "base/autoptr.h"
#include "base/error.h"
#include "models/name.h"
#include "pipeline/warehouse/warehouse.h"
#include "src/commands/cli.h"
#include "src/load/upkeep.h"
#include "src/report/progress.h"
#include "src/report/rebuilt.h"

#include <stdio.h>

#define DEFAULT_LIMIT 20
#define LOCK_WAIT_MS 60000 /* for a load of the table */

typedef struct
{
  gboolean write, approve, missing_ok, show_pii;
  char *schema;
  int limit;
} RebuildOptions;

/* The progress of whichever file is read. */
typedef struct
{
  Loader *loader;
  Progress progress;
  char *name;
} Watched;

static void
stop_telling (Watched *watched)
{
  if (watched->name != NULL)
    progress_end (&watched->progress);
  g_clear_pointer (&watched->name, g_free);
}

static void
tell_file (const char *name, guint number, guint of, void *data)
{
  Watched *watched = data;
  stop_telling (watched);
  watched->name = g_strdup_printf ("%s (%u of %u)", name, number, of);
  progress_begin (&watched->progress, watched->name, watched->loader);
}

static const Model *
find_model (const Loader *loader, const char *table, GError **error)
{
  const Model *model = catalog_find (loader->catalog, table);
  const BrokenModel *broken = catalog_find_broken (loader->catalog, table);
  if (broken != NULL)
    return g_propagate_error (error, g_error_copy (broken->error)), NULL;
  if (model == NULL)
    weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "`weir status` lists the tables." }, "there is no model of \"%s\"",
               table);
  return model;
}

static bool
check_options (const RebuildOptions *options, GError **error)
{
  if (options->write && options->schema != NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "--write is for the table itself, --schema for another one: one of them");
  if (options->approve && !options->write)
    return weir_error (error, WEIR_ERROR_MODEL, "--approve is for what --write closes");
  if (options->write && options->missing_ok)
    return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = "Rows of files that are lost would be lost, too." },
                      "--write is only for a table whose files are all there");
  return options->schema == NULL || name_is_usable (options->schema)
         || weir_error (error, WEIR_ERROR_MODEL, "\"%s\" cannot be the name of a schema", options->schema);
}

/* Before anything is read: a table that is there already is somebody's. */
static bool
check_schema (Loader *loader, const Model *model, const char *schema, GError **error)
{
  bool exists = false;
  if (schema == NULL)
    return true;
  if (!warehouse_exists (loader->db, schema, model->table, &exists, error))
    return false;
  return !exists
         || weir_fail (
             error, &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed.", .hint = "Drop it, or choose another schema." },
             "%s.%s is there already", schema, model->table);
}

static bool
rebuild_locked (Loader *loader, const Model *model, const Call *call, int *ret_code, GError **error)
{
  const RebuildOptions *options = call->options;
  const RebuildWish wish = { options->write, options->approve, options->schema, options->limit, options->show_pii };
  Watched watched = { .loader = loader };
  g_auto (RebuildEnd) end = { 0 };
  g_autoptr (Rebuild) rebuild = rebuild_find (loader, model, options->missing_ok, error);
  bool done = rebuild != NULL && rebuild_run (loader, rebuild, tell_file, &watched, error);
  stop_telling (&watched);
  if (!done || !rebuild_finish (loader, rebuild, &wish, &end, error))
    return false;
  g_autoptr (Json) json = rebuilt_to_json (rebuild, &wish, &end);
  if (call->json)
    show_json (json);
  else
    rebuilt_print (rebuild, &wish, &end);
  *ret_code = difference_is_none (end.difference) || wish.write ? 0 : 1;
  return true;
}

/* Rows that wait may find now what they refer to. */
static void
look_behind (Loader *loader)
{
  g_autofree char *text = NULL;
  (void) upkeep_of_all (loader, &text);
  if (text != NULL)
    fprintf (stderr, "NOTE:  %s\n", text);
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const RebuildOptions *options = call->options;
  const char *table = call->arguments[0];
  AUTO_FD int stop_fd = loader_open_stop ();
  g_auto (Loader) loader = { 0 };
  if (options->limit < 0)
    return *ret_code = command_usage ("rebuild", "--limit must be at least 0"), true;
  loader_init (&loader, call->settings, stop_fd);
  loader.one_shot = true;
  if (!check_options (options, error) || !loader_refresh (&loader, error))
    return false;
  const Model *model = find_model (&loader, table, error);
  if (model == NULL || !check_schema (&loader, model, options->schema, error))
    return false;
  if (!ledger_wait_table (loader.db, table, LOCK_WAIT_MS, error))
    return loader_find_blocker (&loader, table, error), false;
  if (!rebuild_locked (&loader, model, call, ret_code, error))
    return false;
  if (options->write && ledger_unlock_table (loader.db, table, NULL))
    look_behind (&loader);
  return true;
}

static const CommandOption options[] = {
  { "write", 'w', OPTION_FLAG (RebuildOptions, write), "Make the table what its files give", NULL },
  { "approve", 0, OPTION_FLAG (RebuildOptions, approve),
    "With --write: also where it closes more keys than the model's guard lets a file", NULL },
  { "schema", 0, OPTION_TEXT (RebuildOptions, schema), "Make it in this schema instead, beside the table, which stays as it is",
    "NAME" },
  { "limit", 0, OPTION_NUMBER (RebuildOptions, limit), "Show at most this many rows that differ (default 20)", "N" },
  { "missing-ok", 0, OPTION_FLAG (RebuildOptions, missing_ok), "Leave out files that cannot be had, and say which", NULL },
  { "show-pii", 0, OPTION_FLAG (RebuildOptions, show_pii), "Show columns with personal data, too", NULL },
  { NULL },
};

const Command command_rebuild = {
  .name = "rebuild",
  .arguments = "TABLE",
  .summary = "make a table again from its archived files, and compare",
  .description = "Loads all files of the table once more, in their order and with the times that they had, as its model is now, "
                 "and prints what\n"
                 "the table has otherwise. Nothing is changed unless you say so. Exit code 1: there is a difference.\n\n"
                 "  weir rebuild users                     is users what its files say?\n"
                 "  weir rebuild users --write             make it so: after a change by hand, or of the model\n"
                 "  weir rebuild users --schema try        have a look at it first",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .least = 1,
  .most = 1,
  .usage = "one table is needed",
  .options = options,
  .options_size = sizeof (RebuildOptions),
  .defaults = &(const RebuildOptions) { .limit = DEFAULT_LIMIT },
  .run = run,
};
