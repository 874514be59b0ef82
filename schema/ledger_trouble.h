/* What failed and is told once (schema/templates/trouble.sql): an incident from the first failure to the next that goes well, and a row in the list of runs.
 * Of the pulls of a job, and of the deliveries of a member of its "deliver". Errors are those of base/db.h. */
#ifndef WEIR_SCHEMA_LEDGER_TROUBLE_H
#define WEIR_SCHEMA_LEDGER_TROUBLE_H

#include "base/db.h"
#include "base/json.h"
#include "base/uid.h"

/* Whose it is. */
typedef struct
{
  const char *kind; /* "pull", "push" */
  const char *job, *table;
  const char *destination; /* of a delivery, with its item; NULL: a pull, and table plays no part in which trouble it is */
  int64_t item;
} TroubleOf;

typedef struct
{
  TroubleOf of;
  Uid run;              /* in the list of runs, unless it is there already */
  int64_t milliseconds; /* that the try took */
  const char *message;  /* of its run */
  const char *by;       /* the member of detail by which it is another trouble than before, and a run of its own */
  const Json *detail;   /* "job", "home", "class", "message", "hint", "times" where it is known, and what its kind has */
} Trouble;

/* Opens its incident, or says that it goes on. In the caller's transaction. */
bool ledger_trouble_keep (Db *db, const Trouble *trouble, GError **error);
/* It went well. *ret_ended: there was one; may be NULL. */
bool ledger_trouble_end (Db *db, const TroubleOf *of, bool *ret_ended, GError **error);

/* Ends those of pulls of jobs that a home does not have any more; jobs: as text_array has them. */
bool ledger_trouble_forget_pulls (Db *db, const char *home, const char *jobs, int64_t now, GError **error);
/* Ends those of deliveries of which nothing waits any more. */
bool ledger_trouble_forget_deliveries (Db *db, GError **error);

#endif
