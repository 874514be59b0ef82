/* Settings take their values: from the table's defaults, from weir.json, and from what the command line and the environment give.
 * */
#ifndef WEIR_SRC_SETTINGS_SETTINGS_TAKE_H
#define WEIR_SRC_SETTINGS_SETTINGS_TAKE_H

#include "src/settings/settings_given.h"

/* Sets what the table has a default for; home must be set before, paths start from it. */
void settings_set_defaults (Settings *settings);

/* Takes the members of weir.json (root; NULL: there is none), then what is given, which wins; "given" may be NULL. "shown" is what
 * messages call the file. Every mistake is a line of the error's detail (MODEL): its JSON path, option or variable, what is wrong,
 * and the nearest word that would be right. */
bool settings_take (Settings *settings, Json *root, const char *shown, const SettingsGiven *given, GError **error);

#endif
