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

/* An object of it in a few words: "app public.orders", its table, "dwh, mail", what came of the last time, the position of its bookmark. NULL: there is none
 * to say. Owned by the caller. */
char *listed_job_from (const Json *job);
char *listed_job_tables (const Json *job);
char *listed_job_destinations (const Json *job);
char *listed_job_state (const Json *job);
char *listed_job_bookmark (const Json *job);
/* When something was done for it last, at one of its times or by hand: "2026-11-29T08:00:00Z". NULL: never. Borrowed. */
const char *listed_job_last (const Json *job);

/* The array of listed_jobs as a table. */
void listed_jobs_show (const Json *list);

#endif
