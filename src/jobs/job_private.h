/* How a job is read; for src/jobs/job*.c only. */
#ifndef WEIR_SRC_JOBS_JOB_PRIVATE_H
#define WEIR_SRC_JOBS_JOB_PRIVATE_H

#include "models/members.h"
#include "src/jobs/job.h"

/* What a job may be called: it becomes part of file names. */
#define JOB_NAME_PATTERN "^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"

/* Reads jobs/NAME.json, strictly: all mistakes at once. NULL with MODEL; with LOCAL where it cannot be read. "catalog" has the models of its tables. */
Job *job_read (const Settings *settings, const Catalog *catalog, const char *name, GError **error);
void job_destroy (Job *job);

/* The members of a job (the scope's target). */
extern const Member job_members[];

/* Words of older systems: each becomes a mistake that says how it is written here, and is taken out of "root". In job_former.c. */
void job_refuse_former (Json *root, const MemberScope *scope);
const char *job_former_mode (const char *word); /* "syncing" gives "sync"; NULL: it is none */

/* "columns", and what its words ask of each other and of the key. In job_columns.c. */
void job_read_columns (const MemberScope *scope, const char *path, Json *value);
void job_check_columns (const Job *job, const MemberScope *scope);
Json *job_columns_schema (const Json *types);

/* "cron", "every", "time_zone", "cut_off" and "window". In job_times.c. */
void job_read_cron (const MemberScope *scope, const char *path, Json *value);
void job_read_every (const MemberScope *scope, const char *path, Json *value);
void job_read_overlap (const MemberScope *scope, const char *path, Json *value);
void job_read_cut_off (const MemberScope *scope, const char *path, Json *value);
void job_read_window (const MemberScope *scope, const char *path, Json *value);
extern const Member job_window_members[];
void job_check_times (const Job *job, const Json *root, const MemberScope *scope);

/* What a job's members ask of each other, of the connections and of the models. In job_rules.c. */
void job_check_rules (Job *job, const Json *root, const Settings *settings, const Catalog *catalog, const MemberScope *scope);

/* Whether the source has an order of its own, so that no mode need be said. */
bool job_has_own_order (const Settings *settings, const Job *job);

/* "steps", and the days on which years begin. In job_steps.c. */
void job_read_steps (const MemberScope *scope, const char *path, Json *value);
void job_read_school_year (const MemberScope *scope, const char *path, Json *value);
void job_read_fiscal_year (const MemberScope *scope, const char *path, Json *value);
Json *job_steps_schema (void);

/* What steps ask of each other, of files and of connections. In job_steps_check.c. */
void job_check_steps (Job *job, const Json *root, const Settings *settings, const Catalog *catalog, const MemberScope *scope);

/* In job_rules.c. */
void job_check_connection (const MemberScope *scope, const char *path, const char *name, bool reads, const Settings *settings);

/* Moves jobs that cannot be there together to the broken ones. In job_together.c. */
void jobs_part (Jobs *jobs);
void jobs_add_broken (Jobs *jobs, const char *name, const char *path, GError *error); /* takes the error */

#endif
