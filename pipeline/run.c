#include "pipeline/run.h"

#include "base/error.h"
#include "schema/sql.h"

#include <poll.h>

#define APPLYING_IDLE_MS "300000"

const char *
load_status_word (LoadStatus status)
{
  static const char *const words[] = { [STATUS_APPLIED] = "applied", [STATUS_STAGED] = "staged", [STATUS_DUPLICATE] = "duplicate",
                                       [STATUS_FAILED] = "failed",   [STATUS_HELD] = "held",     [STATUS_BLOCKED] = "blocked" };
  return words[status];
}

bool
run_begin (Db *db, const PipelineOptions *options, RunWork work, GError **error)
{
  bool applies = work != RUN_READING;
  g_autofree char *lock_ms = g_strdup_printf ("%d", options->lock_timeout_ms);
  const SqlVar vars[] = { { "durable", applies ? "on" : "off" },
                          { "lock_ms", lock_ms },
                          { "idle_ms", applies ? APPLYING_IDLE_MS : "0" } };
  return sql_post (db, work == RUN_COMPARING ? "run/begin_comparing" : "run/begin", NULL, 0, error)
         && sql_post (db, "run/settings", vars, G_N_ELEMENTS (vars), error);
}

static bool
tell (const PipelineTask *task, const char *step, int64_t done, int64_t total, int64_t rows, GError **error)
{
  const PipelineOptions *options = task->options;
  if (options->progress != NULL)
    options->progress (step, done, total, rows, options->progress_data);
  struct pollfd stop = { .fd = options->stop_fd, .events = POLLIN };
  if (options->stop_fd >= 0 && poll (&stop, 1, 0) > 0)
    return weir_error (error, WEIR_ERROR_STOP, "stopped while loading \"%s\"", task->run->file);
  return true;
}

bool
task_go_on (const PipelineTask *task, const char *step, int64_t bytes, int64_t rows, GError **error)
{
  return tell (task, step, bytes, task->run->size, rows, error);
}

bool
task_begin_part (const PipelineTask *task, int part, GError **error)
{
  return tell (task, "TRANSFORM", part, TASK_PARTS, 0, error);
}

void
pipeline_result_clear (PipelineResult *result)
{
  g_clear_pointer (&result->notes, g_ptr_array_unref);
  g_clear_pointer (&result->overtook, g_ptr_array_unref);
  g_clear_pointer (&result->spent, json_decref);
  g_clear_pointer (&result->held, json_decref);
  g_clear_pointer (&result->aside, g_free);
  g_clear_pointer (&result->applied_on, g_free);
}
