#include "src/steps/steps_private.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "pipeline/warehouse/columns.h"

#include <string.h>

#define QUERY_MOST (1 << 20)

char *
steps_place (const Job *job, const JobStep *step)
{
  guint index = 0;
  for (guint i = 0; i < job->steps->len; i++)
    if (job->steps->pdata[i] == step)
      index = i;
  return g_strdup_printf ("$.steps[%u]", index);
}

char *
steps_read_file (const Steps *steps, const char *file, GError **error)
{
  char *text = NULL;
  g_autofree char *path = g_canonicalize_filename (file, steps->settings->home);
  return fs_read_file (path, QUERY_MOST, &text, NULL, error) ? text : NULL;
}

char *
steps_spell (const char *name, guint number, void *data)
{
  const Json *param = json_object_get (data, name);
  const char *type = json_string_value (json_object_get (param, "type"));
  if (type == NULL)
    return g_strdup_printf ("$%u", number);
  return g_strdup_printf ("cast($%u as %s%s)", number, type, json_is_array (json_object_get (param, "value")) ? "[]" : "");
}

/* ---- values ---- */

static Json *
fill_macro (const Steps *steps, const Json *value)
{
  char run[UID_TEXT_SIZE];
  uid_format (steps->run, run);
  const char *text = json_string_value (value);
  const MacroFacts facts = { steps->began, steps->zone, steps->job->school, steps->job->fiscal, run, steps->job->name };
  if (text == NULL || !g_str_has_prefix (text, MACRO_PREFIX))
    return json_incref ((Json *) value);
  g_autofree char *filled = macro_value (text + strlen (MACRO_PREFIX), &facts);
  return weir_json_string (filled);
}

static Json *
fill_macros (const Steps *steps, const Json *value)
{
  if (!json_is_array (value))
    return fill_macro (steps, value);
  Json *list = json_array ();
  for (size_t i = 0; i < json_array_size (value); i++)
    json_array_append_new (list, fill_macro (steps, json_array_get (value, i)));
  return list;
}

static const JobStep *
find_step (const Steps *steps, const char *name)
{
  for (guint i = 0; i < steps->job->steps->len; i++)
    {
      const JobStep *step = steps->job->steps->pdata[i];
      if (step->kind != STEP_DELIVERY && strcmp (step->name, name) == 0)
        return step;
    }
  return NULL;
}

static bool
refuse_column (const char *place, const char *step, const char *column, const GPtrArray *stored, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < stored->len; i++)
    g_ptr_array_add (names, ((const StoredColumn *) stored->pdata[i])->name);
  g_ptr_array_add (names, NULL);
  const char *near = text_nearest (column, (const char *const *) names->pdata);
  return weir_error (error, WEIR_ERROR_MODEL, "%s: the result of %s has no column \"%s\"%s%s%s", place, step, column,
                     near != NULL ? ", did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
}

/* {"step", "column"}: the values of an earlier result, with their type. */
static Json *
take_column (Steps *steps, const char *place, const Json *value, GError **error)
{
  const char *schema = steps->settings->staging_schema, *name = json_string_value (json_object_get (value, "step"));
  const char *column = json_string_value (json_object_get (value, "column")),
             *type = json_string_value (json_object_get (value, "type"));
  const JobStep *from = find_step (steps, name);
  if (steps->tries)
    return json_pack ("{s:[], s:s?}", "value", "type", type);
  if (from == NULL || !loader_refresh (steps->loader, error))
    return NULL;
  g_autoptr (GPtrArray) stored = columns_read (steps->loader->db, schema, from->table, error);
  const StoredColumn *found = stored != NULL ? columns_find (stored, column) : NULL;
  if (stored == NULL)
    return NULL;
  if (found == NULL)
    return refuse_column (place, name, column, stored, error), NULL;
  Json *values = ledger_steps_column (steps->loader->db, schema, from->table, column, error);
  return values != NULL ? json_pack ("{s:o, s:s}", "value", values, "type", type != NULL ? type : found->written) : NULL;
}

static Json *
take_param (Steps *steps, const char *place, const Json *value, GError **error)
{
  if (json_object_get (value, "step") != NULL)
    return take_column (steps, place, value, error);
  const Json *type = json_object_get (value, "type");
  Json *taken =
      json_pack ("{s:o}", "value", fill_macros (steps, json_is_object (value) ? json_object_get (value, "value") : value));
  if (type != NULL)
    json_object_set (taken, "type", (Json *) type);
  return taken;
}

Json *
steps_params (Steps *steps, const JobStep *step, GError **error)
{
  const char *name;
  Json *value;
  g_autofree char *place = steps_place (steps->job, step), *inner = g_strconcat (place, ".params", NULL);
  g_autoptr (Json) resolved = job_resolve (steps->settings, step->params, inner, error), taken = json_object ();
  if (resolved == NULL)
    return NULL;
  json_object_foreach (resolved, name, value)
    {
      g_autofree char *path = g_strdup_printf ("%s.%s", inner, name);
      Json *param = take_param (steps, path, value, error);
      if (param == NULL)
        return NULL;
      json_object_set_new (taken, name, param);
    }
  return g_steal_pointer (&taken);
}
