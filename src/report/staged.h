/* A staged table as a model is proposed from it: its columns, their types, and how many different values they have. */
#ifndef WEIR_SRC_REPORT_STAGED_H
#define WEIR_SRC_REPORT_STAGED_H

#include "base/db.h"
#include "models/propose.h"
#include "src/settings/settings.h"

typedef struct
{
  StagedTable *table;
  ProposedKey key;  /* the business key that was picked */
  GPtrArray *notes; /* of char *: a line for each thing that the counts do not show */
} Staged;

void staged_clear (Staged *staged);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Staged, staged_clear)

/* Reads and counts staging.TABLE, and picks the business key. "model" is the table's, if it has one already, or NULL. *ret_staged
 * is the caller's to clear even on error: MODEL where no such table is staged (with those that are) or where it is empty. */
bool staged_read (Db *db, const Settings *settings, const char *table, const Model *model, Staged *ret_staged, GError **error);

#endif
