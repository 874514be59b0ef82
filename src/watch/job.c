#include "src/watch/job.h"

#include "base/text.h"
#include "models/order.h"

#include <string.h>

Job *
job_new (const char *key, const char *name, const char *table)
{
  Job *job = g_new0 (Job, 1);
  job->key = g_strdup (key);
  job->name = g_strdup (name);
  job->shown = text_printable (name, strlen (name), SIZE_MAX);
  job->table = g_strdup (table);
  job->order_key = order_key (name);
  return job;
}

Job *
job_copy (const Job *job)
{
  Job *copy = job_new (job->key, job->name, job->table);
  copy->is_claim = job->is_claim;
  copy->state = job->state;
  copy->device = job->device;
  copy->inode = job->inode;
  copy->size = job->size;
  copy->mtime_ns = job->mtime_ns;
  copy->instant_ns = job->instant_ns;
  copy->not_before = job->not_before;
  copy->passes_at = job->passes_at;
  copy->given = job->given;
  copy->ended = job->ended;
  return copy;
}

void
job_free (Job *job)
{
  g_free (job->key);
  g_free (job->name);
  g_free (job->shown);
  g_free (job->table);
  g_free (job->order_key);
  g_free (job);
}

int
job_compare (const Job *left, const Job *right)
{
  return order_compare (&(Order) { left->is_claim, left->instant_ns, left->order_key },
                        &(Order) { right->is_claim, right->instant_ns, right->order_key });
}

GHashTable *
job_keys (const GPtrArray *jobs)
{
  GHashTable *keys = g_hash_table_new (g_str_hash, g_str_equal);
  for (unsigned i = 0; i < jobs->len; i++)
    g_hash_table_add (keys, ((const Job *) jobs->pdata[i])->key);
  return keys;
}

static gboolean
is_unknown (gpointer key, gpointer value, gpointer data)
{
  (void) value;
  return !g_hash_table_contains (data, key);
}

void
job_keep_only (GHashTable *known, GHashTable *keys)
{
  g_hash_table_foreach_remove (known, is_unknown, keys);
}
