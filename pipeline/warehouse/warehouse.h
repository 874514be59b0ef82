/* The warehouse table of a model: made by the first load, brought up to a layout by later ones.
 *
 *   warehouse_bring_up, the rows, and where it was "created" warehouse_index; all in the transaction of TRANSFORM */
#ifndef WEIR_PIPELINE_WAREHOUSE_WAREHOUSE_H
#define WEIR_PIPELINE_WAREHOUSE_WAREHOUSE_H

#include "base/db.h"
#include "pipeline/layout/layout.h"
#include "pipeline/run.h"
#include "pipeline/warehouse/effective.h"
#include "pipeline/warehouse/kinds.h"

typedef struct Partial Partial; /* partial.h */

typedef struct
{
  const char *schema;
  const Layout *layout;
  const Kind *kind;
  char *view;         /* "users_current": the rows that hold now; NULL for a fact */
  char *image;        /* all that a row, w, has, as SQL, for weir.overwritten; NULL: "created" */
  char *current;      /* which rows of the table, w, hold now, as SQL */
  bool created;       /* by this transaction: it is empty and has no index yet */
  GPtrArray *columns; /* of char *: attributes and references that the file carries, in the layout's order */
  GPtrArray *added;   /* those of them that this load added */
  GPtrArray *fresh;   /* those of them that hold values only from this load on: added, or all NULL so far */
  GPtrArray *empties; /* texts whose "" counts as NULL where rows are compared: of rows without a key, or lost by an older weir */
  GPtrArray *filled;  /* those that a row which is the same otherwise gets in place: added, and what an older weir has lost */
  GPtrArray *numbers; /* those that are text and were numbers once: what is one on both sides is compared by value */
  GPtrArray *carried; /* of char *: attributes that the file lacks; the warehouse keeps what it knows */
  GPtrArray *lacking; /* those of them that hold values */
  GPtrArray *made;    /* of const HistoryRule *: those whose own columns the table has, beside the file's; borrowed */
  Partial *partial;   /* the columns that not every file had; NULL: nobody keeps that (partial.h) */
  bool remade;        /* some of them this load has added */
  bool distrusted;    /* hashes of rows were changed, so that no file's proves them equal */
  bool retold;        /* this load gave the columns of history other names, or another open end (history_change.h) */
  bool renamed;       /* this load gave columns of files other names */
  bool infers;        /* it has the column that marks placeholders (inferred.h) */
  bool lost;          /* somebody dropped a column that rows were hashed with, and the file has none of that name */
} Warehouse;

/* What the ledger knew of the table before this load, and how it may be changed. Borrowed. */
typedef struct
{
  const Pins *pins;       /* a column that is not pinned has never held a value and takes any type */
  bool known;             /* the table is weir's: it was loaded before */
  int lock_ms;            /* how long to try for the locks that a change needs, and to wait for others from then on */
  int64_t waiting;        /* rows of it that wait for what they refer to (withhold.h) */
  const char *history;    /* how its versions are told apart, as weir.table has it; NULL: nobody has said */
  const char *overtaken;  /* why a row that would change a known one is refused; NULL: it is not */
  Effective *effective;   /* since when the file's rows are true */
  const Catalog *catalog; /* for the views of facts that show the table's columns */
  const char *partial;    /* the columns that not every file had, as weir.table has them */
  bool partial_whole;     /* the same */
} TableBefore;

void warehouse_free (Warehouse *warehouse);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Warehouse, warehouse_free)

/* Makes the table, with what people see of it (<dimension>_current, <dimension>_asof, as_of.h), or adds the columns it lacks and changes the types that have to follow, in the caller's transaction: from
 * then on the layout fits. Borrows the layout. Errors: MODEL where the table is not weir's or a type cannot follow, which
 * agreement_check mostly has said before, or something of somebody's depends on a column; RETRY ("lock_busy") where it has to be
 * changed and somebody reads it all the while. A table that need not be changed is not locked. */
Warehouse *warehouse_bring_up (Db *db, const char *schema, const Layout *layout, const TableBefore *before, GPtrArray *notes,
                               GError **error);

/* The locks that a change of columns needs, before anything is done that would be in vain. Error: RETRY ("lock_busy") after lock_ms. */
bool warehouse_lock (Db *db, const char *schema, const Model *model, const Catalog *catalog, int lock_ms, GError **error);

/* Whether the locks that a change of columns needs are to be had now, in a transaction of its own that gives them back: a file that found
 * them taken behind its LOAD need not be read once more to find that again. The same error. */
bool warehouse_try_change (Db *db, const PipelineOptions *options, const Model *model, const Catalog *catalog, GError **error);

/* After the rows of a first load: the indexes of its kind. What only queries want comes behind the COMMIT (tending.h). */
bool warehouse_index (Db *db, const Warehouse *warehouse, GError **error);

/* Changes the columns of a table by these statements (of char *); what people see of it (shown.h) is away meanwhile, and has its grants again
 * behind them. Errors: as of warehouse_bring_up. */
bool warehouse_reshape (Db *db, const char *schema, const Model *model, const Catalog *catalog, const GPtrArray *statements,
                        int lock_ms, GError **error);

/* Whether the table is there. */
bool warehouse_exists (Db *db, const char *schema, const char *table, bool *ret_exists, GError **error);

#endif
