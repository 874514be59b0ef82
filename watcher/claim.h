/* Claims: a dropped file belongs to one run once it was renamed to imports/.claimed/<run>/, a folder that its worker flocks.
 *
 * A claim whose folder can be flocked is an orphan: its worker is dead. Nothing is ever replaced by a rename here. */
#ifndef WEIR_WATCHER_CLAIM_H
#define WEIR_WATCHER_CLAIM_H

#include "base/uid.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* In the drop folder: where claimed files are. */
#define CLAIM_FOLDER ".claimed"

typedef struct Claim Claim;

/* Takes imports/name for "run": makes and flocks the folder, renames the file into it, fsyncs. NULL without an error in *ret_gone =
 * true when the file is no longer there (somebody else took it). Errors: LOCAL. */
Claim *claim_take (const char *imports, const char *name, Uid run, bool *ret_gone, GError **error);

/* The same from any place on the same file system ("weir retry" takes a file out of archive or failed): "path" is renamed in under
 * "name". */
Claim *claim_take_from (const char *imports, const char *path, const char *name, Uid run, bool *ret_gone, GError **error);

/* Takes over an orphan. NULL with *ret_gone = true when it is no orphan any more: finished, or another worker's. An empty folder is
 * removed. */
Claim *claim_resume (const char *imports, Uid run, bool *ret_gone, GError **error);

Uid claim_run (const Claim *claim);
const char *claim_name (const Claim *claim); /* the file's name */
const char *claim_path (const Claim *claim); /* where it is now */

/* Renames the file back to imports/ (or to "path" if not NULL), unless something took its name there: then it stays claimed and is
 * an orphan for the next start. Used when a load could not begin. The claim is released either way. */
bool claim_give_back (Claim *claim, const char *path, GError **error);

/* Releases the flock and removes the folder if it is empty. Safe at any point: a file still in it is then an orphan. */
void claim_free (Claim *claim);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Claim, claim_free)

/* One claimed file as found on disk. */
typedef struct
{
  Uid run;
  char *name;
  bool orphan; /* nobody holds the flock */
  ino_t inode;
  int64_t size;     /* bytes */
  int64_t mtime_ns; /* since 1970 */
} ClaimEntry;

void claim_entry_free (ClaimEntry *entry);

/* All claims with a file in them (of ClaimEntry). A missing folder is an empty list. Empty orphan folders are removed on the way. */
GPtrArray *claim_list (const char *imports, GError **error);

#endif
