#include "src/pull/columns.h"

#include "base/error.h"

#include <string.h>

static const char *
text_of (const Json *object, const char *name)
{
  return json_string_value (json_object_get (object, name));
}

const char *
columns_name (const Job *job, const char *name)
{
  const char *renamed = text_of (json_object_get (job->columns, name), "rename");
  return renamed != NULL ? renamed : name;
}

static const Json *
find (const Json *columns, const char *name)
{
  for (size_t i = 0; i < json_array_size (columns); i++)
    if (g_strcmp0 (text_of (json_array_get (columns, i), "name"), name) == 0)
      return json_array_get (columns, i);
  return NULL;
}

/* Whether one of them says that it is the source's column of that name. */
static bool
comes_from (const Json *columns, const char *source)
{
  for (size_t i = 0; i < json_array_size (columns); i++)
    if (g_strcmp0 (text_of (json_array_get (columns, i), "source"), source) == 0)
      return true;
  return false;
}

/* Whether another column of the job is called so now. */
static bool
is_taken (const Job *job, const char *name)
{
  const char *source;
  Json *rule;
  json_object_foreach (job->columns, source, rule)
    if (strcmp (source, name) != 0 && g_strcmp0 (text_of (rule, "rename"), name) == 0)
      return true;
  return false;
}

static bool
is_masked (const Json *column, const char *mask)
{
  const Json *said = json_object_get (column, "mask");
  return json_is_true (said) || g_strcmp0 (json_string_value (said), mask) == 0;
}

static void
check_rule (const Job *job, const char *source, const Json *rule, const Json *columns, bool keys_only, GString *problems)
{
  const char *name = columns_name (job, source), *mask = text_of (rule, "mask");
  const Json *as_it_was = find (columns, source), *now = find (columns, name);
  if (json_is_true (json_object_get (rule, "drop")))
    {
      if ((as_it_was != NULL && !is_taken (job, source)) || comes_from (columns, source))
        g_string_append_printf (problems, "\n%s is to be dropped, and is there", source);
      return;
    }
  if (strcmp (name, source) != 0 && as_it_was != NULL && !is_taken (job, source))
    g_string_append_printf (problems, "\n%s is to be called %s, and is there as it was", source, name);
  if (now == NULL && !keys_only)
    g_string_append_printf (problems, "\n%s is not there", name);
  if (now != NULL && mask != NULL && !is_masked (now, mask))
    g_string_append_printf (problems, "\n%s is to be masked, and does not say that it is", name);
}

static bool
has_rules (const Job *job)
{
  return json_object_size (job->columns) > 0;
}

static bool
refuse (const Job *job, const char *problems, GError **error)
{
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, .detail = problems,
                                 .hint = "Nothing was loaded, and what came was thrown away. The connector has to be mended, or "
                                         "\"columns\" of the job." },
                    "%s: the connector did not do what the job says of columns", job->name);
}

bool
columns_check (const Job *job, const Json *columns, bool keys_only, GError **error)
{
  const char *source;
  Json *rule;
  g_autoptr (GString) problems = g_string_new (NULL);
  if (columns == NULL && !has_rules (job))
    return true;
  if (columns == NULL)
    return refuse (job, "A file comes as it lies there: its columns cannot be dropped, renamed or masked on the way.", error);
  if (json_array_size (columns) == 0)
    return refuse (job, "It has said no columns.", error);
  json_object_foreach (job->columns, source, rule)
    check_rule (job, source, rule, columns, keys_only, problems);
  return problems->len == 0 || refuse (job, problems->str + 1, error);
}
