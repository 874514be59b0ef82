#include "src/watch/catalog_watch.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "src/jobs/job.h"

#include <string.h>
#include <sys/stat.h>

struct CatalogWatch
{
  const Settings *settings;
  Log *log;
  char *settings_path;
  char *shown_models;
  char *jobs_folder, *jobs_stamp;
  char *models_stamp; /* NULL: never looked */
  char *settings_stamp;
  char *secret_stamp;
  Catalog *catalog;
  GHashTable *broken; /* path to the error's text */
  char *trouble;      /* why the folder could not be read, as said */
};

CatalogWatch *
catalog_watch_new (const Settings *settings, Log *log)
{
  CatalogWatch *watch = g_new0 (CatalogWatch, 1);
  watch->settings = settings;
  watch->log = log;
  watch->settings_path = g_build_filename (settings->home, "weir.json", NULL);
  watch->jobs_folder = g_build_filename (settings->home, "jobs", NULL);
  watch->shown_models = settings_shown_path (settings, settings->models);
  watch->broken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return watch;
}

void
catalog_watch_free (CatalogWatch *watch)
{
  if (watch->catalog)
    catalog_free (watch->catalog);
  g_hash_table_unref (watch->broken);
  g_free (watch->settings_path);
  g_free (watch->shown_models);
  g_free (watch->models_stamp);
  g_free (watch->jobs_stamp);
  g_free (watch->jobs_folder);
  g_free (watch->settings_stamp);
  g_free (watch->secret_stamp);
  g_free (watch->trouble);
  g_free (watch);
}

const Catalog *
catalog_watch_get (const CatalogWatch *watch)
{
  return watch->catalog;
}

/* What tells one state of a file from another. Owned by the caller. */
static char *
stamp_file (const char *path)
{
  struct stat status;
  if (stat (path, &status) != 0)
    return g_strdup_printf ("%s: errno %d\n", path, errno);
  return g_strdup_printf ("%s: %ju %jd %jd.%09ld\n", path, (uintmax_t) status.st_ino, (intmax_t) status.st_size,
                          (intmax_t) status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

static int
compare_stamps (const void *a, const void *b)
{
  const char *const *left = a;
  const char *const *right = b;
  return strcmp (*left, *right);
}

static char *
stamp_models (const char *folder)
{
  g_autoptr (DIR) dir = opendir (folder);
  if (!dir)
    return g_strdup_printf ("errno %d", errno);
  g_autoptr (GPtrArray) stamps = g_ptr_array_new_with_free_func (g_free);
  for (const struct dirent *found; (found = readdir (dir));)
    {
      if (found->d_name[0] == '.' || !g_str_has_suffix (found->d_name, ".json"))
        continue;
      g_autofree char *path = g_build_filename (folder, found->d_name, NULL);
      g_ptr_array_add (stamps, stamp_file (path));
    }
  g_ptr_array_sort (stamps, compare_stamps);
  GString *all = g_string_new (NULL);
  for (unsigned i = 0; i < stamps->len; i++)
    g_string_append (all, stamps->pdata[i]);
  return g_string_free (all, FALSE);
}

/* Says what is newly broken, or broken in another way, and what is mended. */
static void
tell_broken (CatalogWatch *watch)
{
  g_autoptr (GHashTable) before = g_steal_pointer (&watch->broken);
  watch->broken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (unsigned i = 0; i < watch->catalog->broken->len; i++)
    {
      const BrokenModel *model = watch->catalog->broken->pdata[i];
      g_autofree char *text = weir_error_format (model->error);
      if (g_strcmp0 (g_hash_table_lookup (before, model->path), text) != 0)
        log_at (watch->log, LEVEL_ERROR, "%s\n    Its files are blocked until it is mended; other tables go on.", text);
      g_hash_table_remove (before, model->path);
      g_hash_table_replace (watch->broken, g_strdup (model->path), g_steal_pointer (&text));
    }
  GHashTableIter each;
  void *path;
  g_hash_table_iter_init (&each, before);
  while (g_hash_table_iter_next (&each, &path, NULL))
    log_at (watch->log, LEVEL_WARNING, "%s is no longer broken", (const char *) path);
}

static void
load_models (CatalogWatch *watch)
{
  g_autoptr (GError) error = NULL;
  Catalog *catalog = settings_load_catalog (watch->settings, &error);
  g_autofree char *trouble = error ? weir_error_format (error) : NULL;
  if (trouble && g_strcmp0 (trouble, watch->trouble) != 0)
    log_at (watch->log, LEVEL_ERROR, "%s", trouble);
  g_free (watch->trouble);
  watch->trouble = g_steal_pointer (&trouble);
  if (watch->catalog)
    catalog_free (watch->catalog);
  watch->catalog = catalog;
  if (catalog)
    tell_broken (watch);
}

static unsigned
count_unread (const Catalog *catalog)
{
  unsigned unread = 0;
  for (unsigned i = 0; i < catalog->broken->len; i++)
    {
      const BrokenModel *model = catalog->broken->pdata[i];
      unread += g_error_matches (model->error, WEIR_ERROR, WEIR_ERROR_LOCAL);
    }
  return unread;
}

/* What could not be read, for want of a right, a descriptor or a disk, may be read by now, and its stamp is the same. */
static bool
can_read_more (const CatalogWatch *watch)
{
  if (watch->catalog && count_unread (watch->catalog) == 0)
    return false;
  g_autoptr (Catalog) now = settings_load_catalog (watch->settings, NULL);
  return now && (!watch->catalog || count_unread (now) < count_unread (watch->catalog));
}

/* Replaces *stamp by "now" (which it takes over). Returns whether it is another one. */
static bool
update_stamp (char **stamp, char *now)
{
  bool changed = g_strcmp0 (*stamp, now) != 0;
  g_free (*stamp);
  *stamp = now;
  return changed;
}

/* Who pulls them reads them by itself, and need not be there yet. */
static void
tell_jobs (const CatalogWatch *watch)
{
  g_autoptr (Jobs) jobs = jobs_load (watch->settings, NULL);
  if (jobs == NULL)
    return;
  g_autofree char *broken =
      jobs->broken->len > 0 ? g_strdup_printf (", and %u with mistakes: weir jobs", jobs->broken->len) : g_strdup ("");
  log_at (watch->log, jobs->broken->len > 0 ? LEVEL_ERROR : LEVEL_INFO, "jobs/ changed: %u job%s in force%s", jobs->jobs->len,
          jobs->jobs->len == 1 ? "" : "s", broken);
}

CatalogChange
catalog_watch_look (CatalogWatch *watch)
{
  bool first = !watch->models_stamp;
  bool settings_changed = update_stamp (&watch->settings_stamp, stamp_file (watch->settings_path));
  bool secret_changed = update_stamp (&watch->secret_stamp, stamp_file (watch->settings->secret_file));
  bool models_changed = update_stamp (&watch->models_stamp, stamp_models (watch->settings->models)) || can_read_more (watch);
  bool jobs_changed = update_stamp (&watch->jobs_stamp, stamp_models (watch->jobs_folder));
  if (models_changed)
    load_models (watch);
  if (first)
    return CATALOG_MODELS_CHANGED;
  if (models_changed && watch->catalog)
    log_line (watch->log, "%s/ changed: %u model%s in force", watch->shown_models, watch->catalog->models->len,
              watch->catalog->models->len == 1 ? "" : "s");
  if (secret_changed)
    log_line (watch->log, "the key secret is another file: looking again at what waits for it");
  if (settings_changed)
    return CATALOG_SETTINGS_CHANGED;
  if (jobs_changed)
    tell_jobs (watch);
  return models_changed || secret_changed || jobs_changed ? CATALOG_MODELS_CHANGED : CATALOG_SAME;
}
