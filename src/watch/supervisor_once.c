/* `weir watch --once`: where its files begin and where it ends. */
#include "src/watch/supervisor_state.h"

#include "base/error.h"
#include "pipeline/summary.h"

#include <stdio.h>

static void
end (Supervisor *supervisor, int code)
{
  supervisor->over = true;
  supervisor->end_code = code;
  g_main_loop_quit (supervisor->loop);
}

void
supervisor_once_choose (Supervisor *supervisor)
{
  Once *once = supervisor->once;
  if (!catalog_watch_get (supervisor->catalog)) /* which was said; nobody knows where a file goes */
    {
      end (supervisor, EXIT_LOCAL);
      return;
    }
  if (!once_has_begun (once))
    once_begin (once, supervisor->jobs, g_get_monotonic_time ());
  for (guint i = supervisor->jobs->len; i-- > 0;)
    {
      const Job *job = supervisor->jobs->pdata[i];
      if (job->state != JOB_IN_WORK && !once_takes (once, job))
        g_ptr_array_remove_index (supervisor->jobs, i);
    }
}

/* A file that never became a run has a published object too. */
static void
publish_left (const Job *job, const Json *error)
{
  const Run run = { .table = job->table, .file = job->name };
  const PipelineResult result = { .status = STATUS_FAILED };
  g_autoptr (Json) summary = pipeline_summary (&run, &result, 0, NULL);
  json_object_set_new (summary, "run", json_null ());
  json_object_set (summary, "error", (Json *) error);
  g_autofree char *text = weir_json_text (summary);
  puts (text);
  fflush (stdout);
}

static void
tell_left (const Job *job, const Json *error, void *data)
{
  Supervisor *supervisor = data;
  /* What is to be done was said when a worker left it; --json has it all. */
  const LogSubject subject = supervisor_subject (supervisor, job);
  log_about (supervisor->log, LEVEL_WARNING, &subject, "is left in the drop folder: %s",
             json_string_value (json_object_get (error, "message")));
  if (supervisor->json)
    publish_left (job, error);
}

void
supervisor_once_judge (Supervisor *supervisor, const GArray *all, const Plan *plan)
{
  g_autoptr (GPtrArray) working = crew_jobs (supervisor->crew);
  const OnceLook look = { all, plan, supervisor->holds, working, g_get_monotonic_time () };
  /* Behind a reply a file that stays claimed is in no list until the next look. */
  if (!supervisor->fresh || supervisor->over || supervisor->stopping || !once_is_over (supervisor->once, &look))
    return;
  end (supervisor, once_report (supervisor->once, &look, tell_left, supervisor));
}
