/* The files that a command line names, and where each of them goes. */
#ifndef WEIR_SRC_COMMANDS_NAMED_FILES_H
#define WEIR_SRC_COMMANDS_NAMED_FILES_H

#include "src/load/loader.h"

typedef struct
{
  const char *path; /* as it was named; borrowed */
  Route route;
  bool claimed;
  int64_t instant_ns; /* its place (models/order.h) */
  char *order_key;
  guint table; /* which of the tables on the command line, by their first files */
} NamedFile;

/* The files (of NamedFile) in the order in which they are to be loaded: dimensions before the facts that refer to them, otherwise
 * tables as they were named first, and the files of each in their order, as the watching worker would take them. table: the one
 * that all of them go into; NULL: each into its own. Without a catalog the routes know no models. Owned by the caller. */
GArray *named_files_route (const Loader *loader, const char *table, char **paths);

/* The other files in the drop folder that will be loaded, what dead workers have left there included (of NamedFile), in order.
 * Without a catalog: none. Owned by the caller. */
GArray *named_files_waiting (const GArray *files, const Catalog *catalog, const Settings *settings);

/* Those of them that are of the file's table, come before it and are still there, for people: "users-1.csv and 2 more". NULL: none.
 * Owned by the caller. */
char *named_file_past (const NamedFile *file, const GArray *waiting);

/* What can be said of a file before anything is done with it. Errors: LOCAL where it is not there, INPUT of a name that the ledger
 * cannot keep ("bad_name"), MODEL of a link that is to be archived. */
bool named_file_check (const NamedFile *file, bool archive, GError **error);

/* Whether it lies in the drop folder: then it is claimed and archived, as the watching worker would do, or left alone as it would. */
bool named_file_is_dropped (const NamedFile *file, const Settings *settings);

#endif
