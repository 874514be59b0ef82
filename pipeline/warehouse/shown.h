/* What people see of a warehouse table besides itself, made with it and kept in step with its columns: of a dimension the view
 * <dimension>_current and the function <dimension>_asof (timestamptz), of facts the view <fact>_at (as_of.h). In the caller's transaction. */
#ifndef WEIR_PIPELINE_WAREHOUSE_SHOWN_H
#define WEIR_PIPELINE_WAREHOUSE_SHOWN_H

#include "pipeline/warehouse/warehouse.h"

/* The name of a dimension's view. Owned by the caller. */
char *shown_view (const Model *model);

/* The table, and those of weir's views of its columns that are there, the ones of facts that refer to it included. *ret_names (of char *) ends
 * with NULL; owned by the caller. */
bool shown_find (Db *db, const char *schema, const Model *model, const Catalog *catalog, GPtrArray **ret_names, GError **error);

/* Makes what is not there, and makes anew what shows other columns than there are by now. changed: columns of the table were added, renamed or
 * given another type. */
bool shown_bring_up (Db *db, const Warehouse *warehouse, const Catalog *catalog, bool changed, GPtrArray *notes, GError **error);

/* Makes all of it, of a table that is there and that no load has in hand. */
bool shown_make (Db *db, const char *schema, const Model *model, const Catalog *catalog, GError **error);

/* Drops the views, for a type can only change while no view uses the column. Their grants are kept (of DbResult), to be given once they are
 * made again. Errors: MODEL where something of somebody's depends on one. */
bool shown_drop (Db *db, const Warehouse *warehouse, const Catalog *catalog, GPtrArray *grants, GError **error);

#endif
