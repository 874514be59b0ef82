#include "base/error.h"
#include "src/commands/cli.h"
#include "src/commands/schedule_call.h"
#include "src/report/listed_jobs.h"

#include <stdio.h>

typedef struct
{
  gboolean names;
} JobsOptions;

static bool
print_names (const Jobs *jobs)
{
  for (guint i = 0; i < jobs->jobs->len; i++)
    puts (((const Job *) jobs->jobs->pdata[i])->name);
  return true;
}

static void
print_list (const Jobs *jobs, const Json *list)
{
  if (json_array_size (list) == 0)
    {
      puts ("There is no job: one is a file jobs/NAME.json. `weir discover CONNECTION STREAM --job` proposes one.");
      return;
    }
  listed_jobs_show (list);
  for (guint i = 0; i < jobs->broken->len; i++)
    show_error (((const BrokenJob *) jobs->broken->pdata[i])->error, "");
}

/* What the files say is told also where the ledger cannot be asked. */
static bool
run (Call *call, int *ret_code, GError **error)
{
  g_auto (ScheduleWork) work = { 0 };
  g_autoptr (GError) away = NULL;
  g_autoptr (Jobs) jobs = jobs_load (call->settings, error);
  if (jobs == NULL)
    return false;
  if (((const JobsOptions *) call->options)->names)
    return print_names (jobs);
  bool is_known = schedule_work_open (call->settings, &work, &away);
  g_autoptr (Json) list = listed_jobs (is_known ? work.db : NULL, jobs, error);
  if (list == NULL)
    return false;
  if (call->json)
    show_json (list);
  else
    print_list (jobs, list);
  if (!is_known)
    *ret_code = command_fail (g_steal_pointer (&away), false);
  return true;
}

static const CommandOption options[] = {
  { "names", 0, OPTION_FLAG (JobsOptions, names), NULL, NULL },
  { NULL },
};

const Command command_jobs = {
  .name = "jobs",
  .arguments = "",
  .summary = "what is pulled from where, delivered where, and how far it has come",
  .description = "A job is a file jobs/NAME.json. One that is failing pulls again at its next time, or by `weir pull`; `weir check "
                 "NAME` tries it.\n\n"
                 "  weir jobs\n"
                 "  weir jobs --json",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .usage = "no arguments are taken",
  .options = options,
  .options_size = sizeof (JobsOptions),
  .run = run,
};
