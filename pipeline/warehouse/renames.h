/* Columns that the model calls by another name now: they keep what they hold. Which ones is columns_renames' to say. */
#ifndef WEIR_PIPELINE_WAREHOUSE_RENAMES_H
#define WEIR_PIPELINE_WAREHOUSE_RENAMES_H

#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/warehouse.h"

/* Renames them in the table and in its view, in the caller's transaction, and in "stored", the columns of the table as columns_read
 * gave them; warehouse->renamed says that there were some. Each is told in "notes". Errors: those of columns_renames, and the database's. */
bool renames_apply (Db *db, Warehouse *warehouse, const Pins *pins, GPtrArray *stored, GPtrArray *notes, GError **error);

/* Renames one in the table, in its view, and where it is told to be stored. */
bool renames_one (Db *db, const Warehouse *warehouse, const ColumnRename *rename, GError **error);

#endif
