#include "src/load/undoing.h"

#include "base/fault.h"
#include "src/load/loading.h"

#include <string.h>

static void
roll_back (Loader *loader)
{
  if (db_is_usable (loader->db))
    (void) db_exec (loader->db, "rollback", NULL);
}

bool
undoing_look (Loader *loader, const UndoTask *task, Uid run, Undo *ret_undo, GError **error)
{
  *ret_undo = (Undo) { 0 };
  if (!run_begin (loader->db, &loader->options, RUN_APPLYING, error))
    return false;
  bool done = undo_run (loader->db, task, run, ret_undo, error);
  roll_back (loader);
  return done;
}

/* Those that weir keeps; what was deleted, or left where it lay, stays so. */
static bool
take_files (const Loader *loader, const Undo *looked, GPtrArray *claims, GError **error)
{
  for (guint i = 0; i < looked->runs->len; i++)
    {
      const UndoRun *run = looked->runs->pdata[i];
      g_autofree char *place = g_canonicalize_filename (run->place, loader->settings->home);
      bool gone = false;
      Uid id;
      if (g_strcmp0 (run->disposition, "archived") != 0 || !uid_parse (run->run, strlen (run->run), &id))
        continue;
      Claim *claim = claim_take_from (loader->settings->imports, place, run->file, id, &gone, error);
      if (claim != NULL)
        g_ptr_array_add (claims, claim);
      else if (!gone)
        return false;
    }
  return true;
}

static const char *
place_of (const Undo *looked, const Claim *claim)
{
  char id[UID_TEXT_SIZE];
  uid_format (claim_run (claim), id);
  for (guint i = 0; i < looked->runs->len; i++)
    if (strcmp (((const UndoRun *) looked->runs->pdata[i])->run, id) == 0)
      return ((const UndoRun *) looked->runs->pdata[i])->place;
  return "";
}

/* Nothing was changed: the files go back. What cannot be moved stays claimed, and is archived by the next worker. */
static void
give_back (const Loader *loader, const Undo *looked, GPtrArray *claims)
{
  for (guint i = 0; i < claims->len; i++)
    {
      g_autofree char *place = g_canonicalize_filename (place_of (looked, claims->pdata[i]), loader->settings->home);
      (void) claim_give_back (claims->pdata[i], place, NULL);
    }
}

/* As a worker does it that finds them after a crash. */
static bool
place_files (Loader *loader, const char *table, GPtrArray *claims, GError **error)
{
  g_auto (Route) route = { 0 };
  loader_route_to (loader, table, &route);
  for (guint i = 0; i < claims->len; i++)
    {
      g_auto (LoadEnd) end = { 0 };
      ClaimFate fate;
      if (!loading_claimed (loader, claims->pdata[i], &route, NULL, &end, &fate, error))
        return g_prefix_error (
                   error, "the run is taken back, but its file is in imports/.claimed still, where `weir watch` takes it up: "),
               false;
    }
  return true;
}

static bool
commit (Loader *loader, const UndoTask *task, Uid run, Undo *ret_undo, GError **error)
{
  if (!run_begin (loader->db, &loader->options, RUN_APPLYING, error))
    return false;
  bool done = undo_run (loader->db, task, run, ret_undo, error);
  if (done && ret_undo->later->len == 0)
    {
      fault_point ("undo-before-commit");
      if (db_exec (loader->db, "commit", error))
        return true;
      done = false;
    }
  roll_back (loader);
  return done;
}

bool
undoing_do (Loader *loader, const UndoTask *task, Uid run, const Undo *looked, Undo *ret_undo, GError **error)
{
  g_autoptr (GPtrArray) claims = g_ptr_array_new_with_free_func ((GDestroyNotify) claim_free);
  *ret_undo = (Undo) { 0 };
  bool taken = take_files (loader, looked, claims, error);
  if (taken)
    fault_point ("undo-claimed");
  if (!taken || !commit (loader, task, run, ret_undo, error) || ret_undo->later->len > 0)
    return give_back (loader, looked, claims), taken && ret_undo->later != NULL && ret_undo->later->len > 0;
  fault_point ("undo-after-commit");
  return place_files (loader, task->model->table, claims, error);
}
