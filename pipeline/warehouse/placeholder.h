/* Rows of a fact that name entities which their dimension does not have, where the model says "placeholder": the dimension gets them
 * (inferred.h). */
#ifndef WEIR_PIPELINE_WAREHOUSE_PLACEHOLDER_H
#define WEIR_PIPELINE_WAREHOUSE_PLACEHOLDER_H

#include "pipeline/stage/load.h"

/* For each reference that says so: makes the entities that staged rows refer to and the dimension does not have, with their keys, which are
 * read from the file once more, for staging has them as they are written, and not normalised. The dimension's row of weir.table is locked from then on. Notes
 * say how many. Of a table that is made again they are only put down (inferred_name). In the transaction of TRANSFORM, when
 * refused rows are gone. No statement where no reference says so, one where nobody is missing. */
bool placeholder_make (Db *db, const PipelineTask *task, Loaded *loaded, PipelineResult *step, GError **error);

#endif
