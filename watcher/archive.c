#include "watcher/archive.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "watcher/lockfd.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#define FOLDER_MODE 0755
#define FILE_MODE 0644

#define ERROR_ENDING ".error.json"

/* ".20261120T093000Z-3fa9c1d2": # is a decimal digit, x a hexadecimal one. */
static const char mark_pattern[] = ".########T######Z-xxxxxxxx";
#define MARK_LENGTH (sizeof mark_pattern - 1)

#define MAX_ENDING 100 /* bytes */

/* How many seconds ahead a name may be moved when one is taken. */
#define NAME_TRIES 100

static bool
is_mark (const char *text)
{
  for (size_t i = 0; i < MARK_LENGTH; i++)
    {
      char c = text[i];
      bool fits = mark_pattern[i] == '#'   ? g_ascii_isdigit (c)
                  : mark_pattern[i] == 'x' ? g_ascii_isdigit (c) || (c >= 'a' && c <= 'f')
                                           : c == mark_pattern[i];
      if (!fits)
        return false;
    }
  return true;
}

/* NULL: there is none. */
static const char *
find_mark (const char *name)
{
  size_t length = strlen (name);
  for (size_t i = length; i-- > 0;)
    {
      const char *after = name + i + MARK_LENGTH;
      if (i + MARK_LENGTH <= length && is_mark (name + i) && (*after == '\0' || *after == '.'))
        return name + i;
    }
  return NULL;
}

char *
archive_original_name (const char *archived_name)
{
  const char *mark = find_mark (archived_name);
  return mark ? g_strdup_printf ("%.*s%s", (int) (mark - archived_name), archived_name, mark + MARK_LENGTH)
              : g_strdup (archived_name);
}

char *
archive_run_digits (const char *archived_name)
{
  const char *mark = find_mark (archived_name);
  return mark ? g_strndup (strrchr (mark_pattern, '-') + 1 - mark_pattern + mark, 8) : NULL;
}

/* A stem cut so that mark, ending and a report's own ending still fit into a file name, at a character's beginning. */
static size_t
fit_stem (const char *stem, size_t length, size_t ending)
{
  size_t room = NAME_MAX - MARK_LENGTH - (sizeof ERROR_ENDING - 1) - ending;
  if (length <= room)
    return length;
  while (room > 0 && ((unsigned char) stem[room] & 0xC0) == 0x80)
    room--;
  return room;
}

/* Where the mark goes: before the first dot, so that the name routes as before; before the last one where too little room is left.
 */
static const char *
find_ending (const char *name)
{
  const char *end = name + strlen (name);
  const char *first = strchr (name + 1, '.');
  const char *last = strrchr (name + 1, '.');
  if (first && end - first <= MAX_ENDING)
    return first;
  return last && end - last <= MAX_ENDING ? last : end;
}

char *
archive_name (const char *file_name, int64_t unix_seconds, Uid run)
{
  g_autofree char *name = archive_original_name (file_name);
  const char *ending = find_ending (name);
  size_t stem = fit_stem (name, (size_t) (ending - name), strlen (ending));
  struct tm utc = { 0 };
  time_t seconds = (time_t) unix_seconds;
  gmtime_r (&seconds, &utc);
  char stamp[32];
  strftime (stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
  char run_text[UID_TEXT_SIZE];
  uid_format (run, run_text);
  return g_strdup_printf ("%.*s.%s-%.8s%s", (int) stem, name, stamp, run_text, ending);
}

/* Says what to do where a rename failed because it would cross a file system. */
static void
explain_devices (const char *from, const char *folder, GError **error)
{
  g_autofree char *from_folder = g_path_get_dirname (from);
  struct stat source, target;
  if (stat (from_folder, &source) != 0 || stat (folder, &target) != 0)
    return;
  if (source.st_dev == target.st_dev && !(error && *error && strstr ((*error)->message, g_strerror (EXDEV))))
    return;
  weir_error_detail (error, "\"%s\" and \"%s\" are on different file systems; nothing was moved.", from_folder, folder);
  weir_error_hint (error, "imports, archive and failed must share a file system, in a container a single mount.");
}

static bool
make_folder (const char *folder, GError **error)
{
  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    return true;
  g_autofree char *parent = g_path_get_dirname (folder);
  return fs_make_folder (folder, FOLDER_MODE, error) && fs_sync_folder (parent, error);
}

static bool
is_taken (const char *path)
{
  struct stat status;
  return lstat (path, &status) == 0 || errno != ENOENT;
}

/* Moves the file under a name that is free, with its report (NULL: none) beside it. A name is unique but for the first 8 digits of
 * the run and the second: a taken one takes the next second. */
static bool
move_into (const char *folder, const ArchiveFile *file, const char *report_text, char **ret_place, GError **error)
{
  if (!make_folder (folder, error))
    return false;
  for (int i = 0; i < NAME_TRIES; i++)
    {
      g_autofree char *name = archive_name (file->name, file->unix_seconds + i, file->run);
      g_autofree char *place = g_build_filename (folder, name, NULL);
      g_autofree char *report = g_strconcat (place, ERROR_ENDING, NULL);
      if (is_taken (place) || is_taken (report))
        continue;
      /* The report first: a file in failed/ is never without its reason. */
      if (report_text && !fs_write_file (report, report_text, strlen (report_text), FILE_MODE, error))
        return false;
      bool exists = false;
      if (fs_rename_new (file->path, place, &exists, error))
        return *ret_place = g_steal_pointer (&place), true;
      /* Moved, but not yet durable (the fsync failed): there it stays, with its reason. */
      if (report_text && (exists || !is_taken (place)))
        unlink (report);
      if (!exists)
        return explain_devices (file->path, folder, error), false;
    }
  return weir_error (error, WEIR_ERROR_LOCAL, "could not find a free name for \"%s\" in \"%s\"", file->name, folder);
}

bool
archive_store (const ArchiveFile *file, const char *folder, char **ret_place, GError **error)
{
  return move_into (folder, file, NULL, ret_place, error);
}

bool
archive_refuse (const ArchiveFile *file, const char *folder, const char *report, char **ret_place, GError **error)
{
  return move_into (folder, file, report, ret_place, error);
}

bool
archive_delete (const char *path, GError **error)
{
  if (unlink (path) != 0 && errno != ENOENT)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not remove \"%s\": %s", path, g_strerror (errno)), false;
  g_autofree char *folder = g_path_get_dirname (path);
  return fs_sync_folder (folder, error);
}

/* ---- trying it ---- */

#define TRY_PREFIX ".weir-try-"

/* Removes what tries left here that were killed: what nobody has locked any more. */
static void
sweep_tries (const char *folder)
{
  g_autoptr (DIR) dir = opendir (folder);
  for (const struct dirent *found; dir && (found = readdir (dir));)
    {
      if (!g_str_has_prefix (found->d_name, TRY_PREFIX))
        continue;
      AUTO_FD int fd = openat (dirfd (dir), found->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
      if (fd >= 0 && lockfd_take (fd, LOCK_EX | LOCK_NB))
        unlinkat (dirfd (dir), found->d_name, 0);
    }
}

/* An empty file of ours, locked while it is needed. Returns its descriptor, -1 on error; the path is the caller's. */
static int
open_try (const char *folder, char **ret_path, GError **error)
{
  for (;;)
    {
      g_autofree char *path = g_build_filename (folder, TRY_PREFIX "XXXXXX", NULL);
      AUTO_FD int fd = mkostemp (path, O_CLOEXEC);
      if (fd < 0)
        return weir_error (error, WEIR_ERROR_LOCAL, "could not write to \"%s\": %s", folder, g_strerror (errno)), -1;
      bool locked = lockfd_take (fd, LOCK_EX | LOCK_NB);
      if (!locked && errno != EWOULDBLOCK)
        return weir_error (error, WEIR_ERROR_LOCAL, "could not lock \"%s\": %s", path, g_strerror (errno)), unlink (path), -1;
      /* Somebody who swept just now took it for a dead one's. */
      if (!locked || !lockfd_is_in_place (fd, path))
        continue;
      *ret_path = g_steal_pointer (&path);
      return fd_steal (&fd);
    }
}

static bool
try_rename (const char *from, const char *to, GError **error)
{
  g_autofree char *path = NULL;
  AUTO_FD int fd = open_try (from, &path, error);
  if (fd < 0)
    return false;
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *place = g_build_filename (to, name, NULL);
  bool renamed = fs_rename_new (path, place, NULL, error);
  if (!renamed)
    {
      weir_error_detail (error,
                         "Every file is renamed from the drop folder to archive or failed, and never copied. No file was touched.");
      explain_devices (path, to, error);
    }
  if (unlink (path) != 0)
    unlink (place);
  return renamed;
}

bool
archive_try (const char *imports, const char *archive, const char *failed, GError **error)
{
  g_autofree char *claimed = g_build_filename (imports, CLAIM_FOLDER, NULL);
  const char *from = g_file_test (claimed, G_FILE_TEST_IS_DIR) ? claimed : imports;
  const char *const folders[] = { imports, claimed, archive, failed };
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    sweep_tries (folders[i]);
  return try_rename (from, archive, error) && try_rename (from, failed, error);
}
