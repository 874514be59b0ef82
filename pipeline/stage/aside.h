/* A large staging table that a small file takes the place of: its files take long to go (a fifth of a second for a gigabyte), for which a
 * hundred rows would wait. So it gets another name, the one that it was built under, and goes behind the answer. Whoever dies in between
 * leaves it to the next load of its table, which finds it by that name (stage.c).
 *
 * Only for a small file, which needs no room that the old table has. */
#ifndef WEIR_PIPELINE_STAGE_ASIDE_H
#define WEIR_PIPELINE_STAGE_ASIDE_H

#include "pipeline/stage/stage.h"

/* Gives the table under the stage's name another one, if it is large. *ret_name: that one, owned by the caller; NULL: it was left as it is.
 * So is one that others depend on: they would go on with the old rows. */
bool aside_put (Db *db, const Stage *stage, char **ret_name, GError **error);

/* Drops it, in a transaction of its own. wait: until that is done; otherwise nothing may be asked of the connection any more, and it is done
 * when that has been freed. What fails is left to the next load. */
void aside_drop (Db *db, const char *schema, const char *name, bool wait);

#endif
