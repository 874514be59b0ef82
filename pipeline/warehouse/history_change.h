/* From the columns of history that a table has to those that its model wants: other names, and another open end; a column that tells
 * what changed, which tables of an older weir lack. Nothing is lost by it.
 * "was": what the table has (history_parse of what weir.table says). */
#ifndef WEIR_PIPELINE_WAREHOUSE_HISTORY_CHANGE_H
#define WEIR_PIPELINE_WAREHOUSE_HISTORY_CHANGE_H

#include "pipeline/warehouse/warehouse.h"

/* Whether the table, whose columns are "stored", can have what the model wants, else a MODEL error ("history_changed"). */
bool history_change_check (Db *db, const char *schema, const Model *model, const History *was, const GPtrArray *stored,
                           GError **error);

/* The error of a name that a column of the table's files has already. Returns false. */
bool history_change_refuse_name (const char *schema, const Model *model, HistoryColumn column, GError **error);

/* Whether something has to be changed. */
bool history_change_is_wanted (const Model *model, const History *was, const GPtrArray *stored);

/* Changes it in the table, in its view and in "stored", in the caller's transaction, and tells it in "notes". */
bool history_change_apply (Db *db, const Warehouse *warehouse, const History *was, GPtrArray *stored, GPtrArray *notes,
                           GError **error);

#endif
