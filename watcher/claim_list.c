/* Looking at all claims. */
#include "watcher/claim_private.h"

#include "base/autoptr.h"
#include "base/fsat.h"
#include "base/scope.h"
#include "watcher/lockfd.h"
#include "watcher/move.h"

#include <string.h>
#include <sys/file.h>

void
claim_entry_free (ClaimEntry *entry)
{
  g_free (entry->name);
  g_free (entry->problem);
  g_free (entry);
}

/* Whether an error is the machine's, and none of the claim at which it was met. */
static bool
is_of_all (int number)
{
  Reason ignored;
  return scope_of_errno (number, &ignored) == SCOPE_MACHINE;
}

/* What is known of a claim whose folder is open. Its folder's descriptor may be -1: then errno says why. */
static void
look_into (int fd, ClaimEntry *entry)
{
  /* A shared lock: enough to know that no worker holds its exclusive one, and listings do not disturb each other. */
  entry->orphan = fd >= 0 && lockfd_take (fd, LOCK_SH | LOCK_NB);
  if (fd < 0 || (!entry->orphan && errno != EWOULDBLOCK))
    {
      entry->problem = g_strdup_printf ("its folder cannot be %s: %s", fd < 0 ? "opened" : "locked", g_strerror (errno));
      entry->orphan = true;
      return;
    }
  struct stat status;
  entry->name = claim_find_file (fd);
  if (!entry->name && errno != 0)
    entry->problem = g_strdup_printf ("its folder cannot be listed: %s", g_strerror (errno));
  if (!entry->name)
    return;
  if (fstatat (fd, entry->name, &status, AT_SYMLINK_NOFOLLOW) == 0)
    {
      entry->sight = opening_sight (&status);
      if (!S_ISREG (status.st_mode))
        entry->problem = g_strdup (S_ISLNK (status.st_mode) ? "it is a symbolic link" : "it is not a regular file");
    }
  else if (errno == ENOENT)
    g_clear_pointer (&entry->name, g_free);
  else
    entry->problem = g_strdup_printf ("the file cannot be looked at: %s", g_strerror (errno));
}

/* Looks at one claim's folder; adds it if there is a file in it. One that is empty and nobody's is removed. */
static bool
list_claim (int claimed, const char *run_text, Uid run, GPtrArray *claims, GError **error)
{
  AUTO_FD int fd = fs_open_beneath (claimed, run_text, HOW_TO_OPEN_FOLDERS);
  if (fd < 0 && errno == ENOENT)
    return true;
  if (fd < 0 && is_of_all (errno))
    return claim_folder_error (error, "open", run_text);
  ClaimEntry *entry = g_new0 (ClaimEntry, 1);
  entry->run = run;
  look_into (fd, entry);
  if (entry->name || entry->problem)
    {
      if (!entry->name)
        entry->name = g_strdup (run_text);
      g_ptr_array_add (claims, entry);
      return true;
    }
  if (entry->orphan)
    {
      move_sweep (fd, run);
      beside_forget (fd);
      unlinkat (claimed, run_text, AT_REMOVEDIR);
    }
  claim_entry_free (entry);
  return true;
}

static bool
list_claims (DIR *dir, GPtrArray *claims, GError **error)
{
  for (const struct dirent *found; errno = 0, (found = readdir (dir));)
    {
      Uid run;
      if (uid_parse (found->d_name, strlen (found->d_name), &run) && !list_claim (dirfd (dir), found->d_name, run, claims, error))
        return false;
    }
  return errno == 0 || claim_folder_error (error, "list", CLAIM_FOLDER);
}

GPtrArray *
claim_list (const char *imports, GError **error)
{
  g_autoptr (GPtrArray) claims = g_ptr_array_new_with_free_func ((GDestroyNotify) claim_entry_free);
  bool missing;
  g_autoptr (Claim) folders = claim_new (imports, (Uid) { { 0 } });
  if (!claim_open_folders (folders, &missing, error))
    return NULL;
  if (missing)
    return g_steal_pointer (&claims);
  g_autoptr (DIR) dir = fdopendir (folders->claimed_fd);
  if (!dir)
    return claim_folder_error (error, "open", folders->folder), NULL;
  fd_steal (&folders->claimed_fd);
  return list_claims (dir, claims, error) ? g_steal_pointer (&claims) : NULL;
}
