/* What is known of the embedded server without asking it: HOME/.weir/server.json, its lock files, its socket. */
#ifndef WEIR_SRC_SERVER_PGSTATE_H
#define WEIR_SRC_SERVER_PGSTATE_H

#include "src/server/pgserver.h"

/* Takes port, tcp and password from server.json, where there is one ("recorded"). */
void pgstate_read (PgServer *server);
/* Writes server.json (0600). "home" is recorded to recognise a home that was moved. */
bool pgstate_write (const PgServer *server, const char *home, GError **error);

/* The data folder that server.json of "state" records for a home that is no longer where it was; NULL where that is not so. Owned.
 */
char *pgstate_moved_data (const char *state, const char *home);

/* Looks anew: initialised, running (somebody listens on its socket). */
void pgstate_look (PgServer *server);

/* The major version in the data folder's PG_VERSION, or 0. */
int pgstate_data_version (const char *data);

/* The postmaster's process id if it is alive and works in this data folder, else 0: a process id is soon another's. */
pid_t pgstate_process (const PgServer *server);

/* After a crash: makes PostgreSQL see that the process ids in its lock files are not its own. Its own check of the shared
 * memory that old backends may still use stays in force. To be called when pgstate_process is 0. */
bool pgstate_clear_locks (const PgServer *server, GError **error);

/* Writes a file that belongs to the server's owner. */
bool pgstate_write_owned (const PgServer *server, const char *path, const char *text, GError **error);

#endif
