#include "base/error.h"
#include "base/fsutil.h"
#include "src/commands/cli.h"
#include "src/commands/demo_embedded.h"
#include "src/commands/demo_tour.h"
#include "src/commands/init_home.h"
#include "src/server/pgprograms.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEMO_FOLDER "weir-demo"
#define DROPPED "imports/"

typedef struct
{
  gboolean tour;
} DemoOptions;

/* weir-demo here, or weir-demo-2 where that is there. Owned by the caller. */
static char *
find_free_folder (void)
{
  char *folder = g_strdup (DEMO_FOLDER);
  for (int i = 2; g_file_test (folder, G_FILE_TEST_EXISTS); i++)
    {
      g_free (folder);
      folder = g_strdup_printf (DEMO_FOLDER "-%d", i);
    }
  return folder;
}

/* An empty folder, or none yet. */
static bool
check_free (const char *folder, GError **error)
{
  if (!g_file_test (folder, G_FILE_TEST_EXISTS))
    return true;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &problem);
  if (dir == NULL)
    return weir_error (error, WEIR_ERROR_LOCAL, "%s", problem->message);
  if (g_dir_read_name (dir) == NULL)
    return true;
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed.",
                                 .hint = "Name a folder that is not there yet, or none: weir demo" },
                    "\"%s\" has things in it, and a demo is made in an empty folder", folder);
}

/* Of a database that was named: nothing of weir's, nor what it would take for its own, may be there. */
static bool
check_database (const char *conninfo, GError **error)
{
  g_autoptr (Db) db = db_connect (conninfo, "weir", -1, error);
  g_autoptr (DbResult) found = NULL;
  if (db == NULL
      || !db_query (db, "select from pg_namespace where nspname in ('weir', 'staging', 'warehouse')", NULL, 0, &found, error))
    return false;
  if (db_result_rows (found) == 0)
    return true;
  return weir_fail (
      error,
      &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed.",
                   .hint = "Name an empty one with --database. Without --database and WEIR_DATABASE the demo makes one of "
                           "its own." },
      "weir works in that database already, or somebody has a schema weir, staging or warehouse there");
}

/* What can be known before anything is made. */
static bool
check_beforehand (const Call *call, GError **error)
{
  const char *database = settings_given_text (&call->given, settings_row (database), NULL);
  if (!check_free (settings_given_text (&call->given, settings_row (home), NULL), error))
    return false;
  if (database != NULL)
    return check_database (database, error);
  int version;
  g_autofree char *programs =
      pgprograms_find (settings_given_text (&call->given, settings_row (server_programs), NULL), 0, "", &version, error);
  return programs != NULL;
}

static bool
write_files (const char *home, GError **error)
{
  for (const DemoFile *file = demo_embedded; file->name != NULL; file++)
    {
      g_autofree char *path = g_build_filename (home, file->name, NULL);
      g_autofree char *folder = g_path_get_dirname (path);
      if (!fs_make_folder (folder, 0755, error) || !fs_write_file (path, file->text, strlen (file->text), 0644, error))
        return false;
    }
  return true;
}

/* `weir load` of what was put into the drop folder; its exit code. */
static int
load_dropped (const Call *call)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (words, g_strdup (command_load.name));
  g_ptr_array_add (words, g_strdup ("--rejects-ok"));
  g_ptr_array_add (words, g_strdup_printf ("%s=%s", settings_row (home)->option, call->settings->home));
  if (call->json)
    g_ptr_array_add (words, g_strdup ("--json"));
  for (const DemoFile *file = demo_embedded; file->name != NULL; file++)
    if (g_str_has_prefix (file->name, DROPPED))
      g_ptr_array_add (words, g_build_filename (call->settings->home, file->name, NULL));
  g_ptr_array_add (words, NULL);
  return command_call (&command_load, (int) words->len - 1, (char **) words->pdata);
}

/* What the command line says, or the next free one here; WEIR_HOME is somebody's home. */
static void
choose_folder (Call *call)
{
  const Setting *home = settings_row (home);
  g_autofree char *free_one = find_free_folder ();
  if (call->n_arguments == 1)
    settings_give (&call->given, home, call->arguments[0]);
  else if (*settings_given_place (&call->given, home) == NULL)
    settings_give (&call->given, home, free_one);
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const DemoOptions *options = call->options;
  choose_folder (call);
  g_autoptr (Json) made = json_array ();
  InitReport report = { .quiet = true, .made = made };
  if (!check_beforehand (call, error) || !init_home (call, &report, error) || !write_files (call->settings->home, error))
    return false;
  const char *home = call->settings->home;
  if (!call->json)
    printf ("A shop's customers, as exported on 1 January and on 1 February, and their purchases, in\n%s\n\n", home);
  *ret_code = load_dropped (call);
  if (*ret_code != 0)
    return true;
  if (options->tour)
    return demo_tour_walk (home, ret_code, error);
  demo_tour_show (home, call->json);
  return true;
}

static const CommandOption options[] = {
  { "tour", 0, OPTION_FLAG (DemoOptions, tour), "Run the commands of the tour, one after the other", NULL },
  { NULL },
};

const Command command_demo = {
  .name = "demo",
  .arguments = "[DIR]",
  .summary = "a home with example data, and a tour",
  .description =
      "Makes a home in DIR (default: weir-demo, here), puts two exports that are a month apart into it, loads them, and says six\n"
      "commands to type. DIR has to be empty, or not to be there yet. It has a database of its own; one that you name has to be\n"
      "empty.\n\n"
      "  weir demo\n"
      "  weir demo --tour /tmp/shop",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .most = 1,
  .usage = "one folder at most",
  .options = options,
  .options_size = sizeof (DemoOptions),
  .run = run,
};
