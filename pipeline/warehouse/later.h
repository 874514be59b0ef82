/* Rows of a fact with a business key that are true since before what the fact has: of each key the row stays that is true since later, in
 * whatever order files come. */
#ifndef WEIR_PIPELINE_WAREHOUSE_LATER_H
#define WEIR_PIPELINE_WAREHOUSE_LATER_H

#include "pipeline/warehouse/splice.h"

/* Whether there may be such rows: they are looked for in the delta, which has to be a table then. */
bool later_may_be (const Splice *splice);

/* Takes them out of weir_delta, and counts them: "late" rows change nothing, "corrected" ones stay there, for they are as new as the fact's,
 * and came last. Where the model refuses late rows both are rejects. vars: transform.c's. */
bool later_take (Db *db, const Splice *splice, const SqlVar *vars, size_t n_vars, GError **error);

#endif
