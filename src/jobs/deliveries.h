/* The members of "deliver" of all jobs, as the ledger knows them: by job, connection, and how many members of the job to that connection stand before it,
 * so that another one may be put before or behind it. Pure. */
#ifndef WEIR_SRC_JOBS_DELIVERIES_H
#define WEIR_SRC_JOBS_DELIVERIES_H

#include "src/jobs/job.h"

/* For delivery_note (schema/ledger_delivery.h): of the home's jobs. NULL: there is none. Owned by the caller. */
char *deliveries_wanted (const Jobs *jobs, const char *home);

/* The names of all jobs, also of those that cannot be read now, as text_array has them; jobs NULL: of none. Owned by the caller. */
char *deliveries_jobs (const Jobs *jobs);

/* One of a job; NULL: there is none any more. Borrowed. */
const JobDelivery *deliveries_find (const Job *job, const char *connection, int64_t item);

/* Where a member of the job stands, as its mistakes have it: "jobs/orders.json: $.deliver[1]". Owned by the caller. */
char *deliveries_path (const Job *job, const JobDelivery *delivery);

/* A hash of where a member sends: its connection's name, and all that it says but what is sent, and how. Owned by the caller. */
char *deliveries_target (const JobDelivery *delivery);

/* What tells a member from the job's others to the same connection, in the words of the job: "history.orders", "out/x.csv"; the first of these that does: schema
 * and table, path, subject, receivers, mode, or its number. NULL: it is the only one, or is not there any more. job may be NULL. Owned by the caller. */
char *deliveries_member (const Job *job, const char *connection, int64_t item, const char *table);

/* Whether the job delivers that table. */
bool deliveries_has_table (const Job *job, const char *table);

/* What members of the job say and their tables cannot have, by their models; what is a mistake without these is none of a job that could be read. False: MODEL,
 * all of it, as jobs_find has mistakes. */
bool deliveries_check (const Job *job, const Catalog *catalog, GError **error);

/* The same of the columns that the source of a table says it has, by their names behind the job's "rename"; NULL: it says none. */
bool deliveries_check_columns (const Job *job, const Catalog *catalog, const char *table, const Json *columns, GError **error);

/* Calls "each" for every member and table of the job. */
void deliveries_each (const Job *job, void (*each) (const JobDelivery *delivery, int64_t item, const char *table, void *data),
                      void *data);

#endif
