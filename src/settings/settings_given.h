/* What the command line and the environment say of settings, as text: the command line wins. */
#ifndef WEIR_SRC_SETTINGS_SETTINGS_GIVEN_H
#define WEIR_SRC_SETTINGS_SETTINGS_GIVEN_H

#include "src/settings/settings_table.h"

/* The command line's part: a text for each row of the table, NULL where it says nothing. Begins as { 0 }. Owned. */
struct SettingsGiven
{
  char *texts[SETTINGS_MOST];
};

void settings_given_clear (SettingsGiven *given);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SettingsGiven, settings_given_clear)

/* Where the text of the row's option goes. */
char **settings_given_place (SettingsGiven *given, const Setting *row);

/* As if the command line had said it: settings_give (&given, settings_row (home), "/srv/shop"). */
void settings_give (SettingsGiven *given, const Setting *row, const char *text);

/* What "more" says and "given" does not. */
void settings_given_add (SettingsGiven *given, const SettingsGiven *more);

/* The text of the row's option ("given" may be NULL), else of its variable; NULL: nothing was said. An empty text names no folder
 * and no file, is no object, and is a database of its own. *ret_source (may be NULL): who said it, the option or the variable. Borrowed. */
const char *settings_given_text (const SettingsGiven *given, const Setting *row, const char **ret_source);

/* How many words of a command line an option of the table takes that begins with this one: 2 as "--home DIR", 1 as "--home=DIR", 0:
 * it is none. */
int settings_option_words (const char *word);

#endif
