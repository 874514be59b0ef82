#include "src/load/kept.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "base/json.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

bool
kept_sha256 (const char *path, char ret_hex[SHA256_HEX_SIZE], GError **error)
{
  AUTO_FD int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  return (fd >= 0 && fs_sha256 (fd, ret_hex)) || weir_system_error (error, errno, "could not read \"%s\" once more", path);
}

/* Whether the file at the place has these bytes. */
static bool
has_bytes (const char *path, int64_t size, const char *sha256)
{
  struct stat info;
  char found[SHA256_HEX_SIZE];
  if (stat (path, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size != size)
    return false;
  AUTO_FD int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  return fd >= 0 && fs_sha256 (fd, found) && strcmp (found, sha256) == 0;
}

void
kept_file_clear (KeptFile *file)
{
  g_clear_pointer (&file->path, g_free);
  g_clear_pointer (&file->sha256, g_free);
  g_clear_pointer (&file->first, g_free);
}

bool
kept_find (const Settings *settings, const char *places, KeptFile *ret_file, GError **error)
{
  g_autoptr (Json) list = places != NULL ? weir_json_parse (places, strlen (places), "places", error) : json_array ();
  *ret_file = (KeptFile) { 0 };
  if (list == NULL)
    return false;
  ret_file->first = g_strdup (json_string_value (json_array_get (json_array_get (list, 0), 0)));
  for (size_t i = 0; i < json_array_size (list) && ret_file->path == NULL; i++)
    {
      const Json *place = json_array_get (list, i);
      const char *sha256 = json_string_value (json_array_get (place, 1));
      int64_t size = json_integer_value (json_array_get (place, 2));
      g_autofree char *path = g_canonicalize_filename (json_string_value (json_array_get (place, 0)), settings->home);
      if (!has_bytes (path, size, sha256))
        continue;
      ret_file->path = g_steal_pointer (&path);
      ret_file->sha256 = g_strdup (sha256);
      ret_file->size = size;
    }
  return true;
}
