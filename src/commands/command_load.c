#include "base/autoptr.h"
#include "base/error.h"
#include "models/name.h"
#include "pipeline/summary.h"
#include "src/commands/cli.h"
#include "src/commands/load_now.h"
#include "src/commands/named_files.h"
#include "src/load/by_hand.h"
#include "src/load/loading.h"
#include "src/load/upkeep.h"
#include "src/load/worker.h"
#include "src/report/progress.h"
#include "src/report/spent.h"

typedef struct
{
  gboolean archive;
  gboolean dry_run;
  gboolean force;
  gboolean explain;
  gboolean rejects_ok;
  gboolean worker;
  char *as_of;
  char *table;
} LoadOptions;

/* What the files of one command line are loaded with. */
typedef struct
{
  const LoadOptions *options;
  bool json;
  Loader loader;
  GArray *waiting; /* of NamedFile: what else is in the drop folder */
} Batch;

static void
batch_clear (Batch *batch)
{
  loader_clear (&batch->loader);
  g_clear_pointer (&batch->waiting, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Batch, batch_clear)

static bool
load_dropped (Loader *loader, const NamedFile *file, const char *past, const char *as_of, LoadEnd *ret_end, GError **error)
{
  g_autofree char *name = g_path_get_basename (file->path);
  bool gone = false;
  g_auto (Candidate) candidate = { 0 };
  if (!candidate_dropped (loader, name, &file->route, past, &candidate, error)
      || !by_hand_take (as_of, &file->route, &candidate, error))
    return false;
  g_autoptr (Claim) claim = claim_take (loader->settings->imports, name, NULL, candidate.run, &gone, error);
  if (claim == NULL)
    return gone ? weir_error (error, WEIR_ERROR_LOCAL, "could not open \"%s\": it is not there (any more)", file->path) : false;
  ClaimFate fate;
  if (loading_claimed (loader, claim, &file->route, &candidate, ret_end, &fate, error))
    return true;
  if (fate == CLAIM_ORPHAN)
    weir_error_hint (error, "The file stays claimed in imports/.claimed; `weir watch` takes it up.");
  else
    placing_give_back (loader->db, loader->settings, claim, NULL, error);
  return false;
}

static bool
load_locked (Batch *batch, const NamedFile *file, LoadEnd *ret_end, GError **error)
{
  Loader *loader = &batch->loader;
  const LoadOptions *options = batch->options;
  g_autofree char *past = named_file_past (file, batch->waiting);
  g_auto (Candidate) candidate = { .past = g_strdup (past) };
  if (!options->dry_run && named_file_is_dropped (file, loader->settings))
    return load_dropped (loader, file, past, options->as_of, ret_end, error);
  return by_hand_take (options->as_of, &file->route, &candidate, error)
         && loading_in_place (loader, file->path, &file->route, &candidate, options->archive, ret_end, error);
}

static bool
load_named (Batch *batch, const NamedFile *file, LoadEnd *ret_end, GError **error)
{
  if (!named_file_check (file, batch->options->archive, error) || !load_now_lock (&batch->loader, &file->route, file->path, error))
    return false;
  bool done = load_locked (batch, file, ret_end, error);
  loader_unlock (&batch->loader);
  return done;
}

/* A file that never became a run has a published object too. */
static Json *
summary_without_run (const NamedFile *file, const GError *error)
{
  g_autofree char *name = g_path_get_basename (file->path);
  const Run run = { .table = file->route.table, .file = name };
  const PipelineResult result = { .status = STATUS_FAILED };
  Json *summary = pipeline_summary (&run, &result, 0, error);
  json_object_set_new (summary, "run", json_null ());
  return summary;
}

static void
tell_failure (const Batch *batch, const NamedFile *file, const GError *error)
{
  g_autoptr (Json) summary = summary_without_run (file, error);
  load_now_tell (summary, batch->json, batch->options->dry_run);
}

static bool
load_with_progress (Batch *batch, const NamedFile *file, LoadEnd *ret_end, GError **error)
{
  Progress progress;
  progress_begin (&progress, file->path, &batch->loader);
  bool done = load_named (batch, file, ret_end, error);
  progress_end (&progress);
  return done;
}

/* Loads and tells of one file. Returns its exit code. An error is the end of the others, too. */
static int
load_and_tell (Batch *batch, const NamedFile *file, GError **ret_end_of_all)
{
  g_autoptr (GError) error = NULL;
  g_auto (LoadEnd) end = { 0 };
  if (load_with_progress (batch, file, &end, &error))
    {
      load_now_tell (end.summary, batch->json, batch->options->dry_run);
      if (batch->options->explain && !batch->json)
        spent_show (end.summary);
      load_now_look_behind (&batch->loader);
      return load_now_exit_code (&end, batch->options->rejects_ok);
    }
  tell_failure (batch, file, error);
  int code = weir_error_exit_code (error);
  if (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_STOP) || !db_is_usable (batch->loader.db))
    g_propagate_error (ret_end_of_all, g_steal_pointer (&error));
  return code;
}

/* The table's name becomes a folder's name, too. */
static bool
check_table (const char *table, GError **error)
{
  if (table == NULL || name_is_usable (table))
    return true;
  g_autofree char *usable = name_of_table (table);
  g_autofree char *detail =
      g_strdup_printf ("A table is named with lower case letters, digits and _, and at most %d of them.", NAME_MAX_BYTES);
  g_autofree char *hint = table[0] != '\0' ? g_strdup_printf ("--table %s", usable) : NULL;
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = detail, .hint = hint }, "\"%s\" cannot be the name of a table",
                    table);
}

/* Where there is nothing to load, no home is made for it. */
static HomePolicy
choose_policy (char **paths)
{
  for (; *paths != NULL; paths++)
    if (g_file_test (*paths, G_FILE_TEST_EXISTS))
      return HOME_CREATE;
  return HOME_REQUIRED;
}

/* All that comes before the first file. The settings are loaded even where the rest fails, for what is told then. */
static bool
open_loader (Call *call, Batch *batch, int stop_fd, GError **error)
{
  if (!check_table (batch->options->table, error))
    return false;
  call->settings = settings_load (&call->given, choose_policy (call->arguments), error);
  if (call->settings == NULL || !settings_make_folders (call->settings, error))
    return false;
  loader_init (&batch->loader, call->settings, stop_fd);
  batch->loader.options.force = batch->loader.options.overwrite = batch->options->force;
  batch->loader.options.explain = batch->options->explain;
  batch->loader.options.dry_run = batch->options->dry_run;
  batch->loader.one_shot = true;
  return loader_refresh (&batch->loader, error);
}

/* With --json every file has its published object, also where none was reached. Returns the exit code. */
static int
load_files (Call *call)
{
  AUTO_FD int stop_fd = loader_open_stop ();
  g_auto (Batch) batch = { .options = call->options, .json = call->json };
  GError *error = NULL;
  bool ready = open_loader (call, &batch, stop_fd, &error);
  if (!ready && !call->json)
    return command_fail (error, false);
  if (call->settings != NULL && batch.loader.catalog == NULL)
    batch.loader.catalog = settings_load_catalog (call->settings, NULL);
  g_autoptr (GArray) files = named_files_route (&batch.loader, batch.options->table, call->arguments);
  if (ready)
    batch.waiting = named_files_waiting (files, batch.loader.catalog, call->settings);
  int code = 0;
  for (guint i = 0; i < files->len; i++)
    {
      const NamedFile *file = &g_array_index (files, NamedFile, i);
      if (error == NULL)
        {
          int one = load_and_tell (&batch, file, &error);
          code = MAX (code, one);
        }
      else if (call->json)
        tell_failure (&batch, file, error);
    }
  if (!ready)
    return command_fail (error, false);
  upkeep_leave (&batch.loader);
  g_clear_error (&error);
  return code;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const LoadOptions *options = call->options;
  if (options->worker)
    {
      call->json = false; /* its stdout is the supervisor's */
      call->settings = settings_load (&call->given, HOME_REQUIRED, error);
      return call->settings != NULL && (*ret_code = worker_main (call->settings), true);
    }
  if (call->n_arguments == 0)
    *ret_code = command_usage ("load", "a file is needed");
  else if (g_strv_contains ((const char *const *) call->arguments, "-"))
    *ret_code = command_usage ("load", "standard file cannot be loaded: its file could be neither named nor archived");
  else
    *ret_code = load_files (call);
  return true;
}

static const CommandOption options[] = {
  { "archive", 0, OPTION_FLAG (LoadOptions, archive), "Also move a file from elsewhere to archive/ (refused: to failed/)", NULL },
  { "dry-run", 'n', OPTION_FLAG (LoadOptions, dry_run), "Do everything, report it, and roll it back", NULL },
  { "force", 'f', OPTION_FLAG (LoadOptions, force), "Load a file although the same one was applied already", NULL },
  { "explain", 0, OPTION_FLAG (LoadOptions, explain),
    "Say where the time went; a load of a second and more has that in --json anyway", NULL },
  REJECTS_OK_OPTION (LoadOptions),
  { "as-of", 0, OPTION_TEXT (LoadOptions, as_of), "Since when the rows are true: a date, a date with a time, or \"now\"", "TIME" },
  { "table", 't', OPTION_TEXT (LoadOptions, table), "Load into this table, whatever the file is called", "TABLE" },
  { "worker", 0, OPTION_FLAG (LoadOptions, worker), NULL, NULL },
  { NULL },
};

const Command command_load = {
  .name = "load",
  .arguments = "FILE...",
  .summary = "load files now",
  .description = "The same way a watched file goes. A file stays where it is unless --archive is given. One that lies in the drop "
                 "folder is claimed\n"
                 "and archived (refused: moved to failed/) with or without it, as `weir watch` would do, for else it would be "
                 "loaded again.\n\n"
                 "  weir load users.csv\n"
                 "  weir load --dry-run --json transactions.csv\n"
                 "  weir load --as-of 2026-11-20 users.csv\n"
                 "  weir load --table users export.csv",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .most = ANY_NUMBER,
  .options = options,
  .options_size = sizeof (LoadOptions),
  .run = run,
};
