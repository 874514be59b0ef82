#include "src/jobs/job_private.h"

#include "base/error.h"
#include "src/settings/settings_connections.h"
#include "src/settings/settings_reference.h"

typedef struct
{
  const Settings *settings;
  MemberScope scope;
  bool only_files;
  bool is_local; /* all that went wrong is the machine's */
  char *hint;    /* of the first that has one; NULL: none has */
} Resolving;

static void
resolving_clear (Resolving *resolving)
{
  g_free (resolving->hint);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Resolving, resolving_clear)

static Json *resolve (Resolving *resolving, const char *path, const Json *value);

/* The text that it stands for; null where that is not to be had. */
static Json *
resolve_text (Resolving *resolving, const char *path, const Json *value)
{
  g_autoptr (GError) error = NULL;
  const char *text = json_string_value (value);
  if (!settings_is_reference (text) || (resolving->only_files && !g_str_has_prefix (text, "${file:")))
    return json_copy ((Json *) value);
  g_autofree char *found = settings_resolve (resolving->settings, text, &error);
  if (found == NULL)
    {
      resolving->is_local = resolving->is_local && g_error_matches (error, WEIR_ERROR, WEIR_ERROR_LOCAL);
      members_problem (&resolving->scope, path, "%s", error->message);
      if (resolving->hint == NULL)
        resolving->hint = g_strdup (weir_error_get_hint (error));
      return json_null ();
    }
  Json *resolved = json_string (found);
  if (resolved == NULL)
    members_problem (&resolving->scope, path, "what it stands for is no UTF-8");
  resolving->is_local = resolving->is_local && resolved != NULL;
  if (resolved != NULL)
    g_hash_table_add (resolving->settings->resolved, g_strdup (found));
  return resolved != NULL ? resolved : json_null ();
}

static Json *
resolve_object (Resolving *resolving, const char *path, const Json *value)
{
  Json *resolved = json_object (), *member;
  const char *name;
  json_object_foreach ((Json *) value, name, member)
    {
      g_autofree char *inner = members_path (path, name);
      json_object_set_new (resolved, name, resolve (resolving, inner, member));
    }
  return resolved;
}

static Json *
resolve (Resolving *resolving, const char *path, const Json *value)
{
  if (json_is_string (value))
    return resolve_text (resolving, path, value);
  if (json_is_object (value))
    return resolve_object (resolving, path, value);
  if (!json_is_array (value))
    return json_deep_copy (value);
  Json *resolved = json_array ();
  for (size_t i = 0; i < json_array_size (value); i++)
    {
      g_autofree char *inner = g_strdup_printf ("%s[%zu]", path, i);
      json_array_append_new (resolved, resolve (resolving, inner, json_array_get (value, i)));
    }
  return resolved;
}

/* One problem is the message, for lists that show no more of an error; of several each is a line of the detail. */
static void
fail_with (const Resolving *resolving, GError **error)
{
  GPtrArray *problems = resolving->scope.problems;
  guint n = problems->len;
  g_ptr_array_add (problems, NULL);
  g_autofree char *lines = g_strjoinv ("\n", (char **) problems->pdata);
  const Failure failure = { resolving->is_local ? WEIR_ERROR_LOCAL : WEIR_ERROR_MODEL, .detail = n > 1 ? lines : NULL,
                            .hint = resolving->hint };
  if (n == 1)
    weir_fail (error, &failure, "%s", lines);
  else
    weir_fail (error, &failure, "%u values could not be read that weir.json or the job takes from elsewhere", n);
}

static Json *
resolve_part (const Settings *settings, const Json *part, const char *place, bool only_files, GError **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_auto (Resolving) resolving = { settings, { .problems = problems }, only_files, true, NULL };
  settings_check_references (&resolving.scope, place, part);
  resolving.is_local = problems->len == 0;
  g_autoptr (Json) resolved = part != NULL ? resolve (&resolving, place, part) : json_object ();
  if (problems->len == 0)
    return g_steal_pointer (&resolved);
  fail_with (&resolving, error);
  return NULL;
}

Json *
job_resolve (const Settings *settings, const Json *part, const char *place, GError **error)
{
  return resolve_part (settings, part, place, false, error);
}

bool
job_check_files (const Settings *settings, const Json *part, const char *place, GError **error)
{
  g_autoptr (Json) resolved = resolve_part (settings, part, place, true, error);
  return resolved != NULL;
}
