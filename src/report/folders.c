#include "src/report/folders.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "models/order.h"
#include "models/waiting.h"
#include "src/report/told.h"
#include "src/watch/board.h"
#include "watcher/claim.h"
#include "watcher/settle.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define REPORT_ENDING ".error.json"

void
waiting_file_free (WaitingFile *file)
{
  g_free (file->file);
  g_free (file->table);
  g_free (file->reason);
  g_free (file->run);
  g_free (file->waits_for);
  g_free (file->order_key);
  g_clear_pointer (&file->told, json_decref);
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
  file->order_key = order_key (name);
  return file;
}

/* Why a file of that size cannot be copied into a folder on another file system than the drop folder's; NULL: there is room for it,
 * or it is renamed. Owned by the caller. */
static char *
find_no_room (const Settings *settings, const char *folder, int64_t size)
{
  struct stat here, there;
  struct statvfs room;
  if (stat (settings->imports, &here) != 0 || stat (folder, &there) != 0 || here.st_dev == there.st_dev
      || statvfs (folder, &room) != 0 || (int64_t) (room.f_bavail * room.f_frsize) > size)
    return NULL;
  return g_strdup (g_strerror (ENOSPC));
}

/* Why the file of a finished run cannot go to the folder that is for it. NULL: it can, as far as can be seen. Owned by the caller. */
static char *
find_obstacle (const Settings *settings, const ClaimEntry *claim, const char *table)
{
  g_autofree char *archive = g_build_filename (settings->archive, table, NULL);
  const char *kept = g_file_test (archive, G_FILE_TEST_EXISTS) ? archive : settings->archive;
  const char *const folders[] = { settings->failed, settings->delete_after_load ? settings->failed : kept };
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      bool writable = faccessat (AT_FDCWD, folders[i], W_OK | X_OK, AT_EACCESS) == 0 || errno == ENOENT;
      g_autofree char *reason = writable ? find_no_room (settings, folders[i], claim->sight.size) : g_strdup (g_strerror (errno));
      if (reason == NULL)
        continue;
      g_autofree char *shown = settings_shown_path (settings, folders[i]);
      return g_strdup_printf ("could not write to \"%s\": %s; weir watch takes it up when that is mended", shown, reason);
    }
  return NULL;
}

/* Whether the claim's own folder lets its file go. */
static char *
find_own_obstacle (const Settings *settings, const ClaimEntry *claim)
{
  char run[UID_TEXT_SIZE];
  uid_format (claim->run, run);
  g_autofree char *folder = g_build_filename (settings->imports, CLAIM_FOLDER, run, NULL);
  if (faccessat (AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 || errno == ENOENT)
    return NULL;
  const char *reason = g_strerror (errno);
  g_autofree char *shown = settings_shown_path (settings, folder);
  return g_strdup_printf ("it cannot be moved out of \"%s\": %s; weir watch takes it up when that is mended", shown, reason);
}

static char *
explain_orphan (const Settings *settings, const ClaimEntry *claim, const char *table)
{
  if (claim->problem != NULL)
    return g_strdup_printf ("it cannot be taken up: %s", claim->problem);
  char *obstacle = find_own_obstacle (settings, claim);
  if (obstacle == NULL)
    obstacle = find_obstacle (settings, claim, table);
  return obstacle != NULL ? obstacle : g_strdup ("it is not finished; weir watch takes it up");
}

/* What files are judged by. */
typedef struct
{
  const Settings *settings;
  const Catalog *catalog;
  const TableKnowledge *knowledge; /* NULL: the database cannot be asked */
  GHashTable *pending;             /* the tables that have files pending */
  GPtrArray *files;                /* of WaitingFile: the answer */
  int64_t now_ns;
} Survey;

static void
note_pending (Survey *survey, const char *name)
{
  g_auto (Route) route = { 0 };
  catalog_route (survey->catalog, name, &route);
  g_hash_table_add (survey->pending, g_steal_pointer (&route.table));
}

static bool
is_pending (const char *table, void *data)
{
  const Survey *survey = data;
  return g_hash_table_contains (survey->pending, table);
}

static bool
is_applied (const char *table, void *data)
{
  const Survey *survey = data;
  return survey->knowledge->is_applied (table, survey->knowledge->data);
}

static void
add_claim (Survey *survey, const ClaimEntry *claim)
{
  char run[UID_TEXT_SIZE];
  uid_format (claim->run, run);
  g_auto (Route) route = { 0 };
  /* Of a claim that cannot be looked into nobody knows the file. */
  if (!g_str_equal (claim->name, run))
    catalog_route (survey->catalog, claim->name, &route);
  WaitingFile *file = claim->orphan
                          ? waiting_new (claim->name, route.table, "orphan", explain_orphan (survey->settings, claim, route.table))
                          : waiting_new (claim->name, route.table, "in work", NULL);
  file->run = g_strdup (run);
  file->instant_ns = file->ctime_ns = claim->sight.mtime_ns;
  g_ptr_array_add (survey->files, file);
}

/* What keeps a file of a table from being loaded once it is complete: a person, or a dimension. NULL: nothing. Owned by the caller.
 * */
static char *
find_cause (Survey *survey, const Entry *entry, const Route *route, const char **ret_state)
{
  *ret_state = "blocked";
  if (route->broken != NULL)
    return g_strdup (route->broken->error->message);
  const TableKnowledge *known = survey->knowledge;
  char *problem = known != NULL ? known->find_problem (route->table, entry, known->data) : NULL;
  if (problem != NULL || route->model == NULL)
    return problem;
  *ret_state = "waits";
  Wait wait;
  const WaitKnowledge knowledge = { is_pending, known != NULL ? is_applied : NULL, survey };
  return waiting_find (route->model->references, &knowledge, &wait) ? waiting_text (&wait) : NULL;
}

/* A file that is pending and that nobody writes to. */
static WaitingFile *
judge (Survey *survey, const Entry *entry, const Route *route)
{
  const char *state;
  char *cause = find_cause (survey, entry, route, &state);
  if (cause != NULL)
    return waiting_new (entry->name, route->table, state, cause);
  if (entry->state == FILE_SETTLING)
    return waiting_new (entry->name, route->table, "settling", g_strdup ("it was written a moment ago"));
  if (route->suggestion != NULL)
    return waiting_new (entry->name, route->table, "ready",
                        g_strdup_printf ("there is no model %s; did you mean %s?", route->table, route->suggestion));
  return waiting_new (entry->name, route->table, "ready", g_strdup ("weir watch takes it"));
}

static WaitingFile *
describe (Survey *survey, const Entry *entry)
{
  g_auto (Route) route = { 0 };
  catalog_route (survey->catalog, entry->name, &route);
  switch (entry->state)
    {
    case FILE_IGNORED:
      return waiting_new (entry->name, NULL, "ignored", g_strconcat ("it ", entry->reason, NULL));
    case FILE_PARTIAL:
      return waiting_new (entry->name, NULL, "writing", g_strdup ("its name says that it is not complete"));
    case FILE_UNREADABLE:
      return waiting_new (entry->name, route.table, "unreadable", g_strconcat ("it ", entry->reason, NULL));
    case FILE_WRITING:
      return waiting_new (entry->name, route.table, "writing", g_strdup ("somebody has it open for writing"));
    case FILE_SETTLING:
    case FILE_READY:
      break;
    }
  return judge (survey, entry, &route);
}

static void
add_entry (Survey *survey, const Entry *entry)
{
  WaitingFile *file = describe (survey, entry);
  file->instant_ns = order_instant (entry->mtime_ns, entry->ctime_ns, survey->now_ns);
  file->ctime_ns = entry->ctime_ns;
  g_ptr_array_add (survey->files, file);
}

static int
compare_files (const void *a, const void *b)
{
  const WaitingFile *left = *(WaitingFile *const *) a, *right = *(WaitingFile *const *) b;
  return order_compare (&(Order) { left->run != NULL, left->instant_ns, left->order_key },
                        &(Order) { right->run != NULL, right->instant_ns, right->order_key });
}

/* Whether younger files of its table wait for it: as in src/watch/dispatch.h. A claim that is not finished is said by itself. */
static bool
holds_others (const WaitingFile *file)
{
  static const char *const states[] = { "writing", "settling", "unreadable", "blocked", NULL };
  return file->table != NULL && file->run == NULL && g_strv_contains (states, file->state);
}

static void
wait_for_work (WaitingFile *file, const WaitingFile *in_work)
{
  file->state = "waits";
  g_free (file->reason);
  file->waits_for = g_strdup (in_work->file);
  file->reason = g_strdup_printf ("for %s, which is in work", in_work->file);
}

static void
wait_for (WaitingFile *file, const WaitingFile *older, int64_t until_ns)
{
  const char *why = g_str_equal (older->state, "blocked")      ? "is blocked"
                    : g_str_equal (older->state, "unreadable") ? "cannot be read"
                                                               : "is not complete";
  g_autofree char *until = text_time (until_ns);
  file->state = "waits";
  g_free (file->reason);
  file->waits_for = g_strdup (older->file);
  file->until_ns = until_ns;
  file->reason = g_strdup_printf ("for %s, which is older and %s; until %s UTC at most", older->file, why, until);
}

/* Of each table, which complete files wait for one that is in work, or for an older one that cannot go. The files are in order. */
static void
find_older (const Survey *survey)
{
  g_autoptr (GHashTable) older = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) working = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < survey->files->len; i++)
    {
      WaitingFile *file = survey->files->pdata[i];
      const WaitingFile *first = file->table != NULL ? g_hash_table_lookup (older, file->table) : NULL;
      const WaitingFile *in_work = file->table != NULL ? g_hash_table_lookup (working, file->table) : NULL;
      int64_t until_ns = order_waits_until (file->ctime_ns, survey->settings->wait_for_older, survey->now_ns);
      if (first != NULL && g_str_equal (file->state, "ready") && until_ns > survey->now_ns)
        wait_for (file, first, until_ns);
      else if (in_work != NULL && g_str_equal (file->state, "ready"))
        wait_for_work (file, in_work);
      else if (file->table != NULL && g_str_equal (file->state, "in work"))
        g_hash_table_insert (working, file->table, file);
      else if (first == NULL && holds_others (file))
        g_hash_table_insert (older, file->table, file);
    }
}

/* First what is pending, then what each file waits for. */
static void
survey_folder (Survey *survey, const GPtrArray *claims, const GPtrArray *entries)
{
  for (guint i = 0; i < claims->len; i++)
    {
      const ClaimEntry *claim = claims->pdata[i];
      if (claim->problem == NULL)
        note_pending (survey, claim->name);
    }
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      if (scan_is_pending (entry->state))
        note_pending (survey, entry->name);
    }
  for (guint i = 0; i < claims->len; i++)
    add_claim (survey, claims->pdata[i]);
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      if (entry->state != FILE_PARTIAL || entry->name[0] != '.')
        add_entry (survey, entry);
    }
  g_ptr_array_sort (survey->files, compare_files);
  find_older (survey);
}

/* What a person must mend and what a dimension has to bring can be seen from here, and is the first reason; of all else the supervisor
 * knows better why a file waits. */
static void
take_told (GPtrArray *files, const Json *board)
{
  for (guint i = 0; i < files->len; i++)
    {
      WaitingFile *file = files->pdata[i];
      const Json *told = told_find (board, file->file, file->run);
      if (told == NULL)
        continue;
      bool known = g_str_equal (file->state, "blocked") || g_str_equal (file->state, "waits");
      if (g_str_equal (file->state, "ready"))
        file->state = told_in_work (told) ? "in work" : "waits";
      g_autofree char *reason = g_steal_pointer (&file->reason);
      file->reason = told_text (told, known ? reason : NULL, g_get_real_time ());
      file->told = json_incref ((Json *) told);
    }
}

GPtrArray *
folders_list_waiting (const Settings *settings, const Catalog *catalog, const TableKnowledge *knowledge, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) waiting_file_free);
  g_autoptr (GPtrArray) claims = claim_list (settings->imports, error);
  if (claims == NULL)
    return NULL;
  bool missing = false;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) entries = scan_folder (settings->imports, &missing, NULL, &problem);
  if (entries == NULL && missing)
    return g_steal_pointer (&files);
  if (entries == NULL)
    return g_propagate_error (error, g_steal_pointer (&problem)), NULL;
  settle_look_once (entries, (int64_t) (settings->settle * 1e6), g_get_real_time (), settle_ask_lease, settings->imports);
  g_autoptr (GHashTable) pending = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  survey_folder (&(Survey) { settings, catalog, knowledge, pending, files, g_get_real_time () * 1000 }, claims, entries);
  g_autoptr (Json) board = board_read (settings->state);
  take_told (files, board);
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
  int64_t moved_ns = fs_nanoseconds (status.st_ctim);
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
    return weir_system_error (error, errno, "could not open folder \"%s\"", settings->failed), false;
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
