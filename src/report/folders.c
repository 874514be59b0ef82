#include "src/report/folders.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "watcher/claim.h"
#include "watcher/settle.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPORT_ENDING ".error.json"
#define UNREADABLE "unreadable"

void
waiting_file_free (WaitingFile *file)
{
  g_free (file->file);
  g_free (file->table);
  g_free (file->reason);
  g_free (file->run);
  g_free (file);
}

static WaitingFile *
waiting_new (const char *name, const char *table, const char *state, char *reason)
{
  WaitingFile *file = g_new0 (WaitingFile, 1);
  file->file = g_strdup (name);
  file->table = g_strdup (table);
  file->state = state;
  file->reason = reason;
  return file;
}

/* Where the file of a finished run goes to, if we may not write there. Owned by the caller. */
static char *
find_obstacle (const Settings *settings, const char *table)
{
  g_autofree char *archive = g_build_filename (settings->archive, table, NULL);
  const char *kept = g_file_test (archive, G_FILE_TEST_EXISTS) ? archive : settings->archive;
  const char *const folders[] = { settings->failed, settings->delete_after_load ? settings->failed : kept };
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      if (faccessat (AT_FDCWD, folders[i], W_OK | X_OK, AT_EACCESS) == 0 || errno == ENOENT)
        continue;
      const char *reason = g_strerror (errno);
      g_autofree char *shown = settings_shown_path (settings, folders[i]);
      return g_strdup_printf ("could not write to \"%s\": %s; weir watch takes it up when that is mended", shown, reason);
    }
  return NULL;
}

static char *
explain_orphan (const Settings *settings, const char *table)
{
  char *obstacle = find_obstacle (settings, table);
  return obstacle != NULL ? obstacle : g_strdup ("it is not finished; weir watch takes it up");
}

static bool
add_claims (GPtrArray *files, const Settings *settings, const Catalog *catalog, GError **error)
{
  g_autoptr (GPtrArray) claims = claim_list (settings->imports, error);
  if (claims == NULL)
    return false;
  for (guint i = 0; i < claims->len; i++)
    {
      const ClaimEntry *claim = g_ptr_array_index (claims, i);
      if (claim->name == NULL)
        continue;
      g_auto (Route) route = { 0 };
      catalog_route (catalog, claim->name, &route);
      WaitingFile *file = claim->orphan ? waiting_new (claim->name, route.table, "orphan", explain_orphan (settings, route.table))
                                        : waiting_new (claim->name, route.table, "in work", NULL);
      char run[UID_TEXT_SIZE];
      uid_format (claim->run, run);
      file->run = g_strdup (run);
      g_ptr_array_add (files, file);
    }
  return true;
}

/* An unreadable file is left alone, and nothing waits for it. */
static bool
has_pending (const GPtrArray *files, const char *table)
{
  for (guint i = 0; i < files->len; i++)
    {
      const WaitingFile *file = g_ptr_array_index (files, i);
      if (g_strcmp0 (file->table, table) == 0 && !g_str_equal (file->state, UNREADABLE))
        return true;
    }
  return false;
}

/* What a complete file waits for: a person, or a dimension. NULL: nothing. Owned by the caller. */
static char *
find_cause (const Entry *entry, const Route *route, const GPtrArray *files, const TableKnowledge *knowledge, const char **ret_state)
{
  *ret_state = "held";
  if (route->broken != NULL)
    return g_strdup (route->broken->error->message);
  char *problem = knowledge != NULL ? knowledge->find_problem (route->table, entry, knowledge->data) : NULL;
  if (problem != NULL || route->model == NULL)
    return problem;
  *ret_state = "waits";
  for (guint i = 0; i < route->model->references->len; i++)
    {
      const ModelReference *reference = g_ptr_array_index (route->model->references, i);
      if (has_pending (files, reference->dimension))
        return g_strdup_printf ("for %s, which has files pending", reference->dimension);
      if (knowledge != NULL && !knowledge->is_applied (reference->dimension, knowledge->data))
        return g_strdup_printf ("for %s, which was never loaded", reference->dimension);
    }
  return NULL;
}

static bool
is_still (const Entry *entry, double seconds)
{
  int64_t now_ns = g_get_real_time () * 1000;
  return now_ns - MAX (entry->mtime_ns, entry->ctime_ns) > (int64_t) (seconds * 1e9);
}

/* Why we may not read a file, or 0. */
static int
unreadable (const Settings *settings, const char *name)
{
  g_autofree char *path = g_build_filename (settings->imports, name, NULL);
  return faccessat (AT_FDCWD, path, R_OK, AT_EACCESS) != 0 && (errno == EACCES || errno == EPERM) ? errno : 0;
}

/* The state of a CSV file in the drop folder, files of dimensions having been added before those of facts. */
static WaitingFile *
judge (const Entry *entry, const Settings *settings, const Route *route, const GPtrArray *files, const TableKnowledge *knowledge)
{
  int denied = unreadable (settings, entry->name);
  if (denied != 0)
    return waiting_new (entry->name, route->table, UNREADABLE, g_strdup (g_strerror (denied)));
  if (settle_lease (settings->imports, entry->name) == LEASE_BUSY)
    return waiting_new (entry->name, route->table, "writing", g_strdup ("somebody has it open for writing"));
  const char *state = NULL;
  char *cause = find_cause (entry, route, files, knowledge, &state);
  if (cause != NULL)
    return waiting_new (entry->name, route->table, state, cause);
  if (!is_still (entry, settings->settle))
    return waiting_new (entry->name, route->table, "settling", g_strdup ("it was written a moment ago"));
  if (route->suggestion != NULL)
    return waiting_new (entry->name, route->table, "ready",
                        g_strdup_printf ("there is no model %s; did you mean %s?", route->table, route->suggestion));
  return waiting_new (entry->name, route->table, "ready", g_strdup ("weir watch takes it"));
}

static void
add_entry (GPtrArray *files, const Entry *entry, const Settings *settings, const Catalog *catalog, const TableKnowledge *knowledge,
           bool facts)
{
  g_auto (Route) route = { 0 };
  catalog_route (catalog, entry->name, &route);
  bool refers = route.model != NULL && route.model->references->len > 0;
  if (refers != facts)
    return;
  if (entry->kind == ENTRY_FILE)
    g_ptr_array_add (files, judge (entry, settings, &route, files, knowledge));
  else if (entry->kind == ENTRY_OTHER)
    g_ptr_array_add (files, waiting_new (entry->name, NULL, "ignored", g_strconcat ("it ", entry->reason, NULL)));
  else if (entry->name[0] != '.')
    g_ptr_array_add (files, waiting_new (entry->name, NULL, "writing", g_strdup ("its name says that it is not complete")));
}

GPtrArray *
folders_list_waiting (const Settings *settings, const Catalog *catalog, const TableKnowledge *knowledge, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) waiting_file_free);
  bool missing = false;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) entries = scan_folder (settings->imports, &missing, NULL, &problem);
  if (entries == NULL && missing)
    return g_steal_pointer (&files);
  if (entries == NULL)
    return g_propagate_error (error, g_steal_pointer (&problem)), NULL;
  if (!add_claims (files, settings, catalog, error))
    return NULL;
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < entries->len; i++)
      add_entry (files, g_ptr_array_index (entries, i), settings, catalog, knowledge, pass == 1);
  return g_steal_pointer (&files);
}

void
failed_files_clear (FailedFiles *failed)
{
  g_clear_pointer (&failed->latest, g_free);
  g_clear_pointer (&failed->report, json_decref);
}

/* Counts one name of failed/. A file keeps its time when it is moved, but not the time of its move: ctime. */
static void
look_at_failed (const char *folder, const char *name, FailedFiles *failed, int64_t *latest_ns)
{
  if (name[0] == '.' || g_str_has_suffix (name, REPORT_ENDING))
    return;
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat status;
  if (lstat (path, &status) != 0 || !S_ISREG (status.st_mode))
    return;
  failed->files++;
  int64_t moved_ns = status.st_ctim.tv_sec * G_GINT64_CONSTANT (1000000000) + status.st_ctim.tv_nsec;
  if (failed->latest != NULL && moved_ns <= *latest_ns)
    return;
  *latest_ns = moved_ns;
  g_free (failed->latest);
  failed->latest = g_steal_pointer (&path);
}

bool
folders_find_failed (const Settings *settings, FailedFiles *ret_failed, GError **error)
{
  g_autoptr (DIR) directory = opendir (settings->failed);
  if (directory == NULL && errno == ENOENT)
    return true;
  if (directory == NULL)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not open folder \"%s\": %s", settings->failed, g_strerror (errno)), false;
  int64_t latest_ns = 0;
  for (struct dirent *entry; (entry = readdir (directory)) != NULL;)
    look_at_failed (settings->failed, entry->d_name, ret_failed, &latest_ns);
  if (ret_failed->latest == NULL)
    return true;
  g_autofree char *report = g_strconcat (ret_failed->latest, REPORT_ENDING, NULL);
  ret_failed->report = weir_json_read (report, NULL);
  char *shown = settings_shown_path (settings, ret_failed->latest);
  g_free (ret_failed->latest);
  ret_failed->latest = shown;
  return true;
}
