/* "${file:PATH}" and "${env:NAME}" as a whole value of weir.json: it stands for what is in a file or in the environment, so that no secret
 * need be in weir.json itself. */
#ifndef WEIR_SRC_SETTINGS_SETTINGS_REFERENCE_H
#define WEIR_SRC_SETTINGS_SETTINGS_REFERENCE_H

#include "src/settings/settings.h"

/* Whether the text is one. */
bool settings_is_reference (const char *text);

/* What the text stands for, itself where it is no reference; without the newline that a file ends with. A file's path may be relative to the
 * home; it must be closed to others, as the key secret's (settings.h). Owned by the caller. NULL with MODEL for a variable that is not there
 * and a file that is open to others or empty, with LOCAL for one that cannot be read; the error never has the value in it. */
char *settings_resolve (const Settings *settings, const char *text, GError **error);

#endif
