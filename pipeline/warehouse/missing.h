/* Rows of a fact whose reference the dimension does not know, found behind LOAD.
 *
 *   missing_find for those that are refused, and later for those that wait */
#ifndef WEIR_PIPELINE_WAREHOUSE_MISSING_H
#define WEIR_PIPELINE_WAREHOUSE_MISSING_H

#include "pipeline/stage/load.h"

/* Puts down in weir_refused the staged rows that lack an entity of a reference for which the model says "missing". Each row is there
 * once. Notes say of what, and what helps. *ret_rows: how many. No statement where no reference says so. */
bool missing_find (Db *db, const PipelineTask *task, const Loaded *loaded, Missing missing, PipelineResult *step, int64_t *ret_rows,
                   GError **error);

/* How many of the staged rows, of which there are so many, lack the entity of the reference. */
bool missing_count (Db *db, const PipelineTask *task, const Loaded *loaded, const LayoutReference *reference, int64_t staged,
                    int64_t *ret_rows, GError **error);

#endif
