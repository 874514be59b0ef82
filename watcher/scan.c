#include "watcher/scan.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "watcher/claim.h"
#include "watcher/opening.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

void
entry_free (Entry *entry)
{
  g_free (entry->name);
  g_free (entry);
}

static bool
has_ending (const char *name, const char *const *endings)
{
  size_t length = strlen (name);
  for (size_t i = 0; endings[i]; i++)
    {
      size_t ending = strlen (endings[i]);
      if (length > ending && g_ascii_strcasecmp (name + length - ending, endings[i]) == 0)
        return true;
    }
  return false;
}

bool
scan_is_csv_name (const char *name)
{
  static const char *const endings[] = { ".csv", ".tsv", ".csv.gz", ".tsv.gz", ".csv.zst", ".tsv.zst", NULL };
  return has_ending (name, endings);
}

bool
scan_is_pending (FileState state)
{
  return state == FILE_WRITING || state == FILE_SETTLING || state == FILE_READY;
}

static bool
is_unfinished_name (const char *name)
{
  static const char *const endings[] = { ".part", ".tmp", ".filepart", ".crdownload", NULL };
  return name[0] == '.' || has_ending (name, endings);
}

/* Why an entry is not ours, or NULL when it is. */
static const char *
foreign_reason (const char *name, const struct stat *status, const struct stat *folder)
{
  mode_t mode = status->st_mode;
  if (S_ISDIR (mode))
    return "is a directory";
  if (S_ISLNK (mode))
    return "is a symbolic link";
  if (!S_ISREG (mode))
    return "is not a regular file";
  if (!scan_is_csv_name (name))
    return "is not a CSV file by its name";
  /* Requests to workers, messages and the ledger are UTF-8. */
  if (!text_is_utf8 (name, strlen (name), NULL))
    return "has a name that is not UTF-8";
  if (opening_is_foreign_link (status, folder))
    return "is a hard link to a file that not everybody may read, and the system does not say who may make such links";
  return NULL;
}

/* What a name is, as far as one listing can tell. */
static FileState
judge_name (DIR *dir, const char *name, const struct stat *status, const struct stat *folder, const char **ret_reason)
{
  *ret_reason = NULL;
  if (is_unfinished_name (name))
    return FILE_PARTIAL;
  if ((*ret_reason = foreign_reason (name, status, folder)))
    return FILE_IGNORED;
  if (faccessat (dirfd (dir), name, R_OK, AT_EACCESS) == 0 || (errno != EACCES && errno != EPERM))
    return FILE_SETTLING;
  *ret_reason = "cannot be opened: permission denied";
  return FILE_UNREADABLE;
}

static Entry *
entry_new (DIR *dir, const char *name, const struct stat *status, const struct stat *folder)
{
  Entry *entry = g_new0 (Entry, 1);
  entry->name = g_strdup (name);
  entry->device = status->st_dev;
  entry->inode = status->st_ino;
  entry->size = status->st_size;
  entry->mtime_ns = fs_nanoseconds (status->st_mtim);
  entry->ctime_ns = fs_nanoseconds (status->st_ctim);
  entry->state = judge_name (dir, name, status, folder, &entry->reason);
  return entry;
}

static int
compare_names (const void *a, const void *b)
{
  const Entry *const *left = a;
  const Entry *const *right = b;
  return strcmp ((*left)->name, (*right)->name);
}

static bool
read_entries (DIR *dir, const char *folder, const struct stat *around, GPtrArray *entries, GError **error)
{
  for (;;)
    {
      errno = 0;
      const struct dirent *found = readdir (dir);
      if (!found && errno != 0)
        return weir_system_error (error, errno, "could not list \"%s\"", folder), false;
      if (!found)
        return true;
      const char *name = found->d_name;
      if (strcmp (name, ".") == 0 || strcmp (name, "..") == 0 || strcmp (name, CLAIM_FOLDER) == 0 || strcmp (name, HELD_FOLDER) == 0
          || strcmp (name, SPOOL_FOLDER) == 0)
        continue;
      struct stat status;
      fault_point ("scan-name");
      if (fstatat (dirfd (dir), name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        g_ptr_array_add (entries, entry_new (dir, name, &status, around));
      else if (errno != ENOENT) /* gone between the two calls: not in the folder */
        return weir_system_error (error, errno, "could not look at \"%s/%s\"", folder, name), false;
    }
}

GPtrArray *
scan_folder (const char *folder, bool *ret_missing, ino_t *ret_identity, GError **error)
{
  if (ret_missing)
    *ret_missing = false;
  g_autoptr (DIR) dir = opendir (folder);
  if (!dir)
    {
      if (ret_missing)
        *ret_missing = errno == ENOENT || errno == ENOTDIR;
      return weir_system_error (error, errno, "could not open folder \"%s\"", folder), NULL;
    }
  struct stat around;
  if (fstat (dirfd (dir), &around) != 0)
    return weir_system_error (error, errno, "could not look at \"%s\"", folder), NULL;
  if (ret_identity)
    *ret_identity = around.st_ino;
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  if (!read_entries (dir, folder, &around, entries, error))
    return NULL;
  g_ptr_array_sort (entries, compare_names);
  return g_steal_pointer (&entries);
}
