/* The embedded PostgreSQL: the installed server's initdb and pg_ctl, private to one home, on a unix socket. It outlives weir. */
#ifndef WEIR_SRC_SERVER_PGSERVER_H
#define WEIR_SRC_SERVER_PGSERVER_H

#include "src/settings/settings.h"

#include <sys/types.h>

typedef struct
{
  char *bin;    /* folder of initdb, pg_ctl, postgres */
  char *data;   /* the cluster: HOME/.weir/postgres, or below /var/lib/weir when weir runs as root */
  char *socket; /* a short private folder: socket paths end at 107 bytes */
  char *log;
  char *password; /* of loopback TCP; NULL without it */
  char *home;
  char *state; /* HOME/.weir */
  uid_t owner; /* whose server it is: ours, or the postgres user's when weir runs as root */
  int version; /* major, of the programs in bin: 15 */
  int port;    /* of the socket's name, and of loopback TCP if tcp */
  bool tcp;
  bool running;
  bool recorded; /* server.json is there: it was started to the end once, its database was made */
  bool initialised;
} PgServer;

/* Where this home's server is or would be; looks, changes nothing but this process's environment: libpq's variables (PGHOST, ...)
 * are taken out of it, for they have no say over this server. MODEL error when no PostgreSQL is installed, or when the data
 * directory belongs to another major version (with what to do). */
PgServer *pgserver_find (const Settings *settings, GError **error);
void pgserver_free (PgServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PgServer, pgserver_free)

/* Starts it if it is not running; makes the cluster the first time. tcp_port 0: as it was; > 0: also on 127.0.0.1, with a password
 * (kept in .weir/server.json, 0600). Concurrent callers are serialised by a lock file. */
bool pgserver_start (const Settings *settings, PgServer *server, int tcp_port, GError **error);
bool pgserver_stop (PgServer *server, GError **error);

/* A libpq URL for it. with_tcp: the loopback URL with its password, where TCP is on. Owned by the caller. */
char *pgserver_url (const PgServer *server, bool with_tcp);

#endif
