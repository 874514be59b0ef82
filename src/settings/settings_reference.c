#include "src/settings/settings_reference.h"

#include "base/error.h"
#include "src/settings/settings_secret.h"

#include <string.h>

#define VARIABLE_HINT "Set it where weir is started, also of `weir watch` and its service; or use a file: \"${file:PATH}\"."

/* The word between "${KIND:" and "}"; NULL: the text is none such. Owned by the caller. */
static char *
find_word (const char *text, const char *prefix)
{
  size_t length = strlen (text), begin = strlen (prefix);
  if (!g_str_has_prefix (text, prefix) || text[length - 1] != '}' || length < begin + 2)
    return NULL;
  return g_strndup (text + begin, length - begin - 1);
}

bool
settings_is_reference (const char *text)
{
  g_autofree char *file = find_word (text, "${file:"), *variable = find_word (text, "${env:");
  return file != NULL || variable != NULL;
}

static char *
read_variable (const char *name, GError **error)
{
  const char *value = g_getenv (name);
  if (value == NULL || value[0] == '\0')
    return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = VARIABLE_HINT }, "the environment has no %s", name), NULL;
  return g_strdup (value);
}

char *
settings_resolve (const Settings *settings, const char *text, GError **error)
{
  g_autofree char *file = find_word (text, "${file:"), *variable = find_word (text, "${env:");
  if (variable != NULL)
    return read_variable (variable, error);
  if (file == NULL)
    return g_strdup (text);
  g_autofree char *path = g_canonicalize_filename (file, settings->home);
  return settings_read_password_file (path, error);
}
