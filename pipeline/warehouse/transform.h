/* TRANSFORM: one staged file to the warehouse, in the caller's transaction, after the fence and with the table's row locked. */
#ifndef WEIR_PIPELINE_WAREHOUSE_TRANSFORM_H
#define WEIR_PIPELINE_WAREHOUSE_TRANSFORM_H

#include "pipeline/stage/load.h"
#include "pipeline/warehouse/warehouse.h"

/* Compares the staged rows with the warehouse and applies the difference. The result has the counts and notes of LOAD, and gets the
 * others. Rows refused here (a reference to nobody, a duplicate that the model rejects) are spooled and stored with their original
 * bytes; too many of them are an INPUT error. MODEL: the warehouse cannot follow. RETRY: staging is not whole, for a crashed server
 * emptied it. On error the transaction is to be rolled back, and only the spooled rejects tell of it.
 *
 * A row with a key whose stored hash is the file's is taken as unchanged without a look at its values. For that the hash of each
 * stored row is, at any time, either the one that row.c makes of all its tracked values that are not NULL, under their names, or
 * one that no file's row has (an md5): where columns are carried over, filled in, given another name or made something else. */
bool transform_run (Db *db, const PipelineTask *task, const TableBefore *before, Loaded *loaded, PipelineResult *result,
                    GError **error);

#endif
