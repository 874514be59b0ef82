/* Whether a file's bytes are in the warehouse already. */
#ifndef WEIR_PIPELINE_DUPLICATE_H
#define WEIR_PIPELINE_DUPLICATE_H

#include "base/db.h"
#include "base/digest.h"
#include "pipeline/run.h"

/* Whether these bytes, with this model and these pins, are what was applied last to the table (to a fact without a key: ever), without
 * rejects, so that loading them would change nothing. Never where the task forces or the table is gone. The file is hashed only where
 * its size is one that was applied; after true "sha256" holds. "pinned" is the table's, "pins_sha256" its checksum of the pins. */
bool duplicate_check (Db *db, const PipelineTask *task, const TableState *pinned, const char *pins_sha256,
                      char sha256[SHA256_HEX_SIZE], bool *ret_duplicate, GError **error);

#endif
