/* The embedded clusters of a machine below /var/lib/weir-root, whose homes may be gone: `weir db list`, `weir db drop`. */
#ifndef WEIR_SRC_SERVER_PGCLUSTERS_H
#define WEIR_SRC_SERVER_PGCLUSTERS_H

#include "src/server/pgserver.h"

typedef struct
{
  char *folder; /* /var/lib/weir-root/1a2b3c4d */
  char *data;   /* the cluster in it */
  char *home;   /* that used it last; NULL: an older weir made it, and did not record it */
  bool orphan;  /* the home is recorded, and is there no more */
  bool running;
  int version;   /* major */
  int64_t bytes; /* on disk */
} PgCluster;

/* All below "root", by folder (of PgCluster). A root that is missing has none. Errors: LOCAL. */
GPtrArray *pgclusters_list (const char *root, GError **error);

/* Stops it where it runs, and removes its folder. programs: the setting (pgprograms.h). Errors: LOCAL; MODEL where it runs and the
 * programs that could stop it are not there. */
bool pgclusters_remove (const PgCluster *cluster, const char *programs, GError **error);

/* Removes a folder and all in it, a link in it as a link. */
bool pgclusters_remove_folder (const char *folder, GError **error);

/* How much is below a folder on disk, in bytes. */
int64_t pgclusters_measure (const char *folder);

#endif
