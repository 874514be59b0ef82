/* Pulls of jobs in the ledger (schema/templates/pull.sql): one at a time of each job, and what of theirs is on its way. Bookmarks are in
 * ledger_bookmark.h, those that failed in ledger_trouble.h. Errors are those of base/db.h. */
#ifndef WEIR_SCHEMA_LEDGER_PULL_H
#define WEIR_SCHEMA_LEDGER_PULL_H

#include "base/db.h"
#include "base/json.h"

/* The session's lock of a job. *ret_holder where it is not ours: who has it, for people; owned by the caller. */
bool ledger_pull_lock (Db *db, const char *job, bool *ret_ours, char **ret_holder, GError **error);

/* A file of the job that is held for a person (pipeline/warehouse/guard.h). *ret_run NULL: there is none. Owned by the caller. */
bool ledger_pull_held (Db *db, const char *job, char **ret_run, char **ret_file, GError **error);

/* The newest file of a table that others brought, where the job has brought none so far, and whose job it was (NULL: somebody dropped it). *ret_file NULL:
 * it has, or there is none. Owned by the caller. */
bool ledger_pull_first_into (Db *db, const char *job, const char *table, char **ret_file, char **ret_job, GError **error);

/* Which of a source's files were not loaded yet, the oldest first: columns path, size, mtime, etag, and refused, the run that refused it. files: an array of
 * objects with the first four. */
bool ledger_pull_unseen (Db *db, const char *job, const Json *files, DbResult **ret_files, GError **error);

/* Which were loaded, and are not settled (ledger_pulled_settle): the first four of the columns. */
bool ledger_pull_unsettled (Db *db, const char *job, DbResult **ret_files, GError **error);

/* Of each job (as text_array has them): columns job, pulled (when its last pull ended, in seconds since 1970, where the ledger keeps it without a
 * bookmark), held_run and held_file (as ledger_pull_held has them, of the run 8 digits), is_pulled (now). */
bool ledger_pull_of_jobs (Db *db, const char *jobs, DbResult **ret_rows, GError **error);

/* The rows of a table, for which the condition (SQL) holds. */
bool ledger_pull_count (Db *db, const char *schema, const char *table, const char *condition, int64_t *ret_rows, GError **error);

#endif
