/* The table of settings as the loader uses it: defaults, and the members of weir.json. */
#ifndef WEIR_SRC_SETTINGS_SETTINGS_TABLE_H
#define WEIR_SRC_SETTINGS_SETTINGS_TABLE_H

#include "src/settings/settings.h"

/* Sets what the table has a default for; home must be set before, paths start from it. */
void settings_set_defaults (Settings *settings);

/* Takes the members of weir.json; "shown" is what messages call it. Every mistake is a line of the error's detail (MODEL). */
bool settings_take_json (Settings *settings, Json *root, const char *shown, GError **error);

/* The setting's member in "settings". */
void *settings_member (const Settings *settings, const Setting *setting);

#endif
