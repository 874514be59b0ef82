/* Rows that wait for what they refer to: those of a file whose entity a dimension does not have, where the model says "wait", go to
 * weir.waiting instead of the warehouse. takeup.h moves them on.
 *
 * What holds, with the row of weir.table locked:
 *
 *   - A row of a file is in the fact, or in weir.waiting under its run and line, or counted as something else.
 *   - Of one business key at most one row waits, and none that is older than the one in the fact: a later row of the key stands in its
 *     place, whether that one waits itself or not. It is a "duplicate" of its run then.
 *   - A row that waits already, just so, is "unchanged". Of equal rows without a key those that wait count as those of the table do.
 *   - "cells" has the names that the table's columns have now, and texts that can be read as their types: they are renamed and
 *     converted with the table (renames.c, convert.c). */
#ifndef WEIR_PIPELINE_WAREHOUSE_WITHHOLD_H
#define WEIR_PIPELINE_WAREHOUSE_WITHHOLD_H

#include "pipeline/stage/load.h"
#include "pipeline/warehouse/warehouse.h"

/* Puts such rows aside, with their original bytes, which are read from the file once more. Of a file that is overtaken those that may
 * not wait are refused (sift.h). The count of staged rows follows, and that of waiting ones; those that are known already stay counted as staged, and are
 * in staging no more. In the transaction of TRANSFORM, behind warehouse_bring_up. Where nothing waits and nothing is missing it asks
 * one question for each reference with "wait", and else none. */
bool withhold_rows (Db *db, const PipelineTask *task, const Warehouse *warehouse, const TableBefore *before, Loaded *loaded,
                    PipelineResult *step, GError **error);

#endif
