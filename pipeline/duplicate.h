/* Whether a file's bytes are in the warehouse already. */
#ifndef WEIR_PIPELINE_DUPLICATE_H
#define WEIR_PIPELINE_DUPLICATE_H

#include "base/db.h"
#include "base/digest.h"
#include "pipeline/run.h"

/* The checksum of the file where these bytes, with this model and these pins, are what was applied last to the table (to a fact
 * without a key: ever), without rejects, so that loading them would change nothing. NULL: they are not, or the task forces, or
 * the table is gone. Owned by the caller. The file is hashed only where its size is one that was applied. "pinned" is the
 * table's row, "pins_sha256" the checksum of its pins. */
bool duplicate_find (Db *db, const PipelineTask *task, const TableState *pinned, const char *pins_sha256, char **ret_sha256,
                     GError **error);

#endif
