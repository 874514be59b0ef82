/* When is a dropped file complete? Pure: observations and a clock in, verdicts out.
 *
 * Ready: moved in, and no other for 10 ms, or 50 ms ago (`mv users-10.csv users-9.csv imports/` are two events, and the files have an
 * order that is not that of the events); or closed by its writer and still (size, mtime, ctime) for 50 ms; or, without such an event, still for "settle".
 * Each verdict is subject to the lease: a file that somebody holds open for writing is not ready, whatever else says so. A closed
 * but empty file has to be still for "settle": it was perhaps only created by somebody who opens it again to write.
 *
 * Who watches sees stillness by his own monotonic clock:
 *
 *   Settle *settle = settle_new (settle_us);
 *   settle_hint (settle, name, hint);                      for each event, as it comes
 *   wait_us = settle_observe (settle, entries, now, ...);  for each listing; look again after wait_us or at the next event
 *
 * Who can look only once (`weir status`) has but the file's own times: settle_look_once. Of these only ctime counts, which the
 * kernel sets at every change: cp -p, tar and touch set any mtime they like, in the past before they close or in the future. A
 * ctime that is further away than "settle", in either direction, is no change of just now: one that is ahead tells of a clock that
 * was set back. */
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
  LEASE_WRITER,  /* somebody has it open for writing: not ready, whatever else says so */
  LEASE_REFUSED, /* the kernel would not say (another owner, a file system without leases): says nothing */
} Lease;

/* Who is asked whether somebody writes to a file. */
typedef Lease (*AskLease) (const Entry *entry, void *data);

typedef struct Settle Settle;

#define SETTLE_CLOSED_US 50000     /* stillness after a close, microseconds */
#define SETTLE_MOVED_US 10000      /* after the last file was moved in: one mv renames the next in less than 1 ms, seldom 2 */
#define SETTLE_MOVED_MOST_US 50000 /* a file waits for others no longer than that */

/* settle_us: stillness without events, microseconds. */
Settle *settle_new (int64_t settle_us);
void settle_free (Settle *settle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Settle, settle_free)

/* An event about a name; names never observed are remembered until the next listing. */
void settle_hint (Settle *settle, const char *name, Hint hint);

/* One listing (of Entry) at a time "now" (monotonic microseconds): sets the state of the entries that are FILE_SETTLING to that, to
 * FILE_WRITING or to FILE_READY. Names that are gone are forgotten; a name whose inode changed starts anew. The lease is asked only
 * for files that are ready otherwise, for asking may get into a writer's way for a moment. Returns how long until another look can
 * change a verdict, microseconds; -1: nothing waits. */
int64_t settle_observe (Settle *settle, GPtrArray *entries, int64_t now, AskLease ask, void *data);

/* The same by one look: "now" is microseconds since 1970. Here a writer is told from a file that is not still yet. */
void settle_look_once (GPtrArray *entries, int64_t settle_us, int64_t now, AskLease ask, void *data);

/* Asks the kernel for a read lease on the entry's file in a folder ("data", a path) and gives it back (fcntl F_SETLEASE): EAGAIN is
 * WRITER, EACCES and others REFUSED. */
Lease settle_ask_lease (const Entry *entry, void *data);

#endif
