/* Which cluster is a home's, where it does not lie in the home itself: below /var/lib/weir-root, for PostgreSQL never runs as root and
 * its user cannot enter root's folders.
 *
 * A home's data are its own for good. HOME/.weir/server.json names them, and goes where the home goes; beside them the file "home"
 * names the home that used them last, for those who look from there. Only a home without a server.json looks for a folder by its
 * path, and takes none that is another home's. */
#ifndef WEIR_SRC_SERVER_PGPLACE_H
#define WEIR_SRC_SERVER_PGPLACE_H

#include <glib.h>
#include <stdbool.h>

#define PGPLACE_ROOT "/var/lib/weir-root"
#define PGPLACE_FORMER_ROOT "/var/lib/weir" /* of an older weir, and used for as long as it is recorded; now a service's home */

/* The data folder of the home; there need be none yet. Errors: MODEL where server.json was copied from a home that is still there,
 * and uses the data. Owned by the caller. */
char *pgplace_find (const char *root, const char *state, const char *home, GError **error);

/* Whether the data lie below a root, or the former one, and not in their home. */
bool pgplace_is_outside (const char *root, const char *data);

/* Whether the home is there, and its server.json names these data as its own. */
bool pgplace_is_of (const char *data, const char *home);

/* The home that used the data last, as recorded beside them; NULL: nothing is. Owned by the caller. */
char *pgplace_home (const char *data);

/* Records it. */
bool pgplace_record (const char *data, const char *home, GError **error);

#endif
