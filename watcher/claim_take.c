/* Taking dropped files, and others. */
#include "watcher/claim_private.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/fsat.h"
#include "base/fsutil.h"
#include "watcher/lockfd.h"
#include "watcher/move.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#define FOLDER_MODE 0755

/* ---- its folder ---- */

/* claim_open_folders, where the folder of all claims is made if it is not there. */
static bool
make_folders (Claim *claim, GError **error)
{
  bool missing;
  if (!claim_open_folders (claim, &missing, error))
    return false;
  if (!missing)
    return true;
  g_autofree char *path = g_build_filename (claim->imports, CLAIM_FOLDER, NULL);
  if (claim->imports_fd < 0)
    return claim_folder_error (error, "open", claim->imports);
  bool made = mkdirat (claim->imports_fd, CLAIM_FOLDER, FOLDER_MODE) == 0;
  if (!made && errno != EEXIST)
    return claim_folder_error (error, "create", path);
  claim->claimed_fd = fs_open_beneath (claim->imports_fd, CLAIM_FOLDER, HOW_TO_OPEN_FOLDERS);
  if (claim->claimed_fd < 0)
    return claim_folder_error (error, "open", path);
  if (made)
    fs_give_to_owner_at (claim->claimed_fd, claim->imports_fd);
  return fs_sync_at (claim->imports_fd) || claim_folder_error (error, "sync", claim->imports);
}

/* Makes the folder of a new claim, durably, and locks it. */
static bool
make_folder (Claim *claim, GError **error)
{
  if (!make_folders (claim, error))
    return false;
  for (;;)
    {
      bool made = mkdirat (claim->claimed_fd, claim->run_text, FOLDER_MODE) == 0;
      if (!made && errno != EEXIST)
        return claim_folder_error (error, "create", claim->folder);
      if (!fs_sync_at (claim->claimed_fd))
        return claim_folder_error (error, "sync", claim->folder);
      AUTO_FD int fd = fs_open_beneath (claim->claimed_fd, claim->run_text, HOW_TO_OPEN_FOLDERS);
      if (fd < 0 && errno == ENOENT)
        continue;
      if (fd >= 0 && made)
        fs_give_to_owner_at (fd, claim->claimed_fd);
      if (fd >= 0)
        fault_point ("claim-lock");
      if (fd < 0 || !lockfd_take (fd, LOCK_EX))
        return claim_folder_error (error, "lock", claim->folder);
      /* Somebody who found it empty may have removed it before we had the lock. */
      if (lockfd_is_in_place (fd, claim->folder))
        return claim->lock = fd_steal (&fd), true;
    }
}

/* ---- taking ---- */

/* Where a file is taken from. */
typedef struct
{
  int folder;
  char *folder_path;
  char *name; /* in that folder */
  char *path;
  const Sight *listed; /* NULL: whatever file it is */
  bool is_dropped;     /* it must be claimed by a rename: in between, another may get its name */
} Source;

static void
source_clear (Source *source)
{
  fd_cleanup (&source->folder);
  g_free (source->folder_path);
  g_free (source->name);
  g_free (source->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)

static bool
is_gone (int folder, const char *name)
{
  struct stat status;
  return fstatat (folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}

/* Opens the folder of "path", which stays what it is whatever becomes of its own path. */
static bool
open_source (const char *path, Source *source, bool *ret_gone, GError **error)
{
  source->path = g_strdup (path);
  source->folder_path = g_path_get_dirname (path);
  source->name = g_path_get_basename (path);
  source->folder = open (source->folder_path, HOW_TO_OPEN_FOLDERS);
  *ret_gone = source->folder < 0 ? errno == ENOENT : is_gone (source->folder, source->name);
  return source->folder >= 0 || *ret_gone || claim_folder_error (error, "open", source->folder_path);
}

bool
claim_open_file (Claim *claim, int folder, const char *name, const Sight *listed, bool *ret_gone, GError **error)
{
  g_autoptr (GError) problem = NULL;
  claim->file = opening_dropped (folder, name, claim->name, &claim->info, &problem);
  if (claim->file < 0)
    *ret_gone = is_gone (folder, name);
  else
    *ret_gone = listed && !opening_is_same (listed, &claim->info);
  if (claim->file < 0 && !*ret_gone)
    g_propagate_error (error, g_steal_pointer (&problem));
  return claim->file >= 0 && !*ret_gone;
}

/* Another file had got the name when it was claimed: it goes back, to be looked at as what it is. */
static void
put_back (Claim *claim, const Source *source, bool *ret_gone, GError **error)
{
  if (fs_rename_at (claim->lock, claim->name, source->folder, source->name) || errno == ENOENT)
    *ret_gone = true;
  else
    weir_system_error (error, errno, "\"%s\" was exchanged while it was claimed, and could not be put back from \"%s\"",
                       claim->name, claim->folder);
}

/* Whether what is in the claim's folder is the file that is open, and still as it was. Its times are taken anew: ctime is that of the
 * rename. */
static bool
has_come (Claim *claim)
{
  struct stat now;
  const Sight opened = opening_sight (&claim->info);
  if (fstatat (claim->lock, claim->name, &now, AT_SYMLINK_NOFOLLOW) != 0 || !opening_is_same (&opened, &now))
    return false;
  return claim->info = now, true;
}

/* A file that lies where only weir writes may come by a copy, of which this opens what is in the claim's folder. */
static bool
move_in (Claim *claim, const Source *source, GError **error)
{
  const Move move = { source->folder, source->name, source->path, claim->lock, claim->name,
                      claim->path,    claim->file,  claim->run,   claim->lock };
  MoveEnd end = move_file (&move, error);
  if (end == MOVE_TAKEN)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not claim \"%s\": its run has a file already", claim->name);
  if (end == MOVE_UNSURE)
    claim_explain_kept (claim, error);
  if (end != MOVE_DONE)
    return false;
  AUTO_FD int fd = opening_dropped (claim->lock, claim->name, claim->name, &claim->info, error);
  if (fd < 0)
    return false;
  fd_cleanup (&claim->file);
  claim->file = fd_steal (&fd);
  return true;
}

static bool
rename_in (Claim *claim, const Source *source, bool *ret_gone, GError **error)
{
  if (!fs_rename_at (source->folder, source->name, claim->lock, claim->name))
    {
      int reason = errno;
      *ret_gone = is_gone (source->folder, source->name) && is_gone (claim->lock, claim->name);
      if (!*ret_gone)
        weir_system_error (error, reason, "could not rename \"%s\" to \"%s\"", source->path, claim->path);
      if (reason == EXDEV)
        weir_error_hint (error,
                         "imports/ and imports/.claimed must be on the same file system (in a container: in the same mount).");
      return false;
    }
  if (!has_come (claim))
    return put_back (claim, source, ret_gone, error), false;
  if (fs_sync_at (claim->lock) && fs_sync_at (source->folder))
    return true;
  claim_folder_error (error, "sync", claim->folder);
  return claim_explain_kept (claim, error), false;
}

static bool
check_name (const char *name, GError **error)
{
  if (name[0] != '\0' && strcmp (name, ".") != 0 && strcmp (name, "..") != 0 && strchr (name, '/') == NULL
      && !move_is_own_name (name))
    return true;
  return weir_error (error, WEIR_ERROR_LOCAL, "\"%s\" is not a file name", name);
}

static Claim *
take (const char *imports, const Source *source, const char *name, Uid run, bool *ret_gone, GError **error)
{
  g_autoptr (Claim) claim = claim_new (imports, run);
  claim_set_name (claim, name);
  if (!claim_open_file (claim, source->folder, source->name, source->listed, ret_gone, error)
      || !beside_read (source->folder, source->name, &claim->beside, error) || !make_folder (claim, error))
    return NULL;
  if (claim->beside.text != NULL && !beside_keep (claim->lock, &claim->beside, error))
    return NULL;
  fault_point ("claim-rename");
  if (source->is_dropped ? !rename_in (claim, source, ret_gone, error) : !move_in (claim, source, error))
    return NULL;
  if (claim->beside.text != NULL)
    {
      fault_point ("claim-beside");
      beside_remove (source->folder, source->name, &claim->beside);
    }
  return g_steal_pointer (&claim);
}

Claim *
claim_take (const char *imports, const char *name, const Sight *listed, Uid run, bool *ret_gone, GError **error)
{
  *ret_gone = false;
  g_autofree char *path = g_build_filename (imports, name, NULL);
  g_auto (Source) source = { .folder = -1, .listed = listed, .is_dropped = true };
  if (!check_name (name, error) || !open_source (path, &source, ret_gone, error) || *ret_gone)
    return NULL;
  return take (imports, &source, name, run, ret_gone, error);
}

Claim *
claim_take_from (const char *imports, const char *path, const char *name, Uid run, bool *ret_gone, GError **error)
{
  *ret_gone = false;
  g_auto (Source) source = { .folder = -1 };
  if (!check_name (name, error) || !open_source (path, &source, ret_gone, error) || *ret_gone)
    return NULL;
  return take (imports, &source, name, run, ret_gone, error);
}
