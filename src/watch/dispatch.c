#include "src/watch/dispatch.h"

#include "base/text.h"
#include "models/waiting.h"

#include <string.h>

/* What the items say of one table. */
typedef struct
{
  const WorkItem *head; /* the next one to hand out, NULL: none is ready */
  bool busy;
} Table;

static int
compare_items (const WorkItem *left, const WorkItem *right)
{
  if (left->state != right->state)
    return left->state == WORK_ORPHAN ? -1 : 1;
  if (left->mtime_ns != right->mtime_ns)
    return left->mtime_ns < right->mtime_ns ? -1 : 1;
  return strcmp (left->name, right->name);
}

static GHashTable *
sort_into_tables (const WorkItem *items, size_t n_items)
{
  GHashTable *tables = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  for (size_t i = 0; i < n_items; i++)
    {
      const WorkItem *item = &items[i];
      Table *table = g_hash_table_lookup (tables, item->table);
      if (!table)
        {
          table = g_new0 (Table, 1);
          g_hash_table_insert (tables, (char *) item->table, table);
        }
      table->busy |= item->state == WORK_BUSY;
      bool ready = item->state == WORK_READY || item->state == WORK_ORPHAN;
      if (ready && (!table->head || compare_items (item, table->head) < 0))
        table->head = item;
    }
  return tables;
}

/* Everything that waits or is in work is pending; whether a dimension was ever loaded, the worker finds out. */
static bool
is_pending (const char *table, void *tables)
{
  return g_hash_table_contains (tables, table);
}

static bool
must_wait (const WorkItem *item, GHashTable *tables)
{
  Wait wait;
  return waiting_find (item->references, &(WaitKnowledge) { .is_pending = is_pending, .data = tables }, &wait);
}

static int
compare_indexes (const void *a, const void *b, void *data)
{
  const WorkItem *items = data;
  return compare_items (&items[*(const unsigned *) a], &items[*(const unsigned *) b]);
}

GArray *
dispatch_plan (const WorkItem *items, size_t n_items, int64_t now, int64_t *ret_wait_us)
{
  GArray *plan = g_array_new (FALSE, FALSE, sizeof (unsigned));
  int64_t wait_us = INT64_MAX;
  g_autoptr (GHashTable) tables = sort_into_tables (items, n_items);
  GHashTableIter each;
  void *value;
  g_hash_table_iter_init (&each, tables);
  while (g_hash_table_iter_next (&each, NULL, &value))
    {
      const Table *table = value;
      if (table->busy || !table->head || must_wait (table->head, tables))
        continue;
      unsigned index = (unsigned) (table->head - items);
      if (table->head->not_before > now)
        wait_us = MIN (wait_us, table->head->not_before - now);
      else
        g_array_append_val (plan, index);
    }
  g_array_sort_with_data (plan, compare_indexes, (void *) items);
  *ret_wait_us = wait_us == INT64_MAX ? -1 : wait_us;
  return plan;
}

Job *
job_new (const char *key, const char *name, const char *table)
{
  Job *job = g_new0 (Job, 1);
  job->key = g_strdup (key);
  job->name = g_strdup (name);
  job->shown = text_printable (name, strlen (name), SIZE_MAX);
  job->table = g_strdup (table);
  return job;
}

Job *
job_copy (const Job *job)
{
  Job *copy = job_new (job->key, job->name, job->table);
  copy->is_claim = job->is_claim;
  copy->state = job->state;
  copy->inode = job->inode;
  copy->size = job->size;
  copy->mtime_ns = job->mtime_ns;
  return copy;
}

void
job_free (Job *job)
{
  g_free (job->key);
  g_free (job->name);
  g_free (job->shown);
  g_free (job->table);
  g_free (job);
}
