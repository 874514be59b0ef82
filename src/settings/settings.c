#include "src/settings/settings.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "pipeline/types/types.h"
#include "schema/sql.h"
#include "src/settings/settings_take.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SETTINGS_FILE "weir.json"
#define STATE_FOLDER ".weir"

/* What holds when nothing is said. */
static Settings *
settings_new (const char *home)
{
  Settings *settings = g_new0 (Settings, 1);
  settings->resolved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  settings->home = g_strdup (home);
  settings->state = g_build_filename (home, STATE_FOLDER, NULL);
  settings_set_defaults (settings);
  return settings;
}

/* The home that was given, or the nearest parent that is one; NULL where there is none. */
static char *
find_home (const SettingsGiven *given)
{
  const char *folder_given = settings_given_text (given, settings_row (home), NULL);
  if (folder_given != NULL)
    return g_canonicalize_filename (folder_given, NULL);
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
  g_autofree char *state = g_build_filename (folder, STATE_FOLDER, NULL);
  return g_file_test (file, G_FILE_TEST_EXISTS) || g_file_test (state, G_FILE_TEST_IS_DIR);
}

static char *
no_home (const char *folder, GError **error)
{
  g_autofree char *init = folder != NULL ? g_strdup_printf ("Make it one: weir init %s", folder) : NULL;
  if (folder != NULL)
    weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = init }, "\"%s\" is no weir home: it has neither %s nor %s/", folder,
               SETTINGS_FILE, STATE_FOLDER);
  else
    weir_fail (
        error,
        &(Failure) { WEIR_ERROR_MODEL, .hint = "Go to one, name it with --home DIR or WEIR_HOME, or make one here: weir init" },
        "this is no weir home: neither this folder nor one above it has %s or %s/", SETTINGS_FILE, STATE_FOLDER);
  return NULL;
}

/* The home's real path, made if the policy allows. */
static char *
resolve_home (const SettingsGiven *given, HomePolicy policy, GError **error)
{
  g_autofree char *home = find_home (given);
  if (home == NULL && policy != HOME_CREATE)
    return no_home (NULL, error);
  if (home == NULL)
    home = g_get_current_dir ();
  if (policy == HOME_CREATE && !fs_make_folder (home, 0755, error))
    return NULL;
  g_autofree char *real = realpath (home, NULL); /* g_free is free */
  if (real == NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "could not open home \"%s\": %s", home, g_strerror (errno)), NULL;
  if (policy == HOME_CREATE || settings_is_home (real))
    return g_steal_pointer (&real);
  return no_home (home, error);
}

/* weir.json may be missing: every setting has a default. */
static bool
read_file (const Settings *settings, Json **ret_root, GError **error)
{
  g_autofree char *path = g_build_filename (settings->home, SETTINGS_FILE, NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return true;
  *ret_root = weir_json_read (path, error);
  return *ret_root != NULL;
}

char *
settings_find_home (const SettingsGiven *given)
{
  char *home = find_home (given);
  return home != NULL ? home : g_get_current_dir ();
}

Settings *
settings_load (const SettingsGiven *given, HomePolicy policy, GError **error)
{
  g_autofree char *folder = resolve_home (given, policy, error);
  if (folder == NULL)
    return NULL;
  g_autoptr (Settings) settings = settings_new (folder);
  g_autoptr (Json) root = NULL;
  if ((policy != HOME_UNREAD && !read_file (settings, &root, error))
      || !settings_take (settings, root, SETTINGS_FILE, given, error))
    return NULL;
  if (policy == HOME_CREATE && !settings_make_folders (settings, error))
    return NULL;
  return g_steal_pointer (&settings);
}

Settings *
settings_load_home (const char *folder, HomePolicy policy, GError **error)
{
  g_auto (SettingsGiven) given = { 0 };
  settings_give (&given, settings_row (home), folder);
  return settings_load (&given, policy, error);
}

void
settings_free (Settings *settings)
{
  if (settings == NULL)
    return;
  for (const Setting *row = settings_table; row->help != NULL; row++)
    if (row->type == SETTING_TREE)
      g_clear_pointer ((Json **) settings_member (settings, row), json_decref);
    else if (settings_is_text (row))
      g_free (*(char **) settings_member (settings, row));
  g_free (settings->state);
  g_clear_pointer (&settings->resolved, g_hash_table_unref);
  g_free (settings);
}

/* Nothing stops for want of a log: what cannot be made is said when it is written. */
static void
make_log_folder (const Settings *settings)
{
  g_autofree char *folder = settings->log_file != NULL ? g_path_get_dirname (settings->log_file) : NULL;
  if (folder != NULL)
    (void) fs_make_folder (folder, 0750, NULL);
}

bool
settings_make_folders (const Settings *settings, GError **error)
{
  if (!fs_make_folder (settings->state, 0700, error))
    return false;
  make_log_folder (settings);
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      const char *folder = row->type == SETTING_FOLDER ? *(char **) settings_member (settings, row) : NULL;
      /* What was dropped is for whoever runs weir. */
      bool is_kept = folder == settings->archive || folder == settings->failed;
      if (folder != NULL && !fs_make_folder (folder, is_kept ? 0750 : 0755, error))
        return false;
    }
  return true;
}

bool
settings_make_model_schema (const Settings *settings, bool *ret_made, GError **error)
{
  const char *text = sql_file ("model.schema.json");
  g_autofree char *parent = g_path_get_dirname (settings->models);
  g_autofree char *folder = g_build_filename (parent, "schema", NULL);
  g_autofree char *path = g_build_filename (folder, "model.schema.json", NULL);
  *ret_made = !g_file_test (path, G_FILE_TEST_EXISTS);
  return !*ret_made || (fs_make_folder (folder, 0755, error) && fs_write_file (path, text, strlen (text), 0644, error));
}

bool
settings_is_drop_folder (const Settings *settings, const char *folder)
{
  struct stat here, imports;
  return stat (folder, &here) == 0 && stat (settings->imports, &imports) == 0 && here.st_dev == imports.st_dev
         && here.st_ino == imports.st_ino;
}

LogOptions
settings_log_options (const Settings *settings)
{
  return (LogOptions) { .path = settings->log_file,
                        .bytes = settings->log_bytes,
                        .keep = settings->log_keep,
                        .format = settings->log_format,
                        .level = settings->log_level };
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
