#include "base/error.h"
#include "src/commands/cli.h"
#include "src/commands/confirm.h"
#include "src/notify/courier.h"
#include "src/schedule/keeping.h"
#include "src/server/connect.h"
#include "src/watch/preparation.h"
#include "src/watch/supervisor.h"
#include "watcher/archive.h"
#include "watcher/scan.h"

#include <unistd.h>

typedef struct
{
  gboolean prepare;
  gboolean once;
  gboolean rejects_ok;
} WatchOptions;

/* How many files of a folder weir would load, were it the drop folder. */
static unsigned
count_csv (const char *folder)
{
  g_autoptr (GPtrArray) entries = scan_folder (folder, NULL, NULL, NULL);
  unsigned count = 0;
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    count += scan_is_pending (((const Entry *) entries->pdata[i])->state);
  return count;
}

/* Whether the folder is the drop folder of a home: "weir watch imports". */
static bool
is_drop_folder (const char *folder, char **ret_home)
{
  g_autofree char *parent = g_path_get_dirname (folder);
  g_autoptr (Settings) settings = settings_is_home (parent) ? settings_load_home (parent, HOME_REQUIRED, NULL) : NULL;
  bool is = settings != NULL && settings_is_drop_folder (settings, folder);
  *ret_home = is ? g_steal_pointer (&parent) : NULL;
  return is;
}

static bool
refuse_folder (const char *folder, unsigned files, GError **error)
{
  g_autofree char *hint =
      g_strdup_printf ("To load these files: weir load %s/*.csv. To make the folder a home, with a drop folder in it: "
                       "weir init %s",
                       folder, folder);
  return weir_fail (
      error,
      &(Failure) { WEIR_ERROR_MODEL, .detail = "A home has a drop folder, imports/, and weir looks at that alone.", .hint = hint },
      "\"%s\" is no weir home, and has %u CSV file%s in it", folder, files, files == 1 ? "" : "s");
}

/* A folder of CSV files is not silently made a home, in which nobody would look at them. False with *ret_code: the answer was no. */
static bool
check_folder (const SettingsGiven *given, int *ret_code, GError **error)
{
  g_autofree char *folder = settings_find_home (given);
  g_autofree char *imports = g_build_filename (folder, "imports", NULL);
  g_autofree char *home = NULL;
  if (settings_is_home (folder) || g_file_test (imports, G_FILE_TEST_IS_DIR))
    return true;
  if (is_drop_folder (folder, &home))
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_MODEL, .hint = "Name the home: weir watch DIR; its drop folder is watched then." },
                      "\"%s\" is the drop folder of the home \"%s\"", folder, home);
  unsigned files = count_csv (folder);
  if (files == 0)
    return true;
  if (!isatty (STDIN_FILENO) || !isatty (STDERR_FILENO))
    return refuse_folder (folder, files, error);
  g_autofree char *question = g_strdup_printf (
      "%s has %u CSV file%s in it and is no weir home. weir looks at the drop folder of a home alone.\n"
      "Make it a home, with a drop folder imports/? The file%s stay%s where %s.",
      folder, files, files == 1 ? "" : "s", files == 1 ? "" : "s", files == 1 ? "s" : "", files == 1 ? "it is" : "they are");
  return confirm (question, false, ret_code, error);
}

static bool
prepare_home (const Settings *settings, GError **error)
{
  ArchiveWay ignored;
  return settings_make_folders (settings, error) && archive_try_claims (settings->imports, error)
         && archive_try (settings->imports, settings->archive, &ignored, error)
         && archive_try (settings->imports, settings->failed, &ignored, error);
}

static void
tell_alert (LogLevel level, const char *text, void *data)
{
  log_at (data, level, "alerts: %s", text);
}

/* Who watches by cron has nobody who delivers in between. */
static void
send_alerts (const Settings *settings, Log *log)
{
  g_autoptr (GError) error = NULL;
  const CourierOptions options = { .once = true, .say = tell_alert, .data = log };
  unsigned undelivered;
  if (json_object_size (json_object_get (settings->notify, "targets")) > 0
      && !courier_run (settings, &options, &undelivered, &error))
    log_error (log, "alerts", error);
}

static void
tell_schedule (LogLevel level, const char *text, void *data)
{
  log_at (data, level, "schedule: %s", text);
}

/* What is due, when all files are in: nobody else may keep the schedule. */
static bool
tick_schedule (const Settings *settings, const char *program, Log *log, GError **error)
{
  bool ours;
  g_autoptr (Catalog) catalog = settings_load_catalog (settings, NULL);
  if (catalog == NULL || !pieces_any (settings, catalog, schedule_jobs))
    return true;
  g_autoptr (Db) db = database_open (settings, error);
  g_auto (Keeper) keeper;
  keeper_init (&keeper, settings, schedule_jobs, program);
  keeper.tell = tell_schedule;
  keeper.tell_data = log;
  return db != NULL && keeping_once (&keeper, db, 0, &ours, error);
}

static bool
watch (const Settings *settings, const SupervisorOptions *options, int *ret_code, GError **error)
{
  g_autofree char *program = command_program (error);
  if (!program || !prepare_home (settings, error))
    return false;
  const LogOptions logged = settings_log_options (settings);
  g_autoptr (Log) log = log_open (&logged);
  *ret_code = supervisor_run (settings, program, options, log);
  if (!options->once)
    return true;
  bool ticked = *ret_code > EXIT_REFUSED || tick_schedule (settings, program, log, error);
  send_alerts (settings, log);
  return ticked;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const WatchOptions *options = call->options;
  const Setting *home = settings_row (home);
  if (call->n_arguments == 1 && *settings_given_place (&call->given, home) != NULL)
    return *ret_code = command_usage (command_watch.name, "%s", command_watch.usage), true;
  if (call->n_arguments == 1)
    settings_give (&call->given, home, call->arguments[0]);
  if (!options->prepare && !check_folder (&call->given, ret_code, error))
    return *ret_code != 0;
  call->settings = settings_load (&call->given, options->prepare ? HOME_REQUIRED : HOME_CREATE, error);
  if (!call->settings)
    return false;
  if (options->prepare)
    return *ret_code = preparation_main (call->settings), true;
  const SupervisorOptions how = { call->json, options->once, options->rejects_ok };
  return watch (call->settings, &how, ret_code, error);
}

static const CommandOption options[] = {
  { "once", 0, OPTION_FLAG (WatchOptions, once), "Load what is there now, and end; for cron", NULL },
  REJECTS_OK_OPTION (WatchOptions),
  { "prepare", 0, OPTION_FLAG (WatchOptions, prepare), NULL, NULL }, /* only make the database ready, and say so in JSON */
  { NULL },
};

const Command command_watch = {
  .name = "watch",
  .arguments = "[DIR]",
  .summary = "watch the drop folder and load what arrives, until stopped",
  .description =
      "DIR is the home, not the drop folder: files go into its imports/. Starts the embedded PostgreSQL where no other database\n"
      "is configured. Ctrl-C or SIGTERM stops it at once: a file in work stays claimed, and the next start loads it. With\n"
      "--json each file's end is a line on stdout.\n\n"
      "--once takes the files that are there when it begins, waits for those that are still being written (a minute at most), and\n"
      "ends as `weir load` does: 0 all is done, 1 a file was refused, rows were rejected or a file waits for another one, 2 a "
      "model,\n"
      "3 the database, 4 the local disk. Two of them at once are fine.\n\n"
      "  weir watch\n"
      "  weir watch --once --rejects-ok    every five minutes, by cron\n"
      "  weir watch /srv/shop --json",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .most = 1,
  .usage = "one folder at most can be watched",
  .options = options,
  .options_size = sizeof (WatchOptions),
  .run = run,
};
