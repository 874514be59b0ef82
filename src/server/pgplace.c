#include "src/server/pgplace.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "src/server/pgstate.h"

#include <string.h>
#include <unistd.h>

#define PATH_LIMIT 65536

static char *
record_path (const char *data)
{
  g_autofree char *folder = g_path_get_dirname (data);
  return g_build_filename (folder, "home", NULL);
}

char *
pgplace_home (const char *data)
{
  g_autofree char *path = record_path (data);
  char *text = NULL;
  return fs_read_file (path, PATH_LIMIT, &text, NULL, NULL) ? g_strchomp (text) : NULL;
}

bool
pgplace_record (const char *data, const char *home, GError **error)
{
  g_autofree char *path = record_path (data);
  g_autofree char *line = g_strconcat (home, "\n", NULL);
  return fs_write_file (path, line, strlen (line), 0644, error);
}

bool
pgplace_is_of (const char *data, const char *home)
{
  g_autofree char *state = g_build_filename (home, ".weir", NULL);
  g_autofree char *recorded_home = NULL, *recorded_data = NULL;
  return pgstate_record (state, geteuid (), &recorded_home, &recorded_data) && g_str_equal (recorded_home, home)
         && g_str_equal (recorded_data, data);
}

static bool
refuse_copy (const char *home, const char *other, GError **error)
{
  g_autofree char *hint = g_strdup_printf ("To begin here with an empty database: rm \"%s/.weir/server.json\"", home);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, .detail = "Its embedded database stays with the other one.", .hint = hint },
                    "this home is a copy of \"%s\"", other);
}

/* The first folder named after the path that is no other home's. */
static char *
choose_new (const char *root, const char *home)
{
  char digest[SHA256_HEX_SIZE];
  sha256_bytes (home, strlen (home), digest);
  for (int n = 1;; n++)
    {
      g_autofree char *data =
          n == 1 ? g_strdup_printf ("%s/%.8s/data", root, digest) : g_strdup_printf ("%s/%.8s-%d/data", root, digest, n);
      g_autofree char *last = pgplace_home (data);
      if (last == NULL || g_str_equal (last, home))
        return g_steal_pointer (&data);
    }
}

/* ROOT/NAME/data; the data of a service whose home is the former root are in its .weir/postgres. */
static bool
is_of (const char *data, const char *root)
{
  size_t length = strlen (root);
  return strncmp (data, root, length) == 0 && data[length] == '/' && g_str_has_suffix (data, "/data");
}

bool
pgplace_is_outside (const char *root, const char *data)
{
  return is_of (data, root) || is_of (data, PGPLACE_FORMER_ROOT);
}

char *
pgplace_find (const char *root, const char *state, const char *home, GError **error)
{
  g_autofree char *before = NULL, *data = NULL;
  if (!pgstate_record (state, geteuid (), &before, &data) || !pgplace_is_outside (root, data))
    return choose_new (root, home);
  if (!g_str_equal (before, home) && pgplace_is_of (data, before))
    return refuse_copy (home, before, error), NULL;
  return g_steal_pointer (&data);
}
