#include "base/fsat.h"

#include "base/autoptr.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* ---- opening ---- */

/* Whether the next part of a path may be looked up in a folder that is not to be left. */
static bool
is_plain (const char *part)
{
  return part[0] != '\0' && strcmp (part, ".") != 0 && strcmp (part, "..") != 0;
}

/* For kernels before 5.6, and sandboxes that do not know the call: no part is followed, and none leads up. */
static int
open_part_by_part (int folder, const char *path, int flags)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  AUTO_FD int above = -1;
  for (char **part = parts; *part != NULL; part++)
    {
      if (!is_plain (*part))
        return errno = EXDEV, -1;
      bool last = part[1] == NULL;
      int fd = openat (above >= 0 ? above : folder, *part, (last ? flags : O_PATH | O_DIRECTORY | O_CLOEXEC) | O_NOFOLLOW);
      if (last || fd < 0)
        return fd;
      fd_cleanup (&above);
      above = fd;
    }
  return errno = ENOENT, -1;
}

int
fs_open_beneath (int folder, const char *path, int flags)
{
  const struct open_how how = { .flags = (uint64_t) (flags | O_NOFOLLOW), .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
  /* glibc has no name for it. */
  long fd = syscall (SYS_openat2, folder, path, &how, sizeof how);
  if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
    return (int) fd;
  return open_part_by_part (folder, path, flags);
}

/* ---- renaming ---- */

static int
rename_by_reservation (int from_folder, const char *from, int to_folder, const char *to)
{
  struct stat status;
  if (fstatat (from_folder, from, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return -1;

  bool is_folder = S_ISDIR (status.st_mode);
  if (is_folder)
    {
      if (mkdirat (to_folder, to, 0700) != 0)
        return -1;
    }
  else
    {
      AUTO_FD int reservation = openat (to_folder, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
      if (reservation < 0)
        return -1;
    }

  if (renameat (from_folder, from, to_folder, to) == 0)
    return 0;
  int saved = errno;
  unlinkat (to_folder, to, is_folder ? AT_REMOVEDIR : 0);
  errno = saved;
  return -1;
}

static int
rename_by_link (int from_folder, const char *from, int to_folder, const char *to)
{
  if (linkat (from_folder, from, to_folder, to, 0) == 0)
    return unlinkat (from_folder, from, 0);
  if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK)
    return rename_by_reservation (from_folder, from, to_folder, to);
  return -1;
}

bool
fs_rename_at (int from_folder, const char *from, int to_folder, const char *to)
{
  if (renameat2 (from_folder, from, to_folder, to, RENAME_NOREPLACE) == 0)
    return true;
  if (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)
    return rename_by_link (from_folder, from, to_folder, to) == 0;
  return false;
}

bool
fs_sync_at (int folder)
{
  /* Some file systems cannot sync a folder and say EINVAL: they have no more to give. */
  return fsync (folder) == 0 || errno == EINVAL || errno == EOPNOTSUPP;
}
