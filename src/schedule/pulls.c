#include "src/schedule/pulls.h"

#include "base/quantity.h"
#include "src/jobs/job.h"

#include <string.h>

#define SCHEDULED "--scheduled"

void
pull_free (Pull *pull)
{
  if (pull == NULL)
    return;
  g_free (pull->name);
  g_free (pull->cron);
  g_free (pull->zone);
  g_free (pull->cut_off);
  g_free (pull);
}

static bool
has_times (const Job *job)
{
  return (job->connection != NULL || job->steps != NULL) && (job->cron != NULL || job->every > 0);
}

static Pull *
pull_new (const Job *job, const TimedJob *row)
{
  Pull *pull = g_new0 (Pull, 1);
  pull->name = g_strdup (job->name);
  g_autofree char *period = quantity_show_period (job->every);
  pull->cron = job->cron != NULL ? g_strdup (job->cron) : g_strconcat ("@every ", period, NULL);
  pull->zone = g_strdup (job->time_zone != NULL ? job->time_zone : "UTC");
  pull->cut_off = g_strdup (job->cut_off);
  pull->times = (JobTimes) { .cron = pull->cron, .zone = pull->zone, .cut_off = pull->cut_off, .catch_up = CATCH_UP_ONCE };
  pull->job = *row;
  pull->job.words[1] = pull->name;
  pull->job.words[2] = SCHEDULED;
  return pull;
}

GPtrArray *
pulls_of (const Settings *settings, const TimedJob *row, GError **error)
{
  g_autoptr (Jobs) jobs = jobs_load (settings, error);
  if (jobs == NULL)
    return NULL;
  GPtrArray *pulls = g_ptr_array_new_with_free_func ((GDestroyNotify) pull_free);
  for (guint i = 0; i < jobs->jobs->len; i++)
    if (has_times (jobs->jobs->pdata[i]))
      g_ptr_array_add (pulls, pull_new (jobs->jobs->pdata[i], row));
  return pulls;
}

bool
pulls_any (const Settings *settings, const TimedJob *row)
{
  g_autoptr (GPtrArray) pulls = pulls_of (settings, row, NULL);
  return pulls != NULL && pulls->len > 0;
}

/* A file may be called anything; then there never was a job of its name. */
static bool
is_name (const char *name)
{
  return name[strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-")] == '\0';
}

static void
add_broken (const Jobs *jobs, GPtrArray *names)
{
  for (guint i = 0; i < jobs->broken->len; i++)
    {
      const BrokenJob *broken = jobs->broken->pdata[i];
      if (is_name (broken->name))
        g_ptr_array_add (names, g_strdup (broken->name));
    }
}

GPtrArray *
pulls_broken (const Settings *settings)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (Jobs) jobs = jobs_load (settings, NULL);
  if (jobs != NULL)
    add_broken (jobs, names);
  return names;
}

GPtrArray *
pulls_jobs (const Settings *settings)
{
  GPtrArray *names = pulls_broken (settings);
  g_autoptr (Jobs) jobs = jobs_load (settings, NULL);
  for (guint i = 0; jobs != NULL && i < jobs->jobs->len; i++)
    g_ptr_array_add (names, g_strdup (((const Job *) jobs->jobs->pdata[i])->name));
  return names;
}
