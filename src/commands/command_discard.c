#include "base/autoptr.h"
#include "base/error.h"
#include "pipeline/summary.h"
#include "src/commands/cli.h"
#include "src/commands/held_run.h"
#include "src/commands/load_now.h"
#include "src/load/upkeep.h"

typedef struct
{
  gboolean gone;
} DiscardOptions;

/* What is told of the file from now on. */
static void
explain (const HeldRun *held, GError **why)
{
  char id[UID_TEXT_SIZE];
  uid_format (held->run, id);
  g_autofree char *hint = g_strdup_printf ("`weir retry %.8s` loads it again, and its guard looks at it once more.", id);
  weir_fail (why, &(Failure) { WEIR_ERROR_INPUT, REASON_DISCARDED, .detail = "Nothing of it was loaded.", .hint = hint },
             "\"%s\" was held, and `weir discard` has refused it", held->file);
}

/* A file that was loaded where it lay is left there; of one that nobody has any more only the ledger is told. */
static bool
discard_in_place (Loader *loader, const HeldRun *held, const GError *why, LoadEnd *ret_end, GError **error)
{
  const Run run = { .id = held->run, .table = held->table, .file = held->file };
  const PipelineResult result = { .status = STATUS_FAILED };
  ret_end->failed = true;
  ret_end->summary = pipeline_summary (&run, &result, 0, why);
  g_autofree char *summary = weir_json_text (ret_end->summary), *text = weir_error_format (why);
  const FileEnd end = { .state = load_status_word (STATUS_FAILED), .summary = summary };
  return ledger_fail (loader->db, held->run, text, &end, error);
}

static bool
discard_claimed (Loader *loader, const HeldRun *held, const Route *route, const GError *why, LoadEnd *ret_end, GError **error)
{
  g_autoptr (Claim) claim = held_run_claim (loader, held, error);
  return claim != NULL && loading_refused (loader, claim, route, why, ret_end, error);
}

static bool
discard (Loader *loader, const HeldRun *held, bool gone, LoadEnd *ret_end, GError **error)
{
  /* A file that is refused anyway needs no good model. */
  const Route route = { .table = held->table };
  g_autoptr (GError) why = NULL;
  explain (held, &why);
  bool there = held_run_has_file (held, NULL);
  if ((held->claimed && !there && !gone && !held_run_has_file (held, error)) || !load_now_lock (loader, &route, held->file, error))
    return false;
  bool done = held->claimed && there ? discard_claimed (loader, held, &route, why, ret_end, error)
                                     : discard_in_place (loader, held, why, ret_end, error);
  loader_unlock (loader);
  return done;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const DiscardOptions *options = call->options;
  AUTO_FD int stop_fd = loader_open_stop ();
  g_auto (Loader) loader = { 0 };
  g_auto (HeldRun) held = { 0 };
  g_auto (LoadEnd) end = { 0 };
  loader_init (&loader, call->settings, stop_fd);
  loader.one_shot = true;
  if (!loader_refresh (&loader, error) || !held_run_find (&loader, call->arguments[0], &held, error)
      || !discard (&loader, &held, options->gone, &end, error))
    return false;
  load_now_tell (end.summary, call->json, false);
  upkeep_leave (&loader);
  *ret_code = 0;
  return true;
}

static const CommandOption options[] = {
  { "gone", 0, OPTION_FLAG (DiscardOptions, gone), "Nobody has the file any more: tell the ledger so", NULL },
  { NULL },
};

const Command command_discard = {
  .name = "discard",
  .arguments = "RUN",
  .summary = "refuse a file that is held",
  .description = "It goes to failed/; one that `weir load` has read where it lay is left there. RUN is " A_RUN ".\n\n"
                 "  weir discard 3fa9c1d2",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .least = 1,
  .most = 1,
  .usage = "a run is needed: " A_RUN,
  .options = options,
  .options_size = sizeof (DiscardOptions),
  .run = run,
};
