/* Files of archive/ and failed/ whose time is over. */
#include "src/load/gc_private.h"

#include "base/error.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "schema/sql.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define REPORT_SUFFIX ".error.json"

/* A file of the plan, as it is in its folder. */
typedef struct
{
  char *path;
  bool failed; /* in failed/, else in archive/ */
  int64_t size;
} Kept;

static void
kept_clear (Kept *kept)
{
  g_free (kept->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kept, kept_clear)

typedef enum
{
  FILE_MAY_GO,
  FILE_ABSENT,  /* or another home's */
  FILE_FOREIGN, /* nothing of weir's, or in another folder than weir's */
  FILE_CHANGED, /* somebody wrote to it in the time for which it is kept */
} KeptState;

static bool
is_below (const char *path, const char *folder)
{
  size_t length = strlen (folder);
  return strncmp (path, folder, length) == 0 && path[length] == '/';
}

static KeptState
look (const Settings *settings, const char *place, Kept *ret_kept)
{
  struct stat info;
  ret_kept->path = g_canonicalize_filename (place, settings->home);
  ret_kept->failed = is_below (ret_kept->path, settings->failed);
  if (!ret_kept->failed && !is_below (ret_kept->path, settings->archive))
    return FILE_FOREIGN;
  if (lstat (ret_kept->path, &info) != 0)
    return errno == ENOENT ? FILE_ABSENT : FILE_FOREIGN;
  if (!S_ISREG (info.st_mode))
    return FILE_FOREIGN;
  int64_t period = ret_kept->failed ? settings->keep_failed : settings->keep_archive;
  ret_kept->size = info.st_size;
  return info.st_mtim.tv_sec > time (NULL) - period ? FILE_CHANGED : FILE_MAY_GO;
}

static void
count (Gc *gc, const Kept *kept)
{
  GcFiles *files = kept->failed ? &gc->report->failed : &gc->report->archive;
  files->files++;
  files->bytes += kept->size;
}

/* "{id,id}" of runs. */
static void
add_run (GString *runs, const char *run)
{
  g_string_append_printf (runs, "%s%s", runs->len > 1 ? "," : "", run);
}

bool
gc_check_files (Gc *gc, const GcBatch *batch, bool counts, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  g_autoptr (GString) runs = g_string_new ("{");
  if (!gc_read_batch (gc, batch, &rows, error))
    return false;
  for (int row = 0; row < db_result_rows (rows); row++)
    {
      g_auto (Kept) kept = { 0 };
      KeptState state = look (gc->settings, db_result_value (rows, row, 1), &kept);
      if (state != FILE_MAY_GO)
        add_run (runs, db_result_value (rows, row, 0));
      else if (counts)
        count (gc, &kept);
      gc->report->changed += state == FILE_CHANGED;
    }
  bool none = runs->len == 1;
  g_string_append_c (runs, '}');
  const SqlVar var = { "runs", runs->str };
  return none || sql_run (gc->db, "gc/unplan", &var, 1, NULL, error);
}

/* A file that is not there any more was removed by a gc that died then. */
static bool
remove_one (Gc *gc, const Kept *kept, GError **error)
{
  g_autofree char *beside = g_strconcat (kept->path, REPORT_SUFFIX, NULL);
  if (unlink (kept->path) != 0 && errno != ENOENT)
    return weir_system_error (error, errno, "could not remove \"%s\"", kept->path);
  if (kept->failed && unlink (beside) != 0 && errno != ENOENT)
    return weir_system_error (error, errno, "could not remove \"%s\"", beside);
  count (gc, kept);
  return true;
}

/* A removal that a power cut may take back would leave a file that the ledger calls gone. */
static bool
sync_folders (GHashTable *folders, GError **error)
{
  GHashTableIter iter;
  gpointer folder;
  g_hash_table_iter_init (&iter, folders);
  while (g_hash_table_iter_next (&iter, &folder, NULL))
    if (!fs_sync_folder (folder, error))
      return false;
  return true;
}

/* What was written to after all, or is something else now, stays, and is looked at again by the next gc. */
static bool
remove_all (Gc *gc, const DbResult *rows, GString *runs, GError **error)
{
  g_autoptr (GHashTable) folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  bool done = true;
  for (int row = 0; done && row < db_result_rows (rows); row++)
    {
      g_auto (Kept) kept = { 0 };
      KeptState state = look (gc->settings, db_result_value (rows, row, 1), &kept);
      if (state == FILE_CHANGED || state == FILE_FOREIGN)
        continue;
      done = remove_one (gc, &kept, error);
      if (!done)
        break;
      add_run (runs, db_result_value (rows, row, 0));
      g_hash_table_add (folders, g_path_get_dirname (kept.path));
    }
  g_string_append_c (runs, '}');
  return sync_folders (folders, done ? error : NULL) && done;
}

/* Files that a gc before has noted and not removed: they are to go, whatever else. */
static bool
mark (Gc *gc, const GcBatch *batch, DbResult **ret_rows, GError **error)
{
  g_autoptr (DbResult) planned = NULL;
  if (!gc_read_batch (gc, batch, &planned, error))
    return false;
  if (strcmp (batch->what, "left") == 0)
    return *ret_rows = g_steal_pointer (&planned), true;
  g_autoptr (GString) runs = g_string_new ("{");
  for (int row = 0; row < db_result_rows (planned); row++)
    add_run (runs, db_result_value (planned, row, 0));
  g_string_append_c (runs, '}');
  const SqlVar vars[] = { { "runs", runs->str }, { "home", gc->settings->home } };
  return sql_run (gc->db, "gc/mark_files", vars, G_N_ELEMENTS (vars), ret_rows, error);
}

bool
gc_remove_files (Gc *gc, const GcBatch *batch, GError **error)
{
  g_autoptr (DbResult) marked = NULL;
  if (!mark (gc, batch, &marked, error))
    return false;
  fault_point ("gc-marked");
  g_autoptr (GString) runs = g_string_new ("{");
  bool removed = remove_all (gc, marked, runs, error);
  fault_point ("gc-removed");
  const SqlVar var = { "runs", runs->str };
  return sql_run (gc->db, "gc/note_files", &var, 1, NULL, removed ? error : NULL) && removed;
}
