#include "watcher/archive.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsat.h"
#include "base/fsutil.h"
#include "watcher/lockfd.h"
#include "watcher/move.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#define FOLDER_MODE 0750
#define FILE_MODE 0640

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

/* Moves the file to an open folder. */
static MoveEnd
move_to (const ArchiveFile *file, int folder, const char *name, const char *place, GError **error)
{
  if (file->claim)
    return move_file (&(Move) { claim_folder (file->claim), claim_name (file->claim), file->path, folder, name, place,
                                claim_file (file->claim), file->run, claim_folder (file->claim) },
                      error);
  AUTO_FD int fd = open (file->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    return weir_system_error (error, errno, "could not open \"%s\"", file->path), MOVE_FAILED;
  return move_file (&(Move) { AT_FDCWD, file->path, file->path, folder, name, place, fd, file->run, -1 }, error);
}

/* Moves the file under that name, with its report (NULL: none) beside it. */
static MoveEnd
move_as (const ArchiveFile *file, int folder, const char *place, const char *report_text, GError **error)
{
  g_autofree char *name = g_path_get_basename (place);
  g_autofree char *report = g_strconcat (place, ERROR_ENDING, NULL);
  if (is_taken (place) || is_taken (report))
    return MOVE_TAKEN;
  /* The report first: a file in failed/ is never without its reason. */
  bool exists = false;
  if (report_text && !fs_write_new (report, report_text, strlen (report_text), FILE_MODE, &exists, error))
    return exists ? MOVE_TAKEN : MOVE_FAILED;
  MoveEnd end = move_to (file, folder, name, place, error);
  if (report_text && (end == MOVE_TAKEN || end == MOVE_FAILED))
    unlink (report);
  return end;
}

/* The same under a name that is free. A name is unique but for the first 8 digits of the run and the second: a taken one takes the next
 * second. */
static bool
move_into (const char *folder, const ArchiveFile *file, const char *report_text, char **ret_place, GError **error)
{
  *ret_place = NULL;
  if (!make_folder (folder, error))
    return false;
  AUTO_FD int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return weir_system_error (error, errno, "could not open folder \"%s\"", folder);
  for (int i = 0; i < NAME_TRIES; i++)
    {
      g_autofree char *name = archive_name (file->name, file->unix_seconds + i, file->run);
      g_autofree char *place = g_build_filename (folder, name, NULL);
      MoveEnd end = move_as (file, fd, place, report_text, error);
      if (end == MOVE_TAKEN)
        continue;
      if (end != MOVE_FAILED)
        *ret_place = g_steal_pointer (&place);
      return end == MOVE_DONE;
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
archive_delete (const ArchiveFile *file, char **ret_place, GError **error)
{
  *ret_place = NULL;
  int removed = file->claim ? unlinkat (claim_folder (file->claim), claim_name (file->claim), 0) : unlink (file->path);
  if (removed != 0 && errno != ENOENT)
    return weir_system_error (error, errno, "could not remove \"%s\"", file->path);
  *ret_place = g_strdup ("");
  g_autofree char *folder = g_path_get_dirname (file->path);
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
        return weir_system_error (error, errno, "could not write to \"%s\"", folder), -1;
      bool locked = lockfd_take (fd, LOCK_EX | LOCK_NB);
      if (!locked && errno != EWOULDBLOCK)
        return weir_system_error (error, errno, "could not lock \"%s\"", path), unlink (path), -1;
      /* Somebody who swept just now took it for a dead one's. */
      if (!locked || !lockfd_is_in_place (fd, path))
        continue;
      *ret_path = g_steal_pointer (&path);
      return fd_steal (&fd);
    }
}

/* Whether a file can be made there, as a copy of one would. */
static bool
try_write (const char *folder, GError **error)
{
  g_autofree char *path = NULL;
  AUTO_FD int fd = open_try (folder, &path, error);
  return fd >= 0 && (unlink (path) == 0 || weir_system_error (error, errno, "could not remove \"%s\"", path));
}

/* Tries the way between two folders. */
static bool
try_way (const char *from, const char *to, ArchiveWay *ret_way, GError **error)
{
  *ret_way = WAY_RENAME;
  g_autofree char *path = NULL;
  AUTO_FD int fd = open_try (from, &path, error);
  if (fd < 0)
    return false;
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *place = g_build_filename (to, name, NULL);
  if (fs_rename_at (AT_FDCWD, path, AT_FDCWD, place))
    return unlink (place) == 0 || weir_system_error (error, errno, "could not remove \"%s\"", place);
  int reason = errno;
  unlink (path);
  if (reason == EXDEV)
    return *ret_way = WAY_COPY, try_write (to, error);
  weir_system_error (error, reason, "could not rename \"%s\" to \"%s\"", path, place);
  weir_error_detail (error, "Files go that way when they are loaded. No file was touched.");
  return false;
}

bool
archive_try (const char *imports, const char *folder, ArchiveWay *ret_way, GError **error)
{
  g_autofree char *claimed = g_build_filename (imports, CLAIM_FOLDER, NULL);
  const char *const folders[] = { imports, claimed, folder };
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    sweep_tries (folders[i]);
  return try_way (g_file_test (claimed, G_FILE_TEST_IS_DIR) ? claimed : imports, folder, ret_way, error);
}

bool
archive_try_claims (const char *imports, GError **error)
{
  ArchiveWay way;
  g_autofree char *claimed = g_build_filename (imports, CLAIM_FOLDER, NULL);
  if (!g_file_test (claimed, G_FILE_TEST_IS_DIR))
    return true;
  if (!try_way (imports, claimed, &way, error))
    return false;
  return way == WAY_RENAME
         || weir_fail (error,
                       &(Failure) { WEIR_ERROR_LOCAL, .detail = "Files are claimed by a rename. No file was touched.",
                                    .hint = "Both must be on one file system (in a container: in one mount).", .number = EXDEV },
                       "\"%s\" is on another file system than \"%s\"", claimed, imports);
}
