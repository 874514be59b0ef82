#include "src/settings/settings_show.h"

#include "base/conninfo.h"
#include "base/quantity.h"

#include <string.h>

static Json *
shown_path (const Settings *settings, const char *path)
{
  g_autofree char *shown = path != NULL ? settings_shown_path (settings, path) : g_strdup ("");
  return weir_json_string (shown);
}

static Json *
shown_database (const char *database)
{
  if (database == NULL)
    return json_null ();
  g_autofree char *shown = conninfo_shown (database);
  return weir_json_string (shown);
}

static Json *
shown_text (char *taken)
{
  g_autofree char *text = taken;
  return weir_json_string (text);
}

static Json *
shown_tree (const Setting *row, Json *tree)
{
  return tree == NULL ? json_null () : row->show != NULL ? row->show (tree) : json_incref (tree);
}

static Json *
value_to_json (const Settings *settings, const Setting *row)
{
  const void *member = settings_member (settings, row);
  switch (row->type)
    {
    case SETTING_HOME:
    case SETTING_FOLDER:
    case SETTING_FILE:
    case SETTING_PATH:
      return shown_path (settings, *(char *const *) member);
    case SETTING_CONNINFO:
      return shown_database (*(char *const *) member);
    case SETTING_SCHEMA:
      return weir_json_string (*(char *const *) member);
    case SETTING_CHOICE:
      return json_string (row->words[*(const int *) member]);
    case SETTING_FLAG:
      return json_string (row->words[*(const bool *) member ? 1 : 0]);
    case SETTING_WHOLE:
      return json_integer (*(const int *) member);
    case SETTING_NUMBER:
      return json_real (*(const double *) member);
    case SETTING_BYTES:
      return shown_text (quantity_show_bytes (*(const int64_t *) member));
    case SETTING_PERIOD:
      return shown_text (quantity_show_period (*(const int64_t *) member));
    case SETTING_TREE:
      return shown_tree (row, *(Json *const *) member);
    }
  g_assert_not_reached ();
}

Json *
settings_to_json (const Settings *settings)
{
  Json *root = json_object ();
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      if (row->path == NULL)
        continue;
      g_auto (GStrv) parts = g_strsplit (row->path, ".", 2);
      Json *level = root;
      if (parts[1] != NULL)
        {
          level = json_object_get (root, parts[0]);
          if (level == NULL)
            json_object_set_new (root, parts[0], level = json_object ());
        }
      json_object_set_new (level, parts[1] != NULL ? parts[1] : parts[0], value_to_json (settings, row));
    }
  return root;
}

static void
append_values (GString *text, const Setting *row)
{
  static const char *const kinds[] = {
    [SETTING_HOME] = "folder", [SETTING_FOLDER] = "folder", [SETTING_FILE] = "path",
    [SETTING_PATH] = "path",   [SETTING_CONNINFO] = "text", [SETTING_SCHEMA] = "name",
  };
  if (row->values != NULL)
    g_string_append (text, row->values);
  else if (settings_is_text (row))
    g_string_append (text, kinds[row->type]);
  else if (row->type == SETTING_BYTES)
    g_string_append (text, "size");
  else if (row->type == SETTING_PERIOD)
    g_string_append (text, "time");
  else if (row->words == NULL)
    g_string_append_printf (text, "%.0f to %.0f", row->low, row->high);
  else
    for (int i = 0; row->words[i] != NULL; i++)
      g_string_append_printf (text, "%s`\"%s\"`", i > 0 ? ", " : "", row->words[i]);
}

char *
settings_to_markdown (void)
{
  GString *text = g_string_new ("| weir.json | elsewhere | values | default | meaning |\n|---|---|---|---|---|\n");
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      const char *option = row->option, *variable = row->variable;
      g_string_append_printf (text, row->path != NULL ? "| `%s` | " : "| - | ", row->path);
      if (option != NULL)
        g_string_append_printf (text, "`%s`, ", option);
      g_string_append_printf (text, variable != NULL ? "`%s` | " : "%s| ", variable != NULL ? variable : "");
      append_values (text, row);
      g_string_append_printf (text, row->fallback != NULL ? " | `%s` | " : " | %s | ",
                              row->fallback != NULL ? row->fallback : row->otherwise);
      g_string_append_printf (text, "%s |\n", row->help);
    }
  return g_string_free (text, FALSE);
}

char *
settings_to_help (const Setting *row)
{
  const char *end = strstr (row->help, ". ");
  size_t length = end != NULL ? (size_t) (end - row->help) : strlen (row->help) - 1;
  g_autofree char *otherwise = g_strdelimit (g_strdup (row->fallback != NULL ? row->fallback : row->otherwise), "`", '"');
  if (row->variable != NULL)
    return g_strdup_printf ("%.*s (else %s; default: %s)", (int) length, row->help, row->variable, otherwise);
  return g_strdup_printf ("%.*s (default: %s)", (int) length, row->help, otherwise);
}
