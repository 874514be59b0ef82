/* Connections of type "share": a folder that is mounted from elsewhere. No link is followed, nothing outside of the folder is reached, and an empty folder is a
 * share that is not mounted. */
#include "connect/curl/files.h"
#include "connect/curl/kinds.h"
#include "connect/curl/paths.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/fsat.h"
#include "base/fsutil.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define PIECE_BYTES (256 << 10)
#define PART_MODE 0640

typedef struct
{
  Store store; /* first */
  int folder;  /* open */
} Share;

static void
share_free (Share *share)
{
  fd_cleanup (&share->folder);
  g_free (share);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Share, share_free)

/* What may pass: a server that is away. All else is for people. */
static bool
fail (GError **error, int number, const char *verb, const char *path)
{
  static const int passing[] = { EIO,    ESTALE, ENOTCONN, EHOSTDOWN, EHOSTUNREACH, ETIMEDOUT, ECONNRESET,
                                 EAGAIN, EINTR,  ENOSPC,   EDQUOT,    EMFILE,       ENFILE,    ENOMEM };
  ConnectClass class = CONNECT_CONFIGURATION;
  for (size_t i = 0; i < G_N_ELEMENTS (passing); i++)
    if (passing[i] == number)
      class = CONNECT_TRANSIENT;
  const char *why = number == ELOOP     ? "there is a link in the way, which is not followed"
                    : number == ENOTDIR ? "a part of it is no folder, or a link, which is not followed"
                                        : g_strerror (number);
  return connect_fail (error, class, NULL, NULL, "could not %s \"%s\": %s", verb, path, why);
}

/* Takes the descriptor, which may be -1; NULL with errno. */
static DIR *
list_of (int fd)
{
  DIR *listing = fd >= 0 ? fdopendir (fd) : NULL;
  int number = errno;
  if (listing == NULL && fd >= 0)
    close (fd);
  errno = number;
  return listing;
}

static bool
is_empty (const Share *share, bool *ret_is_empty, GError **error)
{
  g_autoptr (DIR) listing = list_of (openat (share->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  *ret_is_empty = true;
  if (listing == NULL)
    return fail (error, errno, "list the share", share->store.what);
  errno = 0;
  for (const struct dirent *entry; *ret_is_empty && (entry = readdir (listing)) != NULL;)
    *ret_is_empty = strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0;
  return errno == 0 || fail (error, errno, "list the share", share->store.what);
}

/* A folder beneath the share's; -1 with an error, but without one where it is not there and may lack. */
static int
open_folder (const Share *share, const char *folder, bool may_lack, GError **error)
{
  const char *path = folder[0] != '\0' ? folder : ".";
  int fd = fs_open_beneath (share->folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 && !(may_lack && errno == ENOENT))
    fail (error, errno, "open the folder", path);
  return fd;
}

/* What is no file may be a folder; no link is one. */
static bool
is_folder (int folder, const struct dirent *entry)
{
  struct stat look;
  return entry->d_type != DT_REG && fstatat (folder, entry->d_name, &look, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (look.st_mode);
}

static bool
share_list (Store *store, const char *folder, GPtrArray *names, GPtrArray *folders, GError **error)
{
  int fd = open_folder ((const Share *) store, folder, false, error);
  if (fd < 0)
    return false;
  g_autoptr (DIR) listing = list_of (fd);
  if (listing == NULL)
    return fail (error, errno, "list the folder", folder);
  errno = 0;
  for (const struct dirent *entry; (entry = readdir (listing)) != NULL; errno = 0)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      g_ptr_array_add (folders != NULL && is_folder (fd, entry) ? folders : names, g_strdup (entry->d_name));
  return errno == 0 || fail (error, errno, "list the folder", folder);
}

/* The folder of a path, open, and its name in there. */
static int
open_parent (const Share *share, const char *path, bool may_lack, const char **ret_name, GError **error)
{
  g_autofree char *folder = NULL;
  *ret_name = path_split (path, &folder);
  return open_folder (share, folder, may_lack, error);
}

static FileFacts
facts_of (const struct stat *look)
{
  return (FileFacts) { .size = look->st_size, .mtime = fs_nanoseconds (look->st_mtim) / 1000 };
}

static bool
share_look (Store *store, const char *path, Found *ret_found, FileFacts *ret_facts, GError **error)
{
  const char *name;
  g_autoptr (GError) local = NULL;
  AUTO_FD int folder = open_parent ((const Share *) store, path, true, &name, &local);
  struct stat look;
  *ret_found = FOUND_NOTHING;
  if (local != NULL)
    return g_propagate_error (error, g_steal_pointer (&local)), false;
  if (folder < 0)
    return true;
  if (fstatat (folder, name, &look, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT || fail (error, errno, "look at", path);
  *ret_found = S_ISREG (look.st_mode) ? FOUND_FILE : FOUND_OTHER;
  *ret_facts = facts_of (&look);
  return true;
}

static bool
share_get (Store *store, const char *path, int64_t offset, bool first_byte, bool (*take) (const char *, size_t, void *), void *data,
           FileFacts *ret_facts, GError **error)
{
  const Share *share = (const Share *) store;
  struct stat look;
  /* O_NONBLOCK: what is a pipe by now keeps nobody waiting. */
  AUTO_FD int fd = fs_open_beneath (share->folder, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 || fstat (fd, &look) != 0)
    return fail (error, errno, "read", path);
  if (!S_ISREG (look.st_mode))
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "could not read \"%s\": it is no ordinary file", path);
  if (ret_facts != NULL)
    *ret_facts = facts_of (&look);
  g_autofree char *piece = g_malloc (PIECE_BYTES);
  for (int64_t at = offset; connect_go_on (error);)
    {
      ssize_t n = pread (fd, piece, first_byte ? 1 : PIECE_BYTES, at);
      if (n < 0 && errno != EINTR)
        return fail (error, errno, "read", path);
      if (n == 0)
        return true;
      if (n > 0 && !take (piece, (size_t) n, data))
        return connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "could not keep what was read of \"%s\"", path);
      if (first_byte)
        return true;
      at += MAX (n, 0);
    }
  return false;
}

/* All of it, and durable. */
static bool
copy_to (int from, int to, const char *path, GError **error)
{
  g_autofree char *piece = g_malloc (PIECE_BYTES);
  for (int64_t at = 0; connect_go_on (error);)
    {
      ssize_t n = pread (from, piece, PIECE_BYTES, at);
      if (n < 0)
        return weir_system_error (error, errno, "could not read what is to be sent");
      if (n == 0)
        return fsync (to) == 0 || fail (error, errno, "write", path);
      for (ssize_t done = 0; done < n;)
        {
          ssize_t written = write (to, piece + done, (size_t) (n - done));
          if (written < 0 && errno != EINTR)
            return fail (error, errno, "write", path);
          done += MAX (written, 0);
        }
      at += n;
      connect_progress (0, at, -1);
    }
  return false;
}

/* Empty, and nobody's but the owner's and the group's to read: what is in it is as secret as the table. A link or a pipe of that name is somebody else's. */
static int
open_part (int folder, const char *name, const char *part, GError **error)
{
  struct stat look;
  AUTO_FD int fd = openat (folder, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, PART_MODE);
  if (fd < 0 || fstat (fd, &look) != 0)
    return fail (error, errno, "write", part), -1;
  if (!S_ISREG (look.st_mode))
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "could not write \"%s\": it is no ordinary file", part), -1;
  if (ftruncate (fd, 0) != 0)
    return fail (error, errno, "write", part), -1;
  return fd_steal (&fd);
}

static bool
share_put (Store *store, int fd, int64_t size, const char *part, const char *path, bool replaces, bool *ret_exists, GError **error)
{
  (void) size;
  const char *name, *part_name;
  *ret_exists = false;
  AUTO_FD int folder = open_parent ((const Share *) store, path, false, &name, error);
  if (folder < 0)
    return false;
  part_name = strrchr (part, '/') != NULL ? strrchr (part, '/') + 1 : part;
  AUTO_FD int to = open_part (folder, part_name, part, error);
  if (to < 0)
    return false;
  if (!copy_to (fd, to, path, error))
    return false;
  fault_point ("share-put");
  bool renamed = replaces ? renameat (folder, part_name, folder, name) == 0 : fs_rename_at (folder, part_name, folder, name);
  *ret_exists = !renamed && errno == EEXIST;
  if (!renamed)
    return !*ret_exists && fail (error, errno, "rename a file to", path);
  return fs_sync_at (folder) || fail (error, errno, "write", path);
}

static bool
share_rename (Store *store, const char *from, const char *to, bool *ret_exists, GError **error)
{
  const char *from_name, *to_name;
  *ret_exists = false;
  AUTO_FD int from_folder = open_parent ((const Share *) store, from, false, &from_name, error);
  AUTO_FD int to_folder = from_folder >= 0 ? open_parent ((const Share *) store, to, false, &to_name, error) : -1;
  if (to_folder < 0)
    return false;
  if (!fs_rename_at (from_folder, from_name, to_folder, to_name))
    {
      *ret_exists = errno == EEXIST;
      return !*ret_exists && fail (error, errno, "move a file to", to);
    }
  return (fs_sync_at (to_folder) && fs_sync_at (from_folder)) || fail (error, errno, "move a file to", to);
}

static bool
share_remove (Store *store, const char *path, GError **error)
{
  const char *name;
  AUTO_FD int folder = open_parent ((const Share *) store, path, false, &name, error);
  if (folder < 0)
    return false;
  return unlinkat (folder, name, 0) == 0 || errno == ENOENT || fail (error, errno, "remove", path);
}

static const StoreVerbs share_verbs = { share_list, share_look, share_get, share_put, share_rename, share_remove };

/* ---- the connection ---- */

static void
look_at_relative (const Json *object, const char *place, const char *name)
{
  const char *path = json_string_value (json_object_get (object, name));
  g_autofree char *where = g_strdup_printf ("%s.%s", place, name);
  if (path != NULL && path[0] == '/')
    connect_mistake (where, "must be relative to the share's folder");
}

static void
look_at_connection (const Request *request)
{
  static const char *const known[] = { "type", "program", "path", "marker", NULL };
  const Json *connection = request->connection;
  connect_known (connection, "connection", known);
  const char *path = connect_text (connection, "connection", "path", true);
  const char *marker = connect_text (connection, "connection", "marker", false);
  if (path != NULL && path[0] != '/')
    connect_mistake ("connection.path", "must be absolute: the folder where the share is mounted");
  if (marker != NULL && !path_is_name (marker))
    connect_mistake ("connection.marker", "must be the name of a file in the share's folder");
  look_at_relative (request->from, "from", "path");
  look_at_relative (request->to, "to", "path");
  look_at_relative (request->object, "object", "path");
  look_at_relative (request->after, "after", "path");
  look_at_relative (request->after, "after", "folder");
  files_look_at (request);
}

static bool
is_mounted (const Share *share, const char *marker, GError **error)
{
  bool is_bare, is_marked = marker != NULL && faccessat (share->folder, marker, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
  if (marker != NULL && !is_marked && errno != ENOENT)
    return fail (error, errno, "look at", marker);
  if (marker != NULL)
    return is_marked
           || connect_fail (error, CONNECT_TRANSIENT, NULL, "Mount it.", "the share \"%s\" is not mounted: its \"%s\" is not there",
                            share->store.what, marker);
  if (!is_empty (share, &is_bare, error))
    return false;
  return !is_bare
         || connect_fail (error, CONNECT_TRANSIENT, NULL,
                          "Mount it. Of a share that may be empty say by \"marker\" which file is always in it.",
                          "the share \"%s\" is not mounted, it seems: there is nothing in the folder", share->store.what);
}

/* *ret NULL: there are mistakes. */
static bool
open_share (const Request *request, Share **ret, GError **error)
{
  look_at_connection (request);
  if (connect_has_mistakes ())
    return true;
  const char *path = json_string_value (json_object_get (request->connection, "path"));
  *ret = g_new0 (Share, 1);
  (*ret)->store = (Store) { &share_verbs, path };
  (*ret)->folder = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if ((*ret)->folder < 0)
    return fail (error, errno, "open the share", path);
  return is_mounted (*ret, json_string_value (json_object_get (request->connection, "marker")), error);
}

static bool
check (const Request *request, GError **error)
{
  g_autoptr (Share) share = NULL;
  return open_share (request, &share, error) && (share == NULL || files_check (&share->store, request, error));
}

static bool
discover (const Request *request, GError **error)
{
  g_autoptr (Share) share = NULL;
  return open_share (request, &share, error) && (share == NULL || files_discover (&share->store, request, error));
}

static bool
read_one (const Request *request, Done *done, GError **error)
{
  g_autoptr (Share) share = NULL;
  return open_share (request, &share, error) && (share == NULL || files_read (&share->store, request, done, error));
}

static bool
write_one (const Request *request, Done *done, GError **error)
{
  g_autoptr (Share) share = NULL;
  return open_share (request, &share, error) && (share == NULL || files_write (&share->store, request, done, error));
}

const Kind kind_share = { "share", check, discover, read_one, write_one };
