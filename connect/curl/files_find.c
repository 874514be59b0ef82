/* Which files a path or a pattern means. */
#include "connect/curl/files.h"

#include "base/text.h"
#include "connect/curl/paths.h"

#include <string.h>

#define WILD "*?["
#define ANY_DEPTH "**"
#define SHOWN_MOST 100 /* letters of a name */
#define DEPTH_MOST 64  /* folders in folders: a server may show a tree that has no end */

bool
files_is_pattern (const char *path)
{
  return strpbrk (path, WILD) != NULL;
}

static bool
is_any_depth (const char *part)
{
  return strcmp (part, ANY_DEPTH) == 0;
}

/* Without a "." and what is empty, so that two ways to write a folder are one. Owned by the caller. */
static char *
plain_folder (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  GString *plain = g_string_new (path[0] == '/' ? "/" : "");
  for (size_t i = 0; parts[i] != NULL; i++)
    if (parts[i][0] != '\0' && strcmp (parts[i], ".") != 0)
      g_string_append_printf (plain, "%s%s", plain->len > 0 && plain->str[plain->len - 1] != '/' ? "/" : "", parts[i]);
  return g_string_free (plain, FALSE);
}

/* How long the folder is that all files of the pattern are below, with its slash. */
static size_t
folder_length (const char *path)
{
  size_t length = strcspn (path, WILD);
  while (length > 0 && path[length - 1] != '/')
    length--;
  return length;
}

/* The parts of a pattern, without those that say nothing. */
static GStrv
split_pattern (const char *pattern)
{
  g_auto (GStrv) all = g_strsplit (pattern, "/", -1);
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  for (size_t i = 0; all[i] != NULL; i++)
    if (all[i][0] != '\0' && strcmp (all[i], ".") != 0 && !(i > 0 && is_any_depth (all[i]) && is_any_depth (all[i - 1])))
      g_strv_builder_add (parts, all[i]);
  return g_strv_builder_end (parts);
}

FilesFrom
files_from (const Json *from, const Json *after)
{
  const char *path = from != NULL ? json_string_value (json_object_get (from, "path")) : "*";
  const char *avoided = json_string_value (json_object_get (after, "folder"));
  FilesFrom files = { .settle = from != NULL ? connect_number (from, "from", "settle", FILES_SETTLE_SECONDS) : 0 };
  files.avoided = avoided != NULL ? plain_folder (avoided) : NULL;
  files.is_pattern = files_is_pattern (path);
  size_t length = files.is_pattern ? folder_length (path) : (size_t) (path_split (path, &files.folder) - path);
  g_free (files.folder);
  files.folder = g_strndup (path, length > 1 ? length - 1 : length);
  files.parts = split_pattern (path + length);
  return files;
}

void
files_from_clear (FilesFrom *from)
{
  g_free (from->folder);
  g_free (from->avoided);
  g_strfreev (from->parts);
}

bool
files_come_again (const FilesFrom *from)
{
  g_autofree char *folder = plain_folder (from->folder);
  bool are_in_it = from->parts[1] == NULL || (is_any_depth (from->parts[0]) && from->parts[2] == NULL);
  return are_in_it && g_strcmp0 (folder, from->avoided) == 0;
}

/* ---- the search ---- */

typedef struct
{
  Store *store;
  const FilesFrom *from;
  GPtrArray *paths;
  unsigned unusable;
  char *first_unusable; /* for people; owned */
} Search;

static bool search_in (Search *search, const char *folder, char *const *parts, int depth, GError **error);

static bool
is_usable (Search *search, const char *name)
{
  if (path_is_name (name))
    return true;
  if (search->unusable++ == 0)
    search->first_unusable = text_printable (name, strlen (name), SHOWN_MOST);
  return false;
}

/* Whether the pattern takes the name. One with a dot at its beginning is hidden from all that do not say so. */
static bool
takes (const char *name, const char *pattern)
{
  return (name[0] != '.' || pattern[0] == '.') && text_matches_glob (name, pattern);
}

static void
take_files (Search *search, const char *folder, const char *pattern, const GPtrArray *names)
{
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      if (is_usable (search, name) && (!path_is_partial (name) || pattern[0] == '.') && takes (name, pattern))
        g_ptr_array_add (search->paths, path_join (folder, name));
    }
}

/* One that we may not list, or that is gone meanwhile, keeps no other waiting. */
static bool
enter (Search *search, const char *folder, char *const *parts, int depth, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *plain = plain_folder (folder);
  if (g_strcmp0 (plain, search->from->avoided) == 0 || search_in (search, folder, parts, depth + 1, &local))
    return true;
  if (!g_error_matches (local, CONNECT_ERROR, CONNECT_CONFIGURATION))
    return g_propagate_error (error, g_steal_pointer (&local)), false;
  connect_note ("left out: %s", local->message);
  return true;
}

static bool
enter_all (Search *search, const char *folder, char *const *parts, const GPtrArray *folders, int depth, GError **error)
{
  bool is_deep = is_any_depth (parts[0]);
  char *const *rest = parts + is_deep;
  for (guint i = 0; i < folders->len; i++)
    {
      const char *name = folders->pdata[i];
      g_autofree char *path = path_join (folder, name);
      if (!is_usable (search, name))
        continue;
      if (is_deep && name[0] != '.' && !enter (search, path, parts, depth, error))
        return false;
      if (rest[0] != NULL && rest[1] != NULL && takes (name, rest[0]) && !enter (search, path, rest + 1, depth, error))
        return false;
    }
  return true;
}

/* "parts" are what is looked for in the folder; a "**" before the others means all folders below it, too. */
static bool
search_in (Search *search, const char *folder, char *const *parts, int depth, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
  bool is_deep = is_any_depth (parts[0]), is_last = parts[1] == NULL;
  if (depth > DEPTH_MOST)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "\"%s\" is more than %d folders deep", folder, DEPTH_MOST);
  if (!search->store->verbs->list (search->store, folder, names, is_deep || !is_last ? folders : NULL, error))
    return false;
  const char *pattern = is_deep ? (is_last ? "*" : parts[1]) : parts[0];
  if (is_last || (is_deep && parts[2] == NULL))
    take_files (search, folder, pattern, names);
  return enter_all (search, folder, parts, folders, depth, error);
}

/* The rest of a path behind the folder that it is below, or that it is; else NULL. */
static const char *
behind_folder (const char *path, const char *folder)
{
  const char *rest = g_str_has_prefix (path, folder) ? path + strlen (folder) : NULL;
  if (rest == NULL || *rest == '\0' || g_str_has_suffix (folder, "/"))
    return rest;
  return *rest == '/' ? rest + 1 : NULL;
}

static bool
write_alike (Store *store, FilesFrom *from, GError **error)
{
  g_autofree char *said = NULL, *avoided = NULL;
  if (from->avoided == NULL || store->verbs->home == NULL || (from->avoided[0] == '/') == (from->folder[0] == '/'))
    return true;
  if (!store->verbs->home (store, &said, error))
    return false;
  if (said == NULL)
    return true;
  g_autofree char *home = plain_folder (said), *joined = path_join (home, from->avoided);
  if (from->folder[0] == '/')
    avoided = plain_folder (joined);
  else
    avoided = g_strdup (behind_folder (from->avoided, home));
  if (avoided == NULL)
    return true;
  g_free (from->avoided);
  from->avoided = g_steal_pointer (&avoided);
  return !files_come_again (from)
         || connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL,
                          "after.folder is where the files come from: they would be found again");
}

GPtrArray *
files_find (Store *store, FilesFrom *from, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  Search search = { store, from, paths, 0, NULL };
  if (!write_alike (store, from, error))
    return NULL;
  if (!from->is_pattern)
    {
      g_ptr_array_add (paths, path_join (from->folder, from->parts[0]));
      return g_steal_pointer (&paths);
    }
  bool found = search_in (&search, from->folder, from->parts, 0, error);
  if (search.unusable > 0)
    connect_note ("%u names below \"%s\" are left out, such as \"%s\": they are no UTF-8, or have a line's end or another control "
                  "character in them",
                  search.unusable, from->folder, search.first_unusable);
  g_free (search.first_unusable);
  if (!found)
    return NULL;
  g_ptr_array_sort (paths, text_compare);
  /* Two ways through a pattern may lead to one file. */
  for (guint i = paths->len; i > 1; i--)
    if (strcmp (paths->pdata[i - 1], paths->pdata[i - 2]) == 0)
      g_ptr_array_remove_index (paths, i - 1);
  return g_steal_pointer (&paths);
}
