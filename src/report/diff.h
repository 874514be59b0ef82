/* What loading a file would do, row by row, by the very statements that would do it: a dry run looks at its table before it is rolled back,
 * and what was there before is asked for behind that.
 *
 *   diff_new
 *   PipelineOptions.look = diff_look, its data the Diff    in the dry run
 *   diff_compare                                           behind it, with the table's lock still held, so that nobody has loaded since
 *   diff_count, diff_rewind, diff_next                     when the lock is given back: a person may take his time (diff_show.h)
 *
 * Rows are kept in unnamed files, not in memory. */
#ifndef WEIR_SRC_REPORT_DIFF_H
#define WEIR_SRC_REPORT_DIFF_H

#include "pipeline/run.h"

typedef struct Diff Diff;

typedef struct
{
  const char *staging; /* schema */
  int64_t limit;       /* rows of each kind; 0: all */
  bool show_pii;
} DiffOptions;

/* What can become of a row, or of the table, in the order in which it is told. */
typedef enum
{
  DIFF_COLUMN,    /* a column of the table is new, or another one */
  DIFF_INSERTED,  /* a new entity, or one that comes back */
  DIFF_UPDATED,   /* another state of a known one */
  DIFF_CORRECTED, /* of a dimension: another word on an instant that something was said of */
  DIFF_LATE,      /* it changes the past only; of a fact nothing */
  DIFF_CLOSED,    /* of a dimension: an entity that is not there any more */
  DIFF_WAITING,   /* of a fact: its entity is missing */
  DIFF_REJECTED,
  DIFF_KINDS,
} DiffKind;

extern const char *const diff_kind_words[]; /* "column", "inserted", ... */

/* Borrows the schema's name. Errors: LOCAL. */
Diff *diff_new (const DiffOptions *options, GError **error);
void diff_free (Diff *diff);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Diff, diff_free)

/* "data" is the Diff. Of a refused file only the rows are found that made it so. Borrows the task's model. */
bool diff_look (Db *db, const PipelineTask *task, const PipelineResult *result, void *data, GError **error);

bool diff_compare (Diff *diff, Db *db, GError **error);

/* How many there are of a kind, be they shown or not. */
int64_t diff_count (const Diff *diff, DiffKind kind);

/* Whether the load would change anything: a row, a column of the table, or what is kept of rejects. */
bool diff_has_changes (const Diff *diff);

/* Whether values are not shown, for they are personal. */
bool diff_hides (const Diff *diff);

/* One after the other, kind by kind: "kind", and of a row "line" (null: not known), "id" and "key" (of a fact without a key null), of a
 * version "from" and "to", and "changed" (changes.h; "first": nothing held before; "in_place": no version begins); of a reject "line", "column", "reason", "message",
 * "original" (or "withheld_bytes"); of a column "column", "type", and of one that was there "former" and "was", its name and type then. A new
 * reference; NULL: there are no more. */
void diff_rewind (Diff *diff);
Json *diff_next (Diff *diff);

#endif
