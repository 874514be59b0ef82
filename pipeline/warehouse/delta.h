/* The staged rows that are not just so in the warehouse: how they are found is decided here, by how many rows are staged, and nowhere else.
 *
 * Of many rows they are a temporary table, weir_delta, for only a statement that does not write into others is worked on by several
 * processes. Of a few they are a part of the statement that applies them: no row of the catalog is written for them. Neither needs
 * statistics: how many are many the server sees by the pages, and how few are few it is told by a LIMIT, for it takes a table that it does
 * not know for ten pages at least. */
#ifndef WEIR_PIPELINE_WAREHOUSE_DELTA_H
#define WEIR_PIPELINE_WAREHOUSE_DELTA_H

#include "pipeline/stage/repeats.h"
#include "schema/sql.h"

typedef struct
{
  bool few;
  char limit[32];   /* behind the staged rows: "limit 100", or nothing */
  const char *each; /* behind a look-up that is to be made for each row: what forbids to make one join of them, or nothing */
} DeltaPlan;

/* "as_table": whoever applies the rows has to look at them before. */
DeltaPlan delta_plan (int64_t staged, bool as_table);

/* Finds them by a query of the templates ("table/delta"). *ret_part: "weir_delta as ..." for a WITH, or nothing where they are a table by
 * now. Owned by the caller. */
bool delta_find (Db *db, const DeltaPlan *plan, const char *query, const SqlVar *vars, size_t n_vars, char **ret_part,
                 GError **error);

/* The staged rows of a fact without a key, each with its "occurrence". Owned by the caller. */
char *delta_numbered (const DeltaPlan *plan, Repeats *repeats, const char *staging, const char *build);

#endif
