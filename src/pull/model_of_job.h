/* The model that a job writes for a table which has none. */
#ifndef WEIR_SRC_PULL_MODEL_OF_JOB_H
#define WEIR_SRC_PULL_MODEL_OF_JOB_H

#include "src/jobs/job.h"

/* By the mode: a dimension with the key of the job, or of the columns of the result; a fact of every row (dump), or by the key (log). Pure. A new
 * reference; NULL with MODEL where there is no key. */
Json *model_of_job (const Job *job, const char *table, const Json *columns, GError **error);

/* models/TABLE.json; one that is there stays. *ret_shown: its path for people, NULL: somebody else has written one meanwhile. */
bool model_of_job_write (const Settings *settings, const char *table, const Json *model, char **ret_shown, GError **error);

#endif
