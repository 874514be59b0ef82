#include "src/commands/held_run.h"

#include "base/error.h"

#include <string.h>
#include <sys/stat.h>

void
held_run_clear (HeldRun *held)
{
  g_free (held->table);
  g_free (held->file);
  g_free (held->place);
  run_state_clear (&held->state);
  g_clear_pointer (&held->held, json_decref);
}

static bool
is_not_held (const char *text, const char *state, GError **error)
{
  const char *hint = g_strcmp0 (state, "failed") == 0 ? "A file that was refused is loaded again by `weir retry`."
                                                      : "`weir status` lists the files that are held.";
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint }, "run \"%s\" is not held, but %s", text,
                    state != NULL ? state : "unknown");
}

static bool
no_file (const HeldRun *held, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (held->run, id);
  g_autofree char *hint = g_strdup_printf ("In the home that has it the same command works. If nobody has it any more: "
                                           "`weir discard --gone %.8s`.",
                                           id);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL,
                                 .detail =
                                     "Somebody has moved or removed it, or it is in another home of this database. Nothing was "
                                     "changed.",
                                 .hint = hint },
                    "the file \"%s\" is not at \"%s\"", held->file, held->place);
}

bool
held_run_find (const Loader *loader, const char *text, HeldRun *ret_held, GError **error)
{
  HeldRun *held = ret_held;
  g_autoptr (DbResult) run = NULL;
  *held = (HeldRun) { 0 };
  if (!ledger_find_run (loader->db, text, &held->run, error) || !ledger_run (loader->db, held->run, &run, error)
      || !ledger_run_state (loader->db, held->run, &held->state, error))
    return false;
  const char *place = db_result_named (run, 0, "place"), *disposition = db_result_named (run, 0, "disposition");
  const char *summary = db_result_named (run, 0, "summary");
  held->claimed = g_strcmp0 (disposition, "held") == 0;
  if (g_strcmp0 (held->state.state, "held") != 0 || (!held->claimed && g_strcmp0 (disposition, "left") != 0))
    return is_not_held (text, g_strcmp0 (disposition, "retried") == 0 ? disposition : held->state.state, error);
  held->table = g_strdup (db_result_named (run, 0, "table"));
  held->file = g_strdup (db_result_named (run, 0, "file"));
  held->place = g_canonicalize_filename (place, loader->settings->home);
  g_autoptr (Json) published = summary != NULL ? weir_json_parse (summary, strlen (summary), "weir.file.summary", error) : NULL;
  if (summary != NULL && published == NULL)
    return false;
  held->held = json_incref (json_object_get (published, "held"));
  return true;
}

bool
held_run_has_file (const HeldRun *held, GError **error)
{
  struct stat info;
  return (lstat (held->place, &info) == 0 && S_ISREG (info.st_mode)) || no_file (held, error);
}

Claim *
held_run_claim (const Loader *loader, const HeldRun *held, GError **error)
{
  bool gone = false;
  Claim *claim = claim_take_from (loader->settings->imports, held->place, held->file, held->run, &gone, error);
  if (claim == NULL && gone)
    (void) no_file (held, error);
  return claim;
}
