#include "base/autoptr.h"
#include "base/error.h"
#include "src/commands/cli.h"
#include "src/load/loader.h"
#include "src/load/published.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define LOCK_WAIT_MS 60000 /* for another load of the same table */
#define EXIT_LOCAL 4

/* What the ledger knows of the run that is to be tried again. */
typedef struct
{
  Uid run;
  char *file;  /* as dropped */
  char *place; /* absolute */
  char *disposition;
} Past;

static void
past_clear (Past *past)
{
  g_free (past->file);
  g_free (past->place);
  g_free (past->disposition);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Past, past_clear)

static bool
no_file (const Past *past, const char *text, GError **error)
{
  weir_error (error, WEIR_ERROR_MODEL, "the file of run \"%s\" cannot be loaded again", text);
  if (g_strcmp0 (past->disposition, "deleted") == 0)
    weir_error_detail (error, "It was deleted after it was loaded (\"after_load\": \"delete\").");
  else if (g_strcmp0 (past->disposition, "retried") == 0)
    weir_error_detail (error, "It belongs to a later run by now; `weir runs` lists them.");
  else
    weir_error_detail (error, "It is not at \"%s\".", past->place);
  weir_error_hint (error, "Drop the file into the drop folder again, if you have it.");
  return false;
}

static bool
find_past (const Loader *loader, const char *text, Past *ret_past, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!ledger_find_run (loader->db, text, &ret_past->run, error) || !ledger_run (loader->db, ret_past->run, &result, error))
    return false;
  ret_past->file = g_strdup (db_result_named (result, 0, "file"));
  ret_past->disposition = g_strdup (db_result_named (result, 0, "disposition"));
  const char *place = db_result_named (result, 0, "place");
  ret_past->place = g_canonicalize_filename (place == NULL ? "" : place, loader->settings->home);
  struct stat info;
  bool there = place != NULL && *place != '\0' && stat (ret_past->place, &info) == 0 && S_ISREG (info.st_mode);
  if (ret_past->disposition == NULL && there)
    {
      weir_error (error, WEIR_ERROR_MODEL, "run \"%s\" is not over yet", text);
      weir_error_hint (error, "A worker takes it up by itself; `weir status` says what it waits for.");
      return false;
    }
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

static bool
load_claimed (Loader *loader, const Past *past, const Route *route, LoadEnd *ret_end, GError **error)
{
  bool gone = false;
  g_autoptr (Claim) claim = claim_take_from (loader->settings->imports, past->place, past->file, uid_random (), &gone, error);
  if (claim == NULL)
    return gone ? no_file (past, past->file, error) : false;
  bool resume;
  bool done = loader_claimed (loader, claim, route, ret_end, &resume, error);
  if (!done && !resume)
    return placing_give_back (loader->db, loader->settings, claim, past->place), false;
  /* The file is the new run's from here on, and a worker takes it up if this one could not finish. */
  remove_explanation (past);
  return ledger_file_placed (loader->db, past->run, "", "retried", NULL, done ? error : NULL) && done;
}

static bool
load_again (Loader *loader, const Past *past, LoadEnd *ret_end, GError **error)
{
  g_auto (Route) route = { 0 };
  if (!loader_route_again (loader, past->file, past->run, &route, error))
    return false;
  loader->options.force |= is_repeatable (route.model);
  LockState state;
  g_autofree char *waits_for = NULL;
  if (!loader_lock (loader, &route, LOCK_WAIT_MS, &state, &waits_for, error))
    return false;
  if (state != LOCK_HELD)
    return weir_error (error, WEIR_ERROR_INPUT, "\"%s\" refers to %s, which was never loaded", past->file, waits_for),
           weir_error_hint (error, "Load a file of %s first.", waits_for), false;
  bool in_place = strcmp (past->disposition, "left") == 0;
  bool done = in_place ? loader_in_place (loader, past->place, &route, false, ret_end, error)
                       : load_claimed (loader, past, &route, ret_end, error);
  loader_unlock (loader);
  return done;
}

static bool
run (const CommonOptions *common, bool force, const char *text, int *ret_code, GError **error)
{
  g_autoptr (Settings) settings = settings_load (&common->given, HOME_REQUIRED, error);
  if (settings == NULL)
    return false;
  AUTO_FD int stop_fd = loader_open_stop ();
  g_auto (Loader) loader = { 0 };
  g_auto (Past) past = { 0 };
  g_auto (LoadEnd) end = { 0 };
  loader_init (&loader, settings, stop_fd);
  loader.options.force = force;
  loader.one_shot = true;
  if (!loader_refresh (&loader, error) || !find_past (&loader, text, &past, error) || !load_again (&loader, &past, &end, error))
    return false;
  g_autofree char *told = common->json ? weir_json_text (end.summary) : published_text (end.summary);
  fprintf (end.failed && !common->json ? stderr : stdout, "%s\n", told);
  *ret_code = end.stuck ? EXIT_LOCAL
              : end.failed || json_integer_value (json_object_get (json_object_get (end.summary, "rows"), "rejected")) > 0 ? 1
                                                                                                                           : 0;
  return true;
}

int
command_retry (int argc, char **argv)
{
  gboolean force = FALSE;
  const GOptionEntry entries[] = {
    { "force", 'f', 0, G_OPTION_ARG_NONE, &force,
      "Also into a fact with \"append\": \"all\" that has its rows already: it gets them twice", NULL },
    { NULL },
  };
  g_auto (CommonOptions) common = { 0 };
  bool done = false;
  GError *error = NULL;
  if (!cli_parse ("retry", entries, &common, &argc, &argv, &done, &error))
    return cli_fail (error, common.json);
  if (done)
    return 0;
  if (argc != 2)
    return cli_usage ("retry", "one run is needed: an id, the beginning of one, a file's name, or last");
  int code = 0;
  return run (&common, force, argv[1], &code, &error) ? code : cli_fail (error, common.json);
}
