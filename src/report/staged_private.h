/* What staged.c and staged_count.c share; the first calls the second. */
#ifndef WEIR_SRC_REPORT_STAGED_PRIVATE_H
#define WEIR_SRC_REPORT_STAGED_PRIVATE_H

#include "src/report/staged.h"

/* A staged table while it is read. */
typedef struct
{
  Db *db;
  const Settings *settings;
  Staged *staged;
} Reading;

StagedColumn *staged_column (const Reading *reading, guint index);

/* The rows, and the different values of each column. Errors: MODEL where there are no rows. */
bool staged_count (const Reading *reading, GError **error);

/* Picks the key: a single column, else a pair, which it counts, else none. After staged_count. */
bool staged_find_key (const Reading *reading, GError **error);

#endif
