#include "src/pull/model_of_job.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "models/members.h"
#include "src/pull/columns.h"

#include <string.h>

static Json *
key_of_job (const Job *job)
{
  Json *key = json_array ();
  for (char **name = job->key; name != NULL && *name != NULL; name++)
    json_array_append_new (key, json_string (columns_name (job, *name)));
  return key;
}

static void
add_keys_of_result (const Json *columns, Json *key)
{
  for (size_t i = 0; i < json_array_size (columns); i++)
    {
      const Json *column = json_array_get (columns, i);
      if (json_is_true (json_object_get (column, "key")))
        json_array_append (key, json_object_get (column, "name"));
    }
}

/* A fact of all rows of all files. */
static Json *
every_row (const char *table)
{
  return json_pack ("{s:s, s:s, s:s, s:s}", "$schema", "../schema/model.schema.json", "table", table, "kind", "fact", "append",
                    "all");
}

/* The key of a job is that of all of its streams. */
static bool
fail_without_key (const Job *job, const char *table, GError **error)
{
  g_autoptr (GString) hint = g_string_new (NULL);
  for (guint i = 0; job->streams->len > 1 && i < job->streams->len; i++)
    {
      const JobStream *stream = job->streams->pdata[i];
      g_autofree char *place = members_path ("$.streams", stream->stream);
      if (strcmp (stream->table, table) == 0)
        g_string_printf (
            hint,
            "Write models/%s.json, the table of %s in %s, with its \"business_key\": a \"key\" of the job is that of all "
            "of its streams.",
            table, place, job->path);
    }
  if (hint->len == 0)
    g_string_printf (hint, "Say \"key\" in %s: the columns that identify a row; or write models/%s.json.", job->path, table);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint->str },
                    "%s: there is no model of %s, and nobody says what its key is", job->name, table);
}

Json *
model_of_job (const Job *job, const char *table, const Json *columns, GError **error)
{
  if (job->has_mode && job->mode == MODE_DUMP)
    return every_row (table);
  g_autoptr (Json) key = key_of_job (job);
  if (json_array_size (key) == 0)
    add_keys_of_result (columns, key);
  if (json_array_size (key) == 0 && job->has_mode && job->mode == MODE_INCREMENTAL)
    return every_row (table);
  if (json_array_size (key) == 0)
    return fail_without_key (job, table, error), NULL;
  const char *kind = job->has_mode && job->mode == MODE_LOG ? "fact" : "dimension";
  Json *model = json_pack ("{s:s, s:s, s:s, s:O}", "$schema", "../schema/model.schema.json", "table", table, "kind", kind,
                           "business_key", key);
  /* Keys of a source are what they are: "a" and " a" are two there. */
  if (strcmp (kind, "dimension") == 0)
    json_object_set_new (model, "id", json_pack ("{s:[]}", "normalize"));
  if (job->has_mode && (job->mode == MODE_MIRROR || job->mode == MODE_FULL))
    json_object_set_new (model, "absent", json_string ("close"));
  return model;
}

bool
model_of_job_write (const Settings *settings, const char *table, const Json *model, char **ret_shown, GError **error)
{
  bool exists = false, made;
  g_autofree char *name = g_strconcat (table, ".json", NULL), *path = g_build_filename (settings->models, name, NULL);
  g_autofree char *text = weir_json_pretty (model), *line = g_strconcat (text, "\n", NULL);
  *ret_shown = NULL;
  bool done = fs_make_folder (settings->models, 0777, error) && fs_write_new (path, line, strlen (line), 0644, &exists, error);
  if (done)
    *ret_shown = settings_shown_path (settings, path);
  return exists || (done && settings_make_model_schema (settings, &made, error));
}
