#include "src/commands/named_files.h"

#include "base/error.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static void
named_file_clear (NamedFile *file)
{
  route_clear (&file->route);
}

static void
find_route (const Loader *loader, const char *table, const char *path, Route *ret_route)
{
  if (loader->catalog == NULL)
    ret_route->table = g_strdup (table);
  else if (table != NULL)
    loader_route_to (loader, table, ret_route);
  else
    catalog_route (loader->catalog, path, ret_route);
}

GArray *
named_files_route (const Loader *loader, const char *table, char **paths)
{
  GArray *files = g_array_new (FALSE, TRUE, sizeof (NamedFile));
  g_array_set_clear_func (files, (GDestroyNotify) named_file_clear);
  for (int pass = 0; pass <= 1; pass++)
    for (char **path = paths; *path != NULL; path++)
      {
        NamedFile file = { .path = *path };
        find_route (loader, table, *path, &file.route);
        bool refers = file.route.model != NULL && file.route.model->references->len > 0;
        if (refers == (pass == 1))
          g_array_append_val (files, file);
        else
          named_file_clear (&file);
      }
  return files;
}

static bool
is_link (const char *path)
{
  struct stat info;
  return lstat (path, &info) == 0 && S_ISLNK (info.st_mode);
}

bool
named_file_is_dropped (const NamedFile *file, const Settings *settings)
{
  g_autofree char *full = g_canonicalize_filename (file->path, NULL);
  g_autofree char *folder = g_path_get_dirname (full);
  return settings_is_drop_folder (settings, folder);
}

bool
named_file_check (const NamedFile *file, bool archive, GError **error)
{
  const char *path = file->path;
  struct stat info;
  g_autofree char *name = g_path_get_basename (path);
  if (stat (path, &info) < 0)
    {
      const char *why = g_strerror (errno);
      g_autofree char *folder = g_get_current_dir ();
      g_autofree char *hint = g_strdup_printf ("A path that does not begin with / starts from here: %s", folder);
      return weir_fail (error, &(Failure) { WEIR_ERROR_LOCAL, .hint = g_path_is_absolute (path) ? NULL : hint },
                        "could not open \"%s\": %s", path, why);
    }
  if (!text_is_utf8 (name, strlen (name), NULL))
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_INPUT, REASON_BAD_NAME,
                                   .detail = "The ledger could not keep it. Nothing was loaded; the file was left where it is.",
                                   .hint = "Rename the file." },
                      "\"%s\" has a name that is not UTF-8", path);
  if (!archive || !is_link (path))
    return true;
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL,
                                 .detail = "Nothing was loaded: the archive keeps files, and a link may lead nowhere one day.",
                                 .hint = "Name the file that it leads to, or leave --archive out." },
                    "could not archive \"%s\": it is a symbolic link", path);
}
