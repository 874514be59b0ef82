/* What "retention" takes away (docs/operations.md): files of archive/ and failed/, rejects, what `weir undo` needs, and runs of the ledger.
 * schema/templates/gc.sql says what may go.
 *
 * It may run beside loads, and end at any moment. Work goes in batches, each a transaction, with the table's lock, which others get now
 * and then. A file goes in three steps:
 *
 *   noted in the ledger as "trimmed", to be removed       crash here: the next gc of this home removes it
 *   removed from its folder                               crash here: the next gc of this home notes that
 *   noted as removed
 *
 * so that the ledger never says of a file that is gone that it is there, and no file is there that the ledger does not know. */
#ifndef WEIR_SRC_LOAD_GC_H
#define WEIR_SRC_LOAD_GC_H

#include "base/db.h"
#include "src/settings/settings.h"

typedef struct
{
  int64_t files, bytes;
} GcFiles;

/* What was taken away, or, of a dry run, would be. */
typedef struct
{
  GcFiles archive, failed;
  int64_t reject_runs, reject_rows;
  int64_t undo_runs, undo_rows; /* runs that can be taken back no more, and rows as they were before */
  int64_t details;              /* applied runs of which the ledger keeps the counts alone */
  int64_t runs;                 /* of files that changed nothing in the warehouse */
  int64_t executions;           /* of pipelines and operations */
  int64_t incidents;            /* that are over */
  int64_t deliveries;           /* to other stores, that are over */
  int64_t kept;                 /* runs as old as these that stay, as their file is kept */
  int64_t changed;              /* files that stay, for somebody wrote to them since */
  char *unmakeable;             /* tables of which files go that they were made from, "sales, users"; NULL: none */
  GPtrArray *busy;              /* of char *: tables that others worked on all the time: nothing of them was taken */
} GcReport;

void gc_report_clear (GcReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GcReport, gc_report_clear)

/* Whether anything is ever to go. */
bool gc_is_wanted (const Settings *settings);

/* Does it; dry_run: only looks. Nobody has to hold anything; the connection is in no transaction. ret_report is the caller's in any case, with
 * what was done until an error. Errors: RETRY where another gc works, LOCAL where a file cannot be removed, and those of the database. */
bool gc_run (Db *db, const Settings *settings, bool dry_run, GcReport *ret_report, GError **error);

#endif
