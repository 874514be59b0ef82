#include "base/error.h"
#include "base/fault.h"
#include "src/commands/cli.h"
#include "src/commands/load_now.h"
#include "src/load/loading.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct
{
  gboolean force;
  gboolean rejects_ok;
} RetryOptions;

/* What the ledger knows of the run that is to be tried again. */
typedef struct
{
  Uid run;
  char *file;  /* as dropped */
  char *place; /* absolute */
  char *disposition;
  Candidate candidate;
} Past;

static void
past_clear (Past *past)
{
  g_free (past->file);
  g_free (past->place);
  g_free (past->disposition);
  candidate_clear (&past->candidate);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Past, past_clear)

static bool
no_file (const Past *past, const char *text, GError **error)
{
  g_autofree char *missing = g_strdup_printf ("It is not at \"%s\".", past->place);
  const char *detail = missing;
  if (g_strcmp0 (past->disposition, "deleted") == 0)
    detail = "It was deleted after it was loaded (\"after_load\": \"delete\").";
  else if (g_strcmp0 (past->disposition, "trimmed") == 0)
    {
      g_free (missing);
      detail = missing = g_strdup_printf ("It was removed by \"retention\" in weir.json, and was at \"%s\".", past->place);
    }
  else if (g_strcmp0 (past->disposition, "retried") == 0)
    detail = "It belongs to a later run by now; `weir runs` lists them.";
  return weir_fail (
      error, &(Failure) { WEIR_ERROR_MODEL, .detail = detail, .hint = "Drop the file into the drop folder again, if you have it." },
      "the file of run \"%s\" cannot be loaded again", text);
}

/* What lies in archive/ or failed/ is no link; what was left where it lay may be one of the user's. */
static bool
find_info (const Past *past, struct stat *ret_info)
{
  bool left = g_strcmp0 (past->disposition, "left") == 0;
  return (left ? stat (past->place, ret_info) : lstat (past->place, ret_info)) == 0;
}

static bool
find_past (const Loader *loader, const char *text, Past *ret_past, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!ledger_find_run (loader->db, text, &ret_past->run, error) || !ledger_run (loader->db, ret_past->run, &result, error))
    return false;
  ret_past->file = g_strdup (db_result_named (result, 0, "file"));
  ret_past->disposition = g_strdup (db_result_named (result, 0, "disposition"));
  candidate_retried (ret_past->file, result, &ret_past->candidate);
  const char *place = db_result_named (result, 0, "place");
  ret_past->place = g_canonicalize_filename (place == NULL ? "" : place, loader->settings->home);
  struct stat info;
  bool there = place != NULL && *place != '\0' && find_info (ret_past, &info) && S_ISREG (info.st_mode);
  if (ret_past->disposition == NULL && there)
    return weir_fail (
        error, &(Failure) { WEIR_ERROR_MODEL, .hint = "A worker takes it up by itself; `weir status` says what it waits for." },
        "run \"%s\" is not over yet", text);
  return there || no_file (ret_past, text, error);
}

/* To load again is what retry is for, and finds nothing new where nothing is: but for a fact that takes every row of every load. */
static bool
is_repeatable (const Model *model)
{
  return model == NULL || !model_is_keyless (model) || model->append != APPEND_ALL;
}

/* The refused file's explanation goes with the refusal. */
static void
remove_explanation (const Past *past)
{
  g_autofree char *path = g_strdup_printf ("%s.error.json", past->place);
  if (strcmp (past->disposition, "failed") == 0)
    (void) unlink (path);
}

/* The file lies again where it lay. */
static void
give_back (Loader *loader, Claim *claim, const Past *past, GError **error)
{
  placing_give_back (loader->db, loader->settings, claim, past->place, error);
  placing_tell (loader->db, loader->settings, past->run, past->place, past->disposition);
}

static bool
load_claimed (Loader *loader, const Past *past, const Route *route, LoadEnd *ret_end, GError **error)
{
  bool gone = false;
  g_autoptr (Claim) claim = claim_take_from (loader->settings->imports, past->place, past->file, past->candidate.run, &gone, error);
  if (claim == NULL)
    return gone ? no_file (past, past->file, error) : false;
  fault_point ("retry-claimed");
  /* The file is the new run's from here on. Said before it goes anywhere: a worker takes it up if this one cannot finish, and says it where
   * this one could not (take_orphan in loading.c). */
  if (!ledger_file_placed (loader->db, past->run, "", "retried", NULL, error))
    return give_back (loader, claim, past, error), false;
  ClaimFate fate;
  bool done = loading_claimed (loader, claim, route, &past->candidate, ret_end, &fate, error);
  if (fate == CLAIM_GIVE_BACK)
    return give_back (loader, claim, past, error), false;
  remove_explanation (past);
  return done;
}

static bool
load_again (Loader *loader, const Past *past, LoadEnd *ret_end, GError **error)
{
  g_auto (Route) route = { 0 };
  if (!loader_route_again (loader, past->file, past->run, &route, error))
    return false;
  loader->options.force |= is_repeatable (route.model);
  if (!load_now_lock (loader, &route, past->file, error))
    return false;
  bool in_place = strcmp (past->disposition, "left") == 0;
  bool done = in_place ? loading_in_place (loader, past->place, &route, &past->candidate, false, ret_end, error)
                       : load_claimed (loader, past, &route, ret_end, error);
  loader_unlock (loader);
  return done;
}

static bool
load_past (Loader *loader, const char *run, LoadEnd *ret_end, GError **error)
{
  g_auto (Past) past = { 0 };
  return find_past (loader, run, &past, error) && load_again (loader, &past, ret_end, error);
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const RetryOptions *options = call->options;
  const LoadNow how = { load_past, options->force, options->force, options->rejects_ok };
  return load_now_run (&how, call, ret_code, error);
}

static const CommandOption options[] = {
  { "force", 'f', OPTION_FLAG (RetryOptions, force),
    "Also over what newer files said since, and into a fact with \"append\": \"all\" that has its rows already: it gets them twice",
    NULL },
  REJECTS_OK_OPTION (RetryOptions),
  { NULL },
};

const Command command_retry = {
  .name = "retry",
  .arguments = "RUN",
  .summary = "load a run's file again from archive or failed",
  .description =
      "After a model was written or mended, or after a crash of the server emptied a staging table. A file that was applied is\n"
      "applied again, which changes nothing that is so already. RUN is " A_RUN ".\n\n"
      "  weir retry last",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .least = 1,
  .most = 1,
  .usage = "a run is needed: " A_RUN,
  .options = options,
  .options_size = sizeof (RetryOptions),
  .run = run,
};
