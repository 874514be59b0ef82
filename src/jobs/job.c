#include "src/jobs/job_private.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"

#include <string.h>

static void
broken_free (void *data)
{
  BrokenJob *broken = data;
  g_free (broken->name);
  g_free (broken->path);
  g_clear_error (&broken->error);
  g_free (broken);
}

void
jobs_add_broken (Jobs *jobs, const char *name, const char *path, GError *error)
{
  BrokenJob *broken = g_new0 (BrokenJob, 1);
  broken->name = g_strdup (name);
  broken->path = g_strdup (path);
  broken->error = error;
  g_ptr_array_add (jobs->broken, broken);
}

void
jobs_free (Jobs *jobs)
{
  if (jobs == NULL)
    return;
  g_ptr_array_unref (jobs->jobs);
  g_ptr_array_unref (jobs->broken);
  g_free (jobs);
}

static int
compare_broken (const void *a, const void *b)
{
  return strcmp ((*(BrokenJob *const *) a)->name, (*(BrokenJob *const *) b)->name);
}

Jobs *
jobs_load (const Settings *settings, GError **error)
{
  g_autofree char *folder = g_build_filename (settings->home, "jobs", NULL);
  g_autoptr (GPtrArray) names = fs_list (folder, ".json", error);
  g_autoptr (Catalog) catalog = names != NULL ? settings_load_catalog (settings, error) : NULL;
  if (catalog == NULL)
    return NULL;
  Jobs *jobs = g_new0 (Jobs, 1);
  jobs->jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) job_destroy);
  jobs->broken = g_ptr_array_new_with_free_func (broken_free);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      GError *problem = NULL;
      Job *job = job_read (settings, catalog, name, &problem);
      g_autofree char *path = g_strconcat ("jobs/", name, ".json", NULL);
      if (job != NULL)
        g_ptr_array_add (jobs->jobs, job);
      else
        jobs_add_broken (jobs, name, path, problem);
    }
  jobs_part (jobs);
  g_ptr_array_sort (jobs->broken, compare_broken);
  return jobs;
}

/* The names of all, for near misses. The array is the caller's, its texts are not. */
static GPtrArray *
all_names (const Jobs *jobs)
{
  GPtrArray *names = g_ptr_array_new ();
  for (guint i = 0; i < jobs->jobs->len; i++)
    g_ptr_array_add (names, ((const Job *) jobs->jobs->pdata[i])->name);
  for (guint i = 0; i < jobs->broken->len; i++)
    g_ptr_array_add (names, ((const BrokenJob *) jobs->broken->pdata[i])->name);
  g_ptr_array_add (names, NULL);
  return names;
}

const Job *
jobs_find (const Jobs *jobs, const char *name, GError **error)
{
  for (guint i = 0; i < jobs->jobs->len; i++)
    if (g_str_equal (((const Job *) jobs->jobs->pdata[i])->name, name))
      return jobs->jobs->pdata[i];
  for (guint i = 0; i < jobs->broken->len; i++)
    {
      const BrokenJob *broken = jobs->broken->pdata[i];
      if (!g_str_equal (broken->name, name))
        continue;
      if (error != NULL)
        *error = g_error_copy (broken->error);
      return NULL;
    }
  g_autoptr (GPtrArray) names = all_names (jobs);
  const char *nearest = text_nearest (name, (const char *const *) names->pdata);
  if (nearest != NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "there is no job \"%s\", did you mean \"%s\"?", name, nearest), NULL;
  weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "A job is a file jobs/NAME.json; `weir jobs` lists them." },
             "there is no job \"%s\"", name);
  return NULL;
}

bool
jobs_is_broken (const Jobs *jobs, const char *name)
{
  for (guint i = 0; i < jobs->broken->len; i++)
    if (g_str_equal (((const BrokenJob *) jobs->broken->pdata[i])->name, name))
      return true;
  return false;
}

const Json *
connection_find (const Settings *settings, const char *name, GError **error)
{
  const Json *found = json_object_get (settings->connections, name);
  if (found != NULL)
    return found;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *known;
  Json *connection;
  json_object_foreach (settings->connections, known, connection)
    g_ptr_array_add (names, (gpointer) known);
  g_ptr_array_add (names, NULL);
  const char *nearest = text_nearest (name, (const char *const *) names->pdata);
  if (nearest != NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "there is no connection \"%s\", did you mean \"%s\"?", name, nearest), NULL;
  weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "Connections are in weir.json, in \"connections\"." },
             "there is no connection \"%s\"", name);
  return NULL;
}

bool
jobs_make_schema (const Settings *settings, bool *ret_made, GError **error)
{
  g_autofree char *folder = g_build_filename (settings->home, "schema", NULL);
  g_autofree char *path = g_build_filename (folder, "job.schema.json", NULL);
  *ret_made = !g_file_test (path, G_FILE_TEST_EXISTS);
  if (!*ret_made)
    return true;
  g_autoptr (Json) schema = job_schema ();
  g_autofree char *text = weir_json_pretty (schema), *line = g_strconcat (text, "\n", NULL);
  return fs_make_folder (folder, 0755, error) && fs_write_file (path, line, strlen (line), 0644, error);
}
