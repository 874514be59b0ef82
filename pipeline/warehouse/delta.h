/* The staged rows that are not just so in the warehouse: how they are found is decided here, by how many rows are staged, and nowhere else.
 *
 * Of many rows they are a temporary table, weir_delta, for only a statement that does not write into others is worked on by several
 * processes. Of a few they are a part of the statement that applies them: no row of the catalog is written for them. Neither needs
 * statistics: how many are many the server sees by the pages, and how few are few it is told by a LIMIT, for it takes a table that it does
 * not know for ten pages at least. */
#ifndef WEIR_PIPELINE_WAREHOUSE_DELTA_H
#define WEIR_PIPELINE_WAREHOUSE_DELTA_H

#include "pipeline/stage/load.h"
#include "schema/sql.h"

typedef struct
{
  bool few;
  bool each;  /* few beside those of the table: each is looked up by itself */
  char *rows; /* the query for the staged rows that are compared. Owned */
} DeltaPlan;

/* "rows": those that are staged now. "proved": what was proved unchanged while the file was loaded is so still, and only the others are
 * compared. */
bool delta_plan (Db *db, const Loaded *loaded, const RowCounts *rows, bool proved, DeltaPlan *ret_plan, GError **error);
void delta_plan_clear (DeltaPlan *plan);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DeltaPlan, delta_plan_clear)

/* Where the rows of the table come from that are compared with the staged ones. Owned by the caller. */
char *delta_look_up (const DeltaPlan *plan, const SqlVar *vars, size_t n_vars);

/* Whether an index is asked for each of so many rows. */
bool delta_is_few (int64_t rows);

/* Behind a look-up: what forbids to make one join of it for all rows, where it is to be made for each; or nothing. */
const char *delta_each (bool each);

/* Finds them by a query of the templates ("table/delta"). "as_table": whoever applies the rows has to look at them before. *ret_part:
 * "weir_delta as ..." for a WITH, or nothing where they are a table by now. Owned by the caller. */
bool delta_find (Db *db, const DeltaPlan *plan, bool as_table, const char *query, const SqlVar *vars, size_t n_vars,
                 char **ret_part, GError **error);

/* The staged rows of a fact without a key, each with its "occurrence". Owned by the caller. */
char *delta_numbered (const Db *db, const DeltaPlan *plan, const Loaded *loaded);

#endif
