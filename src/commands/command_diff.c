#include "base/autoptr.h"
#include "base/error.h"
#include "models/name.h"
#include "src/commands/cli.h"
#include "src/commands/load_now.h"
#include "src/commands/named_files.h"
#include "src/load/by_hand.h"
#include "src/load/loading.h"
#include "src/load/published.h"
#include "src/report/changes.h"
#include "src/report/diff_show.h"
#include "src/report/pager.h"
#include "src/report/progress.h"

#include <stdio.h>

#define DEFAULT_LIMIT 20

typedef struct
{
  gboolean csv, exit_code, force, show_pii;
  int limit;
  char *as_of, *table;
} DiffCommandOptions;

/* The dry run, and what was there before: with the lock of the table. */
static bool
find_diff (Loader *loader, const NamedFile *file, const DiffCommandOptions *options, Diff *diff, LoadEnd *ret_end, GError **error)
{
  g_auto (Candidate) candidate = { 0 };
  if (!named_file_check (file, false, error) || !load_now_lock (loader, &file->route, file->path, error))
    return false;
  bool done = by_hand_take (options->as_of, &file->route, &candidate, error)
              && loading_in_place (loader, file->path, &file->route, &candidate, false, ret_end, error)
              && diff_compare (diff, loader->db, error);
  loader_unlock (loader);
  return done;
}

static bool
find_with_progress (Loader *loader, const NamedFile *file, const DiffCommandOptions *options, Diff *diff, LoadEnd *ret_end,
                    GError **error)
{
  Progress progress;
  progress_begin (&progress, file->path, loader);
  bool done = find_diff (loader, file, options, diff, ret_end, error);
  progress_end (&progress);
  return done;
}

static void
tell_summary (const LoadEnd *end, bool json)
{
  g_autofree char *text = json ? weir_json_text (end->summary) : published_text (end->summary);
  printf ("%s%s\n", json ? "" : "dry run: ", text);
}

static void
tell (Diff *diff, const LoadEnd *end, const Call *call)
{
  const DiffCommandOptions *options = call->options;
  GPid pager;
  bool paged = !options->csv && !call->json && pager_begin (&pager);
  if (!options->csv)
    tell_summary (end, call->json);
  if (options->csv)
    diff_show_csv (diff);
  else if (call->json)
    diff_show_json (diff);
  else
    diff_show_tables (diff);
  if (paged)
    pager_end (pager);
  else
    fflush (stdout);
  if (diff_hides (diff))
    changes_say_hidden (json_string_value (json_object_get (end->summary, "table")));
}

static bool
open_loader (Call *call, Loader *loader, int stop_fd, Diff *diff, GError **error)
{
  const DiffCommandOptions *options = call->options;
  if (!settings_make_folders (call->settings, error))
    return false;
  loader_init (loader, call->settings, stop_fd);
  loader->options.force = loader->options.overwrite = options->force;
  loader->options.dry_run = true;
  loader->options.look = diff_look;
  loader->options.look_data = diff;
  loader->one_shot = true;
  return loader_refresh (loader, error);
}

static bool
run_on (Call *call, const char *path, int *ret_code, GError **error)
{
  const DiffCommandOptions *options = call->options;
  const DiffOptions wanted = { call->settings->staging_schema, options->limit, options->show_pii };
  AUTO_FD int stop_fd = loader_open_stop ();
  g_auto (Loader) loader = { 0 };
  g_autoptr (Diff) diff = diff_new (&wanted, error);
  if (diff == NULL || !open_loader (call, &loader, stop_fd, diff, error))
    return false;
  char *paths[] = { (char *) path, NULL };
  g_autoptr (GArray) files = named_files_route (&loader, options->table, paths);
  g_auto (LoadEnd) end = { 0 };
  if (!find_with_progress (&loader, &g_array_index (files, NamedFile, 0), options, diff, &end, error))
    return false;
  tell (diff, &end, call);
  *ret_code = end.failed || (options->exit_code && diff_has_changes (diff)) ? 1 : 0;
  return true;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const DiffCommandOptions *options = call->options;
  if (options->limit < 0)
    return *ret_code = command_usage ("diff", "--limit must be at least 0"), true;
  if (options->table != NULL && !name_is_usable (options->table))
    return *ret_code = command_usage ("diff", "\"%s\" cannot be the name of a table", options->table), true;
  return run_on (call, call->arguments[0], ret_code, error);
}

static const CommandOption options[] = {
  { "limit", 0, OPTION_NUMBER (DiffCommandOptions, limit), "At most this many rows of each kind (default 20); 0: all", "N" },
  { "exit-code", 0, OPTION_FLAG (DiffCommandOptions, exit_code), "End with 1 where something would change, as `git diff` does",
    NULL },
  { "csv", 0, OPTION_FLAG (DiffCommandOptions, csv), "Print a line of CSV for each value that changes", NULL },
  { "show-pii", 0, OPTION_FLAG (DiffCommandOptions, show_pii), "Show the columns that have \"pii\": true in the model, too", NULL },
  { "force", 'f', OPTION_FLAG (DiffCommandOptions, force), "As `weir load --force` would do", NULL },
  { "as-of", 0, OPTION_TEXT (DiffCommandOptions, as_of), "As `weir load --as-of` would do", "TIME" },
  { "table", 't', OPTION_TEXT (DiffCommandOptions, table), "Into this table, whatever the file is called", "TABLE" },
  { NULL },
};

const Command command_diff = {
  .name = "diff",
  .arguments = "FILE",
  .summary = "what loading a file would do, row by row",
  .description =
      "By the very statements that would do it, in a transaction that is rolled back: nothing is changed. On a terminal it is "
      "shown by $PAGER.\n"
      "Ends with 0 where the file can be loaded, with 1 where it would be refused.\n\n"
      "  weir diff users.csv\n"
      "  weir diff users.csv --limit 0 --csv > changes.csv\n"
      "  weir diff users.csv --exit-code >/dev/null || echo \"there is something new\"",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .least = 1,
  .most = 1,
  .usage = "one file is needed",
  .options = options,
  .options_size = sizeof (DiffCommandOptions),
  .defaults = &(const DiffCommandOptions) { .limit = DEFAULT_LIMIT },
  .run = run,
};
