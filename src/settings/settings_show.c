#include "src/settings/settings.h"

#include "base/conninfo.h"
#include "src/settings/settings_table.h"

#include <string.h>

static Json *
shown_path (const Settings *settings, const char *path)
{
  g_autofree char *shown = settings_shown_path (settings, path);
  return weir_json_string (shown);
}

static Json *
shown_database (const char *database)
{
  if (database == NULL)
    return json_null ();
  g_autofree char *password = NULL;
  g_autofree char *shown = conninfo_without_password (database, &password);
  return weir_json_string (shown);
}

static Json *
value_to_json (const Settings *settings, const Setting *setting)
{
  const void *place = settings_member (settings, setting);
  switch (setting->type)
    {
    case SETTING_FOLDER:
      return shown_path (settings, *(char *const *) place);
    case SETTING_TEXT:
      return shown_database (*(char *const *) place);
    case SETTING_SCHEMA:
      return weir_json_string (*(char *const *) place);
    case SETTING_CHOICE:
      return json_string (setting->words[*(const WatchMode *) place]);
    case SETTING_FLAG:
      return json_string (setting->words[*(const bool *) place ? 1 : 0]);
    case SETTING_WHOLE:
      return json_integer (*(const int *) place);
    case SETTING_NUMBER:
      return json_real (*(const double *) place);
    }
  g_assert_not_reached ();
}

Json *
settings_to_json (const Settings *settings)
{
  Json *root = json_object ();
  for (const Setting *setting = settings_table; setting->help != NULL; setting++)
    {
      if (setting->path == NULL)
        continue;
      g_auto (GStrv) parts = g_strsplit (setting->path, ".", 2);
      Json *level = root;
      if (parts[1] != NULL)
        {
          level = json_object_get (root, parts[0]);
          if (level == NULL)
            json_object_set_new (root, parts[0], level = json_object ());
        }
      json_object_set_new (level, parts[1] != NULL ? parts[1] : parts[0], value_to_json (settings, setting));
    }
  return root;
}

static void
append_values (GString *text, const Setting *setting)
{
  static const char *const kinds[] = { [SETTING_FOLDER] = "folder", [SETTING_TEXT] = "text", [SETTING_SCHEMA] = "name" };
  if (setting->words[0] != NULL)
    g_string_append_printf (text, "`\"%s\"`, `\"%s\"`", setting->words[0], setting->words[1]);
  else if (setting->type == SETTING_WHOLE || setting->type == SETTING_NUMBER)
    g_string_append_printf (text, "%.0f to %.0f", setting->low, setting->high);
  else
    g_string_append (text, setting->path == NULL && setting->option == NULL ? "file" : kinds[setting->type]);
}

char *
settings_to_markdown (void)
{
  GString *text = g_string_new ("| weir.json | elsewhere | values | default | meaning |\n|---|---|---|---|---|\n");
  for (const Setting *setting = settings_table; setting->help != NULL; setting++)
    {
      g_autofree char *path = setting->path != NULL ? g_strdup_printf ("`%s`", setting->path) : g_strdup ("-");
      const char *option = setting->option, *variable = setting->variable;
      g_string_append_printf (text, "| %s | ", path);
      if (option != NULL)
        g_string_append_printf (text, "`%s`, ", option);
      g_string_append_printf (text, variable != NULL ? "`%s` | " : "%s| ", variable != NULL ? variable : "");
      append_values (text, setting);
      g_string_append_printf (text, setting->fallback != NULL ? " | `%s` | " : " | %s | ",
                              setting->fallback != NULL ? setting->fallback : setting->otherwise);
      g_string_append_printf (text, "%s |\n", setting->help);
    }
  return g_string_free (text, FALSE);
}
