/* The embedded server's cluster: made once by initdb, its configuration, and starting and stopping it by pg_ctl. */
#ifndef WEIR_SRC_SERVER_PGCLUSTER_H
#define WEIR_SRC_SERVER_PGCLUSTER_H

#include "src/server/pgserver.h"

/* Makes the cluster beside its place and renames it in when it is complete. LOCAL on failure, with what initdb said. */
bool pgcluster_make (const PgServer *server, GError **error);

/* Writes weir.conf, which the cluster's postgresql.conf includes; ALTER SYSTEM still wins. */
bool pgcluster_configure (const PgServer *server, GError **error);

/* pg_ctl start and stop. A failed start (RETRY) has what the server's log says in its detail. */
bool pgcluster_start (const PgServer *server, GError **error);
bool pgcluster_stop (const PgServer *server, GError **error);

#endif
