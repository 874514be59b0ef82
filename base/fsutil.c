#include "base/fsutil.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsat.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PIECE_SIZE ((size_t) 64 << 10) /* bytes that are read at once */

/* The one line of most failures here: could not VERB "PATH": REASON. Returns false. */
static bool
path_error (GError **error, const char *verb, const char *path)
{
  return weir_system_error (error, errno, "could not %s \"%s\"", verb, path);
}

static void
give (int fd, const struct stat *owner)
{
  if (geteuid () == 0 && owner->st_uid != 0)
    (void) !fchown (fd, owner->st_uid, owner->st_gid);
}

void
fs_give_to_owner (int fd, const char *folder)
{
  struct stat owner;
  if (stat (folder, &owner) == 0)
    give (fd, &owner);
}

void
fs_give_to_owner_at (int fd, int folder)
{
  struct stat owner;
  if (fstat (folder, &owner) == 0)
    give (fd, &owner);
}

int
fs_open_or_make (const char *path, int flags, mode_t mode, const char *like)
{
  int fd = open (path, flags);
  if (fd >= 0 || errno != ENOENT)
    return fd;
  fd = open (path, flags | O_CREAT | O_EXCL, mode);
  if (fd >= 0)
    fs_give_to_owner (fd, like);
  return fd >= 0 || errno != EEXIST
             ? fd
             : open (path, flags | O_CREAT, mode); /* another one has made it; or it is a link to no file yet */
}

static void
give_folder (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  AUTO_FD int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0)
    fs_give_to_owner (fd, parent);
}

static bool
make_one_folder (const char *path, mode_t mode, GError **error)
{
  if (mkdir (path, mode) == 0)
    return give_folder (path), true;
  if (errno != EEXIST)
    return path_error (error, "create folder", path);

  struct stat status;
  if (stat (path, &status) != 0)
    return path_error (error, "create folder", path);
  if (!S_ISDIR (status.st_mode))
    return weir_error (error, WEIR_ERROR_LOCAL, "could not create folder \"%s\": a file of that name is in the way", path);
  return true;
}

int64_t
fs_nanoseconds (struct timespec time)
{
  const int64_t second = 1000000000, most = INT64_MAX / second - 1;
  return CLAMP ((int64_t) time.tv_sec, -most, most) * second + time.tv_nsec;
}

bool
fs_make_folder (const char *path, mode_t mode, GError **error)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return true;

  g_autofree char *parent = g_path_get_dirname (path);
  if (strcmp (parent, path) != 0 && !fs_make_folder (parent, mode, error))
    return false;
  return make_one_folder (path, mode, error);
}

bool
fs_make_folder_for_all (const char *path, GError **error)
{
  mode_t mask = umask (022);
  bool made = fs_make_folder (path, 0755, error);
  umask (mask);
  return made;
}

static bool
sync_parent (const char *path, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  return fs_sync_folder (parent, error);
}

bool
fs_rename_new (const char *from, const char *to, bool *ret_exists, GError **error)
{
  if (ret_exists != NULL)
    *ret_exists = false;

  if (!fs_rename_at (AT_FDCWD, from, AT_FDCWD, to))
    {
      if (errno == EEXIST && ret_exists != NULL)
        return *ret_exists = true, false;

      const char *hint = "Both folders must be on the same file system (in a container: in the same mount).";
      bool elsewhere = errno == EXDEV;
      weir_system_error (error, errno, "could not rename \"%s\" to \"%s\"", from, to);
      if (elsewhere)
        weir_error_hint (error, "%s", hint);
      return false;
    }
  return sync_parent (to, error) && sync_parent (from, error);
}

bool
fs_write_all (int fd, const void *bytes, size_t length, const char *name, GError **error)
{
  const char *next = bytes;
  while (length > 0)
    {
      ssize_t written = write (fd, next, length);
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return path_error (error, "write", name);
      next += written;
      length -= (size_t) written;
    }
  return true;
}

/* "path" is for messages: the temporary file's own name helps nobody. */
static bool
set_mode (int fd, mode_t mode, const char *path, GError **error)
{
  return fchmod (fd, mode) == 0 || path_error (error, "set the permissions of", path);
}

static bool
write_durably (int fd, const char *contents, size_t length, const char *path, GError **error)
{
  return fs_write_all (fd, contents, length, path, error) && (fsync (fd) == 0 || path_error (error, "write", path));
}

/* A file that is written whole: where, what, and whose it is to be where root writes it. */
typedef struct
{
  const char *path, *contents;
  size_t length;
  mode_t mode;
  enum
  {
    OURS,
    AS_BEFORE,    /* of whom it was; ours where there was none */
    AS_ITS_FOLDER /* fs_give_to_owner */
  } whose;
} Whole;

static void
give_whole (const Whole *whole, int fd)
{
  struct stat before;
  g_autofree char *folder = g_path_get_dirname (whole->path);
  if (whole->whose == AS_ITS_FOLDER)
    fs_give_to_owner (fd, folder);
  else if (whole->whose == AS_BEFORE && geteuid () == 0 && lstat (whole->path, &before) == 0)
    (void) !fchown (fd, before.st_uid, before.st_gid);
}

static bool
fill (const Whole *whole, int fd, GError **error)
{
  give_whole (whole, fd);
  return set_mode (fd, whole->mode, whole->path, error) && write_durably (fd, whole->contents, whole->length, whole->path, error);
}

/* Under another name beside it, which is removed on error. Owned by the caller; NULL on error. */
static char *
write_sibling (const Whole *whole, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (whole->path);
  g_autofree char *name = g_path_get_basename (whole->path);
  g_autofree char *temporary =
      g_strdup_printf ("%s/.%.200s.XXXXXX", folder, name); /* cut, or the longest names would get too long */
  AUTO_FD int fd = mkostemp (temporary, O_CLOEXEC);
  if (fd < 0)
    return path_error (error, "write", whole->path), NULL;
  if (fill (whole, fd, error))
    return g_steal_pointer (&temporary);
  unlink (temporary);
  return NULL;
}

static bool
write_over (const Whole *whole, GError **error)
{
  g_autofree char *temporary = write_sibling (whole, error);
  if (temporary == NULL)
    return false;
  if (rename (temporary, whole->path) == 0)
    return sync_parent (whole->path, error);
  path_error (error, "write", whole->path);
  unlink (temporary);
  return false;
}

bool
fs_write_file (const char *path, const char *contents, size_t length, mode_t mode, GError **error)
{
  return write_over (&(Whole) { path, contents, length, mode, OURS }, error);
}

bool
fs_rewrite_file (const char *path, const char *contents, size_t length, mode_t mode, GError **error)
{
  return write_over (&(Whole) { path, contents, length, mode, AS_BEFORE }, error);
}

/* Where no file is without a name. */
static bool
write_new_by_sibling (const Whole *whole, bool *ret_exists, GError **error)
{
  g_autofree char *temporary = write_sibling (whole, error);
  if (temporary == NULL)
    return false;
  bool done = fs_rename_new (temporary, whole->path, ret_exists, error);
  if (!done)
    unlink (temporary);
  return done;
}

static bool
give_name (int fd, const char *path)
{
  g_autofree char *self = g_strdup_printf ("/proc/self/fd/%d", fd);
  return linkat (AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

bool
fs_write_new (const char *path, const char *contents, size_t length, mode_t mode, bool *ret_exists, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  const Whole whole = { path, contents, length, mode, AS_ITS_FOLDER };
  *ret_exists = false;
  AUTO_FD int fd = open (folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0)
    return write_new_by_sibling (&whole, ret_exists, error);
  if (!fill (&whole, fd, error))
    return false;
  if (give_name (fd, path))
    return fs_sync_folder (folder, error);
  if (errno == EEXIST)
    return *ret_exists = true, false;
  return write_new_by_sibling (&whole, ret_exists, error);
}

static bool
read_up_to (int fd, const char *path, size_t limit, GString *contents, GError **error)
{
  char piece[16384];
  while (contents->len <= limit)
    {
      ssize_t got = read (fd, piece, sizeof piece);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return path_error (error, "read", path);
      if (got == 0)
        return true;
      g_string_append_len (contents, piece, got);
    }
  return weir_error (error, WEIR_ERROR_LOCAL, "could not read \"%s\": larger than %zu bytes", path, limit);
}

bool
fs_read_file (const char *path, size_t limit, char **ret_contents, size_t *ret_length, GError **error)
{
  /* Not blocking, so a FIFO is refused instead of waited for. */
  AUTO_FD int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return path_error (error, "open", path);

  struct stat status;
  if (fstat (fd, &status) != 0)
    return path_error (error, "open", path);
  if (!S_ISREG (status.st_mode))
    return weir_error (error, WEIR_ERROR_LOCAL, "could not open \"%s\": %s", path,
                       S_ISDIR (status.st_mode) ? g_strerror (EISDIR) : "not a regular file");

  g_autoptr (GString) contents = g_string_new (NULL);
  if (!read_up_to (fd, path, limit, contents, error))
    return false;

  if (ret_length != NULL)
    *ret_length = contents->len;
  *ret_contents = g_string_free (g_steal_pointer (&contents), FALSE);
  return true;
}

bool
fs_sha256 (int fd, char ret_hex[SHA256_HEX_SIZE])
{
  g_autoptr (Sha256) sha = sha256_new ();
  g_autofree char *piece = g_malloc (PIECE_SIZE);
  off_t at = 0;
  ssize_t got;
  while ((got = pread (fd, piece, PIECE_SIZE, at)) > 0 || (got < 0 && errno == EINTR))
    if (got > 0)
      {
        sha256_update (sha, piece, (size_t) got);
        at += got;
      }
  if (got < 0)
    return false;
  sha256_finish (sha, ret_hex);
  return true;
}

bool
fs_sync_folder (const char *path, GError **error)
{
  AUTO_FD int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return path_error (error, "open folder", path);
  return fs_sync_at (fd) || path_error (error, "sync folder", path);
}

int
fs_open_scratch (const char *folder, GError **error)
{
  int fd = open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    return fd;

  g_autofree char *path = g_strdup_printf ("%s/.weir-scratch.XXXXXX", folder);
  fd = mkostemp (path, O_CLOEXEC);
  if (fd < 0)
    return path_error (error, "create a temporary file in", folder), -1;
  unlink (path);
  return fd;
}

GPtrArray *
fs_list (const char *folder, const char *ending, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (DIR) dir = opendir (folder);
  if (dir == NULL && errno == ENOENT)
    return g_steal_pointer (&names);
  if (dir == NULL)
    return path_error (error, "open folder", folder), NULL;
  struct dirent *entry;
  for (errno = 0; (entry = readdir (dir)) != NULL; errno = 0)
    if (entry->d_name[0] != '.' && g_str_has_suffix (entry->d_name, ending))
      g_ptr_array_add (names, g_strndup (entry->d_name, strlen (entry->d_name) - strlen (ending)));
  if (errno != 0)
    return path_error (error, "read folder", folder), NULL;
  g_ptr_array_sort (names, text_compare);
  return g_steal_pointer (&names);
}
