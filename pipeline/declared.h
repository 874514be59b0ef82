/* What a run does for the declaration of its file (models/declaration.h): its bookmark and its remote file, in the transaction in which the run is
 * COMPLETED. */
#ifndef WEIR_PIPELINE_DECLARED_H
#define WEIR_PIPELINE_DECLARED_H

#include "pipeline/run.h"

/* Before anything is read: whether the bookmark is where the file begins. INPUT ("bookmark_moved"). */
bool declared_check (Db *db, const PipelineTask *task, GError **error);

/* Behind the fence: moves it, and the remote file counts as seen. A run that does another's work once more, which has moved it, moves nothing.
 * Errors: the same. */
bool declared_settle (Db *db, const PipelineTask *task, GPtrArray *notes, GError **error);

/* Whether bytes that were applied already say the same once more: as the earlier run's file they are declared. */
bool declared_alike (Db *db, const PipelineTask *task, const char *sha256, bool *ret_alike, GError **error);

#endif
