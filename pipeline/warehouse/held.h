/* Files that are held: their last try ended with something that a person must mend and that only a load could find, so they were
 * left where they lay. What it ended with stands until the model, the pins or the file change, or it was loaded: a judgement
 * beside that of agreement.h, which knows no files. */
#ifndef WEIR_PIPELINE_WAREHOUSE_HELD_H
#define WEIR_PIPELINE_WAREHOUSE_HELD_H

#include "base/db.h"
#include "models/catalog.h"

typedef struct
{
  char *table;
  char *file;       /* its name, as dropped */
  int64_t size;     /* bytes */
  int64_t mtime_ns; /* since 1970 */
  GError *error;    /* what the last try ended with: MODEL or LOCAL */
} HeldFile;

void held_file_free (HeldFile *file);

/* All that the ledger knows of (of HeldFile), by table and name, but for those whose model or pins are others now. Whether the file
 * is still there is for the caller to see. NULL on error. */
GPtrArray *held_read (Db *db, const Catalog *catalog, GError **error);

/* The one of that table that is this very file; NULL: it is not held. */
const HeldFile *held_find (const GPtrArray *held, const char *table, const char *file, int64_t size, int64_t mtime_ns);

#endif
