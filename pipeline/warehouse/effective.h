/* Since when what a file says is true: since its run, since a time of the file, or each row since its own. */
#ifndef WEIR_PIPELINE_WAREHOUSE_EFFECTIVE_H
#define WEIR_PIPELINE_WAREHOUSE_EFFECTIVE_H

#include "pipeline/stage/load.h"

typedef struct
{
  bool by_row;   /* effective_of_row has it */
  char *instant; /* of all rows, as timestamptz; NULL: by_row, or since the run */
  bool late;     /* of such a file: the table knows of something that is not before it */

  char *absent;        /* by_row, of a full export: since when the keys are gone that it lacks; NULL: none is */
  bool absent_dated;   /* name or mtime says it; else its run does */
  bool absent_late;    /* the table knows of a later one of its kind */
  bool absent_too_old; /* a newer one was applied before a file that weir had already, and neither says its time */
} Effective;

void effective_clear (Effective *effective);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Effective, effective_clear)

/* Whether the data say it, and not the run. */
bool effective_is_dated (const Effective *effective);

/* Finds it, and keeps the file's on its row of the ledger, in TRANSFORM's transaction with the row of weir.table locked. For a file of which
 * nobody says it nothing is asked. Errors: INPUT where the name has no date ("no_date"), the file is ahead of the clock ("future"), or the
 * column is of another type. */
bool effective_find (Db *db, const PipelineTask *task, const Layout *layout, Effective *ret_effective, GError **error);

/* Behind sift_rows: where rows have times of their own, and keys that the file lacks are gone, since when they are. A row of the file is true
 * before that: the file was written when the row was there. */
bool effective_settle_absent (Db *db, const PipelineTask *task, const Loaded *loaded, Effective *effective, GError **error);

/* The column that a row is refused for which is true since a wrong time: the one that says so, or the key. Borrowed. */
const char *effective_name (const Layout *layout);

/* Since when a row is true, as SQL: "of" is what stands before the column's name ("s."). NULL: the rows do not say it. Owned by the caller. */
char *effective_of_row (const Layout *layout, const char *of);

/* The same the other way: what the column says of a row that is true since "instant", which is SQL, too. */
char *effective_to_column (const Layout *layout, const char *instant);

#endif
