#include "base/error.h"
#include "base/fsutil.h"
#include "src/commands/cli.h"
#include "src/watch/preparation.h"
#include "src/watch/supervisor.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Moves an empty file from the claims to "folder" and removes it: the only way to know that this works, for two mounts of one disk
 * look alike and yet refuse a rename. */
static bool
try_rename (const char *claimed, const char *folder, GError **error)
{
  g_autofree char *from = g_build_filename (claimed, ".weir-try-XXXXXX", NULL);
  int fd = mkstemp (from);
  if (fd < 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not write to \"%s\": %s", claimed, g_strerror (errno));
  close (fd);
  g_autofree char *name = g_path_get_basename (from);
  g_autofree char *to = g_build_filename (folder, name, NULL);
  bool renamed = fs_rename_new (from, to, NULL, error);
  unlink (renamed ? to : from);
  return renamed;
}

/* What every file will need: to be claimed, and to be moved to archive and failed. */
static bool
check_folders (const Settings *settings, GError **error)
{
  g_autofree char *claimed = g_build_filename (settings->imports, ".claimed", NULL);
  if (!fs_make_folder (claimed, 0755, error))
    return false;
  if (try_rename (claimed, settings->archive, error) && try_rename (claimed, settings->failed, error))
    return true;
  weir_error_detail (error,
                     "Every file is renamed from the drop folder to archive or failed, and never copied. No file was touched.");
  return false;
}

static bool
prepare_home (const Settings *settings, GError **error)
{
  return settings_make_folders (settings, error) && check_folders (settings, error);
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
  if (argc > 2 || (argc == 2 && *settings_given_place (&common.given, settings_row (home)) != NULL))
    return cli_usage ("watch", "one folder at most can be watched");
  if (argc == 2)
    settings_give (&common.given, settings_row (home), argv[1]);
  g_autoptr (Settings) settings = settings_load (&common.given, prepare ? HOME_REQUIRED : HOME_CREATE, &error);
  if (!settings)
    return cli_fail (error, common.json);
  if (prepare)
    return preparation_main (settings);
  int exit_code = watch (settings, common.json, &error);
  return error ? cli_fail (error, common.json) : exit_code;
}
