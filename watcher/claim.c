/* Taking dropped files, and giving them back. */
#include "watcher/claim_private.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/fsat.h"
#include "watcher/lockfd.h"
#include "watcher/move.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#define FOLDER_MODE 0755

Claim *
claim_new (const char *imports, Uid run)
{
  Claim *claim = g_new0 (Claim, 1);
  claim->run = run;
  uid_format (run, claim->run_text);
  claim->imports = g_strdup (imports);
  claim->folder = g_build_filename (imports, CLAIM_FOLDER, claim->run_text, NULL);
  claim->imports_fd = claim->claimed_fd = claim->lock = claim->file = -1;
  return claim;
}

void
claim_set_name (Claim *claim, const char *name)
{
  claim->name = g_strdup (name);
  claim->path = g_build_filename (claim->folder, name, NULL);
}

/* What lay beside a file goes with it. */
static void
forget_beside (const Claim *claim)
{
  if (claim->beside.text == NULL)
    return;
  g_autofree char *name = claim_find_file (claim->lock);
  if (name == NULL && errno == 0)
    beside_forget (claim->lock);
}

/* Removes the folder if it is empty, then lets go of it: in this order, or somebody would take it over in between. */
static void
release (Claim *claim)
{
  if (claim->lock < 0)
    return;
  forget_beside (claim);
  unlinkat (claim->claimed_fd, claim->run_text, AT_REMOVEDIR);
  close (claim->lock);
  claim->lock = -1;
}

void
claim_free (Claim *claim)
{
  release (claim);
  fd_cleanup (&claim->file);
  fd_cleanup (&claim->claimed_fd);
  fd_cleanup (&claim->imports_fd);
  beside_clear (&claim->beside);
  g_free (claim->imports);
  g_free (claim->folder);
  g_free (claim->name);
  g_free (claim->path);
  g_free (claim);
}

Uid
claim_run (const Claim *claim)
{
  return claim->run;
}

const char *
claim_name (const Claim *claim)
{
  return claim->name;
}

const char *
claim_path (const Claim *claim)
{
  return claim->path;
}

int
claim_folder (const Claim *claim)
{
  return claim->lock;
}

int
claim_file (const Claim *claim)
{
  return claim->file;
}

const struct stat *
claim_info (const Claim *claim)
{
  return &claim->info;
}

const char *
claim_beside (const Claim *claim)
{
  return claim->beside.text;
}

/* ---- folders ---- */

bool
claim_folder_error (GError **error, const char *verb, const char *path)
{
  return weir_system_error (error, errno, "could not %s folder \"%s\"", verb, path);
}

bool
claim_open_folders (Claim *claim, bool *ret_missing, GError **error)
{
  *ret_missing = false;
  claim->imports_fd = open (claim->imports, HOW_TO_OPEN_FOLDERS);
  if (claim->imports_fd >= 0)
    claim->claimed_fd = fs_open_beneath (claim->imports_fd, CLAIM_FOLDER, HOW_TO_OPEN_FOLDERS);
  if (claim->claimed_fd >= 0)
    return true;
  *ret_missing = errno == ENOENT;
  g_autofree char *path = g_build_filename (claim->imports, CLAIM_FOLDER, NULL);
  return *ret_missing || claim_folder_error (error, "open", claim->imports_fd < 0 ? claim->imports : path);
}

/* The same, where the folder of all claims is made if it is not there. */
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
  if (mkdirat (claim->imports_fd, CLAIM_FOLDER, FOLDER_MODE) != 0 && errno != EEXIST)
    return claim_folder_error (error, "create", path);
  claim->claimed_fd = fs_open_beneath (claim->imports_fd, CLAIM_FOLDER, HOW_TO_OPEN_FOLDERS);
  if (claim->claimed_fd < 0)
    return claim_folder_error (error, "open", path);
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
      if (mkdirat (claim->claimed_fd, claim->run_text, FOLDER_MODE) != 0 && errno != EEXIST)
        return claim_folder_error (error, "create", claim->folder);
      if (!fs_sync_at (claim->claimed_fd))
        return claim_folder_error (error, "sync", claim->folder);
      AUTO_FD int fd = fs_open_beneath (claim->claimed_fd, claim->run_text, HOW_TO_OPEN_FOLDERS);
      if (fd < 0 && errno == ENOENT)
        continue;
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

static void
explain_kept (const Claim *claim, GError **error)
{
  weir_error_detail (error, "The file is kept in \"%s\" and is taken up again from there.", claim->folder);
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
    explain_kept (claim, error);
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
  return explain_kept (claim, error), false;
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

/* ---- giving back ---- */

/* First, as whoever drops a file does it. */
static bool
put_beside (const Claim *claim, int folder, const char *name, GError **error)
{
  if (claim->beside.text == NULL)
    return true;
  if (!beside_put (folder, name, claim->run, &claim->beside, error))
    return g_prefix_error (error, "could not give \"%s\" back: ", claim->name), false;
  fault_point ("give-back-beside");
  return true;
}

static bool
give_back_to (Claim *claim, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  AUTO_FD int to = open (folder, HOW_TO_OPEN_FOLDERS);
  if (to < 0)
    return claim_folder_error (error, "open", folder);
  const Move move = { claim->lock, claim->name, claim->path, to, name, path, claim->file, claim->run, claim->lock };
  g_autoptr (GError) unsure = NULL;
  if (!put_beside (claim, to, name, error))
    return false;
  MoveEnd end = move_file (&move, &unsure);
  if (end == MOVE_TAKEN)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not give \"%s\" back: \"%s\" is there", claim->name, path);
  if (end == MOVE_FAILED)
    return g_propagate_error (error, g_steal_pointer (&unsure)), false;
  return true;
}

static bool
give_back_to_imports (Claim *claim, GError **error)
{
  if (!put_beside (claim, claim->imports_fd, claim->name, error))
    return false;
  if (!fs_rename_at (claim->lock, claim->name, claim->imports_fd, claim->name))
    return weir_system_error (error, errno, "could not rename \"%s\" to \"%s/%s\"", claim->path, claim->imports, claim->name);
  fs_sync_at (claim->imports_fd);
  fs_sync_at (claim->lock);
  return true;
}

bool
claim_give_back (Claim *claim, const char *path, GError **error)
{
  bool moved = path ? give_back_to (claim, path, error) : give_back_to_imports (claim, error);
  if (!moved)
    explain_kept (claim, error);
  release (claim);
  return moved;
}
