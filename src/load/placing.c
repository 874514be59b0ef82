#include "src/load/placing.h"

#include "base/error.h"
#include "base/fault.h"
#include "watcher/archive.h"

#include <time.h>

void
load_end_clear (LoadEnd *end)
{
  g_clear_pointer (&end->summary, json_decref);
}

/* Tells the ledger where the file is; place "" is nowhere. */
static bool
record_place (Db *db, const Settings *settings, Uid run, const char *place, const char *disposition, const Json *summary,
              GError **error)
{
  g_autofree char *shown = *place == '\0' ? g_strdup ("") : settings_shown_path (settings, place);
  g_autofree char *text = weir_json_text (summary);
  return ledger_file_placed (db, run, shown, disposition, text, error);
}

/* Where a file goes that was loaded or refused, and how the ledger calls that. */
static char *
destination (const Settings *settings, const Run *run, int64_t now, bool failed, const char **ret_disposition)
{
  *ret_disposition = failed ? "failed" : settings->delete_after_load ? "deleted" : "archived";
  g_autofree char *name = archive_name (run->file, now, run->id);
  if (failed)
    return g_build_filename (settings->failed, name, NULL);
  return settings->delete_after_load ? g_strdup ("") : g_build_filename (settings->archive, run->table, name, NULL);
}

static bool
move_file (const Settings *settings, const char *path, const Run *run, int64_t now, const LoadEnd *end, GError **error)
{
  g_autofree char *place = NULL;
  if (end->failed)
    {
      g_autofree char *text = weir_json_pretty (end->summary);
      g_autofree char *line = g_strconcat (text, "\n", NULL);
      return archive_refuse (path, run->file, settings->failed, now, run->id, line, &place, error);
    }
  if (settings->delete_after_load)
    return archive_delete (path, error);
  return archive_store (path, run->file, settings->archive, run->table, now, run->id, &place, error);
}

void
placing_give_back (Db *db, const Settings *settings, Claim *claim, const char *path)
{
  g_autofree char *place = path != NULL ? g_strdup (path) : g_build_filename (settings->imports, claim_name (claim), NULL);
  g_autofree char *shown = settings_shown_path (settings, place);
  Uid run = claim_run (claim);
  if (claim_give_back (claim, path, NULL) && db_is_usable (db))
    (void) ledger_file_placed (db, run, shown, "left", NULL, NULL);
}

/* The ledger is told first: a crash between the two leaves an orphan, which comes here again; the other way round it would leave a
 * ledger that nobody mends. */
bool
placing_claimed (Db *db, const Settings *settings, Claim *claim, const Run *run, const LoadEnd *end, GError **error)
{
  const char *disposition;
  int64_t now = time (NULL);
  g_autofree char *place = destination (settings, run, now, end->failed, &disposition);
  fault_point ("before-archive");
  if (!record_place (db, settings, run->id, place, disposition, end->summary, error)
      || !move_file (settings, claim_path (claim), run, now, end, error))
    return g_prefix_error (error,
                           end->failed ? "it is refused, but cannot be moved: " : "its rows are loaded, but it cannot be moved: "),
           false;
  fault_point ("after-archive");
  return true;
}

void
placing_note_stuck (LoadEnd *end, const char *where, GError *error)
{
  g_autofree char *text = weir_error_format (error);
  Json *notes = json_object_get (end->summary, "notes");
  if (notes == NULL)
    json_object_set_new (end->summary, "notes", notes = json_array ());
  g_autofree char *note = g_strdup_printf ("the file is %s: %s", where, text);
  json_array_append_new (notes, weir_json_string (note));
  end->stuck = true;
  g_error_free (error);
}

/* Nobody comes back to such a file, so the ledger is told last. */
bool
placing_in_place (Db *db, const Settings *settings, const char *path, bool archive, const Run *run, LoadEnd *end, GError **error)
{
  const char *disposition;
  int64_t now = time (NULL);
  g_autofree char *place = destination (settings, run, now, end->failed, &disposition);
  GError *local = NULL;
  if (archive && move_file (settings, path, run, now, end, &local))
    return record_place (db, settings, run->id, place, disposition, end->summary, error);
  if (local != NULL)
    placing_note_stuck (end, "left where it is", local);
  return record_place (db, settings, run->id, path, "left", end->summary, error);
}
