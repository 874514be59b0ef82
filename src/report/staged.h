/* A staged table as a model is proposed from it: its columns, their types, and how many different values they have. */
#ifndef WEIR_SRC_REPORT_STAGED_H
#define WEIR_SRC_REPORT_STAGED_H

#include "base/db.h"
#include "models/propose.h"
#include "src/settings/settings.h"

/* Reads and counts staging.TABLE, and picks the business key. "model" is the table's, if it has one already, or NULL. "notes" (of
 * char *) gets a line for each thing that the counts do not show. MODEL error where no such table is staged (with those that are)
 * or where it is empty. Owned by the caller. */
StagedTable *staged_read (Db *db, const Settings *settings, const char *table, const Model *model, GPtrArray *notes,
                          ProposedKey *ret_key, GError **error);

#endif
