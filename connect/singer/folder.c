#include "connect/singer/folder.h"

#include "base/error.h"
#include "base/fsutil.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMORY "/dev/shm"
#define PREFIX "weir-singer-"
#define MOST_TRIES 100

/* The files in an open folder, which has no folders of ours. */
static void
remove_files (int fd)
{
  int again = openat (fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *listing = again < 0 ? NULL : fdopendir (again);
  if (listing == NULL)
    {
      if (again >= 0)
        close (again);
      return;
    }
  for (const struct dirent *entry; (entry = readdir (listing)) != NULL;)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      unlinkat (fd, entry->d_name, 0);
  closedir (listing);
}

/* Removes a folder that is ours and that nobody locks. */
static void
sweep (const char *place, const char *name)
{
  g_autofree char *path = g_build_filename (place, name, NULL);
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat info;
  if (fd < 0)
    return;
  if (fstat (fd, &info) == 0 && info.st_uid == geteuid () && flock (fd, LOCK_EX | LOCK_NB) == 0)
    {
      remove_files (fd);
      rmdir (path);
    }
  close (fd);
}

static void
sweep_all (const char *place)
{
  GDir *listing = g_dir_open (place, 0, NULL);
  if (listing == NULL)
    return;
  for (const char *name; (name = g_dir_read_name (listing)) != NULL;)
    if (g_str_has_prefix (name, PREFIX))
      sweep (place, name);
  g_dir_close (listing);
}

/* False with errno. */
static bool
make (const char *place, Folder *folder)
{
  for (int i = 0; i < MOST_TRIES; i++)
    {
      g_autofree char *path = g_build_filename (place, PREFIX "XXXXXX", NULL);
      if (g_mkdtemp (path) == NULL)
        return false;
      int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      struct stat info;
      /* Between being made and being locked a sweep of another run may have taken it away. */
      if (fd >= 0 && flock (fd, LOCK_EX) == 0 && stat (path, &info) == 0)
        {
          *folder = (Folder) { g_steal_pointer (&path), fd };
          return true;
        }
      if (fd >= 0)
        close (fd);
    }
  errno = EBUSY;
  return false;
}

bool
folder_make (Folder *ret_folder, GError **error)
{
  const char *places[] = { MEMORY, g_get_tmp_dir () };
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    {
      sweep_all (places[i]);
      if (make (places[i], ret_folder))
        return true;
    }
  return weir_system_error (error, errno, "could not make a folder for the configuration in \"%s\"", g_get_tmp_dir ());
}

char *
folder_write (const Folder *folder, const char *name, const char *text, GError **error)
{
  int fd = openat (folder->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return weir_system_error (error, errno, "could not write \"%s/%s\"", folder->path, name), NULL;
  bool ok = fs_write_all (fd, text, strlen (text), name, error);
  close (fd);
  return ok ? g_build_filename (folder->path, name, NULL) : NULL;
}

char *
folder_write_json (const Folder *folder, const char *name, const Json *json, GError **error)
{
  g_autofree char *text = weir_json_text (json);
  return folder_write (folder, name, text, error);
}

void
folder_clear (Folder *folder)
{
  if (folder->path == NULL)
    return;
  remove_files (folder->fd);
  rmdir (folder->path);
  close (folder->fd);
  g_clear_pointer (&folder->path, g_free);
}
