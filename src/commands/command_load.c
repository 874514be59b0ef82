#include "base/autoptr.h"
#include "base/error.h"
#include "base/text.h"
#include "pipeline/summary.h"
#include "models/name.h"
#include "src/commands/cli.h"
#include "src/load/loader.h"
#include "src/report/progress.h"
#include "src/settings/settings.h"
#include "src/load/published.h"
#include "src/load/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LOCK_WAIT_MS 60000 /* for another load of the same table */
#define EXIT_LOCAL 4

typedef struct
{
  gboolean archive;
  gboolean dry_run;
  gboolean force;
  char *table;
  bool json;
} LoadOptions;

/* One file of the command line. */
typedef struct
{
  const char *path;
  Route route;
  int order; /* dimensions before the facts that refer to them, otherwise as given */
} Input;

static void
input_clear (Input *input)
{
  route_clear (&input->route);
}

static void
route_input (const Loader *loader, const LoadOptions *options, const char *path, Input *ret_input)
{
  *ret_input = (Input) { .path = path };
  if (loader->catalog == NULL)
    ret_input->route.table = g_strdup (options->table);
  else if (options->table != NULL)
    loader_route_to (loader, options->table, &ret_input->route);
  else
    catalog_route (loader->catalog, path, &ret_input->route);
  const Model *model = ret_input->route.model;
  ret_input->order = model != NULL && model->references->len > 0 ? 1 : 0;
}

static GArray *
route_inputs (const Loader *loader, const LoadOptions *options, char **paths)
{
  GArray *inputs = g_array_new (FALSE, TRUE, sizeof (Input));
  g_array_set_clear_func (inputs, (GDestroyNotify) input_clear);
  for (int order = 0; order <= 1; order++)
    for (char **path = paths; *path != NULL; path++)
      {
        Input input;
        route_input (loader, options, *path, &input);
        if (input.order == order)
          g_array_append_val (inputs, input);
        else
          input_clear (&input);
      }
  return inputs;
}

static bool
is_link (const char *path)
{
  struct stat info;
  return lstat (path, &info) == 0 && S_ISLNK (info.st_mode);
}

/* Whether a path lies in the drop folder: then the file is claimed and archived, as the watching worker would do. A link is not,
 * for its file is elsewhere. */
static bool
is_dropped (const Settings *settings, const char *path)
{
  if (is_link (path))
    return false;
  g_autofree char *full = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (full);
  struct stat here, imports;
  return stat (folder, &here) == 0 && stat (settings->imports, &imports) == 0 && here.st_dev == imports.st_dev
         && here.st_ino == imports.st_ino;
}

static bool
load_dropped (Loader *loader, const Input *input, LoadEnd *ret_end, GError **error)
{
  g_autofree char *name = g_path_get_basename (input->path);
  bool gone = false;
  g_autoptr (Claim) claim = claim_take (loader->settings->imports, name, uid_random (), &gone, error);
  if (claim == NULL)
    return gone ? weir_error (error, WEIR_ERROR_LOCAL, "could not open \"%s\": it is not there (any more)", input->path) : false;
  bool resume;
  if (loader_claimed (loader, claim, &input->route, ret_end, &resume, error))
    return true;
  if (resume)
    weir_error_hint (error, "The file stays claimed in imports/.claimed; `weir watch` takes it up.");
  else
    placing_give_back (loader->db, loader->settings, claim, NULL);
  return false;
}

static bool
load_locked (Loader *loader, const Input *input, const LoadOptions *options, LoadEnd *ret_end, GError **error)
{
  if (!options->dry_run && is_dropped (loader->settings, input->path))
    return load_dropped (loader, input, ret_end, error);
  return loader_in_place (loader, input->path, &input->route, options->archive, ret_end, error);
}

static bool
waits_error (const Input *input, const char *waits_for, GError **error)
{
  weir_error (error, WEIR_ERROR_INPUT, "\"%s\" refers to %s, which was never loaded", input->path, waits_for);
  weir_error_detail (error, "Nothing was loaded; the file was left where it is.");
  weir_error_hint (error, "Load a file of %s first.", waits_for);
  weir_error_reason (error, REASON_WAITS);
  return false;
}

/* What can be said of a path before anything is done with it. */
static bool
check_path (const char *path, const LoadOptions *options, GError **error)
{
  struct stat info;
  g_autofree char *name = g_path_get_basename (path);
  if (stat (path, &info) < 0)
    {
      g_autofree char *folder = g_get_current_dir ();
      weir_error (error, WEIR_ERROR_LOCAL, "could not open \"%s\": %s", path, g_strerror (errno));
      if (!g_path_is_absolute (path))
        weir_error_hint (error, "A path that does not begin with / starts from here: %s", folder);
      return false;
    }
  if (!text_is_utf8 (name, strlen (name), NULL))
    {
      weir_error (error, WEIR_ERROR_INPUT, "\"%s\" has a name that is not UTF-8", path);
      weir_error_detail (error, "The ledger could not keep it. Nothing was loaded; the file was left where it is.");
      weir_error_hint (error, "Rename the file.");
      return weir_error_reason (error, REASON_BAD_NAME), false;
    }
  if (!options->archive || !is_link (path))
    return true;
  weir_error (error, WEIR_ERROR_MODEL, "could not archive \"%s\": it is a symbolic link", path);
  weir_error_detail (error, "Nothing was loaded: the archive keeps files, and a link may lead nowhere one day.");
  weir_error_hint (error, "Name the file that it leads to, or leave --archive out.");
  return false;
}

static bool
load_input (Loader *loader, const Input *input, const LoadOptions *options, LoadEnd *ret_end, GError **error)
{
  if (!check_path (input->path, options, error))
    return false;
  LockState state;
  g_autofree char *waits_for = NULL;
  if (!loader_lock (loader, &input->route, LOCK_WAIT_MS, &state, &waits_for, error))
    return false;
  if (state != LOCK_HELD)
    return waits_error (input, waits_for, error);
  bool done = load_locked (loader, input, options, ret_end, error);
  loader_unlock (loader);
  return done;
}

/* A file that never became a run has a published object too. */
static Json *
summary_without_run (const Input *input, const GError *error)
{
  g_autofree char *name = g_path_get_basename (input->path);
  const Run run = { .table = input->route.table, .file = name };
  const PipelineResult result = { .status = STATUS_FAILED };
  Json *summary = pipeline_summary (&run, &result, 0, error);
  json_object_set_new (summary, "run", json_null ());
  return summary;
}

static void
print_summary (const LoadOptions *options, const Json *summary)
{
  g_autofree char *text = options->json ? weir_json_text (summary) : published_text (summary);
  bool failed = g_strcmp0 (json_string_value (json_object_get (summary, "status")), "failed") == 0;
  fprintf (failed && !options->json ? stderr : stdout, "%s%s\n", options->dry_run && !options->json ? "dry run: " : "", text);
  fflush (stdout);
}

static void
tell_failure (const Input *input, const LoadOptions *options, const GError *error)
{
  g_autoptr (Json) summary = summary_without_run (input, error);
  print_summary (options, summary);
}

/* Loads and tells of one file. Returns its exit code: 1 for a refused file and for rejected rows. An error is the end of the
 * others, too. */
static int
load_and_tell (Loader *loader, const Input *input, const LoadOptions *options, GError **ret_end_of_all)
{
  g_autoptr (GError) error = NULL;
  g_auto (LoadEnd) end = { 0 };
  Progress progress;
  progress_begin (&progress, input->path);
  loader->options.progress = progress_draw;
  loader->options.progress_data = &progress;
  bool done = load_input (loader, input, options, &end, &error);
  progress_end (&progress);
  loader->options.progress_data = NULL;
  loader->options.progress = NULL;
  if (!done)
    {
      tell_failure (input, options, error);
      int code = weir_error_exit_code (error);
      if (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_STOP) || !db_is_usable (loader->db))
        g_propagate_error (ret_end_of_all, g_steal_pointer (&error));
      return code;
    }
  print_summary (options, end.summary);
  if (end.stuck)
    return EXIT_LOCAL;
  return end.failed || json_integer_value (json_object_get (json_object_get (end.summary, "rows"), "rejected")) > 0 ? 1 : 0;
}

/* The table's name becomes a folder's name, too. */
static bool
check_table (const char *table, GError **error)
{
  if (table == NULL || name_is_usable (table))
    return true;
  g_autofree char *usable = name_of_table (table);
  weir_error (error, WEIR_ERROR_MODEL, "\"%s\" cannot be the name of a table", table);
  weir_error_detail (error, "A table is named with lower case letters, digits and _, and at most %d of them.", NAME_MAX_BYTES);
  if (table[0] != '\0')
    weir_error_hint (error, "--table %s", usable);
  return false;
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

/* All that comes before the first file. */
static bool
prepare (const CommonOptions *common, const LoadOptions *options, char **paths, int stop_fd, Settings **ret_settings,
         Loader *loader, GError **error)
{
  if (!check_table (options->table, error))
    return false;
  *ret_settings = settings_load (&common->given, choose_policy (paths), error);
  if (*ret_settings == NULL || !settings_make_folders (*ret_settings, error))
    return false;
  loader_init (loader, *ret_settings, stop_fd);
  loader->options.force = options->force;
  loader->options.dry_run = options->dry_run;
  loader->one_shot = true;
  return loader_refresh (loader, error);
}

/* With --json every file has its published object, also where none was reached. Returns the exit code. */
static int
load_files (const CommonOptions *common, const LoadOptions *options, char **paths)
{
  AUTO_FD int stop_fd = loader_open_stop ();
  g_autoptr (Settings) settings = NULL;
  g_auto (Loader) loader = { 0 };
  GError *error = NULL;
  bool ready = prepare (common, options, paths, stop_fd, &settings, &loader, &error);
  if (!ready && !options->json)
    return cli_fail (error, false);
  if (settings != NULL && loader.catalog == NULL)
    loader.catalog = settings_load_catalog (settings, NULL);
  g_autoptr (GArray) inputs = route_inputs (&loader, options, paths);
  int code = 0;
  for (guint i = 0; i < inputs->len; i++)
    {
      const Input *input = &g_array_index (inputs, Input, i);
      if (error == NULL)
        {
          int one = load_and_tell (&loader, input, options, &error);
          code = MAX (code, one);
        }
      else if (options->json)
        tell_failure (input, options, error);
    }
  if (!ready)
    return cli_fail (error, false);
  g_clear_error (&error);
  return code;
}

static int
run_worker (const CommonOptions *common)
{
  GError *error = NULL;
  g_autoptr (Settings) settings = settings_load (&common->given, HOME_REQUIRED, &error);
  if (settings == NULL)
    return cli_fail (error, false);
  return worker_main (settings);
}

int
command_load (int argc, char **argv)
{
  LoadOptions options = { 0 };
  gboolean worker = FALSE;
  const GOptionEntry entries[] = {
    { "archive", 0, 0, G_OPTION_ARG_NONE, &options.archive, "Move the file to archive/ (refused: to failed/) afterwards", NULL },
    { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &options.dry_run, "Do everything, report it, and roll it back", NULL },
    { "force", 'f', 0, G_OPTION_ARG_NONE, &options.force, "Load a file although the same one was applied already", NULL },
    { "table", 't', 0, G_OPTION_ARG_STRING, &options.table, "Load into this table, whatever the file is called", "TABLE" },
    { "worker", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &worker, NULL, NULL },
    { NULL },
  };
  g_auto (CommonOptions) common = { 0 };
  bool done = false;
  GError *error = NULL;
  if (!cli_parse ("load", entries, &common, &argc, &argv, &done, &error))
    return cli_fail (error, common.json);
  G_GNUC_UNUSED g_autofree char *table = options.table;
  if (done)
    return 0;
  if (worker)
    return run_worker (&common);
  if (argc < 2)
    return cli_usage ("load", "a file is needed");
  if (g_strv_contains ((const char *const *) argv + 1, "-"))
    return cli_usage ("load", "standard input cannot be loaded: its file could be neither named nor archived");
  options.json = common.json;
  return load_files (&common, &options, argv + 1);
}
