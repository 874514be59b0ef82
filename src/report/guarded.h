/* Files that wait for a person's leave (`weir approve`, `weir discard`), for `weir status`. */
#ifndef WEIR_SRC_REPORT_GUARDED_H
#define WEIR_SRC_REPORT_GUARDED_H

#include "base/db.h"
#include "models/catalog.h"
#include "src/settings/settings.h"

typedef struct
{
  Json *
      file; /* {"run", "file", "table", "place", "since", "overtaken_by": a newer file that was applied since or null, "held": as guard.h
                  has it, "error", "keys": [{column: value}]}: the keys of the sample, as the table has them now; none where a column of
                  theirs is "pii", or the table cannot be asked */
  char *names; /* these keys for people, "ann, bob"; NULL: none */
} GuardedFile;

/* All there are (of GuardedFile); NULL on error. */
GPtrArray *guarded_read (Db *db, const Settings *settings, const Catalog *catalog, GError **error);

/* Paths of the files in imports/.held/, sorted, owned by the caller: before guarded_read, for the ledger knows of one before it comes there.
 * Behind that those are left of them that none of these is, and that lie there still: the ledger does not know them, or it knows that they
 * are held no more. */
GPtrArray *guarded_list (const Settings *settings);
void guarded_keep_strays (GPtrArray *paths, const Settings *settings, const GPtrArray *files);

/* As an array; null where files is NULL, for it is not known then whether there are any. A new reference. */
Json *guarded_to_json (const GPtrArray *files);

/* The same for people, on stdout. */
void guarded_print (const GPtrArray *files);

#endif
