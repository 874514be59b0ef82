/* A file that has the keys of all rows that its source has, and nothing else of them (models/declaration.h): it opens nothing and changes nothing.
 * Whom it lacks is closed as by a full export, where the model closes what is absent; whom it has and the table does not is told. */
#ifndef WEIR_PIPELINE_WAREHOUSE_KEYS_H
#define WEIR_PIPELINE_WAREHOUSE_KEYS_H

#include "pipeline/warehouse/splice.h"
#include "pipeline/warehouse/vars.h"

/* In TRANSFORM's transaction, behind sift_rows and effective_settle_absent, in place of all that is done with rows. "vars": the tables', as
 * transform.c has them. Errors: also INPUT where the table is no dimension, or a guard holds the file (guard.h). */
bool keys_apply (Db *db, const PipelineTask *task, const TableBefore *before, Loaded *loaded, const char *instant, const Vars *vars,
                 PipelineResult *result, GError **error);

#endif
