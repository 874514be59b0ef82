/* Runs of streams of steps in the ledger (schema/templates/steps.sql): executions as those of ledger_words.h, with a step for each step. What is here goes
 * beside the words of that. Errors are those of base/db.h. */
#ifndef WEIR_SCHEMA_LEDGER_STEPS_H
#define WEIR_SCHEMA_LEDGER_STEPS_H

#include "base/db.h"
#include "base/json.h"
#include "base/uid.h"

/* A run of before. */
typedef struct
{
  bool there;
  Uid id;
  bool completed, failed; /* neither: it died */
  int64_t began;          /* seconds since 1970 */
} StepsLast;

bool ledger_steps_last (Db *db, const char *pipeline, StepsLast *ret_last, GError **error);

/* Its steps: columns title, status, rows, message, detail, checksum. */
bool ledger_steps_list (Db *db, Uid run, DbResult **ret_steps, GError **error);

/* It goes on: what was open of it has failed, and it has not. In a transaction of its own. */
bool ledger_steps_reopen (Db *db, Uid run, GError **error);

/* What came of a step, before it is ended. detail may be NULL. */
bool ledger_steps_tell (Db *db, const char *step, const char *message, const Json *detail, GError **error);

/* The values of a column of a result as an array of texts. A new reference; NULL on error. */
Json *ledger_steps_column (Db *db, const char *schema, const char *table, const char *column, GError **error);

/* In the caller's transaction: a temporary view "name" of a table; columns: as SQL. */
bool ledger_steps_view (Db *db, const char *name, const char *schema, const char *table, const char *columns, GError **error);
bool ledger_steps_drop_view (Db *db, const char *name, GError **error);
bool ledger_steps_drop (Db *db, const char *schema, const char *table, GError **error);

#endif
