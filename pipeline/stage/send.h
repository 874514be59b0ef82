/* One pass over a file: its rows to the staging table by COPY, refused ones to the spool. Part of load.h. */
#ifndef WEIR_PIPELINE_STAGE_SEND_H
#define WEIR_PIPELINE_STAGE_SEND_H

#include "pipeline/stage/load.h"

/* Makes the table aside and fills it, from the start of the rows, and counts rows and lines in the result. *ret_contradiction: a
 * cell is not of its column's type; then the pass has left no trace in the transaction, and the rows stand somewhere. A row too
 * wide for the server is an INPUT error with its line. */
bool send_rows (Db *db, const PipelineTask *task, Loaded *loaded, PipelineResult *result, bool *ret_contradiction, GError **error);

#endif
