#include "src/pull/pull_spool.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "base/uid.h"
#include "src/pull/declare.h"
#include "watcher/beside.h"
#include "watcher/claim.h"
#include "watcher/lockfd.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define TRIES 16
#define SECOND_NS G_GINT64_CONSTANT (1000000000)

static char *
folder_of (const Settings *settings)
{
  return g_build_filename (settings->imports, SPOOL_FOLDER, NULL);
}

/* Somebody who sweeps may have the new name in hand before it is locked. *ret_fd -1: so it was. */
static bool
open_locked (const char *folder, const char *path, int *ret_fd, GError **error)
{
  AUTO_FD int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
  *ret_fd = -1;
  if (fd < 0)
    return weir_system_error (error, errno, "could not make \"%s\"", path);
  fs_give_to_owner (fd, folder);
  if (lockfd_take (fd, LOCK_EX) && lockfd_is_in_place (fd, path))
    *ret_fd = fd_steal (&fd);
  return true;
}

bool
pull_spool_new (const Settings *settings, const char *job, PullSpool *ret_spool, GError **error)
{
  g_autofree char *folder = folder_of (settings);
  *ret_spool = (PullSpool) { .fd = -1 };
  if (!fs_make_folder (folder, 0750, error))
    return false;
  for (int i = 0; i < TRIES; i++)
    {
      char id[UID_TEXT_SIZE];
      uid_format (uid_random (), id);
      g_autofree char *name = g_strdup_printf ("%s-%s.csv", job, id), *path = g_build_filename (folder, name, NULL);
      if (!open_locked (folder, path, &ret_spool->fd, error))
        return false;
      if (ret_spool->fd < 0)
        continue;
      ret_spool->path = g_steal_pointer (&path);
      return true;
    }
  return weir_error (error, WEIR_ERROR_RETRY, "no file in \"%s\" stays there: somebody removes them", folder);
}

bool
pull_spool_empty (const PullSpool *spool, GError **error)
{
  if (ftruncate (spool->fd, 0) == 0 && lseek (spool->fd, 0, SEEK_SET) == 0)
    return true;
  return weir_system_error (error, errno, "could not empty \"%s\"", spool->path);
}

void
pull_spool_clear (PullSpool *spool)
{
  if (spool->path != NULL)
    (void) unlink (spool->path);
  fd_cleanup (&spool->fd);
  spool->fd = -1;
  g_clear_pointer (&spool->path, g_free);
}

/* ---- what was left ---- */

static void
sweep_file (const char *path)
{
  AUTO_FD int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd >= 0 && lockfd_take (fd, LOCK_EX | LOCK_NB) && lockfd_is_in_place (fd, path))
    (void) unlink (path);
}

static bool
sweep_folder (const char *folder, GError **error)
{
  g_autoptr (DIR) dir = opendir (folder);
  if (dir == NULL)
    return errno == ENOENT || weir_system_error (error, errno, "could not list \"%s\"", folder);
  for (const struct dirent *found; (found = readdir (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (folder, found->d_name, NULL);
      if (found->d_name[0] != '.')
        sweep_file (path);
    }
  return true;
}

/* One that is being claimed is seen at the first look or among the claims; one that is being given back, whose declaration comes before it,
 * among the claims or at the last look. */
static bool
has_file (const Settings *settings, const char *name, bool *ret_has, GError **error)
{
  struct stat info;
  g_autofree char *path = g_build_filename (settings->imports, name, NULL);
  *ret_has = lstat (path, &info) == 0;
  if (*ret_has)
    return true;
  g_autoptr (GPtrArray) claims = claim_list (settings->imports, error);
  for (guint i = 0; claims != NULL && i < claims->len && !*ret_has; i++)
    *ret_has = strcmp (((const ClaimEntry *) claims->pdata[i])->name, name) == 0;
  *ret_has = *ret_has || lstat (path, &info) == 0;
  return claims != NULL;
}

bool
pull_spool_sweep (const Settings *settings, const char *job, GError **error)
{
  g_autofree char *folder = folder_of (settings);
  g_autoptr (GPtrArray) names = NULL;
  if (!sweep_folder (folder, error) || !declared_files (settings, job, &names, error))
    return false;
  for (guint i = 0; i < names->len; i++)
    {
      bool has;
      if (!has_file (settings, names->pdata[i], &has, error))
        return false;
      g_autofree char *path = declared_path (settings, names->pdata[i]);
      if (!has)
        (void) unlink (path);
    }
  return true;
}

/* ---- into the drop folder ---- */

static bool
write_declaration (const Settings *settings, const char *name, const Json *declaration, bool *ret_exists, GError **error)
{
  g_auto (PullSpool) beside = { .fd = -1 };
  g_autofree char *text = weir_json_text (declaration), *path = declared_path (settings, name);
  if (strlen (text) > BESIDE_MOST_BYTES)
    return weir_error (error, WEIR_ERROR_MODEL,
                       "what the connector says of position and columns, and its notes, are more than %d MiB",
                       BESIDE_MOST_BYTES >> 20);
  if (!pull_spool_new (settings, "declaration", &beside, error)
      || !fs_write_all (beside.fd, text, strlen (text), beside.path, error))
    return false;
  if (fsync (beside.fd) != 0)
    return weir_system_error (error, errno, "could not write \"%s\"", beside.path);
  if (!fs_rename_new (beside.path, path, ret_exists, error))
    return false;
  g_clear_pointer (&beside.path, g_free);
  fd_cleanup (&beside.fd);
  beside.fd = -1;
  return true;
}

static bool
set_time (const PullSpool *spool, int64_t mtime_ns, GError **error)
{
  const struct timespec times[] = { { .tv_nsec = UTIME_OMIT },
                                    { .tv_sec = mtime_ns / SECOND_NS, .tv_nsec = mtime_ns % SECOND_NS } };
  return mtime_ns <= 0 || futimens (spool->fd, times) == 0
         || weir_system_error (error, errno, "could not set the time of \"%s\"", spool->path);
}

/* A rename may be told as failed and be done: its folder is synced behind it. */
static bool
is_there (const PullSpool *spool, const char *path)
{
  struct stat ours, there;
  return fstat (spool->fd, &ours) == 0 && lstat (path, &there) == 0 && ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/* What is in the drop folder is never without its declaration: it would be read as any other file, and move no bookmark. */
static void
give_up (PullSpool *spool, const char *path, const char *declared)
{
  if (is_there (spool, path))
    g_clear_pointer (&spool->path, g_free);
  else
    (void) unlink (declared);
}

bool
pull_spool_drop (PullSpool *spool, const Settings *settings, const char *name, const Json *declaration, int64_t mtime_ns,
                 struct stat *ret_info, bool *ret_exists, GError **error)
{
  g_autofree char *path = g_build_filename (settings->imports, name, NULL), *declared = declared_path (settings, name);
  /* Never beside another file of that name. */
  *ret_exists = lstat (path, ret_info) == 0;
  if (*ret_exists)
    return true;
  if (!set_time (spool, mtime_ns, error))
    return false;
  if (fsync (spool->fd) != 0)
    return weir_system_error (error, errno, "could not write \"%s\"", spool->path);
  fault_point ("pull-spooled");
  if (!write_declaration (settings, name, declaration, ret_exists, error))
    return *ret_exists;
  fault_point ("pull-declared");
  if (!fs_rename_new (spool->path, path, ret_exists, error))
    return give_up (spool, path, declared), *ret_exists;
  g_clear_pointer (&spool->path, g_free);
  bool known = fstat (spool->fd, ret_info) == 0;
  int problem = errno;
  /* Nobody takes a file that is open for writing. */
  fd_cleanup (&spool->fd);
  spool->fd = -1;
  fault_point ("pull-dropped");
  return known || weir_system_error (error, problem, "could not look at \"%s\"", path);
}
