#include "watcher/beside.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsat.h"
#include "base/fsutil.h"
#include "watcher/opening.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define PREFIX "."
#define SUFFIX ".json"

#define KEPT_NAME BESIDE_KEPT_NAME
#define NEW_NAME KEPT_NAME "-new"
#define FILE_MODE 0640

char *
beside_name (const char *file_name)
{
  return g_strconcat (PREFIX, file_name, SUFFIX, NULL);
}

char *
beside_of (const char *name)
{
  size_t length = strlen (name), around = strlen (PREFIX) + strlen (SUFFIX);
  if (length <= around || !g_str_has_prefix (name, PREFIX) || !g_str_has_suffix (name, SUFFIX))
    return NULL;
  return g_strndup (name + strlen (PREFIX), length - around);
}

void
beside_clear (Beside *beside)
{
  g_clear_pointer (&beside->text, g_free);
  beside->length = 0;
}

/* ---- reading ---- */

static bool
refuse_large (const char *name, GError **error)
{
  return weir_error (error, WEIR_ERROR_INPUT, "\"%s\" has more than %d bytes, and is no declaration", name, BESIDE_MOST_BYTES);
}

/* To its end, wherever that is by then. */
static bool
read_all (int fd, const char *name, Beside *beside, GError **error)
{
  beside->text = g_malloc (BESIDE_MOST_BYTES + 2);
  for (;;)
    {
      ssize_t got = pread (fd, beside->text + beside->length, BESIDE_MOST_BYTES + 1 - beside->length, (off_t) beside->length);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return weir_system_error (error, errno, "could not read \"%s\"", name);
      beside->length += (size_t) got;
      if (beside->length > BESIDE_MOST_BYTES)
        return refuse_large (name, error);
      if (got == 0)
        break;
    }
  beside->text = g_realloc (beside->text, beside->length + 1);
  beside->text[beside->length] = '\0';
  return strlen (beside->text) == beside->length
         || weir_error (error, WEIR_ERROR_INPUT, "\"%s\" has a NUL byte, and is no declaration", name);
}

static bool
is_there (int folder, const char *name)
{
  struct stat info;
  return fstatat (folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 || (errno != ENOENT && errno != ENAMETOOLONG);
}

/* Nothing is allocated but where there is something. */
static bool
read_named (int folder, const char *name, Beside *ret_beside, GError **error)
{
  g_auto (Beside) beside = { 0 };
  *ret_beside = (Beside) { 0 };
  if (!is_there (folder, name))
    return true;
  AUTO_FD int fd = opening_dropped (folder, name, name, &beside.info, error);
  if (fd < 0 || !read_all (fd, name, &beside, error))
    return false;
  *ret_beside = beside;
  beside.text = NULL;
  return true;
}

bool
beside_read (int folder, const char *file_name, Beside *ret_beside, GError **error)
{
  g_autofree char *name = beside_name (file_name);
  return read_named (folder, name, ret_beside, error);
}

bool
beside_kept (int claim, Beside *ret_beside, GError **error)
{
  return read_named (claim, KEPT_NAME, ret_beside, error);
}

/* ---- writing ---- */

static bool
write_new (int folder, const char *name, const Beside *beside, GError **error)
{
  (void) unlinkat (folder, name, 0); /* of somebody who was killed */
  AUTO_FD int fd = openat (folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
  if (fd < 0)
    return weir_system_error (error, errno, "could not create \"%s\"", name);
  fs_give_to_owner_at (fd, folder);
  if (!fs_write_all (fd, beside->text, beside->length, name, error))
    return false;
  return fsync (fd) == 0 || errno == EINVAL || weir_system_error (error, errno, "could not sync \"%s\"", name);
}

bool
beside_keep (int claim, const Beside *beside, GError **error)
{
  if (!write_new (claim, NEW_NAME, beside, error))
    return false;
  if (renameat (claim, NEW_NAME, claim, KEPT_NAME) != 0)
    return weir_system_error (error, errno, "could not rename \"%s\"", NEW_NAME);
  return fs_sync_at (claim) || weir_system_error (error, errno, "could not sync the folder of a claim");
}

void
beside_forget (int claim)
{
  (void) unlinkat (claim, KEPT_NAME, 0);
  (void) unlinkat (claim, NEW_NAME, 0);
}

static bool
is_same_text (const Beside *one, const Beside *other)
{
  return one->text != NULL && other->text != NULL && one->length == other->length
         && memcmp (one->text, other->text, one->length) == 0;
}

static bool
put_new (int folder, const char *new_name, const char *name, const Beside *beside, GError **error)
{
  return write_new (folder, new_name, beside, error)
         && (fs_rename_at (folder, new_name, folder, name)
             || weir_system_error (error, errno, "could not rename \"%s\" to \"%s\"", new_name, name));
}

bool
beside_put (int folder, const char *file_name, Uid run, const Beside *beside, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  g_autofree char *name = beside_name (file_name), *new_name = g_strdup_printf ("%s-%s", NEW_NAME, id);
  g_auto (Beside) there = { 0 };
  if (!read_named (folder, name, &there, error))
    return false;
  if (is_same_text (&there, beside))
    return true;
  if (there.text != NULL)
    return weir_error (error, WEIR_ERROR_LOCAL, "another \"%s\" is there", name);
  if (!put_new (folder, new_name, name, beside, error))
    {
      (void) unlinkat (folder, new_name, 0);
      return false;
    }
  return fs_sync_at (folder) || weir_system_error (error, errno, "could not sync the folder of \"%s\"", name);
}

/* ---- removing ---- */

static void
remove_if (int folder, const char *file_name, bool (*is_it) (const Beside *there, const Beside *known), const Beside *known)
{
  g_autofree char *name = beside_name (file_name);
  g_auto (Beside) there = { 0 };
  if (read_named (folder, name, &there, NULL) && there.text != NULL && is_it (&there, known))
    (void) unlinkat (folder, name, 0);
}

static bool
was_read (const Beside *there, const Beside *known)
{
  const Sight sight = opening_sight (&known->info);
  return opening_is_same (&sight, &there->info);
}

/* Somebody may have dropped the same once more, behind the file that was claimed. */
static bool
was_kept (const Beside *there, const Beside *known)
{
  const struct timespec *came = &there->info.st_ctim, *kept = &known->info.st_mtim;
  bool before = came->tv_sec < kept->tv_sec || (came->tv_sec == kept->tv_sec && came->tv_nsec <= kept->tv_nsec);
  return before && is_same_text (there, known);
}

void
beside_remove (int folder, const char *file_name, const Beside *beside)
{
  remove_if (folder, file_name, was_read, beside);
}

void
beside_finish (int folder, const char *file_name, const Beside *kept)
{
  remove_if (folder, file_name, was_kept, kept);
}
