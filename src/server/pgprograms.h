/* Where the installed PostgreSQL's server programs are. */
#ifndef WEIR_SRC_SERVER_PGPROGRAMS_H
#define WEIR_SRC_SERVER_PGPROGRAMS_H

#include <glib.h>
#include <stdbool.h>

/* The folder of initdb, pg_ctl and postgres: "given" alone if that is not NULL; else the newest below /usr/lib/postgresql, then
 * PATH, then what pg_config says. major: the version wanted, 0: any. "data" is for the message. MODEL when there is none, or only
 * other versions. *ret_version: its major version. Owned by the caller. */
char *pgprograms_find (const char *given, int major, const char *data, int *ret_version, GError **error);

#endif
