/* PullSpool files: what a connector brings, before it is anything. They lie in imports/.spool, on the file system of the drop folder, locked (flock) by who
 * makes them: what nobody locks is of somebody who has died, and the next pull removes it.
 *
 *   pull_spool_new          an empty file for one descriptor of the connector
 *   pull_spool_empty        again, for another try
 *   pull_spool_drop         beside its declaration into the drop folder: durable when it returns
 *   pull_spool_clear        always; what was not dropped is removed
 *
 * A crash within pull_spool_drop leaves: nothing; a declaration without a file, which pull_spool_sweep removes; or both, a file of the drop folder as any other. */
#ifndef WEIR_SRC_PULL_PULL_SPOOL_H
#define WEIR_SRC_PULL_PULL_SPOOL_H

#include "base/json.h"
#include "src/settings/settings.h"

#include <sys/stat.h>

typedef struct
{
  char *path; /* NULL: it was dropped, or there is none */
  int fd;     /* for reading and writing; -1: none */
} PullSpool;

bool pull_spool_new (const Settings *settings, const char *job, PullSpool *ret_spool, GError **error);
bool pull_spool_empty (const PullSpool *spool, GError **error);
void pull_spool_clear (PullSpool *spool);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PullSpool, pull_spool_clear)

/* Removes what nobody locks, and declarations of the job of which there is no file: of those nobody else may be dropping one (the job's lock is held). */
bool pull_spool_sweep (const Settings *settings, const char *job, GError **error);

/* Drops it as imports/name. mtime_ns: that it is to have, 0: as it is. *ret_exists: a file of this name is there, and nothing was done. *ret_info: as it
 * lies in the drop folder. Errors: LOCAL; a declaration may be left behind. */
bool pull_spool_drop (PullSpool *spool, const Settings *settings, const char *name, const Json *declaration, int64_t mtime_ns,
                      struct stat *ret_info, bool *ret_exists, GError **error);

#endif
