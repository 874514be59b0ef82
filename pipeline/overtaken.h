/* Files that come out of the order of their table: newer ones were applied before them.
 *
 * A file that is dropped late is applied all the same, and says so. One that weir had before (it was refused and is tried again, was
 * given back, or brings refused rows back) keeps its place: it overwrites nothing that a newer file may have said. */
#ifndef WEIR_PIPELINE_OVERTAKEN_H
#define WEIR_PIPELINE_OVERTAKEN_H

#include "pipeline/run.h"

/* Finds the runs that the task's run comes too late for, keeps them in the ledger (in the caller's transaction, if it has one) and in
 * the result, with a note. newest: what the ledger knew of the table before this run. *ret_refused is why a row that would change a
 * known one is refused, owned by the caller; NULL: it is not. It asks nothing of the database for a file that is the newest. */
bool overtaken_find (Db *db, const PipelineTask *task, const TableState *newest, PipelineResult *result, char **ret_refused,
                     GError **error);

/* Of a file that weir had before, a full export whose rows have times of their own and that does not say its own: whether newer ones were
 * applied, as the ledger is told. */
bool overtaken_is (Db *db, const PipelineTask *task, const TableState *newest, bool *ret_overtaken, GError **error);

/* What is to be said of when the file comes: older ones wait still, or its time is ahead of the clock. */
void overtaken_note_time (const Run *run, GPtrArray *notes);

#endif
