/* One file through the pipeline: LOAD (file to staging) and TRANSFORM (staging to warehouse). It gets an open descriptor, a
 * connection that holds the table's lock, and never renames a file.
 *
 *   the table's lock, agreement_check (warehouse/agreement.h), ledger_begin, pipeline_run, what becomes of the file */
#ifndef WEIR_PIPELINE_PIPELINE_H
#define WEIR_PIPELINE_PIPELINE_H

#include "base/db.h"
#include "pipeline/layout/pins.h"
#include "pipeline/run.h"

/* What the ledger knows of the columns of the model's table, and of the keys of those that it refers to, as a run finds it. NULL
 * on error. */
Pins *pipeline_pins (Db *db, const Model *model, GError **error);

/* Runs the task. The run must have been begun in the ledger by the caller (ledger_begin), but for a dry run, which does that in
 * its one transaction, rolled back at the end. On success the ledger says COMPLETED. On error nothing has changed but staging,
 * the run's rejects and what LOAD told the ledger; the result (the caller's to clear in any case) then says "failed", with the
 * counts and notes of what was done all the same; the caller records the failure, for only it knows whether to try again. */
bool pipeline_run (Db *db, const PipelineTask *task, PipelineResult *ret_result, GError **error);

#endif
