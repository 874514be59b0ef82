#include "base/error.h"
#include "src/commands/cli.h"
#include "src/watch/preparation.h"
#include "src/watch/supervisor.h"
#include "watcher/archive.h"

static bool
prepare_home (const Settings *settings, GError **error)
{
  return settings_make_folders (settings, error) && archive_try (settings->imports, settings->archive, settings->failed, error);
}

/* The path of the program that runs, for its children. Owned by the caller. */
static char *
find_program (GError **error)
{
  g_autoptr (GError) reason = NULL;
  char *program = g_file_read_link ("/proc/self/exe", &reason);
  if (!program)
    weir_error (error, WEIR_ERROR_LOCAL, "could not find out where this program is: %s", reason->message);
  return program;
}

static int
watch (const Settings *settings, bool json, GError **error)
{
  g_autofree char *program = find_program (error);
  if (!program || !prepare_home (settings, error))
    return -1;
  g_autofree char *log_path = g_build_filename (settings->state, "weir.log", NULL);
  g_autoptr (Log) log = log_open (log_path, TRUE);
  return supervisor_run (settings, program, json, log);
}

int
command_watch (int argc, char **argv)
{
  g_auto (CommonOptions) common = { 0 };
  gboolean prepare = FALSE;
  const GOptionEntry entries[] = {
    { "prepare", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &prepare, "Only make the database ready, and say so in JSON", NULL },
    { NULL },
  };
  bool done = false;
  GError *error = NULL;
  if (!cli_parse ("watch", entries, &common, &argc, &argv, &done, &error))
    return cli_fail (error, common.json);
  if (done)
    return 0;
  if (argc > 2 || (argc == 2 && common.home))
    return cli_usage ("watch", "one folder at most can be watched");
  g_autoptr (Settings) settings =
      settings_load (argc == 2 ? argv[1] : common.home, common.database, prepare ? HOME_REQUIRED : HOME_CREATE, &error);
  if (!settings)
    return cli_fail (error, common.json);
  if (prepare)
    return preparation_main (settings);
  int exit_code = watch (settings, common.json, &error);
  return error ? cli_fail (error, common.json) : exit_code;
}
