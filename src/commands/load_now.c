#include "src/commands/load_now.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "src/load/published.h"
#include "src/load/upkeep.h"

#include <stdio.h>

#define LOCK_WAIT_MS 60000 /* for another load of the same table */

bool
load_now_lock (Loader *loader, const Route *route, const char *file, GError **error)
{
  LockState state;
  g_autofree char *waits_for = NULL;
  if (!loader_lock (loader, route, LOCK_WAIT_MS, &state, &waits_for, error))
    return false;
  if (state == LOCK_OURS)
    return true;
  g_autofree char *refused = NULL;
  if (!ledger_refused_file (loader->db, waits_for, &refused, error))
    return false;
  g_autofree char *hint =
      g_strdup_printf ("Load a file of %s first%s. In the drop folder `weir watch` does it by itself: it loads the "
                       "file when %s was loaded.",
                       waits_for, refused, waits_for);
  const Failure failure = { WEIR_ERROR_INPUT, REASON_WAITS, .detail = "Nothing was loaded; the file was left where it is.",
                            .hint = hint };
  return weir_fail (error, &failure, "\"%s\" refers to %s, which was never loaded", file, waits_for);
}

void
load_now_tell (const Json *summary, bool json, bool dry_run)
{
  g_autofree char *text = json ? weir_json_text (summary) : published_text (summary);
  const char *status = json_string_value (json_object_get (summary, "status"));
  bool failed = g_strcmp0 (status, "failed") == 0 || g_strcmp0 (status, "held") == 0;
  fprintf (failed && !json ? stderr : stdout, "%s%s\n", dry_run && !json ? "dry run: " : "", text);
  fflush (stdout);
}

int
load_now_exit_code (const LoadEnd *end, bool rejects_ok)
{
  if (end->stuck)
    return EXIT_LOCAL;
  Json *rows = json_object_get (end->summary, "rows");
  bool rejects = json_integer_value (json_object_get (rows, "rejected")) > 0;
  return end->failed || (rejects && !rejects_ok) ? 1 : 0;
}

void
load_now_look_behind (Loader *loader)
{
  g_autofree char *text = NULL;
  upkeep_behind (loader, &text);
  if (text != NULL)
    fprintf (stderr, "WARNING:  %s\n", text);
}

bool
load_now_run (const LoadNow *how, const Call *call, int *ret_code, GError **error)
{
  AUTO_FD int stop_fd = loader_open_stop ();
  g_auto (Loader) loader = { 0 };
  g_auto (LoadEnd) end = { 0 };
  loader_init (&loader, call->settings, stop_fd);
  loader.options.force = how->force;
  loader.options.overwrite = how->overwrite;
  loader.one_shot = true;
  if (!loader_refresh (&loader, error) || !how->what (&loader, call->arguments[0], &end, error))
    return false;
  load_now_tell (end.summary, call->json, false);
  load_now_look_behind (&loader);
  upkeep_leave (&loader);
  *ret_code = load_now_exit_code (&end, how->rejects_ok);
  return true;
}
