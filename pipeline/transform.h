/* TRANSFORM: one staged file to the warehouse, in the caller's transaction, after the fence and with the table's row locked. */
#ifndef WEIR_PIPELINE_TRANSFORM_H
#define WEIR_PIPELINE_TRANSFORM_H

#include "pipeline/load.h"

/* Compares the staged rows with the warehouse and applies the difference. "known": the ledger says that the warehouse table is weir's. Fills
 * the counts of result. Rows refused here (a reference to nobody, a duplicate that the model rejects) are spooled and stored with their
 * original bytes; too many of them are an INPUT error. RETRY when staging is not whole: a crashed server emptied it. */
bool transform_run (Db *db, const LoadInput *input, Loaded *loaded, bool known, PipelineResult *result, GError **error);

/* Whether the rejects so far are few enough; if not, an INPUT error ("too_many_rejects"). */
bool transform_check_rejects (const LoadInput *input, const RowCounts *rows, GError **error);

#endif
