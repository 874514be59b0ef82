/* Between staging and warehouse: rows that only SQL can refuse, and repeated business keys. */
#ifndef WEIR_PIPELINE_WAREHOUSE_SIFT_H
#define WEIR_PIPELINE_WAREHOUSE_SIFT_H

#include "pipeline/stage/load.h"

/* Leaves in staging what goes on to the warehouse: one row of each business key (of each instant of one, where rows say since when they
 * are true), none that is ahead of the clock, and none that refers to nobody where the model
 * rejects that. A row is refused once, whatever is wrong with it. Refused ones are spooled with their original bytes, which are
 * read from the file once more, and stored; too many of them are an INPUT error. The counts follow. In the transaction of
 * TRANSFORM. */
bool sift_rows (Db *db, const PipelineTask *task, Loaded *loaded, PipelineResult *step, GError **error);

/* Makes weir_refused, where it is not there yet: a file of which nothing is refused does without. */
bool sift_begin (Db *db, GError **error);

/* Takes the rows of weir_refused, which would change a known one, out of staging as rejects. Their number says nothing against the
 * file. The counts follow. */
bool sift_overtaken (Db *db, const PipelineTask *task, Loaded *loaded, PipelineResult *step, GError **error);

/* The same of rows that are late, which the model refuses: "late" rows of the file. */
bool sift_late (Db *db, Loaded *loaded, PipelineResult *step, GError **error);

/* The same of rows that wait, or would: those whose key waits already and says something else, for that one may be of a newer file; and
 * those that refer to nobody and whose key the fact has, which they would change one day. Before any row of the file waits. */
bool sift_overtaken_waiting (Db *db, const PipelineTask *task, Loaded *loaded, const char *message, PipelineResult *step,
                             GError **error);

/* Spools the original bytes of the rows of weir_refused, read from the file once more: of those that wait, or of the others. */
bool sift_spool (Db *db, Loaded *loaded, bool waiting, RejectSpool *spool, GError **error);

#endif
