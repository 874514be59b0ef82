#include "src/load/placing.h"

#include "base/error.h"
#include "base/fault.h"
#include "src/load/kept.h"
#include "src/server/connect.h"
#include "watcher/archive.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

void
load_end_clear (LoadEnd *end)
{
  g_clear_pointer (&end->summary, json_decref);
}

/* Tells the ledger where the file is; place "" is nowhere. */
static bool
record_place (const Placing *placing, const char *place, const char *disposition, GError **error)
{
  g_autofree char *shown = *place == '\0' ? g_strdup ("") : settings_shown_path (placing->settings, place);
  g_autofree char *text = weir_json_text (placing->end->summary);
  return ledger_file_placed (placing->db, placing->run->id, shown, disposition, text, error);
}

/* How the ledger calls what becomes of the file. */
static const char *
find_disposition (const Placing *placing)
{
  return placing->end->held                     ? "held"
         : placing->end->failed                 ? "failed"
         : placing->settings->delete_after_load ? "deleted"
                                                : "archived";
}

/* The folder that the file goes to, NULL: it is deleted. Owned by the caller. */
static char *
find_folder (const Placing *placing)
{
  const Settings *settings = placing->settings;
  if (placing->end->held)
    return g_build_filename (settings->imports, HELD_FOLDER, NULL);
  if (placing->end->failed)
    return g_strdup (settings->failed);
  return settings->delete_after_load ? NULL : g_build_filename (settings->archive, placing->run->table, NULL);
}

/* The path that the file gets, "" where it is deleted. Owned by the caller. */
static char *
find_place (const Placing *placing, int64_t now)
{
  g_autofree char *folder = find_folder (placing);
  g_autofree char *name = archive_name (placing->run->file, now, placing->run->id);
  return folder != NULL ? g_build_filename (folder, name, NULL) : g_strdup ("");
}

/* *ret_place: where it is then, NULL where it was. */
static bool
move_file (const Placing *placing, const ArchiveFile *file, char **ret_place, GError **error)
{
  g_autofree char *folder = find_folder (placing);
  if (folder == NULL)
    return archive_delete (file, ret_place, error);
  if (!placing->end->failed || placing->end->held)
    return archive_store (file, folder, ret_place, error);
  g_autofree char *text = weir_json_pretty (placing->end->summary);
  g_autofree char *report = g_strconcat (text, "\n", NULL);
  return archive_refuse (file, folder, report, ret_place, error);
}

/* ---- what is kept ---- */

void
placing_note (const LoadEnd *end, const char *note)
{
  Json *notes = json_object_get (end->summary, "notes");
  if (notes == NULL)
    json_object_set_new (end->summary, "notes", notes = json_array ());
  json_array_append_new (notes, weir_json_string (note));
}

/* Whether somebody has touched the file since it was opened. A rename and a new link touch ctime, so this is asked before. */
static bool
is_touched (const Placing *placing)
{
  struct stat now;
  const struct stat *then = placing->info;
  return placing->resumed || fstat (placing->fd, &now) != 0 || now.st_size != then->st_size
         || now.st_mtim.tv_sec != then->st_mtim.tv_sec || now.st_mtim.tv_nsec != then->st_mtim.tv_nsec
         || now.st_ctim.tv_sec != then->st_ctim.tv_sec || now.st_ctim.tv_nsec != then->st_ctim.tv_nsec;
}

/* The same behind the move, whatever that did to ctime. */
static bool
is_written (const Placing *placing)
{
  struct stat now;
  const Sight then = opening_sight (placing->info);
  return fstat (placing->fd, &now) != 0 || !opening_is_same (&then, &now);
}

/* Tells of a file that is not what was read. It is hashed only where it was touched. False: it is the same, or was never read. */
static bool
tell_changed (const Placing *placing, const char *place)
{
  char kept[SHA256_HEX_SIZE];
  g_autofree char *loaded = NULL;
  g_autoptr (GError) error = NULL;
  if (!ledger_file_sha256 (placing->db, placing->run->id, &loaded, &error) || loaded == NULL || !kept_sha256 (place, kept, &error))
    {
      if (error != NULL)
        placing_note (placing->end, error->message);
      return error != NULL;
    }
  if (strcmp (loaded, kept) == 0)
    return false;
  json_object_set_new (placing->end->summary, "changed_after", json_string (kept));
  placing_note (placing->end, "somebody wrote to the file after it was read: what is kept is not what was loaded");
  return true;
}

/* Says what is to be said of a file that was moved, and tells the ledger where that is more than it knows. "told": the place that it
 * knows; unsure: why a power cut may undo the move, NULL: it cannot. Takes the error. */
static void
finish_move (const Placing *placing, const char *told, const char *place, bool touched, GError *unsure)
{
  bool news = strcmp (told, place) != 0;
  if (unsure != NULL)
    {
      g_autofree char *shown = settings_shown_path (placing->settings, place);
      g_autofree char *where = *place == '\0' ? g_strdup ("deleted, but a power cut may bring it back")
                                              : g_strdup_printf ("moved to %s, but a power cut may undo that", shown);
      placing_note_stuck (placing->end, where, unsure);
      news = true;
    }
  if (*place != '\0' && (touched || is_written (placing)))
    news |= tell_changed (placing, place);
  if (news)
    (void) record_place (placing, place, find_disposition (placing), NULL);
}

/* ---- placing ---- */

static void
explain_not_given (const Claim *claim, const GError *error, GError **failure)
{
  const char *before = weir_error_get_detail (failure != NULL ? *failure : NULL);
  g_autofree char *text = g_strdup_printf ("%s%sThe file \"%s\" could not be given back: %s", before != NULL ? before : "",
                                           before != NULL ? " " : "", claim_name (claim), error->message);
  weir_error_detail (failure, "%s; it stays claimed, and is taken up again from there.", text);
}

void
placing_tell (Db *db, const Settings *settings, Uid run, const char *path, const char *disposition)
{
  g_autofree char *shown = settings_shown_path (settings, path);
  if (db_is_usable (db) && ledger_file_placed (db, run, shown, disposition, NULL, NULL))
    return;
  /* After a stop the last word takes a connection of its own. */
  g_autoptr (Db) own = database_open (settings, NULL);
  if (own != NULL)
    (void) ledger_file_placed (own, run, shown, disposition, NULL, NULL);
}

void
placing_give_back (Db *db, const Settings *settings, Claim *claim, const char *path, GError **failure)
{
  g_autofree char *place = path != NULL ? g_strdup (path) : g_build_filename (settings->imports, claim_name (claim), NULL);
  Uid run = claim_run (claim);
  g_autoptr (GError) error = NULL;
  if (!claim_give_back (claim, path, &error))
    {
      explain_not_given (claim, error, failure);
      return;
    }
  placing_tell (db, settings, run, place, "left");
}

char *
placing_place (const Settings *settings, const Run *run, int64_t second, const char **ret_disposition)
{
  LoadEnd good = { 0 };
  const Placing placing = { .settings = settings, .run = run, .end = &good };
  g_autofree char *place = find_place (&placing, second);
  *ret_disposition = find_disposition (&placing);
  return *place == '\0' ? g_strdup ("") : settings_shown_path (settings, place);
}

/* The ledger is told first: a crash between the two leaves an orphan, which comes here again; the other way round it would leave a
 * ledger that nobody mends. */
bool
placing_claimed (const Placing *placing, const Claim *claim, GError **error)
{
  bool is_told = placing->end->told != 0;
  int64_t now = is_told ? placing->end->told : time (NULL);
  g_autofree char *told = find_place (placing, now);
  g_autofree char *place = NULL;
  g_autoptr (GError) local = NULL;
  bool touched = is_touched (placing);
  const ArchiveFile file = { claim_path (claim), placing->run->file, placing->run->id, now, claim };
  fault_point ("before-archive");
  if (is_told || record_place (placing, told, find_disposition (placing), &local))
    (void) move_file (placing, &file, &place, &local);
  if (place == NULL)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&local), "%s, but it cannot be moved: ",
                                  placing->end->held     ? "it is held"
                                  : placing->end->failed ? "it is refused"
                                                         : "its rows are loaded");
      return false;
    }
  fault_point ("after-archive");
  finish_move (placing, told, place, touched, g_steal_pointer (&local));
  return true;
}

void
placing_note_stuck (LoadEnd *end, const char *where, GError *error)
{
  g_autofree char *text = weir_error_format (error);
  g_autofree char *note = g_strdup_printf ("the file is %s: %s", where, text);
  placing_note (end, note);
  end->stuck = true;
  g_error_free (error);
}

/* Nobody comes back to such a file, so the ledger is told last of one that moves. */
bool
placing_in_place (const Placing *placing, const char *path, bool archive, GError **error)
{
  if (!archive && placing->end->told != 0)
    return true;
  int64_t now = time (NULL);
  const ArchiveFile file = { path, placing->run->file, placing->run->id, now, NULL };
  g_autofree char *place = NULL;
  GError *local = NULL;
  bool touched = is_touched (placing);
  if (archive)
    (void) move_file (placing, &file, &place, &local);
  if (place != NULL)
    return finish_move (placing, place, place, touched, local), record_place (placing, place, find_disposition (placing), error);
  if (local != NULL)
    placing_note_stuck (placing->end, "left where it is", local);
  return record_place (placing, path, "left", error);
}
