/* The jobs of a home as `weir jobs` lists them. */
#ifndef WEIR_SRC_REPORT_LISTED_JOBS_H
#define WEIR_SRC_REPORT_LISTED_JOBS_H

#include "base/db.h"
#include "src/jobs/job.h"

/* What timed work calls the pull of a job. */
#define LISTED_PULL_PREFIX "pull:"

/* An array of objects (docs/json.md), by name, broken ones too. db: what the ledger has of them; NULL: it is not asked, and those members are null. A new reference. */
Json *listed_jobs (Db *db, const Jobs *jobs, GError **error);

/* How far sources were read: rows of ledger_bookmark_list as an array, also for `weir bookmark`. A new reference. */
Json *listed_bookmarks (const DbResult *rows);

/* The array of listed_jobs as a table. */
void listed_jobs_show (const Json *list);

#endif
