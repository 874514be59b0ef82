/* TRANSFORM: one staged file to the warehouse, in the caller's transaction, after the fence and with the table's row locked. */
#ifndef WEIR_PIPELINE_WAREHOUSE_TRANSFORM_H
#define WEIR_PIPELINE_WAREHOUSE_TRANSFORM_H

#include "pipeline/stage/load.h"

/* Compares the staged rows with the warehouse and applies the difference. "known": the ledger says that the warehouse table is
 * weir's. Fills the counts of result. Rows refused here (a reference to nobody, a duplicate that the model rejects) are spooled and
 * stored with their original bytes; too many of them are an INPUT error. RETRY when staging is not whole: a crashed server emptied
 * it. */
bool transform_run (Db *db, const LoadInput *input, Loaded *loaded, bool known, PipelineResult *result, GError **error);

/* Whether the rejects so far, less footers and other tables, are few enough; if not, an INPUT error ("too_many_rejects") that names
 * the commonest reason. They must be in weir.reject already. */
bool transform_check_rejects (Db *db, const LoadInput *input, const Loaded *loaded, const RowCounts *rows, GError **error);

#endif
