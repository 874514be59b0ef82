#include "src/commands/named_files.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "models/order.h"
#include "watcher/claim.h"
#include "watcher/scan.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
named_file_clear (NamedFile *file)
{
  route_clear (&file->route);
  g_free (file->order_key);
}

/* Of one that nobody named: its path is its own. */
static void
waiting_clear (NamedFile *file)
{
  g_free ((char *) file->path);
  named_file_clear (file);
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

/* One that is not there comes last: it is told when it is its turn. */
static void
find_place (NamedFile *file)
{
  struct stat info;
  g_autofree char *name = g_path_get_basename (file->path);
  file->order_key = order_key (name);
  file->instant_ns = INT64_MAX;
  if (stat (file->path, &info) == 0)
    file->instant_ns = order_instant (fs_nanoseconds (info.st_mtim), fs_nanoseconds (info.st_ctim), g_get_real_time () * 1000);
}

/* Facts that refer to others behind all that may be these. */
static bool
refers (const NamedFile *file)
{
  return file->route.model != NULL && file->route.model->references->len > 0;
}

static int
compare_files (const void *a, const void *b)
{
  const NamedFile *left = a, *right = b;
  if (refers (left) != refers (right))
    return refers (left) ? 1 : -1;
  if (left->table != right->table)
    return left->table < right->table ? -1 : 1;
  return order_compare (&(Order) { left->claimed, left->instant_ns, left->order_key },
                        &(Order) { right->claimed, right->instant_ns, right->order_key });
}

GArray *
named_files_route (const Loader *loader, const char *table, char **paths)
{
  GArray *files = g_array_new (FALSE, TRUE, sizeof (NamedFile));
  g_autoptr (GHashTable) tables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_array_set_clear_func (files, (GDestroyNotify) named_file_clear);
  for (char **path = paths; *path != NULL; path++)
    {
      NamedFile file = { .path = *path };
      find_route (loader, table, *path, &file.route);
      find_place (&file);
      const char *name = file.route.table != NULL ? file.route.table : "";
      if (!g_hash_table_contains (tables, name))
        g_hash_table_insert (tables, g_strdup (name), GUINT_TO_POINTER (g_hash_table_size (tables)));
      file.table = GPOINTER_TO_UINT (g_hash_table_lookup (tables, name));
      g_array_append_val (files, file);
    }
  g_array_sort (files, compare_files);
  return files;
}

static bool
is_named (const GArray *files, const Settings *settings, const char *name)
{
  for (guint i = 0; i < files->len; i++)
    {
      const NamedFile *file = &g_array_index (files, NamedFile, i);
      g_autofree char *own = g_path_get_basename (file->path);
      if (strcmp (own, name) == 0 && named_file_is_dropped (file, settings))
        return true;
    }
  return false;
}

static void
add_orphan (GArray *waiting, const Catalog *catalog, const Settings *settings, const ClaimEntry *claim)
{
  char run[UID_TEXT_SIZE];
  uid_format (claim->run, run);
  NamedFile file = { .path = g_build_filename (settings->imports, CLAIM_FOLDER, run, claim->name, NULL),
                     .claimed = true,
                     .instant_ns = claim->sight.mtime_ns,
                     .order_key = order_key (claim->name) };
  catalog_route (catalog, claim->name, &file.route);
  g_array_append_val (waiting, file);
}

GArray *
named_files_waiting (const GArray *files, const Catalog *catalog, const Settings *settings)
{
  GArray *waiting = g_array_new (FALSE, TRUE, sizeof (NamedFile));
  g_array_set_clear_func (waiting, (GDestroyNotify) waiting_clear);
  g_autoptr (GPtrArray) claims = claim_list (settings->imports, NULL);
  for (guint i = 0; claims != NULL && catalog != NULL && i < claims->len; i++)
    if (((const ClaimEntry *) claims->pdata[i])->orphan)
      add_orphan (waiting, catalog, settings, claims->pdata[i]);
  g_autoptr (GPtrArray) entries = scan_folder (settings->imports, NULL, NULL, NULL);
  for (guint i = 0; entries != NULL && catalog != NULL && i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      if (!scan_is_pending (entry->state) || is_named (files, settings, entry->name))
        continue;
      NamedFile file = { .path = g_build_filename (settings->imports, entry->name, NULL) };
      catalog_route (catalog, file.path, &file.route);
      find_place (&file);
      g_array_append_val (waiting, file);
    }
  g_array_sort (waiting, compare_files);
  return waiting;
}

char *
named_file_past (const NamedFile *file, const GArray *waiting)
{
  guint count = 0;
  g_autofree char *first = NULL;
  const Order ours = { false, file->instant_ns, file->order_key };
  for (guint i = 0; i < waiting->len; i++)
    {
      const NamedFile *other = &g_array_index (waiting, NamedFile, i);
      const Order theirs = { other->claimed, other->instant_ns, other->order_key };
      if (strcmp (other->route.table, file->route.table) != 0 || order_compare (&theirs, &ours) >= 0
          || access (other->path, F_OK) != 0)
        continue;
      if (count++ == 0)
        first = g_path_get_basename (other->path);
    }
  return count > 1 ? g_strdup_printf ("%s and %u more", first, count - 1) : g_steal_pointer (&first);
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
