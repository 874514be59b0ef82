/* What ids and hashes are with another key secret, made of the rows that are stored (`weir key rotate`).
 *
 * A key is stored normalised, so its id is made again as LOAD made it (layout/key.h). A hash of a fact's row covers what it refers to: it is
 * made of the columns that are stored and of the ids that those references have now. Each is made by both secrets, and counts only where the
 * old one is what is stored; else nothing says what it was made of (text of jsonb, say), and the file of its run has to tell (stage/twice.h).
 *
 *   rotate/aliases, pairs, unknown      the tables that this fills (schema/templates/rotate.sql)
 *   alias_make_ids                      of each table, then alias_make_hashes of each fact
 *
 * In the caller's transaction. */
#ifndef WEIR_PIPELINE_WAREHOUSE_ALIAS_H
#define WEIR_PIPELINE_WAREHOUSE_ALIAS_H

#include "base/db.h"
#include "pipeline/stage/twice.h"

/* A table as it is stored, whatever its model would have it be. */
typedef struct
{
  const char *schema;
  const Model *model;
  const Pins *pins;
  const GPtrArray *stored; /* of StoredColumn */
} AliasTable;

/* Rows that are in the table, that wait for it, and that were overwritten in it. */
bool alias_make_ids (Db *db, const AliasTable *table, const TwoSecrets *secrets, GError **error);
bool alias_make_hashes (Db *db, const AliasTable *table, GError **error);

/* Puts pairs (of Pair) down as weir_pair. */
bool alias_put (Db *db, const GArray *pairs, GError **error);

#endif
