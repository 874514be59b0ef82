#include "watcher/claim.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "watcher/lockfd.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define FOLDER_MODE 0755

/* Listing takes each folder's lock for a moment; taking over an orphan waits that moment out. */
#define RESUME_TRIES 20
#define RESUME_PAUSE_US 5000

struct Claim
{
  Uid run;
  char *imports;
  char *folder;
  char *name;
  char *path;
  int lock; /* the folder's descriptor, flocked; -1: released */
};

static Claim *
claim_new (const char *imports, Uid run)
{
  char text[UID_TEXT_SIZE];
  uid_format (run, text);
  Claim *claim = g_new0 (Claim, 1);
  claim->run = run;
  claim->imports = g_strdup (imports);
  claim->folder = g_build_filename (imports, CLAIM_FOLDER, text, NULL);
  claim->lock = -1;
  return claim;
}

static void
claim_set_name (Claim *claim, const char *name)
{
  claim->name = g_strdup (name);
  claim->path = g_build_filename (claim->folder, name, NULL);
}

/* Removes the folder if it is empty, then lets go of it: in this order, or somebody would take it over in between. */
static void
release (Claim *claim)
{
  if (claim->lock < 0)
    return;
  rmdir (claim->folder);
  close (claim->lock);
  claim->lock = -1;
}

void
claim_free (Claim *claim)
{
  release (claim);
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

/* Makes the folder of a new claim, durably, and locks it. */
static bool
make_folder (Claim *claim, GError **error)
{
  g_autofree char *claimed = g_path_get_dirname (claim->folder);
  bool first = !g_file_test (claimed, G_FILE_TEST_IS_DIR);
  for (;;)
    {
      if (!fs_make_folder (claim->folder, FOLDER_MODE, error) || !fs_sync_folder (claimed, error)
          || (first && !fs_sync_folder (claim->imports, error)))
        return false;
      AUTO_FD int fd = open (claim->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (fd < 0 && errno == ENOENT)
        continue;
      if (fd >= 0)
        fault_point ("claim-lock");
      if (fd < 0 || !lockfd_take (fd, LOCK_EX))
        return weir_error (error, WEIR_ERROR_LOCAL, "could not lock folder \"%s\": %s", claim->folder, g_strerror (errno)), false;
      /* Somebody who found it empty may have removed it before we had the lock. */
      if (lockfd_is_in_place (fd, claim->folder))
        return claim->lock = fd_steal (&fd), true;
    }
}

static bool
is_gone (const char *path)
{
  struct stat status;
  return lstat (path, &status) != 0 && errno == ENOENT;
}

Claim *
claim_take_from (const char *imports, const char *path, const char *name, Uid run, bool *ret_gone, GError **error)
{
  *ret_gone = false;
  if (name[0] == '\0' || strchr (name, '/'))
    return weir_error (error, WEIR_ERROR_LOCAL, "\"%s\" is not a file name", name), NULL;
  if (is_gone (path))
    return *ret_gone = true, NULL;
  g_autoptr (Claim) claim = claim_new (imports, run);
  if (!make_folder (claim, error))
    return NULL;
  claim_set_name (claim, name);
  g_autoptr (GError) local = NULL;
  fault_point ("claim-rename");
  if (!fs_rename_new (path, claim->path, NULL, &local))
    {
      *ret_gone = is_gone (path) && is_gone (claim->path);
      if (!*ret_gone)
        g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_steal_pointer (&claim);
}

Claim *
claim_take (const char *imports, const char *name, Uid run, bool *ret_gone, GError **error)
{
  g_autofree char *path = g_build_filename (imports, name, NULL);
  return claim_take_from (imports, path, name, run, ret_gone, error);
}

/* The name of the file in a claim's folder, NULL: empty. Owned by the caller. */
static char *
find_file (const char *folder)
{
  g_autoptr (DIR) dir = opendir (folder);
  if (!dir)
    return NULL;
  g_autofree char *first = NULL;
  for (const struct dirent *found; (found = readdir (dir));)
    {
      if (strcmp (found->d_name, ".") == 0 || strcmp (found->d_name, "..") == 0)
        continue;
      if (first && strcmp (first, found->d_name) <= 0)
        continue;
      g_free (first);
      first = g_strdup (found->d_name);
    }
  return g_steal_pointer (&first);
}

static bool
lock_orphan (int fd)
{
  for (int i = 0; i < RESUME_TRIES; i++)
    {
      if (lockfd_take (fd, LOCK_EX | LOCK_NB))
        return true;
      g_usleep (RESUME_PAUSE_US);
    }
  return false;
}

Claim *
claim_resume (const char *imports, Uid run, bool *ret_gone, GError **error)
{
  *ret_gone = false;
  g_autoptr (Claim) claim = claim_new (imports, run);
  AUTO_FD int fd = open (claim->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    return *ret_gone = true, NULL;
  if (fd < 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not open folder \"%s\": %s", claim->folder, g_strerror (errno)), NULL;
  if (!lock_orphan (fd) || !lockfd_is_in_place (fd, claim->folder))
    return *ret_gone = true, NULL;
  claim->lock = fd_steal (&fd);
  g_autofree char *name = find_file (claim->folder);
  if (!name)
    return *ret_gone = true, NULL;
  claim_set_name (claim, name);
  return g_steal_pointer (&claim);
}

bool
claim_give_back (Claim *claim, const char *path, GError **error)
{
  g_autofree char *origin = g_build_filename (claim->imports, claim->name, NULL);
  bool renamed = fs_rename_new (claim->path, path ? path : origin, NULL, error);
  if (!renamed)
    weir_error_detail (error, "The file is kept in \"%s\" and is taken up again from there.", claim->folder);
  release (claim);
  return renamed;
}

void
claim_entry_free (ClaimEntry *entry)
{
  g_free (entry->name);
  g_free (entry);
}

/* Looks at one claim's folder; NULL when there is no file in it (yet, or any more). One that is empty and nobody's is removed. */
static ClaimEntry *
look_at (const char *claimed, const char *run_text, Uid run)
{
  g_autofree char *folder = g_build_filename (claimed, run_text, NULL);
  AUTO_FD int fd = open (folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return NULL;
  /* A shared lock: enough to know that no worker holds its exclusive one, and listings do not disturb each other. */
  bool orphan = lockfd_take (fd, LOCK_SH | LOCK_NB);
  g_autofree char *name = find_file (folder);
  struct stat status;
  if (!name && orphan)
    rmdir (folder);
  if (!name || fstatat (fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return NULL;
  ClaimEntry *entry = g_new0 (ClaimEntry, 1);
  entry->run = run;
  entry->name = g_steal_pointer (&name);
  entry->orphan = orphan;
  entry->inode = status.st_ino;
  entry->size = status.st_size;
  entry->mtime_ns = fs_nanoseconds (status.st_mtim);
  return entry;
}

GPtrArray *
claim_list (const char *imports, GError **error)
{
  g_autoptr (GPtrArray) claims = g_ptr_array_new_with_free_func ((GDestroyNotify) claim_entry_free);
  g_autofree char *claimed = g_build_filename (imports, CLAIM_FOLDER, NULL);
  g_autoptr (DIR) dir = opendir (claimed);
  if (!dir && errno == ENOENT)
    return g_steal_pointer (&claims);
  if (!dir)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not open folder \"%s\": %s", claimed, g_strerror (errno)), NULL;
  for (const struct dirent *found; (found = readdir (dir));)
    {
      Uid run;
      if (!uid_parse (found->d_name, strlen (found->d_name), &run))
        continue;
      ClaimEntry *entry = look_at (claimed, found->d_name, run);
      if (entry)
        g_ptr_array_add (claims, entry);
    }
  return g_steal_pointer (&claims);
}
