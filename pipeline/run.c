#include "pipeline/run.h"

#include "base/error.h"

#include <poll.h>

const char *
load_status_word (LoadStatus status)
{
  static const char *const words[] = { [STATUS_APPLIED] = "applied",
                                       [STATUS_STAGED] = "staged",
                                       [STATUS_DUPLICATE] = "duplicate",
                                       [STATUS_FAILED] = "failed",
                                       [STATUS_HELD] = "held" };
  return words[status];
}

bool
run_begin (Db *db, const PipelineOptions *options, int idle_ms, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("begin isolation level read committed;"
                                          "set local synchronous_commit = on;"
                                          "set local statement_timeout = 0;"
                                          "set local lock_timeout = %d;"
                                          "set local idle_in_transaction_session_timeout = %d;"
                                          "set local work_mem = '64MB';"
                                          "set local maintenance_work_mem = '256MB';"
                                          "set local hash_mem_multiplier = 2;"
                                          "set local parallel_setup_cost = 0;"
                                          "set local parallel_tuple_cost = 0;"
                                          "set local jit = off;"
                                          "set local search_path = pg_catalog",
                                          options->lock_timeout_ms, idle_ms);
  return db_exec (db, sql, error);
}

static bool
tell (const PipelineTask *task, const char *step, int64_t done, int64_t total, GError **error)
{
  const PipelineOptions *options = task->options;
  if (options->progress != NULL)
    options->progress (step, done, total, options->progress_data);
  struct pollfd stop = { .fd = options->stop_fd, .events = POLLIN };
  if (options->stop_fd >= 0 && poll (&stop, 1, 0) > 0)
    return weir_error (error, WEIR_ERROR_STOP, "stopped while loading \"%s\"", task->run->file);
  return true;
}

bool
task_go_on (const PipelineTask *task, const char *step, int64_t bytes, GError **error)
{
  return tell (task, step, bytes, task->run->size, error);
}

bool
task_begin_part (const PipelineTask *task, int part, GError **error)
{
  return tell (task, "TRANSFORM", part, TASK_PARTS, error);
}

void
pipeline_result_clear (PipelineResult *result)
{
  g_clear_pointer (&result->notes, g_ptr_array_unref);
  g_clear_pointer (&result->overtook, g_ptr_array_unref);
}
