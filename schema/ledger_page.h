/* What `weir page` asks the ledger beside what commands ask (ledger.h): each bounded, whatever the ledger's size. The columns are named in
 * schema/templates/page.sql. */
#ifndef WEIR_SCHEMA_LEDGER_PAGE_H
#define WEIR_SCHEMA_LEDGER_PAGE_H

#include "base/db.h"
#include "schema/ledger.h"

/* Which runs. */
typedef struct
{
  const char *table, *state; /* NULL: any */
  const char *before;        /* only those that began before this moment (its column "began"); NULL: from the newest */
  int limit;
} RunsWanted;

/* The newest first. Those of a table are found by its index, all others among the newest 5,000 from there on. */
bool ledger_page_runs (Db *db, const RunsWanted *wanted, DbResult **ret_runs, GError **error);

/* As ledger_rejects, with no more than 2,000 bytes of a row, and a column more: how many it has. */
bool ledger_page_rejects (Db *db, Uid run, RejectPlace after, int limit, DbResult **ret_rejects, GError **error);
#define PAGE_REJECTED_BYTES 7 /* that column */

/* When each table was applied last, in its own transaction. */
bool ledger_page_fresh (Db *db, DbResult **ret_tables, GError **error);

/* Versions, or rows of a fact, that the newest 20,000 files of a table opened and closed, by day, in the last 53 weeks. */
bool ledger_page_activity (Db *db, const char *table, DbResult **ret_days, GError **error);

/* Runs that are over, for counters: those that began from "from" on (NULL: ever) and before "until", by table and state with the sums of their rows; and those of
 * this list ("{id,id}"). */
bool ledger_page_sums (Db *db, const char *from, const char *until, const char *runs, DbResult **ret_sums, GError **error);
/* Those of the same that are not over: their ids. */
bool ledger_page_open (Db *db, const char *from, const char *until, const char *runs, DbResult **ret_runs, GError **error);
/* The time of the server, a little back: what began before it is there to be seen. Owned by the caller. */
bool ledger_page_now (Db *db, char **ret_now, GError **error);

#endif
