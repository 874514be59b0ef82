#include "connect/private.h"

#include "base/text.h"

#include <stdarg.h>
#include <string.h>

/* All mistakes of the configuration so far: texts in pairs, path and message. A connector is one process for one request. */
static GPtrArray *mistakes;

void
connect_mistake (const char *path, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (mistakes == NULL)
    mistakes = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (mistakes, g_strdup (path));
  g_ptr_array_add (mistakes, text);
}

bool
connect_has_mistakes (void)
{
  return mistakes != NULL && mistakes->len > 0;
}

int
mistakes_tell (void)
{
  if (mistakes == NULL)
    return 0;
  int n = (int) mistakes->len / 2;
  for (guint i = 0; i + 1 < mistakes->len; i += 2)
    results_put (json_pack ("{s:{s:s, s:n, s:o, s:n, s:n, s:o}}", "error", "class", "configuration", "code", "message",
                            weir_json_string (g_ptr_array_index (mistakes, i + 1)), "detail", "hint", "path",
                            weir_json_string (g_ptr_array_index (mistakes, i))));
  g_clear_pointer (&mistakes, g_ptr_array_unref);
  return n;
}

/* "connection" and "host" make connection.host. Owned by the caller. */
static char *
path_of (const char *path, const char *name)
{
  return path[0] == '\0' ? g_strdup (name) : g_strconcat (path, ".", name, NULL);
}

void
connect_known (const Json *object, const char *path, const char *const *known)
{
  const char *name;
  const Json *value;
  json_object_foreach ((Json *) object, name, value)
    {
      (void) value;
      if (g_strv_contains (known, name))
        continue;
      g_autofree char *place = path_of (path, name);
      const char *near = text_nearest (name, known);
      connect_mistake (place, near != NULL ? "unknown member \"%s\"; did you mean \"%s\"?" : "unknown member \"%s\"", name, near);
    }
}

/* The member, NULL where it is missing (which may be a mistake) or null. */
static const Json *
find (const Json *object, const char *path, const char *name, bool is_required)
{
  const Json *value = json_object_get (object, name);
  if (value != NULL && !json_is_null (value))
    return value;
  if (is_required)
    {
      g_autofree char *place = path_of (path, name);
      connect_mistake (place, "is missing");
    }
  return NULL;
}

static void
is_no (const char *path, const char *name, const char *what)
{
  g_autofree char *place = path_of (path, name);
  connect_mistake (place, "must be %s", what);
}

bool
connect_has (const Json *list, const char *text)
{
  size_t i;
  const Json *item;
  json_array_foreach ((Json *) list, i, item)
    if (g_strcmp0 (json_string_value (item), text) == 0)
      return true;
  return false;
}

const char *
connect_text (const Json *object, const char *path, const char *name, bool is_required)
{
  const Json *value = find (object, path, name, is_required);
  if (value == NULL)
    return NULL;
  const char *text = json_string_value (value);
  if (text == NULL || text[0] == '\0' || strlen (text) != json_string_length (value))
    return is_no (path, name, "a text that is not empty"), NULL;
  return text;
}

int64_t
connect_number (const Json *object, const char *path, const char *name, int64_t otherwise)
{
  const Json *value = find (object, path, name, false);
  if (value == NULL)
    return otherwise;
  if (!json_is_integer (value))
    return is_no (path, name, "a whole number"), otherwise;
  return json_integer_value (value);
}

bool
connect_truth (const Json *object, const char *path, const char *name, bool otherwise)
{
  const Json *value = find (object, path, name, false);
  if (value == NULL)
    return otherwise;
  if (!json_is_boolean (value))
    return is_no (path, name, "true or false"), otherwise;
  return json_is_true (value);
}
