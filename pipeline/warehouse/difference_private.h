/* What the files of a difference share: difference.c finds it, difference_tell.c tells of its rows, difference_write.c takes it away. */
#ifndef WEIR_PIPELINE_WAREHOUSE_DIFFERENCE_PRIVATE_H
#define WEIR_PIPELINE_WAREHOUSE_DIFFERENCE_PRIVATE_H

#include "pipeline/warehouse/difference.h"
#include "pipeline/warehouse/vars.h"

/* Whether a column of that name is compared. */
bool difference_compares (const Difference *difference, const char *name);

/* Names of the columns that are compared, and that both tables have. The array is the caller's. */
GPtrArray *difference_compared (const Difference *difference);

/* of."a", of."b" of what tells rows apart. Owned by the caller. */
char *difference_keys (const Difference *difference, const char *of);

/* The variables of schema/templates/rebuild.sql: tables, and how their rows, l and r, are those of the difference, d. */
Vars difference_vars (const Difference *difference);

#endif
