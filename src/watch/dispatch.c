#include "src/watch/dispatch.h"

#include "models/waiting.h"

#include <string.h>

/* What the jobs say of one table. */
typedef struct
{
  const Job *head; /* the next one to hand out, NULL: none is ready */
  bool in_work;
} Table;

static int
compare_jobs (const Job *left, const Job *right)
{
  if (left->state != right->state)
    return left->state == JOB_ORPHAN ? -1 : 1;
  if (left->mtime_ns != right->mtime_ns)
    return left->mtime_ns < right->mtime_ns ? -1 : 1;
  return strcmp (left->name, right->name);
}

static GHashTable *
sort_into_tables (const Job *jobs, size_t n_jobs)
{
  GHashTable *tables = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  for (size_t i = 0; i < n_jobs; i++)
    {
      const Job *job = &jobs[i];
      Table *table = g_hash_table_lookup (tables, job->table);
      if (!table)
        {
          table = g_new0 (Table, 1);
          g_hash_table_insert (tables, (char *) job->table, table);
        }
      table->in_work |= job->state == JOB_IN_WORK;
      bool ready = job->state == JOB_READY || job->state == JOB_ORPHAN;
      if (ready && (!table->head || compare_jobs (job, table->head) < 0))
        table->head = job;
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
must_wait (const Job *job, GHashTable *tables)
{
  Wait wait;
  return waiting_find (job->references, &(WaitKnowledge) { .is_pending = is_pending, .data = tables }, &wait);
}

static int
compare_indexes (const void *a, const void *b, void *data)
{
  const Job *jobs = data;
  return compare_jobs (&jobs[*(const unsigned *) a], &jobs[*(const unsigned *) b]);
}

GArray *
dispatch_plan (const Job *jobs, size_t n_jobs, int64_t now, int64_t *ret_wait_us)
{
  GArray *plan = g_array_new (FALSE, FALSE, sizeof (unsigned));
  int64_t wait_us = INT64_MAX;
  g_autoptr (GHashTable) tables = sort_into_tables (jobs, n_jobs);
  GHashTableIter each;
  void *value;
  g_hash_table_iter_init (&each, tables);
  while (g_hash_table_iter_next (&each, NULL, &value))
    {
      const Table *table = value;
      if (table->in_work || !table->head || must_wait (table->head, tables))
        continue;
      unsigned index = (unsigned) (table->head - jobs);
      if (table->head->not_before > now)
        wait_us = MIN (wait_us, table->head->not_before - now);
      else
        g_array_append_val (plan, index);
    }
  g_array_sort_with_data (plan, compare_indexes, (void *) jobs);
  *ret_wait_us = wait_us == INT64_MAX ? -1 : wait_us;
  return plan;
}
