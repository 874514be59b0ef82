#include "src/load/kept.h"

#include "base/autoptr.h"
#include "base/error.h"

#include <fcntl.h>

#define PIECE_SIZE (64 * 1024)

static bool
hash_fd (int fd, Sha256 *sha)
{
  g_autofree char *piece = g_malloc (PIECE_SIZE);
  ssize_t got;
  while ((got = read (fd, piece, PIECE_SIZE)) > 0 || (got < 0 && errno == EINTR))
    if (got > 0)
      sha256_update (sha, piece, (size_t) got);
  return got == 0;
}

bool
kept_sha256_of (int fd, char ret_hex[SHA256_HEX_SIZE])
{
  g_autoptr (Sha256) sha = sha256_new ();
  if (!hash_fd (fd, sha))
    return false;
  sha256_finish (sha, ret_hex);
  return true;
}

bool
kept_sha256 (const char *path, char ret_hex[SHA256_HEX_SIZE], GError **error)
{
  AUTO_FD int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  return (fd >= 0 && kept_sha256_of (fd, ret_hex)) || weir_system_error (error, errno, "could not read \"%s\" once more", path);
}
