/* A throw-away PostgreSQL cluster, one per test executable: initialised once per build folder and copied from there, on a unix
 * socket in a short private folder, not durable, as user postgres where the tests run as root.
 *
 *   cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);      the group's state is the Cluster
 *
 * Everything an executable writes is below cluster->folder. A janitor process removes it, and ends what was left running there,
 * when the test process is gone for whatever reason; with WEIR_TEST_KEEP in the environment the folder stays. Failures to set up
 * abort the test process: there is nothing to test then. */
#ifndef WEIR_TESTS_SUPPORT_CLUSTER_H
#define WEIR_TESTS_SUPPORT_CLUSTER_H

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
  char *folder; /* /tmp/weir-XXXXXX */
  char *bin;    /* of initdb and postgres */
  char *data;
  char *socket;
  char *log;        /* every statement with its parameters */
  pid_t postmaster; /* 0: stopped */
  pid_t janitor;
  int leash; /* the janitor acts when this end of its pipe is closed */
  int homes; /* made so far */
  int databases;
  GPtrArray *spare; /* names of databases that were given back */
  int starts;       /* connections older than the last one are broken */
} Cluster;

int cluster_setup (void **state);
int cluster_teardown (void **state);

/* Stops the server as a crash would, and starts it again on the same data. */
void cluster_stop (Cluster *cluster);
void cluster_start (Cluster *cluster);

/* An empty database, owned by the role weir, which is no superuser. Its name is owned by the caller. */
char *cluster_take_database (Cluster *cluster);
/* Empties it for the next test: making one takes ten times as long. Takes ownership of the name. */
void cluster_give_database (Cluster *cluster, char *name);

/* A URL with a password. Owned by the caller. */
char *cluster_url (const Cluster *cluster, const char *database, const char *role, const char *password);

#endif
