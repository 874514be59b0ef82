/* What only people's queries want of a table of the warehouse, and what therefore no load waits for: a first VACUUM, and indexes on business
 * keys and references. Behind the COMMIT, outside of any transaction. A process that dies in the middle leaves an index that cannot be
 * used, which the next one makes anew. */
#ifndef WEIR_PIPELINE_WAREHOUSE_TENDING_H
#define WEIR_PIPELINE_WAREHOUSE_TENDING_H

#include "base/db.h"
#include "models/model.h"

typedef struct
{
  bool vacuum; /* the table was made by the load */
  bool keys;   /* an index on a dimension's business key, and on each reference of a fact ("indexes": "keys") */
} Tending;

/* Does what of that is not done yet. Nothing where another session is at it. Errors: RETRY where somebody's transaction holds the table
 * for longer than a lock is waited for. */
bool tending_do (Db *db, const char *schema, const Model *model, const Tending *tending, GError **error);

#endif
