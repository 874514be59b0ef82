#include "src/steps/steps_private.h"

#include "base/error.h"
#include "src/jobs/placeholders.h"

/* The values alone, for the connector: a list for a query with its own places, else by their names. */
static Json *
plain_params (const Json *params)
{
  const char *name;
  Json *param, *plain = json_object ();
  json_object_foreach ((Json *) params, name, param)
    json_object_set (plain, name, json_object_get (param, "value"));
  return plain;
}

static Json *
listed_params (const Json *params, const Placeholders *places)
{
  Json *list = json_array ();
  for (guint i = 0; i < placeholders_count (places); i++)
    json_array_append (list, json_object_get (json_object_get (params, placeholders_name (places, i)), "value"));
  return list;
}

/* A query whose parameters are called :name becomes one with $1, $2, and the list of their values. */
static bool
place_params (const Steps *steps, Json *from, Json *params, GError **error)
{
  g_auto (Placeholders) places = { 0 };
  g_autoptr (GString) sql = g_string_new (NULL);
  const char *file = json_string_value (json_object_get (from, "query_file"));
  g_autofree char *text = file != NULL ? steps_read_file (steps, file, error) : NULL;
  if (file != NULL && text == NULL)
    return false;
  /* What cannot be read here may be another server's way to write. */
  bool placed = text != NULL && placeholders_read (text, &places, NULL) && placeholders_count (&places) > 0;
  if (!placed)
    {
      if (json_object_size (params) > 0)
        json_object_set_new (from, "params", plain_params (params));
      return true;
    }
  placeholders_append (&places, sql, steps_spell, params);
  json_object_del (from, "query_file");
  json_object_set_new (from, "query", json_string (sql->str));
  json_object_set_new (from, "params", listed_params (params, &places));
  return true;
}

/* What people should know of it: how many files it was of, what of them is no row, what their connector says. NULL: nothing. */
static char *
message_of (const PullExtracted *came, int64_t rejected)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  if (came->files > 0)
    g_ptr_array_add (parts, g_strdup_printf ("of %u file%s", came->files, came->files == 1 ? "" : "s"));
  if (rejected > 0)
    g_ptr_array_add (parts, g_strdup_printf ("%" G_GINT64_FORMAT " rows were rejected", rejected));
  if (came->left_out > 0)
    g_ptr_array_add (parts, g_strdup_printf ("%" G_GINT64_FORMAT " rows could not be read and were left out", came->left_out));
  for (size_t i = 0; i < json_array_size (came->notes); i++)
    g_ptr_array_add (parts, g_strdup (json_string_value (json_array_get (came->notes, i))));
  g_ptr_array_add (parts, NULL);
  return parts->len > 1 ? g_strjoinv ("; ", (char **) parts->pdata) : NULL;
}

static bool
judge (Steps *steps, const PullExtracted *came, StepOutcome *ret, GError **error)
{
  const Json *rows = json_object_get (came->end.summary, "rows");
  const char *message = json_string_value (json_object_get (json_object_get (came->end.summary, "error"), "message"));
  int64_t read = json_integer_value (json_object_get (rows, "read")),
          rejected = json_integer_value (json_object_get (rows, "rejected"));
  if (came->end.failed)
    return weir_error (error, WEIR_ERROR_INPUT, "%s", message != NULL ? message : "what came was refused");
  ret->rows = read - rejected;
  ret->message = message_of (came, rejected);
  steps->rejects = steps->rejects || rejected > 0 || came->left_out > 0;
  return true;
}

Json *
steps_place_from (Steps *steps, const JobStep *step, GError **error)
{
  g_autofree char *place = steps_place (steps->job, step), *inner = g_strconcat (place, ".from", NULL);
  g_autoptr (Json) from = job_resolve (steps->settings, step->rest, inner, error);
  g_autoptr (Json) params = from != NULL ? steps_params (steps, step, error) : NULL;
  return params != NULL && place_params (steps, from, params, error) ? g_steal_pointer (&from) : NULL;
}

Json *
steps_from (const Settings *settings, const Job *job, const JobStep *step, GError **error)
{
  Steps steps = { .settings = settings, .job = job, .run = uid_random (), .tries = true };
  steps.began = g_get_real_time () / G_USEC_PER_SEC;
  steps.zone = zone_open (job->time_zone != NULL ? job->time_zone : "UTC", error);
  Json *from = steps.zone != NULL ? steps_place_from (&steps, step, error) : NULL;
  g_clear_pointer (&steps.zone, zone_free);
  return from;
}

bool
steps_extract (Steps *steps, const JobStep *step, StepOutcome *ret, GError **error)
{
  g_auto (PullExtracted) came = { 0 };
  g_autoptr (Json) from = steps_place_from (steps, step, error);
  if (from == NULL)
    return steps->how = CONNECTED_CONFIGURATION, false;
  const PullExtract extract = { steps->job, step->table, step->connection, from };
  return pull_extract (steps->pulling, &extract, &came, &steps->how, error) && judge (steps, &came, ret, error);
}
