/* Columns that not every file of a dated table had. A file says nothing of a column that it lacks: the version that it opens takes the
 * value over from the one before it. So a value that comes late is carried on, through all versions that took theirs over, up to a row that
 * says another; and what a key had never had is no other value than what is said of it first, which fills the version that says it.
 *
 * Which columns each row had is kept as bits (weir.observed.had), in the order in which weir.table.partial lists the columns: for every row of
 * a file that is loaded when the table has such columns, also where a version begins with it. Of rows from before that, weir.table.partial says
 * what they had: a column that the first files had, they all had, and one that came later, none. A table whose files always have the same
 * columns has none of this, and nothing is kept or asked of it.
 *
 *   partial_new, partial_rename as columns are renamed, partial_bring; then what the statements ask for (partial_sql.c); partial_write */
#ifndef WEIR_PIPELINE_WAREHOUSE_PARTIAL_H
#define WEIR_PIPELINE_WAREHOUSE_PARTIAL_H

#include "pipeline/warehouse/vars.h"
#include "pipeline/warehouse/warehouse.h"

typedef struct
{
  char *name;
  bool before; /* rows of which nothing is kept had it */
  bool there;  /* the table has it */
  bool own;    /* this file has it */
} PartialColumn;

struct Partial
{
  GPtrArray *columns; /* of PartialColumn: the bits, from the left */
  bool whole;         /* of all files of the table it was kept which columns they had */
  bool changed;       /* another one than the ledger has */
};

/* From weir.table.partial; text NULL: nothing is known of the table. NULL on error. */
Partial *partial_new (const char *text, GError **error);
void partial_free (Partial *partial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Partial, partial_free)

void partial_rename (Partial *partial, const char *name, const char *to);

/* The table is made anew: nothing is known of the one before. */
void partial_forget (Partial *partial);

/* What this load finds: columns that it adds, and those that its file is the first to lack. "pins" tell weir's columns from those that
 * somebody has added by hand. */
void partial_bring (Partial *partial, const Warehouse *warehouse, const Pins *pins);

/* Whether the table has such columns; a warehouse whose files have no place in time has none. */
bool partial_any (const Warehouse *warehouse);

const PartialColumn *partial_find (const Warehouse *warehouse, const char *name); /* NULL: each file had it */

/* Whether a file that is behind all that is known may say something of a key for the first time, in a column that is not new: where its row
 * fills a version, then, only the key's whole history tells. Which rows of the delta, d, and the table, w, these are, as SQL; NULL: none can be.
 * Owned by the caller. */
char *partial_may_fill (const Warehouse *warehouse);

/* Whether the load adds a column whose first value is in all versions. */
bool partial_adds_first (const Warehouse *warehouse);

/* Which columns the file has, as SQL. Owned by the caller. */
char *partial_own (const Warehouse *warehouse);

/* What splice.sql asks about them: see there. */
void partial_set (Vars *vars, const Warehouse *warehouse);

/* Which columns of these a version changes, n, against the one before, b: not what was never said by then. As expression_changed. */
char *partial_changed (const Warehouse *warehouse, const GPtrArray *names);

/* Those of the names that each file had. Borrowed; the array is the caller's. */
GPtrArray *partial_others (const Warehouse *warehouse, const GPtrArray *names);

/* " or ..." where a column of these is another one than in the event before, in the window t, if something was known of it by then. Owned
 * by the caller. */
char *partial_differs (const Warehouse *warehouse, const GPtrArray *names);
/* The same of a row, e, and what is known when it is true, the first event of the window t. */
char *partial_differs_held (const Warehouse *warehouse, const GPtrArray *names);
/* " and ..." where the file says of these what was said, k, of the same instant. */
char *partial_same (const Warehouse *warehouse, const GPtrArray *names);

/* Whether a version, d, has other values of these than it had, w: one that begins with the file's row is opened by that then, and not one that
 * is only filled, or carries on what is said before it. */
char *partial_signs (const Warehouse *warehouse, const GPtrArray *names);

/* Of a table without versions: what a row gets of one that comes late (fact/fill_later). False: nothing. */
bool partial_set_late (Vars *vars, const Warehouse *warehouse, const char *at, const char *theirs);

/* Says what is not known, where late rows may have been carried on no further for that. */
bool partial_note (Db *db, const Warehouse *warehouse, const RowCounts *rows, GPtrArray *notes, GError **error);

/* Keeps the list, where it is another one. */
bool partial_write (Db *db, const Warehouse *warehouse, GError **error);

#endif
