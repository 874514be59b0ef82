/* The PostgreSQL of the integration tests, and the folder that everything an executable writes is in.
 *
 *   cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);      the group's state is the Cluster
 *
 * One server serves all executables of a ctest run (shared.h), each home in a database of its own; an executable that is run by
 * itself starts one. Tests that stop or crash their server say cluster_setup_own, tests that need none cluster_setup_bare. It is
 * on a unix socket in a short private folder, not durable, as user postgres where the tests run as root.
 *
 * A janitor process removes the folder, and ends what was left running there, when the test process is gone for whatever reason;
 * with WEIR_TEST_KEEP in the environment the folder stays. Failures to set up abort the test process: there is nothing to test
 * then. */
#ifndef WEIR_TESTS_SUPPORT_CLUSTER_H
#define WEIR_TESTS_SUPPORT_CLUSTER_H

#include "base/db.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Part of every URL that the tests give weir, so that the oracle can look for it in logs and tables. The server trusts it unseen.
 */
#define CLUSTER_PASSWORD "sesame-Pa55word"

/* A role whose password the server does check: it is this one. */
#define CLUSTER_GUARDED_ROLE "guarded"
#define CLUSTER_GUARDED_PASSWORD "the-right-one"

typedef struct
{
  char *folder; /* /dev/shm/weir-XXXXXX or /tmp/weir-XXXXXX, this executable's */
  int homes;    /* made there so far */
  int leash;    /* the janitor acts when this end of its connection is closed */

  char *server; /* the folder of the server: our own, or the shared server's; NULL: there is none */
  char *socket;
  char *log; /* every statement with its parameters, each line beginning with its database's name (statement_log.h) */
  Db *db;    /* to make databases with, opened when the first is asked for */
  int databases;
  char *spent;          /* one to drop, or NULL */
  const char *template; /* of new databases: one that nobody is connected to; NULL: it has the ledger and nothing else */

  /* Where the server is our own: */
  char *bin; /* of initdb and postgres */
  char *data;
  bool may_stop;    /* cluster_setup_own said so */
  pid_t postmaster; /* 0: stopped */
  int starts;       /* connections older than the last one are broken */
} Cluster;

int cluster_setup (void **state);
int cluster_setup_own (void **state);
int cluster_setup_bare (void **state);
int cluster_teardown (void **state);

/* Stops the server as a crash would, and starts it again on the same data; in a group with cluster_setup_own. */
void cluster_stop (Cluster *cluster);
void cluster_start (Cluster *cluster);

/* The folder of PostgreSQL's programs: WEIR_TEST_PG_BIN, which the embedded servers of homes are then started from, too; else the newest of
 * Debian's. Owned by the caller. */
char *cluster_programs (void);

/* A URL with a password. Owned by the caller. */
char *cluster_url (const Cluster *cluster, const char *database, const char *role, const char *password);

/* WEIR_TEST_ROLE=loader in the environment: the role weir, as whom all weirs work, is no owner of its database but the loader of
 * schema/roles.sql there, and the ledger is made before. What a test does by itself it does as the superuser then. Tests
 * that begin with an empty database are left out (every_test.c): a loader makes neither ledger nor schema. */
bool cluster_is_of_loader (void);

/* Makes the ledger in a database and runs schema/roles.sql there; the role weir is the loader. */
void cluster_give_roles (Cluster *cluster, const char *database);

/* A new database, owned by the role weir, which is no superuser. Its name is owned by the caller. */
char *cluster_make_database (Cluster *cluster);
/* It goes when the next is made or dropped, or with the cluster: the server would wait a tenth of a second for sessions that are just
 * ending. A process that leaves without cluster_teardown drops what is left. */
void cluster_drop_database (Cluster *cluster, const char *name);
void cluster_drop_spent (Cluster *cluster);

#endif
