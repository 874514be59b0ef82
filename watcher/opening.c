#include "watcher/opening.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsat.h"

#include <fcntl.h>

#define PROTECTED_LINKS "/proc/sys/fs/protected_hardlinks"

/* Not blocking: a FIFO would be waited for. */
#define HOW_TO_READ (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

Sight
opening_sight (const struct stat *info)
{
  return (Sight) { info->st_dev, info->st_ino, info->st_size, (int64_t) info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec };
}

bool
opening_is_same (const Sight *sight, const struct stat *info)
{
  Sight now = opening_sight (info);
  return sight->device == now.device && sight->inode == now.inode && sight->size == now.size && sight->mtime_ns == now.mtime_ns;
}

/* ---- hard links ---- */

bool
opening_judge_link (const struct stat *file, const struct stat *folder, uid_t user, bool protected_links)
{
  if (file->st_nlink < 2 || protected_links || (file->st_mode & S_IROTH) != 0)
    return false;
  /* Where only one user may make names here, it is his own file, or his who may read all that weir may. */
  bool one_user = (folder->st_mode & (S_IWGRP | S_IWOTH)) == 0;
  return !one_user || (file->st_uid != folder->st_uid && folder->st_uid != user && folder->st_uid != 0);
}

static bool
are_links_protected (void)
{
  g_autofree char *text = NULL;
  return g_file_get_contents (PROTECTED_LINKS, &text, NULL, NULL) && g_ascii_strtoll (text, NULL, 10) > 0;
}

bool
opening_is_foreign_link (const struct stat *file, const struct stat *folder)
{
  return opening_judge_link (file, folder, geteuid (), false)
         && opening_judge_link (file, folder, geteuid (), are_links_protected ());
}

/* ---- opening ---- */

static int
fail_to_open (const char *name, int reason, GError **error)
{
  g_autofree char *hint =
      reason == EACCES || reason == EPERM ? g_strdup_printf (
          "weir runs as user %d, who must be allowed to read the file and to enter its folders.", (int) geteuid ())
                                          : NULL;
  weir_fail (error,
             &(Failure) { WEIR_ERROR_LOCAL, REASON_UNREADABLE, .detail = "The file was left where it is.", .hint = hint,
                          .number = reason },
             "could not open \"%s\": %s", name, g_strerror (reason));
  return -1;
}

static int
refuse_kind (const char *name, mode_t mode, GError **error)
{
  bool folder = S_ISDIR (mode);
  g_autofree char *hint =
      folder ? g_strdup_printf ("Name the files in it: weir load %s%s*.csv", name, g_str_has_suffix (name, "/") ? "" : "/")
      : S_ISLNK (mode) ? g_strdup ("Drop the file that it leads to, or name that file.")
                       : NULL;
  weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_NOT_A_FILE, .hint = hint }, "could not load \"%s\": it is %s", name,
             folder           ? "a directory"
             : S_ISLNK (mode) ? "a symbolic link"
                              : "not a regular file");
  return -1;
}

static int
refuse_link (const char *name, GError **error)
{
  weir_fail (error,
             &(Failure) { WEIR_ERROR_INPUT, REASON_NOT_A_FILE,
                          .detail = "Who made the link may not be allowed to read the file: fs.protected_hardlinks is 0 here.",
                          .hint = "Drop a copy of it, or set fs.protected_hardlinks to 1." },
             "could not load \"%s\": it is one more name (a hard link) of a file that not everybody may read", name);
  return -1;
}

int
opening_dropped (int folder, const char *name, const char *shown, struct stat *ret_info, GError **error)
{
  /* Looked at before it is opened: to open a device may do something. */
  if (fstatat (folder, name, ret_info, AT_SYMLINK_NOFOLLOW) != 0)
    return fail_to_open (shown, errno, error);
  if (!S_ISREG (ret_info->st_mode))
    return refuse_kind (shown, ret_info->st_mode, error);
  AUTO_FD int fd = fs_open_beneath (folder, name, HOW_TO_READ);
  if (fd < 0 && errno == ELOOP)
    return refuse_kind (shown, S_IFLNK, error);
  struct stat around;
  if (fd < 0 || fstat (fd, ret_info) != 0 || fstat (folder, &around) != 0)
    return fail_to_open (shown, errno, error);
  if (!S_ISREG (ret_info->st_mode))
    return refuse_kind (shown, ret_info->st_mode, error);
  if (opening_is_foreign_link (ret_info, &around))
    return refuse_link (shown, error);
  return fd_steal (&fd);
}

int
opening_named (const char *path, struct stat *ret_info, GError **error)
{
  AUTO_FD int fd = open (path, HOW_TO_READ);
  if (fd < 0 || fstat (fd, ret_info) != 0)
    return fail_to_open (path, errno, error);
  if (!S_ISREG (ret_info->st_mode))
    return refuse_kind (path, ret_info->st_mode, error);
  return fd_steal (&fd);
}
