/* A home of its own for one test: folder, database, and what the test did there.
 *
 *   cmocka_unit_test_setup_teardown (test_x, home_setup, home_teardown)        in a group with cluster_setup: the state is the Home
 *
 * When a home is released, its processes are ended and the oracle (oracle.h) looks at it: what it finds fails the test. A test that
 * wants more of it, or leaves something unfinished, says so in home->oracle.
 *
 * Nothing here returns errors: what goes wrong fails the test. Texts that are returned are the caller's. */
#ifndef WEIR_TESTS_SUPPORT_HOME_H
#define WEIR_TESTS_SUPPORT_HOME_H

#include "cluster.h"
#include "statement_log.h"

#include "base/db.h"
#include "base/error.h"
#include "base/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

typedef struct
{
  Cluster *cluster;
  char *path;
  char *elsewhere;        /* HOME and TMPDIR of weir: nothing may be left there */
  const char *started;    /* the folder that weir is started in; NULL: the home */
  int in;                 /* what weir reads as stdin; 0: nothing */
  bool traced;            /* weir is started as ProcessSetup.traced says */
  char *database;         /* its name; NULL: there is no server */
  StatementLog log;       /* of that database */
  char *url;              /* NULL: the home has no database configured */
  Db *db;                 /* the test's own connection, opened when asked for */
  int db_start;           /* the cluster's start that it belongs to */
  GPtrArray *dropped;     /* SHA-256 of every file that was put into the drop folder */
  GString *transcript;    /* all that weir printed */
  GPtrArray *environment; /* for weir: NAME=VALUE, ends with NULL */
  const char *user;       /* who runs weir; NULL: who runs the test */
  unsigned oracle;        /* OracleFlags, for when the home is released */
  int outputs;            /* files of output so far */
  GPtrArray *watched;     /* paths of the output of programs in the background that the test is not through with */
} Home;

int home_setup (void **state);
/* The same with a database that has no ledger yet, as a new user's: for tests of how that comes to be. */
int home_setup_empty (void **state);
int home_teardown (void **state);

/* A second home in the same cluster: its own folder beside the first's, its own database, with the ledger or without. */
Home *home_new (Cluster *cluster);
Home *home_new_empty (Cluster *cluster);
void home_free (Home *home);
/* The same, where the test looks at what the oracle found: "" is nothing. Owned by the caller. */
char *home_end (Home *home);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Home, home_free)

/* Paths are relative to the home. Missing folders are made. */
char *home_path (const Home *home, const char *name);
void home_write_file (Home *home, const char *name, const char *contents);
char *home_read_file (Home *home, const char *name);
bool home_has_file (Home *home, const char *name);
void home_remove_file (Home *home, const char *name);
char *home_sha256 (Home *home, const char *name);

/* weir.json with the database's URL and "more" members ("" or ", \"settle\": 1"). home_setup wrote it with settings for quick
 * tests. */
void home_configure (Home *home, const char *more);
/* The same with a database that nobody serves, until home_configure. */
void home_lose_database (Home *home);

/* models/TABLE.json. */
void home_write_model (Home *home, const char *table, const char *json);

/* Puts a file into imports/ as a careful user does: written beside it, then moved in. It is remembered for the oracle. */
void home_drop (Home *home, const char *name, const char *contents);
/* And out of it again. */
void home_take_back (Home *home, const char *name);
/* Remembers a file that the test itself put (or is about to complete) in imports/. */
void home_note_dropped (Home *home, const char *contents, size_t length);
void home_note_file (Home *home, const char *name);

/* The number of files (not folders) anywhere below a folder of the home, 0 when it is missing. Leaves out what `weir watch` moves
 * to and fro when it starts, to know whether it can. */
int home_count_files (Home *home, const char *folder);
/* Their paths relative to the home, sorted. */
GPtrArray *home_list_files (Home *home, const char *folder);

/* The same for any folder; the paths begin with "shown". */
GPtrArray *list_files (const char *folder, const char *shown);

/* Sets or (value NULL) removes a variable for the weirs started from now on. */
void home_set_environment (Home *home, const char *name, const char *value);

#endif
