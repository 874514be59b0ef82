/* The embedded PostgreSQL: the installed server's initdb and pg_ctl, private to one home, on a unix socket. It outlives weir. */
#ifndef WEIR_SRC_SERVER_PGSERVER_H
#define WEIR_SRC_SERVER_PGSERVER_H

#include "src/settings/settings.h"

#include <sys/types.h>

typedef struct
{
  char *bin;        /* folder of initdb, pg_ctl, postgres */
  char *data;       /* the cluster: HOME/.weir/postgres, or below /var/lib/weir-root when weir runs as root */
  char *socket;     /* a short private folder: socket paths end at 107 bytes; of a server that runs the one that it has */
  char *own_socket; /* the one that it gets at its next start */
  char *log;
  char *password; /* of loopback TCP; NULL without it */
  char *home;
  char *state; /* HOME/.weir */
  uid_t owner; /* whose server it is: ours, or the postgres user's when weir runs as root */
  int version; /* major, of the programs in bin: 15 */
  int port;    /* of the socket's name, and of loopback TCP if tcp */
  bool tcp;
  bool tcp_ends; /* it was on, and is to be so no more */
  bool running;
  bool recorded; /* server.json is there: it was started to the end once, its database was made */
  bool moved;    /* server.json names another home: this one was there then */
  bool initialised;
} PgServer;

/* Where this home's server is or would be; looks, changes nothing but this process's environment: libpq's variables (PGHOST, ...)
 * are taken out of it, for they have no say over this server. MODEL error when no PostgreSQL is installed, when the data
 * directory belongs to another major version (with what to do), or is another home's (pgplace.h). */
PgServer *pgserver_find (const Settings *settings, GError **error);
void pgserver_free (PgServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PgServer, pgserver_free)

/* MODEL where server.json names a cluster and it is gone: what was loaded is somewhere, and an empty one in its place would take the
 * next file for the first. */
bool pgserver_check_lost (const PgServer *server, GError **error);

#define TCP_AS_IT_WAS 0
#define TCP_OFF (-1)

/* Starts it if it is not running; makes the cluster the first time, and never in the place of one that server.json names (MODEL).
 * tcp_port > 0: also on 127.0.0.1, with a password (kept in .weir/server.json, 0600). Concurrent callers are serialised by a lock
 * file. */
bool pgserver_start (const Settings *settings, PgServer *server, int tcp_port, GError **error);
/* *ret_ran: it did run. */
bool pgserver_stop (PgServer *server, bool *ret_ran, GError **error);
/* Stops it, and removes the cluster and what server.json says of it. Errors: MODEL while weir works with it. */
bool pgserver_drop (PgServer *server, GError **error);

/* A libpq URL for it. with_tcp: the loopback URL with its password, where TCP is on. Owned by the caller. */
char *pgserver_url (const PgServer *server, bool with_tcp);

#endif
