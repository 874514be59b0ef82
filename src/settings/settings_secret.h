/* Files with a secret in them, beside that of the keys (settings.h). */
#ifndef WEIR_SRC_SETTINGS_SETTINGS_SECRET_H
#define WEIR_SRC_SETTINGS_SETTINGS_SECRET_H

#include <glib.h>

/* What is in a file of a password or the like, without the newline at its end. Owned by the caller. NULL with MODEL where others may read
 * it, or it is empty or has more than one line; with LOCAL where it cannot be read. */
char *settings_read_password_file (const char *path, GError **error);

#endif
