/* weir-connect-pg at a database of the cluster, as a source. There is no home: no weir is run.
 *
 *   cmocka_unit_test_setup_teardown (test_x, pg_source_setup, pg_source_teardown)      in a group with cluster_setup: the state is the PgSource */
#ifndef WEIR_TESTS_SUPPORT_PG_SOURCE_H
#define WEIR_TESTS_SUPPORT_PG_SOURCE_H

#include "connector.h"
#include "cluster.h"

typedef struct
{
  Cluster *cluster;
  char *path; /* the connector's folder */
  char *database, *url;
  Db *db; /* the test's own session, as the role weir, too */
} PgSource;

int pg_source_setup (void **state);
int pg_source_teardown (void **state);

/* Another session of the same role. */
Db *pg_session (const PgSource *source);

/* Statements, and the first value of a query; NULL for SQL NULL or no row, owned by the caller. */
void pg_sql (const PgSource *source, const char *format, ...) G_GNUC_PRINTF (2, 3);
char *pg_value (const PgSource *source, const char *format, ...) G_GNUC_PRINTF (2, 3);
int64_t pg_number (const PgSource *source, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* A request for its database; "more" is an object with the other members (single quotes stand for double ones). A new reference. */
Json *pg_request (const PgSource *source, const char *more);

/* The same, run. */
ConnectorRun *pg_run (const PgSource *source, const char *verb, const char *more);

/* It must end well. */
ConnectorRun *pg_expect (const PgSource *source, const char *verb, const char *more);

/* It must end with exit code 78, and say so at the path. */
void pg_expect_mistake (const PgSource *source, const char *verb, const char *more, const char *path, const char *text);

/* The spool file as text, "-" for NULL, cells joined by |, rows by a newline, without the header. Owned by the caller. */
char *pg_rows (const ConnectorRun *run);

/* One pull after the other: what a destination that takes rows by their key would have. */
typedef struct
{
  const PgSource *source;
  char *more;       /* of the request, without position */
  GHashTable *rows; /* first cell to the whole row's text */
  Json *position;
  int64_t read; /* rows so far */
} PgPull;

PgPull *pg_pull_new (const PgSource *source, const char *more);
void pg_pull_free (PgPull *pull);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PgPull, pg_pull_free)

/* One request, whose end must be well; the position moves. Whether there is more. */
bool pg_pull_batch (PgPull *pull);
/* Until there is no more. */
void pg_pull (PgPull *pull);

/* Until nothing that is read is new (rows with the greatest bookmark come each time), and the position stays: at once, unless transactions of others, in whatever database, are open. */
void pg_pull_quiet (PgPull *pull);

/* All rows, sorted, a line each. Owned by the caller. */
char *pg_pull_text (const PgPull *pull);

/* Of a table t (id, at, v) with its three columns: what was pulled is what is there. */
void pg_pull_assert (const PgPull *pull, const char *what);

#endif
