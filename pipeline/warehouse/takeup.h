/* Rows that waited for what they refer to (withhold.h) go on to the fact, when its dimensions have it; or become rejects of their
 * runs, when they have waited for the model's "wait_days", or the model says "reject" by now.
 *
 *   the fact's lock (ledger_lock_table), takeup_run
 *
 * One transaction: a row moves, with its run and what that counts, or stays. Where one of a key is in the fact already that one is
 * older (withhold.h), and is updated. Rows are loaded_by the run that brought them. */
#ifndef WEIR_PIPELINE_WAREHOUSE_TAKEUP_H
#define WEIR_PIPELINE_WAREHOUSE_TAKEUP_H

#include "models/catalog.h"
#include "pipeline/run.h"

typedef struct
{
  int64_t inserted, updated; /* into the fact */
  int64_t rejected;
} TakeUp;

/* Settles what waits of the fact "model". Errors: those of agreement_check_pins, and of the database; nothing has changed then. */
bool takeup_run (Db *db, const Catalog *catalog, const Model *model, const PipelineOptions *options, TakeUp *ret_done,
                 GError **error);

/* What was done, for people: "3 rows of sales that waited for what they refer to were taken up". NULL: nothing. Owned by the caller. */
char *takeup_text (const char *table, const TakeUp *done);

#endif
