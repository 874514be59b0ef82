/* What a claim is, and giving it back. */
#include "watcher/claim_private.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/fsat.h"
#include "watcher/move.h"

#include <fcntl.h>

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

void
claim_explain_kept (const Claim *claim, GError **error)
{
  weir_error_detail (error, "The file is kept in \"%s\" and is taken up again from there.", claim->folder);
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
    claim_explain_kept (claim, error);
  release (claim);
  return moved;
}
