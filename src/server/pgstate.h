/* What is known of the embedded server without asking it: HOME/.weir/server.json, its lock files, its socket. */
#ifndef WEIR_SRC_SERVER_PGSTATE_H
#define WEIR_SRC_SERVER_PGSTATE_H

#include "src/server/pgserver.h"

#define PGSTATE_PORT 5432 /* where server.json says no other */

/* Takes port, tcp and password from server.json, where there is one ("recorded"). */
void pgstate_read (PgServer *server);
/* Writes server.json (0600). "home" is recorded to recognise a home that was moved. */
bool pgstate_write (const PgServer *server, const char *home, GError **error);

/* Removes it. */
bool pgstate_forget (const PgServer *server, GError **error);

/* The home and the data folder that server.json of "state" names; false where there is none, or where neither we nor "owner" wrote it.
 * Both are the caller's. */
bool pgstate_record (const char *state, uid_t owner, char **ret_home, char **ret_data);

/* Looks anew: initialised; socket, which is that of the process where one works in the data folder, whatever the home was called when
 * it was started; running (somebody listens there). */
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
