#include "base/glob.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/text.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define ANY_DEPTH "**"

typedef struct
{
  const char *folder; /* as it was named, for messages */
  GPtrArray *found;
  GHashTable *seen; /* borrows from found */
} Search;

static bool search_in (Search *search, int folder, const char *path, char **parts, GError **error);

static bool
cannot_read (const Search *search, const char *path, GError **error)
{
  return weir_system_error (error, errno, "could not read \"%s/%s\"", search->folder, path);
}

/* Nothing of the kind is there, or it went while we looked. */
static bool
is_nothing (int number)
{
  return number == ENOENT || number == ENOTDIR || number == ELOOP;
}

/* The names in an open folder, sorted; NULL with errno. */
static GPtrArray *
list_names (int folder)
{
  AUTO_FD int fd = openat (folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (DIR) stream = fd >= 0 ? fdopendir (fd) : NULL;
  if (stream == NULL)
    return NULL;
  fd = -1;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  errno = 0;
  for (const struct dirent *entry; (entry = readdir (stream)) != NULL; errno = 0)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      g_ptr_array_add (names, g_strdup (entry->d_name));
  if (errno != 0)
    return NULL;
  g_ptr_array_sort (names, text_compare);
  return g_steal_pointer (&names);
}

/* What is called "name" is the last part of the pattern. */
static bool
take_file (Search *search, int folder, const char *path, const char *name, GError **error)
{
  g_autofree char *file = g_strconcat (path, name, NULL);
  struct stat info;
  if (fstatat (folder, name, &info, 0) < 0)
    return is_nothing (errno) || cannot_read (search, file, error);
  if (!S_ISREG (info.st_mode) || g_hash_table_contains (search->seen, file))
    return true;
  g_hash_table_add (search->seen, file);
  g_ptr_array_add (search->found, g_steal_pointer (&file));
  return true;
}

static bool
enter (Search *search, int folder, const char *path, const char *name, char **rest, GError **error)
{
  g_autofree char *below = g_strconcat (path, name, "/", NULL);
  AUTO_FD int fd = openat (folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return is_nothing (errno) || cannot_read (search, below, error);
  return search_in (search, fd, below, rest, error);
}

/* The name is one that a part stands for; rest: the parts behind it. */
static bool
take (Search *search, int folder, const char *path, const char *name, char **rest, GError **error)
{
  return rest[0] == NULL ? take_file (search, folder, path, name, error) : enter (search, folder, path, name, rest, error);
}

/* "parts" begins with **: what is behind it in this folder, and all of it in each folder below. */
static bool
search_all (Search *search, int folder, const char *path, char **parts, GError **error)
{
  char *any[] = { (char *) "*", NULL };
  if (!search_in (search, folder, path, parts[1] != NULL ? parts + 1 : any, error))
    return false;
  g_autoptr (GPtrArray) names = list_names (folder);
  if (names == NULL)
    return cannot_read (search, path, error);
  for (guint i = 0; i < names->len; i++)
    {
      struct stat info;
      if (fstatat (folder, names->pdata[i], &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (info.st_mode)
          && !enter (search, folder, path, names->pdata[i], parts, error))
        return false;
    }
  return true;
}

static bool
search_in (Search *search, int folder, const char *path, char **parts, GError **error)
{
  if (strcmp (parts[0], ANY_DEPTH) == 0)
    return search_all (search, folder, path, parts, error);
  if (strpbrk (parts[0], "*?[") == NULL)
    return take (search, folder, path, parts[0], parts + 1, error);
  g_autoptr (GPtrArray) names = list_names (folder);
  if (names == NULL)
    return cannot_read (search, path, error);
  for (guint i = 0; i < names->len; i++)
    if (text_matches_glob (names->pdata[i], parts[0]) && !take (search, folder, path, names->pdata[i], parts + 1, error))
      return false;
  return true;
}

/* Without empty parts, "." and a ** behind another, which say nothing. Owned by the caller. */
static char **
split (const char *pattern)
{
  g_auto (GStrv) all = g_strsplit (pattern, "/", -1);
  GPtrArray *parts = g_ptr_array_new ();
  for (char **part = all; *part != NULL; part++)
    {
      const char *last = parts->len > 0 ? parts->pdata[parts->len - 1] : "";
      bool again = strcmp (*part, ANY_DEPTH) == 0 && strcmp (last, ANY_DEPTH) == 0;
      if (**part != '\0' && strcmp (*part, ".") != 0 && !again)
        g_ptr_array_add (parts, g_strdup (*part));
    }
  g_ptr_array_add (parts, NULL);
  return (char **) g_ptr_array_free (parts, FALSE);
}

GPtrArray *
glob_find (const char *folder, const char *pattern, GError **error)
{
  if (pattern[0] == '/')
    return weir_error (error, WEIR_ERROR_INPUT, "the pattern \"%s\" is not relative to the folder", pattern), NULL;
  g_auto (GStrv) parts = split (pattern);
  if (parts[0] == NULL)
    return weir_error (error, WEIR_ERROR_INPUT, "the pattern \"%s\" names no file", pattern), NULL;
  AUTO_FD int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return weir_system_error (error, errno, "could not read the folder \"%s\"", folder), NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  Search search = { folder, found, seen };
  if (!search_in (&search, fd, "", parts, error))
    return NULL;
  g_ptr_array_sort (found, text_compare);
  return g_steal_pointer (&found);
}
