#include "base/error.h"
#include "src/commands/cli.h"
#include "src/commands/held_run.h"
#include "src/commands/load_now.h"

#include <sys/stat.h>

typedef struct
{
  gboolean force;
  gboolean rejects_ok;
} ApproveOptions;

/* An export without a time of its own goes on top of what newer ones said since, and closes what they have brought. */
static bool
check_order (const Loader *loader, const HeldRun *held, GError **error)
{
  g_autoptr (DbResult) newer = NULL;
  const Run run = {
    .id = held->run, .table = held->table, .instant_ns = held->state.instant_ns, .order_key = held->state.order_key
  };
  if (loader->options.overwrite || json_is_string (json_object_get (held->held, "effective")))
    return true;
  if (!ledger_overtaken (loader->db, &run, 1, &newer, error))
    return false;
  return db_result_rows (newer) == 0
         || weir_fail (error,
                       &(Failure) { WEIR_ERROR_MODEL, .detail = "It would go on top of that. Nothing was changed.",
                                    .hint = "`weir discard` moves it to failed/; --force applies it all the same." },
                       "\"%s\" is overtaken: %s was applied to %s since", held->file, db_result_value (newer, 0, 1), held->table);
}

static bool
load_in_place (Loader *loader, const HeldRun *held, const Route *route, LoadEnd *ret_end, GError **error)
{
  g_auto (Candidate) candidate = { 0 };
  struct stat info;
  const Run run = { .id = held->run, .file = held->file };
  if (stat (held->place, &info) != 0)
    return weir_system_error (error, errno, "could not look at \"%s\"", held->place);
  return candidate_orphan (loader->db, &held->state, &run, route, &info, &candidate, error)
         && loading_in_place (loader, held->place, route, &candidate, false, ret_end, error);
}

/* What could not be finished a worker goes on with: the run has the leave by now. */
static bool
load_claimed (Loader *loader, const HeldRun *held, const Route *route, LoadEnd *ret_end, GError **error)
{
  g_autoptr (Claim) claim = held_run_claim (loader, held, error);
  ClaimFate fate;
  if (claim == NULL)
    return false;
  if (loading_claimed (loader, claim, route, NULL, ret_end, &fate, error))
    return true;
  if (fate == CLAIM_GIVE_BACK)
    placing_give_back (loader->db, loader->settings, claim, NULL, error);
  return false;
}

static bool
approve (Loader *loader, const HeldRun *held, LoadEnd *ret_end, GError **error)
{
  g_auto (Route) route = { 0 };
  bool is_held;
  if (!loader_route_again (loader, held->file, held->run, &route, error) || !load_now_lock (loader, &route, held->file, error))
    return false;
  bool done = check_order (loader, held, error) && ledger_approve (loader->db, held->run, &is_held, error);
  if (done && !is_held)
    done = weir_error (error, WEIR_ERROR_MODEL, "\"%s\" is not held any more", held->file);
  if (done)
    done =
        held->claimed ? load_claimed (loader, held, &route, ret_end, error) : load_in_place (loader, held, &route, ret_end, error);
  loader_unlock (loader);
  return done;
}

static bool
load_held (Loader *loader, const char *run, LoadEnd *ret_end, GError **error)
{
  g_auto (HeldRun) held = { 0 };
  return held_run_find (loader, run, &held, error) && held_run_has_file (&held, error) && approve (loader, &held, ret_end, error);
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const ApproveOptions *options = call->options;
  const LoadNow how = { load_held, .force = true, .overwrite = options->force, .rejects_ok = options->rejects_ok };
  return load_now_run (&how, call, ret_code, error);
}

static const CommandOption options[] = {
  { "force", 'f', OPTION_FLAG (ApproveOptions, force), "Also over what newer exports of the table said since", NULL },
  REJECTS_OK_OPTION (ApproveOptions),
  { NULL },
};

const Command command_approve = {
  .name = "approve",
  .arguments = "RUN",
  .summary = "load a file that is held, whatever it closes",
  .description =
      "A full export (\"absent\": \"close\" in its model) that would close more keys than its guard lets it, or has far fewer\n"
      "rows than the one before it, is held: nothing changes until a person has looked. RUN is " A_RUN ".\n\n"
      "  weir status\n"
      "  weir approve 3fa9c1d2",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .least = 1,
  .most = 1,
  .usage = "a run is needed: " A_RUN,
  .options = options,
  .options_size = sizeof (ApproveOptions),
  .run = run,
};
