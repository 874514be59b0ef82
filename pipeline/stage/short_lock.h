/* Locks that shut out others, taken by short tries.
 *
 * Whoever waits for such a lock makes every new reader of the table wait behind himself: one forgotten transaction of a reader would
 * then stop all others. So a try is short, and between two tries those that have queued up pass.
 *
 *   short_lock_begin        where *ret_locked: a savepoint is open, and statements wait for other locks no longer than a try
 *     ...                   what the lock is for
 *   short_lock_end          or, after an error that is no harm, short_lock_undo: the lock is given back, too
 *
 * All in the caller's transaction. One at a time. */
#ifndef WEIR_PIPELINE_STAGE_SHORT_LOCK_H
#define WEIR_PIPELINE_STAGE_SHORT_LOCK_H

#include "base/db.h"

/* Who is shut out. */
#define SHORT_LOCK_ALL "access exclusive"
#define SHORT_LOCK_WRITERS "exclusive" /* and who has locked rows, whose end a DELETE would wait for */

/* Locks tables or views of a schema (names end with NULL), all or none, until the transaction ends; tries for "total_ms", at least
 * once. *ret_locked is false where somebody held one of them all the while: the transaction goes on as if nothing had been asked. */
bool short_lock_begin (Db *db, const char *schema, const char *const *names, const char *mode, int total_ms, bool *ret_locked,
                       GError **error);

/* timeout_ms: how long statements wait for locks from now on. An error may come with the next statement. */
bool short_lock_end (Db *db, int timeout_ms, GError **error);
bool short_lock_undo (Db *db, GError **error);

#endif
