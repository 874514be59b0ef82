#include "src/watch/dispatch.h"

#include "models/waiting.h"

#include <string.h>

/* What the jobs say of one table. */
typedef struct
{
  const Job *head;  /* the next one to hand out, NULL: none is ready */
  const Job *older; /* the first of those that cannot go and that others wait for, NULL: none */
  bool in_work;
  bool pending; /* a fact that refers to it waits */
} Table;

void
plan_clear (Plan *plan)
{
  g_clear_pointer (&plan->steps, g_array_unref);
  g_clear_pointer (&plan->waits, g_array_unref);
}

static void
keep_first (const Job **first, const Job *job)
{
  if (!*first || job_compare (job, *first) < 0)
    *first = job;
}

static void
sort_in (Table *table, const Job *job)
{
  table->pending |= job->state != JOB_UNREADABLE;
  switch (job->state)
    {
    case JOB_READY:
    case JOB_ORPHAN:
      keep_first (&table->head, job);
      break;
    case JOB_INCOMPLETE:
    case JOB_HELD:
    case JOB_UNREADABLE:
      keep_first (&table->older, job);
      break;
    case JOB_IN_WORK:
      table->in_work = true;
      break;
    case JOB_STUCK:
      break;
    }
}

static GHashTable *
sort_into_tables (const Job *jobs, size_t n_jobs)
{
  GHashTable *tables = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  for (size_t i = 0; i < n_jobs; i++)
    {
      Table *table = g_hash_table_lookup (tables, jobs[i].table);
      if (!table)
        {
          table = g_new0 (Table, 1);
          g_hash_table_insert (tables, (char *) jobs[i].table, table);
        }
      sort_in (table, &jobs[i]);
    }
  return tables;
}

/* Whether a dimension was ever loaded, the worker finds out. */
static bool
is_pending (const char *name, void *tables)
{
  const Table *table = g_hash_table_lookup (tables, name);
  return table && table->pending;
}

static bool
must_wait (const Job *job, GHashTable *tables)
{
  Wait wait;
  return waiting_find (job->references, &(WaitKnowledge) { .is_pending = is_pending, .data = tables }, &wait);
}

static int
compare_steps (const void *a, const void *b, void *data)
{
  const Job *jobs = data;
  return job_compare (&jobs[((const Step *) a)->job], &jobs[((const Step *) b)->job]);
}

/* A table's next file goes to the plan: it is handed out, or waits. */
static void
plan_head (const Table *table, const Job *jobs, int64_t now, Plan *plan)
{
  const Job *head = table->head;
  bool passes = table->older && job_compare (table->older, head) < 0;
  const Step step = { (unsigned) (head - jobs), passes ? (unsigned) (table->older - jobs) : STEP_NO_OLDER };
  int64_t due = MAX (head->not_before, passes ? head->passes_at : 0);
  if (due <= now)
    g_array_append_val (plan->steps, step);
  else
    plan->wait_us = plan->wait_us < 0 ? due - now : MIN (plan->wait_us, due - now);
  if (passes && head->passes_at > now)
    g_array_append_val (plan->waits, step);
}

void
dispatch_plan (const Job *jobs, size_t n_jobs, int64_t now, Plan *ret_plan)
{
  *ret_plan = (Plan) { .steps = g_array_new (FALSE, FALSE, sizeof (Step)),
                       .waits = g_array_new (FALSE, FALSE, sizeof (Step)),
                       .wait_us = -1 };
  g_autoptr (GHashTable) tables = sort_into_tables (jobs, n_jobs);
  GHashTableIter each;
  void *value;
  g_hash_table_iter_init (&each, tables);
  while (g_hash_table_iter_next (&each, NULL, &value))
    {
      const Table *table = value;
      if (!table->in_work && table->head && !must_wait (table->head, tables))
        plan_head (table, jobs, now, ret_plan);
    }
  g_array_sort_with_data (ret_plan->steps, compare_steps, (void *) jobs);
  g_array_sort_with_data (ret_plan->waits, compare_steps, (void *) jobs);
}
