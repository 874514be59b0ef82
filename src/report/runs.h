/* Runs as the ledger has them, as JSON: what `weir runs --json` prints. */
#ifndef WEIR_SRC_REPORT_RUNS_H
#define WEIR_SRC_REPORT_RUNS_H

#include "base/db.h"
#include "base/json.h"
#include "base/uid.h"

/* What ledger_runs found, or the steps of a run: an array of objects, times as ISO 8601. A new reference. */
Json *runs_to_json (const DbResult *runs);

/* One run with its steps, and what its command wrote. A new reference; NULL on error: INPUT where the ledger does not know it. */
Json *run_read (Db *db, Uid run, GError **error);

/* Its parts, for whoever shows them otherwise. */
typedef struct
{
  DbResult *run, *steps, *command;
} RunParts;

bool run_read_parts (Db *db, Uid run, RunParts *ret_parts, GError **error);
void run_parts_clear (RunParts *parts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RunParts, run_parts_clear)
Json *run_parts_to_json (const RunParts *parts);

/* What a command wrote, from hexadecimal digits: any bytes, of which a NUL is shown as one. Owned by the caller; NULL: nothing is known. */
char *run_output_text (const DbResult *command);

#endif
