/* Between staging and warehouse: rows that only SQL can refuse, and repeated business keys. */
#ifndef WEIR_PIPELINE_WAREHOUSE_SIFT_H
#define WEIR_PIPELINE_WAREHOUSE_SIFT_H

#include "pipeline/stage/load.h"

/* Leaves in staging what goes on to the warehouse: one row of each business key, and none that refers to nobody where the model
 * rejects that. A row is refused once, whatever is wrong with it. Refused ones are spooled with their original bytes, which are
 * read from the file once more, and stored; too many of them are an INPUT error. The counts follow. In the transaction of
 * TRANSFORM. */
bool sift_rows (Db *db, const PipelineTask *task, Loaded *loaded, PipelineResult *step, GError **error);

/* Spools the original bytes of the rows of weir_refused, read from the file once more: of those that wait, or of the others. */
bool sift_spool (Db *db, Loaded *loaded, bool waiting, RejectSpool *spool, GError **error);

#endif
