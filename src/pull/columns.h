/* Whether a connector does what the job asks of columns: one that does not must not bring what was to stay where it is. Pure. */
#ifndef WEIR_SRC_PULL_COLUMNS_H
#define WEIR_SRC_PULL_COLUMNS_H

#include "src/jobs/job.h"

/* How a column of the source is called behind the job's "rename". Borrowed. */
const char *columns_name (const Job *job, const char *name);

/* columns: of the result; NULL: a raw file, of which nothing can be said. keys_only: it has the key alone. MODEL with all that is not as the job says. */
bool columns_check (const Job *job, const Json *columns, bool keys_only, GError **error);

#endif
