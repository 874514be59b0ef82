/* The parts of src/load/gc.h. */
#ifndef WEIR_SRC_LOAD_GC_PRIVATE_H
#define WEIR_SRC_LOAD_GC_PRIVATE_H

#include "src/load/gc.h"

typedef struct
{
  Db *db;
  const Settings *settings;
  GcReport *report;
} Gc;

/* Of weir_trim. */
typedef struct
{
  const char *table, *what, *number;
} GcBatch;

/* The rows of a batch: run_id, place. */
bool gc_read_batch (const Gc *gc, const GcBatch *batch, DbResult **ret_rows, GError **error);

/* Takes back from the plan what is not to be removed, and with "count" counts what is. */
bool gc_check_files (Gc *gc, const GcBatch *batch, bool count, GError **error);

/* Removes those of a batch. With the table's lock, in no transaction. */
bool gc_remove_files (Gc *gc, const GcBatch *batch, GError **error);

#endif
