#include "src/watch/job.h"

#include "base/text.h"

#include <string.h>

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
  copy->device = job->device;
  copy->inode = job->inode;
  copy->size = job->size;
  copy->mtime_ns = job->mtime_ns;
  copy->not_before = job->not_before;
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
