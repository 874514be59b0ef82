#include "src/settings/settings_given.h"

#include <string.h>

void
settings_given_clear (SettingsGiven *given)
{
  for (size_t i = 0; i < G_N_ELEMENTS (given->texts); i++)
    g_clear_pointer (&given->texts[i], g_free);
}

char **
settings_given_place (SettingsGiven *given, const Setting *row)
{
  return &given->texts[row - settings_table];
}

void
settings_give (SettingsGiven *given, const Setting *row, const char *text)
{
  char **place = settings_given_place (given, row);
  g_free (*place);
  *place = g_strdup (text);
}

void
settings_given_add (SettingsGiven *given, const SettingsGiven *more)
{
  for (size_t i = 0; i < G_N_ELEMENTS (given->texts); i++)
    if (given->texts[i] == NULL)
      given->texts[i] = g_strdup (more->texts[i]);
}

const char *
settings_given_text (const SettingsGiven *given, const Setting *row, const char **ret_source)
{
  const char *option = given != NULL ? given->texts[row - settings_table] : NULL;
  const char *text = option != NULL ? option : row->variable != NULL ? g_getenv (row->variable) : NULL;
  if (ret_source != NULL)
    *ret_source = option == NULL ? row->variable : row->option != NULL ? row->option : row->path;
  bool names_nothing = settings_is_path (row) || row->type == SETTING_TREE;
  return text != NULL && text[0] == '\0' && names_nothing ? NULL : text;
}

int
settings_option_words (const char *word)
{
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      size_t length = row->option != NULL ? strlen (row->option) : 0;
      if (length > 0 && strncmp (word, row->option, length) == 0 && (word[length] == '\0' || word[length] == '='))
        return word[length] == '=' ? 1 : 2;
    }
  return 0;
}
