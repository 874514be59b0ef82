/* The way of a file that a pull has dropped, from the drop folder to its end. This process claims and loads it, as a worker does; where a running
 * `weir watch` is quicker, its end is waited for in the ledger. A file that cannot be loaded now stays where the next pull finds it. */
#ifndef WEIR_SRC_PULL_LANDING_H
#define WEIR_SRC_PULL_LANDING_H

#include "src/load/loading.h"

typedef struct
{
  const char *name; /* in the drop folder */
  Uid run;          /* that it gets where this process claims it */
  int64_t size, mtime_ns;
  ino_t inode;
} LandingFile;

/* True: *ret_end tells how it ended, a refusal included. Errors: RETRY where its table is held for too long, or the database is away; INPUT where the
 * table waits for a dimension; those of loading_claimed. */
bool landing_finish (Loader *loader, const LandingFile *file, LoadEnd *ret_end, GError **error);

/* Files of the job that lie in the drop folder, or are claimed by whoever, of char *, in their order. Errors: LOCAL. */
GPtrArray *landing_earlier (const Settings *settings, const char *job, GError **error);

/* The same for one of these. *ret_gone: it has ended meanwhile, and nobody knows how. */
bool landing_finish_earlier (Loader *loader, const char *name, LoadEnd *ret_end, bool *ret_gone, GError **error);

#endif
