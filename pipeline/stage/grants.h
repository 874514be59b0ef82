/* Who may do what with a table or view, for one that takes its place. */
#ifndef WEIR_PIPELINE_STAGE_GRANTS_H
#define WEIR_PIPELINE_STAGE_GRANTS_H

#include "base/db.h"

/* The grants on "from", as the statements that give them on "to"; none where "from" is not there. The result is the caller's. */
bool grants_read (Db *db, const char *schema, const char *from, const char *to, DbResult **ret_grants, GError **error);

bool grants_give (Db *db, const DbResult *grants, GError **error);

#endif
