/* The columns that weir makes beside those of files: <column>_previous and <column>_current (HistoryRule.made). */
#ifndef WEIR_PIPELINE_WAREHOUSE_MADE_H
#define WEIR_PIPELINE_WAREHOUSE_MADE_H

#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/warehouse.h"

/* Behind the files' columns: those that the table lacks are added, of the type of the file's, and their rules are in "fresh"; a type that
 * has to follow is put down in columns->alter. warehouse->made has all that there are. */
bool made_bring (Db *db, Warehouse *warehouse, const Columns *columns, GPtrArray *fresh, GError **error);

/* When the types are what they shall be: what is to be in every version is, in those that there are. */
bool made_fill (Db *db, const Warehouse *warehouse, const GPtrArray *fresh, GError **error);

#endif
