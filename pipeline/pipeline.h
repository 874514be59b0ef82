/* One file through the pipeline: LOAD (file to staging) and TRANSFORM (staging to warehouse). It gets an open descriptor, a
 * connection that already holds the table's lock, of a table that agreement_check has found good since, and never renames a file. */
#ifndef WEIR_PIPELINE_PIPELINE_H
#define WEIR_PIPELINE_PIPELINE_H

#include "models/catalog.h"
#include "pipeline/run.h"
#include "schema/ledger.h"

/* Loads the file open on fd (borrowed). "model" may be NULL: staged only. "catalog" gives the models of referenced dimensions. The
 * run must have been begun in the ledger by the caller (ledger_begin), but for dry_run, where this does it inside the transaction
 * that is rolled back. On success the ledger says COMPLETED. On error the transaction is rolled back; result may still hold counts;
 * the caller records the failure, for only it knows whether to try again. */
bool pipeline_run (Db *db, const Catalog *catalog, const Model *model, const Run *run, int fd, const PipelineOptions *options,
                   PipelineResult *ret_result, GError **error);

#endif
