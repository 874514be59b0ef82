#include "src/jobs/job_private.h"

#include "base/error.h"

/* Two jobs may feed one table: the same orders of two shops, say. Not where one of them says what is gone, for it would close the rows of the
 * other; and not where both take the same rows, which would be there twice, or be moved by two bookmarks. */
typedef enum
{
  TOGETHER_FINE,
  TOGETHER_CLOSES,
  TOGETHER_SAME,
} Together;

static bool
says_what_is_gone (const Job *job)
{
  return job->has_mode && (job->mode == MODE_FULL || job->mode == MODE_MIRROR);
}

static bool
is_same (const Json *left, const Json *right)
{
  return left == right || (left != NULL && right != NULL && json_equal (left, right));
}

static Together
judge (const Job *left, const JobStream *one, const Job *right, const JobStream *other)
{
  if (!g_str_equal (one->table, other->table))
    return TOGETHER_FINE;
  if (says_what_is_gone (left) || says_what_is_gone (right))
    return TOGETHER_CLOSES;
  bool same_rows = g_strcmp0 (left->connection, right->connection) == 0 && g_strcmp0 (one->stream, other->stream) == 0
                   && is_same (left->from, right->from) && is_same (left->where, right->where);
  return same_rows ? TOGETHER_SAME : TOGETHER_FINE;
}

/* Adds what is wrong with "job" because of "other". */
static void
compare (const Job *job, const Job *other, GPtrArray *problems)
{
  for (guint i = 0; i < job->streams->len; i++)
    for (guint j = 0; j < other->streams->len; j++)
      {
        const JobStream *stream = job->streams->pdata[i];
        Together together = judge (job, stream, other, other->streams->pdata[j]);
        const Job *closer = says_what_is_gone (job) ? job : other;
        if (together == TOGETHER_CLOSES)
          g_ptr_array_add (problems,
                           g_strdup_printf ("$: job \"%s\" feeds table \"%s\", too: mode \"%s\" would close the rows of the other",
                                            other->name, stream->table, job_mode_words[closer->mode]));
        if (together == TOGETHER_SAME)
          g_ptr_array_add (problems,
                           g_strdup_printf ("$: job \"%s\" pulls the same rows into table \"%s\"", other->name, stream->table));
      }
}

/* Two streams of one job that go to one table are as two jobs. */
static void
compare_within (const Job *job, GPtrArray *problems)
{
  for (guint i = 0; i < job->streams->len && says_what_is_gone (job); i++)
    for (guint j = 0; j < i; j++)
      {
        const JobStream *stream = job->streams->pdata[i], *before = job->streams->pdata[j];
        if (g_str_equal (stream->table, before->table))
          g_ptr_array_add (
              problems,
              g_strdup_printf ("$.streams: \"%s\" and \"%s\" feed table \"%s\": mode \"%s\" would close the rows of the other",
                               before->stream, stream->stream, stream->table, job_mode_words[job->mode]));
      }
}

/* All are compared before any is moved, so that the outcome does not depend on their order. */
void
jobs_part (Jobs *jobs)
{
  guint count = jobs->jobs->len;
  g_autofree GError **errors = g_new0 (GError *, count);
  for (guint i = 0; i < count; i++)
    {
      const Job *job = jobs->jobs->pdata[i];
      g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
      compare_within (job, problems);
      for (guint j = 0; j < count; j++)
        if (i != j)
          compare (job, jobs->jobs->pdata[j], problems);
      if (problems->len > 0)
        members_refuse_other ("job", job->path, "pull.md", problems, &errors[i]);
    }
  guint kept = 0;
  for (guint i = 0; i < count; i++)
    if (errors[i] == NULL)
      kept++;
    else
      {
        Job *job = g_ptr_array_steal_index (jobs->jobs, kept);
        jobs_add_broken (jobs, job->name, job->path, errors[i]);
        job_destroy (job);
      }
}
