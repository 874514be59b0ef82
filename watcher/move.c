#include "watcher/move.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/fsat.h"
#include "base/fsutil.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#define OWN_PREFIX ".weir-"
#define NOTE_NAME OWN_PREFIX "move"
#define COPY_PREFIX OWN_PREFIX "copy-"
#define COPY_NAME_SIZE (sizeof COPY_PREFIX + UID_TEXT_SIZE)

/* A note is "to PATH" or "from PATH", and a line end: without that it was cut off. */
#define NOTE_TO "to "
#define NOTE_FROM "from "
#define NOTE_MODE 0600

#define PIECE_SIZE (1 << 20) /* bytes that are copied at a time */
#define COARSEST_MTIME 2     /* seconds, that file systems keep times in */

bool
move_is_own_name (const char *name)
{
  return g_str_has_prefix (name, OWN_PREFIX);
}

static void
name_copy (Uid run, char name[COPY_NAME_SIZE])
{
  char text[UID_TEXT_SIZE];
  uid_format (run, text);
  snprintf (name, COPY_NAME_SIZE, COPY_PREFIX "%s", text);
}

static bool
fail (GError **error, const char *verb, const char *path)
{
  return weir_system_error (error, errno, "could not %s \"%s\"", verb, path);
}

/* ---- the copy ---- */

/* The quick ways take what they can; the slow one does the rest, and meets whatever stopped them. False with errno. */
static bool
copy_bytes (int in, int out)
{
  off_t at = 0;
  while (copy_file_range (in, &at, out, NULL, PIECE_SIZE, 0) > 0)
    ;
  while (sendfile (out, in, &at, PIECE_SIZE) > 0)
    ;
  g_autofree char *piece = g_malloc (PIECE_SIZE);
  for (;;)
    {
      ssize_t got = pread (in, piece, PIECE_SIZE, at);
      if (got == 0)
        return true;
      if (got < 0 && errno != EINTR)
        return false;
      for (ssize_t done = 0; done < got;)
        {
          ssize_t written = write (out, piece + done, (size_t) (got - done));
          if (written < 0 && errno != EINTR)
            return false;
          done += MAX (written, 0);
        }
      at += MAX (got, 0);
    }
}

/* The owner is kept where we may give files away, the mode where the file system has modes. */
static bool
copy_attributes (int in, int out)
{
  struct stat info;
  if (fstat (in, &info) != 0)
    return false;
  (void) !fchown (out, info.st_uid, info.st_gid);
  (void) !fchmod (out, info.st_mode & 0777);
  return futimens (out, (const struct timespec[]) { info.st_atim, info.st_mtim }) == 0;
}

static bool
write_copy (const Move *move, const char *name, GError **error)
{
  unlinkat (move->to, name, 0); /* of a try that was cut off */
  AUTO_FD int out = openat (move->to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (out < 0)
    return fail (error, "write", move->to_path);
  if (copy_bytes (move->file, out) && copy_attributes (move->file, out) && fsync (out) == 0)
    return true;
  fail (error, "copy to", move->to_path);
  unlinkat (move->to, name, 0);
  return false;
}

/* ---- the note ---- */

static void
remove_note (int claim)
{
  if (claim >= 0)
    unlinkat (claim, NOTE_NAME, 0);
}

static bool
write_note (const Move *move, GError **error)
{
  if (move->claim < 0)
    return true;
  bool out_of_claim = move->claim == move->from;
  g_autofree char *text =
      g_strdup_printf ("%s%s\n", out_of_claim ? NOTE_TO : NOTE_FROM, out_of_claim ? move->to_path : move->from_path);
  const char *shown = out_of_claim ? move->from_path : move->to_path;
  remove_note (move->claim); /* of a try that was cut off */
  AUTO_FD int fd = openat (move->claim, NOTE_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, NOTE_MODE);
  if (fd < 0)
    return fail (error, "write a note beside", shown);
  fs_give_to_owner_at (fd, move->claim); /* whose service believes its own notes (is_ours) */
  if (!fs_write_all (fd, text, strlen (text), shown, error))
    return false;
  return (fsync (fd) == 0 && fs_sync_at (move->claim)) || fail (error, "write a note beside", shown);
}

bool
move_is_noted (int claim)
{
  struct stat info;
  return fstatat (claim, NOTE_NAME, &info, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

typedef struct
{
  char *text; /* without its line end; NULL: there is none that was finished */
  bool ours;  /* nobody but us can have written it */
} Note;

static void
note_clear (Note *note)
{
  g_free (note->text);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Note, note_clear)

static bool
is_ours (const struct stat *folder, const struct stat *file)
{
  return S_ISREG (file->st_mode) && file->st_nlink == 1 && folder->st_uid == geteuid () && file->st_uid == geteuid ()
         && (folder->st_mode & (S_IWGRP | S_IWOTH)) == 0 && (file->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* One that cannot be read is not the same as none: what it says may have been done. */
static bool
read_note (int claim, Note *ret_note, GError **error)
{
  char text[PATH_MAX + sizeof NOTE_FROM + 1];
  struct stat folder, file;
  *ret_note = (Note) { 0 };
  AUTO_FD int fd = fs_open_beneath (claim, NOTE_NAME, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 && (errno == ENOENT || errno == ELOOP || errno == ENXIO))
    return true; /* or it is no file */
  if (fd < 0 || fstat (claim, &folder) != 0 || fstat (fd, &file) != 0)
    return fail (error, "look at", NOTE_NAME);
  ssize_t length = S_ISREG (file.st_mode) ? read (fd, text, sizeof text) : 0;
  if (length < 0)
    return fail (error, "read", NOTE_NAME);
  if (length > 0 && text[length - 1] == '\n')
    *ret_note = (Note) { g_strndup (text, (size_t) length - 1), is_ours (&folder, &file) };
  return true;
}

/* ---- moving ---- */

/* Removes the file where it was, if that is still it. False with errno. */
static bool
remove_source (const Move *move)
{
  struct stat here, open;
  if (fstatat (move->from, move->from_name, &here, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT;
  if (fstat (move->file, &open) != 0)
    return false;
  return here.st_ino != open.st_ino || here.st_dev != open.st_dev || unlinkat (move->from, move->from_name, 0) == 0;
}

/* fsync of the folder that a file was in; its name may be a path. */
static bool
sync_source (const Move *move)
{
  if (move->from != AT_FDCWD)
    return fs_sync_at (move->from);
  g_autofree char *folder = g_path_get_dirname (move->from_path);
  AUTO_FD int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd >= 0 && fs_sync_at (fd);
}

static MoveEnd
end_move (const Move *move, GError **error)
{
  if (sync_source (move))
    return MOVE_DONE;
  return fail (error, "sync the folder of", move->from_path), MOVE_UNSURE;
}

/* The copy is whole, and gets its name. */
static MoveEnd
name_and_remove (const Move *move, const char *copy, GError **error)
{
  if (!fs_rename_at (move->to, copy, move->to, move->to_name))
    {
      if (errno == EEXIST)
        return MOVE_TAKEN;
      return fail (error, "write", move->to_path), MOVE_FAILED;
    }
  fault_point ("copy-named");
  bool named = fs_sync_at (move->to);
  if (!named)
    fail (error, "sync the folder of", move->to_path);
  else if (remove_source (move))
    {
      fault_point ("copy-removed");
      return end_move (move, error);
    }
  else
    fail (error, "remove", move->from_path);
  unlinkat (move->to, move->to_name, 0);
  return MOVE_FAILED;
}

static MoveEnd
copy_file (const Move *move, GError **error)
{
  char copy[COPY_NAME_SIZE];
  name_copy (move->run, copy);
  if (!write_copy (move, copy, error))
    return MOVE_FAILED;
  fault_point ("copy-written");
  MoveEnd end = MOVE_FAILED;
  if (write_note (move, error))
    {
      fault_point ("copy-noted");
      end = name_and_remove (move, copy, error);
    }
  if (end == MOVE_TAKEN || end == MOVE_FAILED)
    unlinkat (move->to, copy, 0);
  remove_note (move->claim);
  return end;
}

/* Whether others may write to its bytes by another name. */
static bool
has_other_names (const Move *move)
{
  struct stat info;
  return fstat (move->file, &info) == 0 && info.st_nlink > 1;
}

MoveEnd
move_file (const Move *move, GError **error)
{
  bool into_claim = move->claim == move->to;
  if (!into_claim && has_other_names (move))
    return copy_file (move, error);
  if (fs_rename_at (move->from, move->from_name, move->to, move->to_name))
    {
      if (fs_sync_at (move->to))
        return end_move (move, error);
      return fail (error, "sync the folder of", move->to_path), MOVE_UNSURE;
    }
  if (errno == EEXIST)
    return MOVE_TAKEN;
  if (errno == EXDEV)
    return copy_file (move, error);
  weir_system_error (error, errno, "could not rename \"%s\" to \"%s\"", move->from_path, move->to_path);
  return MOVE_FAILED;
}

/* ---- finishing ---- */

/* Whether the two are copies of one another, as far as size and time tell: a name in archive or failed is its run's alone. */
static bool
are_copies (const struct stat *one, const struct stat *other)
{
  return S_ISREG (one->st_mode) && S_ISREG (other->st_mode) && one->st_size == other->st_size
         && ABS (one->st_mtim.tv_sec - other->st_mtim.tv_sec) <= COARSEST_MTIME
         && (one->st_ino != other->st_ino || one->st_dev != other->st_dev);
}

/* Whether the other copy is there. */
static bool
find_other (int claim, const char *name, const char *path, bool *ret_there, GError **error)
{
  struct stat here, there;
  *ret_there = false;
  if (fstatat (claim, name, &here, AT_SYMLINK_NOFOLLOW) != 0)
    return fail (error, "look at", name);
  if (lstat (path, &there) == 0)
    return *ret_there = are_copies (&here, &there), true;
  return errno == ENOENT || errno == ENOTDIR || fail (error, "look at", path);
}

static bool
finish_out_of_claim (int claim, const char *name, const char *path, bool *ret_left, GError **error)
{
  if (!find_other (claim, name, path, ret_left, error))
    return false;
  if (!*ret_left)
    return true;
  return (unlinkat (claim, name, 0) == 0 && fs_sync_at (claim)) || fail (error, "remove the claimed copy of", path);
}

static bool
finish_into_claim (int claim, const char *name, const char *path, bool ours, GError **error)
{
  bool there;
  if (!ours)
    return true;
  if (!find_other (claim, name, path, &there, error))
    return false;
  if (!there)
    return true;
  g_autofree char *folder = g_path_get_dirname (path);
  return (unlink (path) == 0 || fail (error, "remove", path)) && fs_sync_folder (folder, error);
}

bool
move_resume (int claim, Uid run, const char *name, bool *ret_left, GError **error)
{
  g_auto (Note) note = { 0 };
  *ret_left = false;
  if (!name)
    return move_sweep (claim, run), true;
  if (!read_note (claim, &note, error))
    return false;
  bool done = true;
  if (note.text && g_str_has_prefix (note.text, NOTE_TO))
    done = finish_out_of_claim (claim, name, note.text + strlen (NOTE_TO), ret_left, error);
  else if (note.text && g_str_has_prefix (note.text, NOTE_FROM))
    done = finish_into_claim (claim, name, note.text + strlen (NOTE_FROM), note.ours, error);
  if (done)
    move_sweep (claim, run);
  return done;
}

void
move_sweep (int claim, Uid run)
{
  char copy[COPY_NAME_SIZE];
  name_copy (run, copy);
  unlinkat (claim, copy, 0);
  remove_note (claim);
}
