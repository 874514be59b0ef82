/* A stored column of texts becomes one of another type, in place: what a declared type says of the cells to come holds for those
 * that came before as well. No version opens, for the values mean what they meant. */
#ifndef WEIR_PIPELINE_WAREHOUSE_CONVERT_H
#define WEIR_PIPELINE_WAREHOUSE_CONVERT_H

#include "base/db.h"
#include "pipeline/layout/layout.h"

/* Whether convert_texts would do: reads all the texts, and changes nothing. "stored" is the column's name in the database, for it
 * may have yet to be renamed. In the caller's transaction. Errors as there. */
bool convert_check (Db *db, const char *schema, const Layout *layout, const LayoutColumn *column, const char *stored,
                    GError **error);

/* Rewrites every text of the column as its type's own, for the statement that changes the type; a text that means NULL becomes it.
 * In the caller's transaction, and in memory for a piece of the values at a time. One that is not of the type is a MODEL error
 * ("type_changed"), and nothing is kept; else a note tells. */
bool convert_texts (Db *db, const char *schema, const Layout *layout, const LayoutColumn *column, GPtrArray *notes, GError **error);

#endif
