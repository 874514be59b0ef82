#include "watcher/settle.h"

#include "base/autoptr.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>

/* How soon to look again at a file that somebody has open: its close usually comes as an event before that. */
#define WRITER_RETRY_US 250000

/* What is known of one name. */
typedef struct
{
  bool observed; /* the facts below hold; otherwise only hints came so far */
  bool hinted;   /* a hint came after the last listing: the next one is its baseline */
  bool moved;
  bool closed;
  bool waited; /* it was moved in, and has waited for others */
  bool listed; /* seen by the listing in hand */
  dev_t device;
  ino_t inode;
  int64_t size, mtime_ns, ctime_ns;
  int64_t still_since; /* monotonic microseconds */
} Name;

struct Settle
{
  int64_t settle_us;
  GHashTable *names; /* char * to Name */
  int64_t arrived;   /* the last listing that found files moved in */
};

Settle *
settle_new (int64_t settle_us)
{
  Settle *settle = g_new0 (Settle, 1);
  settle->settle_us = settle_us;
  settle->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return settle;
}

void
settle_free (Settle *settle)
{
  g_hash_table_unref (settle->names);
  g_free (settle);
}

static Name *
find_name (Settle *settle, const char *text)
{
  Name *name = g_hash_table_lookup (settle->names, text);
  if (!name)
    {
      name = g_new0 (Name, 1);
      g_hash_table_insert (settle->names, g_strdup (text), name);
    }
  return name;
}

void
settle_hint (Settle *settle, const char *text, Hint hint)
{
  Name *name = find_name (settle, text);
  name->hinted = true;
  name->moved = hint == HINT_MOVED;
  name->closed = hint == HINT_CLOSED;
}

/* Takes over what the listing says of a name, and when it last changed. */
static void
update_name (Name *name, const Entry *entry, int64_t now)
{
  bool same_file = name->observed && name->inode == entry->inode && name->device == entry->device;
  bool same_size = same_file && name->size == entry->size;
  bool same_times = same_file && name->mtime_ns == entry->mtime_ns && name->ctime_ns == entry->ctime_ns;
  name->waited &= !name->hinted;
  if (!same_size || !same_times || name->hinted)
    name->still_since = now;
  /* Growing, or another file, after the event that vouched for it: the event says nothing any more. New times alone do not take it
     back: tar, unzip and docker cp set owner, mode and mtime after they close. */
  if (!same_size && !name->hinted)
    name->moved = name->closed = false;
  name->observed = true;
  name->hinted = false;
  name->listed = true;
  name->device = entry->device;
  name->inode = entry->inode;
  name->size = entry->size;
  name->mtime_ns = entry->mtime_ns;
  name->ctime_ns = entry->ctime_ns;
}

/* Until when a file must be still. An empty one was perhaps only created by somebody who opens it again to write. One that was moved
 * in is complete, but others may come with it. */
static int64_t
still_until (const Settle *settle, const Name *name)
{
  if (name->moved)
    return name->waited ? name->still_since : MIN (settle->arrived + SETTLE_MOVED_US, name->still_since + SETTLE_MOVED_MOST_US);
  return name->still_since + (name->closed && name->size > 0 ? MIN (SETTLE_CLOSED_US, settle->settle_us) : settle->settle_us);
}

static gboolean
forget_unlisted (gpointer key, gpointer value, gpointer data)
{
  (void) key;
  (void) data;
  Name *name = value;
  bool listed = name->listed;
  name->listed = false;
  return !listed;
}

/* The verdict on a file that has to be still for so much longer. */
static FileState
judge (const Entry *entry, int64_t missing_us, AskLease ask, void *data)
{
  if (missing_us > 0)
    return FILE_SETTLING;
  return ask (entry, data) == LEASE_WRITER ? FILE_WRITING : FILE_READY;
}

/* All of them, before any is judged: files that were moved in together are complete together. */
static void
update_names (Settle *settle, const GPtrArray *entries, int64_t now)
{
  for (unsigned i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      if (entry->state != FILE_SETTLING)
        continue;
      Name *name = find_name (settle, entry->name);
      if (name->hinted && name->moved)
        settle->arrived = now;
      update_name (name, entry, now);
    }
}

int64_t
settle_observe (Settle *settle, GPtrArray *entries, int64_t now, AskLease ask, void *data)
{
  int64_t wait_us = INT64_MAX;
  update_names (settle, entries, now);
  for (unsigned i = 0; i < entries->len; i++)
    {
      Entry *entry = entries->pdata[i];
      if (entry->state != FILE_SETTLING)
        continue;
      Name *name = find_name (settle, entry->name);
      int64_t missing = still_until (settle, name) - now;
      name->waited |= name->moved && missing <= 0;
      entry->state = judge (entry, missing, ask, data);
      if (entry->state != FILE_READY)
        wait_us = MIN (wait_us, entry->state == FILE_WRITING ? WRITER_RETRY_US : missing);
    }
  g_hash_table_foreach_remove (settle->names, forget_unlisted, NULL);
  return wait_us == INT64_MAX ? -1 : wait_us;
}

void
settle_look_once (GPtrArray *entries, int64_t settle_us, int64_t now, AskLease ask, void *data)
{
  for (unsigned i = 0; i < entries->len; i++)
    {
      Entry *entry = entries->pdata[i];
      if (entry->state != FILE_SETTLING)
        continue;
      int64_t away = ABS (now - entry->ctime_ns / 1000);
      entry->state = judge (entry, 0, ask, data);
      if (entry->state == FILE_READY)
        entry->state = away < settle_us ? FILE_SETTLING : FILE_READY;
    }
}

Lease
settle_ask_lease (const Entry *entry, void *data)
{
  g_autofree char *path = g_build_filename ((const char *) data, entry->name, NULL);
  AUTO_FD int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0)
    return errno == EWOULDBLOCK ? LEASE_WRITER : LEASE_REFUSED;
  /* Somebody who opens the file for writing while we hold the lease is announced by a signal: one that is ignored by default. */
  if (fcntl (fd, F_SETSIG, SIGURG) != 0)
    return LEASE_REFUSED;
  if (fcntl (fd, F_SETLEASE, F_RDLCK) != 0)
    return errno == EAGAIN ? LEASE_WRITER : LEASE_REFUSED;
  fcntl (fd, F_SETLEASE, F_UNLCK);
  return LEASE_FREE;
}
