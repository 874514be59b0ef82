#include "src/watch/holds.h"

#include <string.h>

typedef struct
{
  HoldCause cause;
  int64_t until;
  char *waits_for;
  ino_t inode;
  int64_t size, mtime_ns;
} Hold;

struct Holds
{
  GHashTable *held;    /* key to Hold */
  GHashTable *said;    /* key to the text said last */
  GHashTable *crashes; /* file name to count */
};

static void
hold_free (Hold *hold)
{
  g_free (hold->waits_for);
  g_free (hold);
}

Holds *
holds_new (void)
{
  Holds *holds = g_new0 (Holds, 1);
  holds->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) hold_free);
  holds->said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  holds->crashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return holds;
}

void
holds_free (Holds *holds)
{
  g_hash_table_unref (holds->held);
  g_hash_table_unref (holds->said);
  g_hash_table_unref (holds->crashes);
  g_free (holds);
}

void
holds_set (Holds *holds, const Job *job, HoldCause cause, int64_t until, const char *waits_for)
{
  Hold *hold = g_new0 (Hold, 1);
  hold->cause = cause;
  hold->until = until;
  hold->waits_for = g_strdup (waits_for);
  hold->inode = job->inode;
  hold->size = job->size;
  hold->mtime_ns = job->mtime_ns;
  g_hash_table_replace (holds->held, g_strdup (job->key), hold);
}

HoldCause
holds_find (Holds *holds, const Job *job, int64_t now, int64_t *ret_until)
{
  *ret_until = 0;
  const Hold *hold = g_hash_table_lookup (holds->held, job->key);
  if (!hold)
    return HOLD_NONE;
  /* Not the ctime: a file that was claimed and given back has another one. One that grows while it is read is still the same. */
  bool unchanged = hold->cause == HOLD_RETRY || (hold->size == job->size && hold->mtime_ns == job->mtime_ns);
  bool same_file = hold->inode == job->inode && unchanged;
  if (!same_file || hold->until <= now)
    return g_hash_table_remove (holds->held, job->key), HOLD_NONE;
  *ret_until = hold->until;
  return hold->cause;
}

void
holds_release (Holds *holds, const char *key)
{
  g_hash_table_remove (holds->held, key);
}

static gboolean
waits_for_dimension (gpointer key, gpointer value, gpointer data)
{
  (void) key;
  const Hold *hold = value;
  return hold->cause == HOLD_WAITS && g_strcmp0 (hold->waits_for, data) == 0;
}

void
holds_release_waiting (Holds *holds, const char *dimension)
{
  g_hash_table_foreach_remove (holds->held, waits_for_dimension, (char *) dimension);
}

static gboolean
waits_for_change (gpointer key, gpointer value, gpointer data)
{
  (void) key;
  (void) data;
  const Hold *hold = value;
  return hold->cause >= HOLD_MODEL && hold->cause <= HOLD_STUCK;
}

void
holds_release_changed (Holds *holds)
{
  g_hash_table_foreach_remove (holds->held, waits_for_change, NULL);
}

bool
holds_is_news (Holds *holds, const char *key, const char *text)
{
  if (g_strcmp0 (g_hash_table_lookup (holds->said, key), text) == 0)
    return false;
  g_hash_table_replace (holds->said, g_strdup (key), g_strdup (text));
  return true;
}

unsigned
holds_crashes (const Holds *holds, const char *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (holds->crashes, name));
}

unsigned
holds_count_crash (Holds *holds, const char *name)
{
  unsigned count = holds_crashes (holds, name) + 1;
  g_hash_table_replace (holds->crashes, g_strdup (name), GUINT_TO_POINTER (count));
  return count;
}

void
holds_forgive (Holds *holds, const char *name)
{
  g_hash_table_remove (holds->crashes, name);
}

void
holds_keep_only (Holds *holds, const GPtrArray *jobs)
{
  g_autoptr (GHashTable) keys = job_keys (jobs);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  for (unsigned i = 0; i < jobs->len; i++)
    g_hash_table_add (names, ((const Job *) jobs->pdata[i])->name);
  job_keep_only (holds->held, keys);
  job_keep_only (holds->said, keys);
  job_keep_only (holds->crashes, names);
}
