/* How many rejects a file may have: the setting's or the model's share of its rows, or the model's number. */
#ifndef WEIR_PIPELINE_STAGE_REJECT_LIMIT_H
#define WEIR_PIPELINE_STAGE_REJECT_LIMIT_H

#include "base/db.h"
#include "pipeline/run.h"
#include "pipeline/stage/reject.h"

/* Whether the rejects so far, less footers and headers once more, are few enough; if not, an INPUT error ("too_many_rejects") that
 * names the commonest reason: they must be in weir.reject already. */
bool reject_limit_check (Db *db, const PipelineTask *task, const RejectSpool *rejects, const RowCounts *counts, GError **error);

#endif
