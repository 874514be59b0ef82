/* When is a dropped file complete? Pure: observations and a clock in, verdicts out.
 *
 * Ready: moved in; or closed by its writer and still (size, mtime, ctime) for 50 ms; or, without such an event, still for "settle"
 * by our own monotonic clock (never the file's mtime: cp -p and tar set an old one before they close). Each verdict is subject to
 * the lease: a file that somebody holds open for writing is not ready (see settle_lease). A closed but empty file has to be still
 * for "settle": it was perhaps only created by somebody who opens it again to write. */
#ifndef WEIR_WATCHER_SETTLE_H
#define WEIR_WATCHER_SETTLE_H

#include "watcher/scan.h"

typedef enum
{
  HINT_MOVED,   /* renamed into the folder */
  HINT_CLOSED,  /* a writer closed it */
  HINT_CHANGED, /* anything else happened to it */
} Hint;

typedef enum
{
  LEASE_FREE,    /* nobody writes */
  LEASE_BUSY,    /* somebody has it open for writing: not ready, whatever else says so */
  LEASE_REFUSED, /* the kernel would not say (another owner, a file system without leases): says nothing */
} Lease;

typedef struct Settle Settle;

#define SETTLE_CLOSED_US 50000 /* stillness after a close, microseconds */

/* settle_us: stillness without events, microseconds. */
Settle *settle_new (int64_t settle_us);
void settle_free (Settle *settle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Settle, settle_free)

/* An event about a name; names never observed are remembered until the next listing. */
void settle_hint (Settle *settle, const char *name, Hint hint);

/* One listing at a time "now" (monotonic microseconds). Names that are gone are forgotten; a name whose inode changed starts anew.
 * "lease" is asked only for files that are ready otherwise. Returns the ready entries' indexes into "entries" (of int), oldest
 * mtime first, then by name; *ret_wait_us is how long until another look can change a verdict, -1: nothing waits. */
GArray *settle_observe (Settle *settle, const GPtrArray *entries, int64_t now, Lease (*lease) (const Entry *entry, void *data),
                        void *data, int64_t *ret_wait_us);

/* Asks the kernel for a read lease on folder/name and gives it back (fcntl F_SETLEASE): EAGAIN is BUSY, EACCES and others REFUSED.
 */
Lease settle_lease (const char *folder, const char *name);

#endif
