#include "connect/curl/http_kept.h"

#include "base/fsutil.h"
#include "connect/connector.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0600
#define TOKEN_MOST (64 << 10)
#define NAP_US (G_USEC_PER_SEC / 20)

void
http_kept_clear (HttpKept *kept)
{
  g_clear_pointer (&kept->path, g_free);
  g_clear_pointer (&kept->token, g_free);
  if (kept->lock >= 0)
    close (kept->lock);
  kept->lock = -1;
}

const char *
http_kept_problem (const char *path)
{
  struct stat look;
  g_autofree char *real = realpath (path, NULL), *folder = g_path_get_dirname (real != NULL ? real : path);
  if (real == NULL || stat (real, &look) != 0 || access (real, R_OK) != 0)
    return "names a file that cannot be read: put the refresh token into it, as one line";
  if (!S_ISREG (look.st_mode))
    return "names no ordinary file";
  if ((look.st_mode & 077) != 0)
    return "names a file that others may read: chmod 600";
  return access (folder, W_OK) != 0 ? "is in a folder in which it cannot be replaced by the next one" : NULL;
}

static bool
fail (GError **error, const char *path, const char *what)
{
  return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "connection.auth.refresh_token_file: \"%s\" %s", path, what);
}

/* Waits, as long as nobody asks us to end. One that root makes beside the file of somebody else is that one's, who has to open it, too. */
static bool
take_lock (HttpKept *kept, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (kept->path), *name = g_path_get_basename (kept->path);
  g_autofree char *path = g_strdup_printf ("%s/.%s.lock", folder, name);
  kept->lock = fs_open_or_make (path, O_RDWR | O_NOFOLLOW | O_CLOEXEC, MODE, kept->path);
  if (kept->lock < 0)
    return fail (error, path, g_strerror (errno));
  while (flock (kept->lock, LOCK_EX | LOCK_NB) != 0)
    {
      if (errno != EWOULDBLOCK && errno != EINTR)
        return fail (error, path, g_strerror (errno));
      if (!connect_go_on (error))
        return false;
      g_usleep (NAP_US);
    }
  return true;
}

static bool
write_token (const char *path, const char *token, GError **error)
{
  g_autofree char *line = g_strconcat (token, "\n", NULL);
  return fs_rewrite_file (path, line, strlen (line), MODE, error);
}

bool
http_kept_take (const char *path, HttpKept *ret_kept, GError **error)
{
  char *real = realpath (path, NULL);
  ret_kept->path = real != NULL ? g_strdup (real) : g_strdup (path);
  free (real);
  if (!take_lock (ret_kept, error) || !fs_read_file (ret_kept->path, TOKEN_MOST, &ret_kept->token, NULL, error))
    return false;
  g_strstrip (ret_kept->token);
  for (const char *at = ret_kept->token; *at != '\0'; at++)
    if (!g_ascii_isgraph (*at))
      return fail (error, path, "must have one line in it, the refresh token");
  return ret_kept->token[0] != '\0' ? write_token (ret_kept->path, ret_kept->token, error) : fail (error, path, "is empty");
}

bool
http_kept_put (const HttpKept *kept, const char *token, GError **error)
{
  return strcmp (token, kept->token) == 0 || write_token (kept->path, token, error);
}
