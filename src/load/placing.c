#include "src/load/placing.h"

#include "base/error.h"
#include "base/fault.h"
#include "src/server/connect.h"
#include "watcher/archive.h"

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
  return placing->end->failed ? "failed" : placing->settings->delete_after_load ? "deleted" : "archived";
}

/* The folder that the file goes to, NULL: it is deleted. Owned by the caller. */
static char *
find_folder (const Placing *placing)
{
  const Settings *settings = placing->settings;
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

static bool
move_file (const Placing *placing, const char *path, int64_t now, GError **error)
{
  const ArchiveFile file = { path, placing->run->file, placing->run->id, now };
  g_autofree char *folder = find_folder (placing);
  g_autofree char *place = NULL;
  if (folder == NULL)
    return archive_delete (path, error);
  if (!placing->end->failed)
    return archive_store (&file, folder, &place, error);
  g_autofree char *text = weir_json_pretty (placing->end->summary);
  g_autofree char *report = g_strconcat (text, "\n", NULL);
  return archive_refuse (&file, folder, report, &place, error);
}

void
placing_give_back (Db *db, const Settings *settings, Claim *claim, const char *path)
{
  g_autofree char *place = path != NULL ? g_strdup (path) : g_build_filename (settings->imports, claim_name (claim), NULL);
  g_autofree char *shown = settings_shown_path (settings, place);
  Uid run = claim_run (claim);
  if (!claim_give_back (claim, path, NULL) || (db_is_usable (db) && ledger_file_placed (db, run, shown, "left", NULL, NULL)))
    return;
  /* After a stop the last word takes a connection of its own. */
  g_autoptr (Db) own = database_open (settings, NULL);
  if (own != NULL)
    (void) ledger_file_placed (own, run, shown, "left", NULL, NULL);
}

/* The ledger is told first: a crash between the two leaves an orphan, which comes here again; the other way round it would leave a
 * ledger that nobody mends. */
bool
placing_claimed (const Placing *placing, const Claim *claim, GError **error)
{
  int64_t now = time (NULL);
  g_autofree char *place = find_place (placing, now);
  fault_point ("before-archive");
  if (!record_place (placing, place, find_disposition (placing), error) || !move_file (placing, claim_path (claim), now, error))
    return g_prefix_error (error, "%s, but it cannot be moved: ", placing->end->failed ? "it is refused" : "its rows are loaded"),
           false;
  fault_point ("after-archive");
  return true;
}

void
placing_note (LoadEnd *end, char *text)
{
  g_autofree char *note = text;
  Json *notes = json_object_get (end->summary, "notes");
  if (notes == NULL)
    json_object_set_new (end->summary, "notes", notes = json_array ());
  json_array_append_new (notes, weir_json_string (note));
}

void
placing_note_stuck (LoadEnd *end, const char *where, GError *error)
{
  g_autofree char *text = weir_error_format (error);
  placing_note (end, g_strdup_printf ("the file is %s: %s", where, text));
  end->stuck = true;
  g_error_free (error);
}

/* Nobody comes back to such a file, so the ledger is told last. */
bool
placing_in_place (const Placing *placing, const char *path, bool archive, GError **error)
{
  int64_t now = time (NULL);
  g_autofree char *place = find_place (placing, now);
  GError *local = NULL;
  if (archive && move_file (placing, path, now, &local))
    return record_place (placing, place, find_disposition (placing), error);
  if (local != NULL)
    placing_note_stuck (placing->end, "left where it is", local);
  return record_place (placing, path, "left", error);
}
