/* Taking over what dead workers left. */
#include "watcher/claim_private.h"

#include "base/autoptr.h"
#include "base/fsat.h"
#include "watcher/lockfd.h"
#include "watcher/move.h"

#include <string.h>
#include <sys/file.h>

/* Listing takes each folder's lock for a moment; taking over an orphan waits that moment out. */
#define RESUME_TRIES 20
#define RESUME_PAUSE_US 5000

char *
claim_find_file (int folder)
{
  AUTO_FD int fd = openat (folder, ".", HOW_TO_OPEN_FOLDERS);
  g_autoptr (DIR) dir = fd < 0 ? NULL : fdopendir (fd);
  if (!dir)
    return NULL;
  fd_steal (&fd);
  g_autofree char *first = NULL;
  for (const struct dirent *found; errno = 0, (found = readdir (dir));)
    {
      const char *name = found->d_name;
      if (strcmp (name, ".") == 0 || strcmp (name, "..") == 0 || move_is_own_name (name))
        continue;
      if (first && strcmp (first, name) <= 0)
        continue;
      g_free (first);
      first = g_strdup (name);
    }
  return errno == 0 ? g_steal_pointer (&first) : NULL;
}

/* False with EWOULDBLOCK where it is somebody's, and otherwise errno where it cannot be locked at all. */
static bool
lock_orphan (int fd)
{
  for (int i = 0; i < RESUME_TRIES; i++)
    {
      if (lockfd_take (fd, LOCK_EX | LOCK_NB))
        return true;
      if (errno != EWOULDBLOCK)
        return false;
      g_usleep (RESUME_PAUSE_US);
    }
  return errno = EWOULDBLOCK, false;
}

/* Opens and locks the folder. */
static bool
lock_folder (Claim *claim, bool *ret_gone, GError **error)
{
  if (!claim_open_folders (claim, ret_gone, error) || *ret_gone)
    return false;
  AUTO_FD int fd = fs_open_beneath (claim->claimed_fd, claim->run_text, HOW_TO_OPEN_FOLDERS);
  *ret_gone = fd < 0 && errno == ENOENT;
  if (fd < 0)
    return !*ret_gone && claim_folder_error (error, "open", claim->folder);
  if (!lock_orphan (fd))
    {
      *ret_gone = errno == EWOULDBLOCK;
      return !*ret_gone && claim_folder_error (error, "lock", claim->folder);
    }
  *ret_gone = !lockfd_is_in_place (fd, claim->folder);
  if (!*ret_gone)
    claim->lock = fd_steal (&fd);
  return !*ret_gone;
}

/* Finds the file, when what a crash cut off is finished. */
static bool
find_claimed (Claim *claim, bool *ret_gone, GError **error)
{
  g_autofree char *name = claim_find_file (claim->lock);
  if (!name && errno != 0)
    return claim_folder_error (error, "list", claim->folder);
  bool left = false;
  if ((!name || move_is_noted (claim->lock)) && !move_resume (claim->lock, claim->run, name, &left, error))
    return false;
  *ret_gone = !name || left;
  if (!*ret_gone)
    claim_set_name (claim, name);
  return !*ret_gone;
}

Claim *
claim_resume (const char *imports, Uid run, const Sight *listed, bool *ret_gone, GError **error)
{
  *ret_gone = false;
  g_autoptr (Claim) claim = claim_new (imports, run);
  if (!lock_folder (claim, ret_gone, error) || !find_claimed (claim, ret_gone, error))
    return NULL;
  if (!claim_open_file (claim, claim->lock, claim->name, listed, ret_gone, error)
      || !beside_kept (claim->lock, &claim->beside, error))
    return NULL;
  if (claim->beside.text != NULL)
    beside_finish (claim->imports_fd, claim->name, &claim->beside);
  return g_steal_pointer (&claim);
}
