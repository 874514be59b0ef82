/* The files that a command line names, and where each of them goes. */
#ifndef WEIR_SRC_COMMANDS_NAMED_FILES_H
#define WEIR_SRC_COMMANDS_NAMED_FILES_H

#include "src/load/loader.h"

typedef struct
{
  const char *path; /* as it was named; borrowed */
  Route route;
} NamedFile;

/* The files (of NamedFile) in the order in which they are to be loaded: dimensions before the facts that refer to them, otherwise
 * as they were named. table: the one that all of them go into; NULL: each into its own. Without a catalog the routes know no
 * models. Owned by the caller. */
GArray *named_files_route (const Loader *loader, const char *table, char **paths);

/* What can be said of a file before anything is done with it. Errors: LOCAL where it is not there, INPUT of a name that the ledger
 * cannot keep ("bad_name"), MODEL of a link that is to be archived. */
bool named_file_check (const NamedFile *file, bool archive, GError **error);

/* Whether it lies in the drop folder: then it is claimed and archived, as the watching worker would do, or left alone as it would. */
bool named_file_is_dropped (const NamedFile *file, const Settings *settings);

#endif
