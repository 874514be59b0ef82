/* A staging table that others' views are built upon cannot give its place to the new one: its rows are replaced where they are. */
#ifndef WEIR_PIPELINE_STAGE_REPLACE_H
#define WEIR_PIPELINE_STAGE_REPLACE_H

#include "base/db.h"

/* Puts the rows and the comments of "build" into "table", both of "schema", where their columns are the same, and drops "build". In the
 * caller's transaction and with its lock timeout. *ret_same false: the columns are others, and nothing was done. */
bool replace_rows (Db *db, const char *schema, const char *table, const char *build, bool *ret_same, GError **error);

#endif
