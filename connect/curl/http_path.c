#include "connect/curl/http_path.h"

#include <stdint.h>
#include <string.h>

#define LAST SIZE_MAX /* of an array */

typedef struct
{
  char *name; /* NULL: an item */
  size_t length, index;
} Step;

struct HttpPath
{
  GArray *steps; /* of Step */
};

static void
step_clear (void *data)
{
  g_free (((Step *) data)->name);
}

void
http_path_free (HttpPath *path)
{
  if (path == NULL)
    return;
  g_array_unref (path->steps);
  g_free (path);
}

static void
add_name (HttpPath *path, const char *name, size_t length)
{
  Step step = { .name = g_strndup (name, length), .length = length };
  g_array_append_val (path->steps, step);
}

/* Behind the bracket that opens; NULL with a problem. */
static const char *
parse_bracket (HttpPath *path, const char *at, const char **ret_problem)
{
  if (*at == '"')
    {
      const char *end = strstr (at + 1, "\"]");
      if (end == NULL)
        return *ret_problem = "a name in quotes does not end with \"]", NULL;
      add_name (path, at + 1, (size_t) (end - at - 1));
      return end + 2;
    }
  if (g_str_has_prefix (at, "-1]"))
    {
      const Step last = { .index = LAST };
      g_array_append_val (path->steps, last);
      return at + 3;
    }
  char *end;
  Step step = { .index = g_ascii_strtoull (at, &end, 10) };
  if (!g_ascii_isdigit (*at) || *end != ']' || end - at > 9)
    return *ret_problem = "what is in brackets is a number from 0, or a name in quotes", NULL;
  g_array_append_val (path->steps, step);
  return end + 1;
}

HttpPath *
http_path_parse (const char *text, const char **ret_problem)
{
  g_autoptr (HttpPath) path = g_new0 (HttpPath, 1);
  path->steps = g_array_new (FALSE, FALSE, sizeof (Step));
  g_array_set_clear_func (path->steps, step_clear);
  bool needs_name = false;
  for (const char *at = text; at != NULL && (*at != '\0' || needs_name);)
    {
      if (*at == '[' && !needs_name)
        {
          if ((at = parse_bracket (path, at + 1, ret_problem)) == NULL)
            return NULL;
          continue;
        }
      if (at != text && !needs_name)
        {
          if (*at != '.')
            return *ret_problem = "a dot is missing", NULL;
          needs_name = true;
          at++;
          continue;
        }
      size_t length = strcspn (at, ".[");
      if (length == 0)
        return *ret_problem = "a name is missing", NULL;
      add_name (path, at, length);
      needs_name = false;
      at += length;
    }
  return g_steal_pointer (&path);
}

static bool
find_last (Slice array, Slice *ret_value)
{
  Slice item;
  *ret_value = (Slice) { NULL };
  if (slice_kind (array) == SLICE_ARRAY)
    for (SliceWalk walk = slice_walk (array); slice_next (&walk, NULL, &item);)
      *ret_value = item;
  return ret_value->bytes != NULL;
}

bool
http_path_find (const HttpPath *path, Slice root, Slice *ret_value)
{
  *ret_value = root;
  for (guint i = 0; i < path->steps->len; i++)
    {
      const Step *step = &g_array_index (path->steps, Step, i);
      Slice inner;
      bool is_there = step->name != NULL    ? slice_find (*ret_value, step->name, step->length, &inner)
                      : step->index == LAST ? find_last (*ret_value, &inner)
                                            : slice_item (*ret_value, step->index, &inner);
      *ret_value = inner;
      if (!is_there)
        return false;
    }
  return true;
}
