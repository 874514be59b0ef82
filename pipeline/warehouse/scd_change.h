/* From what changes of columns mean in a table to what they mean in its model ("scd" of a column): whatever loses nothing is done by the
 * next load, and said. "was": what the table has (history_parse of what weir.table says). */
#ifndef WEIR_PIPELINE_WAREHOUSE_SCD_CHANGE_H
#define WEIR_PIPELINE_WAREHOUSE_SCD_CHANGE_H

#include "pipeline/warehouse/warehouse.h"

/* Whether nothing is lost by it, else a MODEL error ("history_changed"). Reads the table where that has to tell. */
bool scd_change_check (Db *db, const char *schema, const Model *model, const History *was, const GPtrArray *stored, GError **error);

bool scd_change_is_wanted (const Model *model, const History *was);

/* Takes away the columns that weir made and the model wants no more, tells what changes mean now, and calls *ret_doubtful (of char *,
 * owned by the caller) those columns whose values row hashes say nothing of. In the caller's transaction. */
bool scd_change_apply (Db *db, const Warehouse *warehouse, const History *was, GPtrArray *stored, GPtrArray *notes,
                       GPtrArray **ret_doubtful, GError **error);

#endif
