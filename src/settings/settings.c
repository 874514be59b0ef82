#include "src/settings/settings.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "pipeline/types/types.h"
#include "src/settings/settings_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SETTINGS_FILE "weir.json"

/* Everything but the file's members: what holds when nothing is said. */
static Settings *
settings_new (const char *home)
{
  g_autoptr (Settings) settings = g_new0 (Settings, 1);
  settings->home = g_strdup (home);
  settings->state = g_build_filename (home, ".weir", NULL);
  settings->workers = (int) MIN (g_get_num_processors (), 4);
  settings->database_source = g_strdup ("default");
  const char *secret_file = g_getenv ("WEIR_KEY_SECRET_FILE");
  settings->secret_file = secret_file != NULL && secret_file[0] != '\0' ? g_canonicalize_filename (secret_file, home)
                                                                        : g_build_filename (settings->state, "key_secret", NULL);
  settings_set_defaults (settings);
  return g_steal_pointer (&settings);
}

/* A path given by --home or the environment, or the nearest parent that is a home; NULL where there is none. */
static char *
find_home (const char *option)
{
  const char *given = option != NULL ? option : g_getenv ("WEIR_HOME");
  if (given != NULL && given[0] != '\0')
    return g_canonicalize_filename (given, NULL);
  g_autofree char *folder = g_get_current_dir ();
  for (;;)
    {
      if (settings_is_home (folder))
        return g_steal_pointer (&folder);
      g_autofree char *parent = g_path_get_dirname (folder);
      if (g_str_equal (parent, folder))
        return NULL;
      g_free (folder);
      folder = g_steal_pointer (&parent);
    }
}

bool
settings_is_home (const char *folder)
{
  g_autofree char *file = g_build_filename (folder, SETTINGS_FILE, NULL);
  g_autofree char *state = g_build_filename (folder, ".weir", NULL);
  return g_file_test (file, G_FILE_TEST_EXISTS) || g_file_test (state, G_FILE_TEST_IS_DIR);
}

/* The home's real path, made if the policy allows. */
static char *
resolve_home (const char *option, HomePolicy policy, GError **error)
{
  g_autofree char *home = find_home (option);
  if (home == NULL && policy == HOME_REQUIRED)
    {
      weir_error (error, WEIR_ERROR_MODEL, "this is no weir home: neither this folder nor one above it has %s or .weir/",
                  SETTINGS_FILE);
      weir_error_hint (error, "Go to one, name it with --home DIR or WEIR_HOME, or make one here: weir init");
      return NULL;
    }
  if (home == NULL)
    home = g_get_current_dir ();
  if (policy == HOME_CREATE && !fs_make_folder (home, 0755, error))
    return NULL;
  char *real = realpath (home, NULL); /* g_free is free */
  if (real == NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "could not open home \"%s\": %s", home, g_strerror (errno)), NULL;
  if (policy == HOME_CREATE || settings_is_home (real))
    return real;
  free (real);
  weir_error (error, WEIR_ERROR_MODEL, "\"%s\" is no weir home: it has neither %s nor .weir/", home, SETTINGS_FILE);
  weir_error_hint (error, "Make it one: weir init %s", home);
  return NULL;
}

/* weir.json may be missing: every setting has a default. */
static bool
read_file (Settings *settings, GError **error)
{
  g_autofree char *path = g_build_filename (settings->home, SETTINGS_FILE, NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return true;
  g_autoptr (Json) root = weir_json_read (path, error);
  return root != NULL && settings_take_json (settings, root, SETTINGS_FILE, error);
}

/* The command line wins over the environment, which wins over the file. */
static void
choose_database (Settings *settings, const char *option)
{
  const char *variable = g_getenv ("WEIR_DATABASE");
  const char *given = option != NULL ? option : variable;
  const char *source = option != NULL ? "--database" : variable != NULL ? "WEIR_DATABASE" : SETTINGS_FILE;
  if (given != NULL)
    {
      g_free (settings->database);
      settings->database = g_strdup (given);
    }
  if (settings->database == NULL)
    return;
  g_free (settings->database_source);
  settings->database_source = g_strdup (source);
}

Settings *
settings_load (const char *home, const char *database, HomePolicy policy, GError **error)
{
  g_autofree char *folder = resolve_home (home, policy, error);
  if (folder == NULL)
    return NULL;
  g_autoptr (Settings) settings = settings_new (folder);
  if (!read_file (settings, error))
    return NULL;
  choose_database (settings, database);
  if (policy == HOME_CREATE && !settings_make_folders (settings, error))
    return NULL;
  return g_steal_pointer (&settings);
}

void
settings_free (Settings *settings)
{
  if (settings == NULL)
    return;
  g_free (settings->home);
  g_free (settings->imports);
  g_free (settings->archive);
  g_free (settings->failed);
  g_free (settings->models);
  g_free (settings->state);
  g_free (settings->database);
  g_free (settings->database_source);
  g_free (settings->staging_schema);
  g_free (settings->warehouse_schema);
  g_free (settings->secret_file);
  g_free (settings);
}

bool
settings_make_folders (const Settings *settings, GError **error)
{
  return fs_make_folder (settings->state, 0700, error) && fs_make_folder (settings->imports, 0755, error)
         && fs_make_folder (settings->archive, 0755, error) && fs_make_folder (settings->failed, 0755, error)
         && fs_make_folder (settings->models, 0755, error);
}

char *
settings_shown_path (const Settings *settings, const char *path)
{
  size_t length = strlen (settings->home);
  if (g_str_equal (path, settings->home))
    return g_strdup (".");
  if (g_str_has_prefix (path, settings->home) && path[length] == '/')
    return g_strdup (path + length + 1);
  return g_strdup (path);
}

ModelWords
settings_model_words (void)
{
  return (ModelWords) { types_words (), types_format_fits };
}

Catalog *
settings_load_catalog (const Settings *settings, GError **error)
{
  const ModelWords words = settings_model_words ();
  g_autofree char *shown = settings_shown_path (settings, settings->models);
  return catalog_load (settings->models, shown, &words, error);
}
