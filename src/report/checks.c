#include "src/report/checks.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "pipeline/layout/key.h"
#include "src/notify/request.h"
#include "src/notify/sender.h"
#include "src/report/checks_database.h"
#include "src/report/checks_jobs.h"
#include "src/server/program.h"
#include "src/settings/settings.h"
#include "src/watch/notifier.h"
#include "watcher/archive.h"

#include <string.h>
#include <unistd.h>

/* A name that the watcher leaves alone, and that the next try removes where this one is killed. Owned by the caller. */
static char *
probe_path (const char *folder)
{
  return g_strdup_printf ("%s/.weir-try-check-%d", folder, (int) getpid ());
}

static bool
is_writable (const char *folder, GError **error)
{
  g_autofree char *probe = probe_path (folder);
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    return weir_fail (error, &(Failure) { WEIR_ERROR_LOCAL, .hint = "weir init makes what is missing." },
                      "there is no folder \"%s\"", folder);
  if (!fs_write_file (probe, "", 0, 0600, error))
    return false;
  unlink (probe);
  return true;
}

static void
check_folders (const Settings *settings, GPtrArray *checks)
{
  const char *const folders[] = { settings->state, settings->imports, settings->archive, settings->failed };
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      GError *error = NULL;
      is_writable (folders[i], &error);
      checks_add (checks, "folder", settings_shown_path (settings, folders[i]), error);
    }
}

/* Where the log is in a folder of its own: what cannot be written there is missed by nobody until it is looked for. */
static void
check_log (const Settings *settings, GPtrArray *checks)
{
  g_autofree char *folder = settings->log_file != NULL ? g_path_get_dirname (settings->log_file) : NULL;
  if (folder == NULL || strcmp (folder, settings->state) == 0)
    return;
  GError *error = NULL;
  is_writable (folder, &error);
  g_autofree char *shown = settings_shown_path (settings, folder);
  checks_add (checks, "folder", g_strdup_printf ("%s, of the log", shown), error);
}

/* Nothing is said where all is well: it is part of the ways below. */
static void
check_claims (const Settings *settings, GPtrArray *checks)
{
  GError *error = NULL;
  if (!archive_try_claims (settings->imports, &error))
    checks_add (checks, "rename", g_strdup ("from imports to imports/" CLAIM_FOLDER), error);
}

/* Each check is named by the way: "rename" or "copy". */
static void
check_way (const Settings *settings, const char *folder, GPtrArray *checks)
{
  ArchiveWay way;
  GError *error = NULL;
  (void) archive_try (settings->imports, folder, &way, &error);
  g_autofree char *from = settings_shown_path (settings, settings->imports);
  g_autofree char *to = settings_shown_path (settings, folder);
  bool copies = way == WAY_COPY;
  checks_add (checks, copies ? "copy" : "rename",
              g_strdup_printf ("from %s to %s%s", from, to, copies ? ", which is on another file system" : ""), error);
}

static void
check_notify (const Settings *settings, GPtrArray *checks)
{
  if (settings->watch == WATCH_POLL)
    {
      checks_add (checks, "watch", g_strdup ("by listing, as the settings say"), NULL);
      return;
    }
  g_autofree char *program = program_find (NOTIFY_PROGRAM);
  GError *error = NULL;
  if (program == NULL)
    weir_fail (&error,
               &(Failure) { WEIR_ERROR_MODEL, .detail = "The drop folder is listed every second instead.",
                            .hint = "Install libinotifytools0-dev and build again, or set \"watch\": \"poll\"." },
               "weir-notify is neither beside weir nor on the PATH");
  checks_add (checks, "watch", g_strdup (program != NULL ? program : "weir-notify"), error);
}

/* Nothing is sent. */
static void
check_alerts (const Settings *settings, GPtrArray *checks)
{
  g_autoptr (AlertPlan) plan = alert_plan_read (settings->notify, "$.notify", NULL);
  g_autofree char *program = program_find (DELIVER_PROGRAM);
  for (guint i = 0; i < plan->targets->len; i++)
    {
      GError *error = NULL;
      const AlertTarget *target = plan->targets->pdata[i];
      if (target->type == TARGET_COMMAND || program != NULL)
        request_check (settings, target, &error);
      else
        weir_fail (&error,
                   &(Failure) { WEIR_ERROR_MODEL,
                                .hint = "Install libcurl4-openssl-dev and build again, or the package of weir that has it." },
                   "weir-deliver is neither beside weir nor on the PATH");
      checks_add (checks, "alerts", g_strdup_printf ("to %s", target->name), error);
    }
}

static Catalog *
check_models (const Settings *settings, GPtrArray *checks)
{
  GError *error = NULL;
  Catalog *catalog = settings_load_catalog (settings, &error);
  if (catalog == NULL)
    {
      checks_add (checks, "models", settings_shown_path (settings, settings->models), error);
      return NULL;
    }
  for (guint i = 0; i < catalog->models->len; i++)
    {
      const Model *model = g_ptr_array_index (catalog->models, i);
      checks_add (checks, "model", g_strdup (model->path), NULL);
    }
  for (guint i = 0; i < catalog->broken->len; i++)
    {
      const BrokenModel *broken = g_ptr_array_index (catalog->broken, i);
      checks_add (checks, "model", g_strdup (broken->path), g_error_copy (broken->error));
    }
  return catalog;
}

static void
check_secret (const Settings *settings, GPtrArray *checks)
{
  g_autofree char *secret = NULL;
  size_t length = 0;
  GError *error = NULL;
  g_autofree char *shown = settings_shown_path (settings, settings->secret_file);
  if (!settings_read_secret (settings, false, &secret, &length, &error))
    {
      checks_add (checks, "secret", g_steal_pointer (&shown), error);
      return;
    }
  g_autofree char *fingerprint = key_fingerprint (secret, length);
  checks_add (checks, "secret", g_strdup_printf ("%s, fingerprint %s", shown, fingerprint), NULL);
}

/* A folder that cannot be read has something in it. */
static bool
is_empty_or_missing (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (path, 0, &error);
  return folder != NULL ? g_dir_read_name (folder) == NULL : g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

/* Whether nothing of what `weir init` makes is there, or was ever used: one thing is to be said then, and not that each of them is
 * missing. A file in the drop folder may have come before. */
static bool
is_fresh (const Settings *settings)
{
  return is_empty_or_missing (settings->state) && is_empty_or_missing (settings->archive) && is_empty_or_missing (settings->failed);
}

static void
add_fresh (GPtrArray *checks)
{
  GError *error = NULL;
  weir_fail (&error,
             &(Failure) { WEIR_ERROR_MODEL, .detail = "Its folders, its key secret and its ledger are not there yet.",
                          .hint = "`weir init` makes them, and so does `weir watch`." },
             "the home is not initialised");
  checks_add (checks, "init", NULL, error);
}

GPtrArray *
checks_run (const Settings *settings)
{
  GPtrArray *checks = checks_new ();
  bool fresh = is_fresh (settings);
  checks_add (checks, "home", g_strdup (settings->home), NULL);
  checks_add (checks, "settings", g_strdup ("weir.json"), NULL);
  if (fresh)
    add_fresh (checks);
  else
    {
      check_folders (settings, checks);
      check_log (settings, checks);
      check_claims (settings, checks);
      check_way (settings, settings->archive, checks);
      check_way (settings, settings->failed, checks);
    }
  check_notify (settings, checks);
  check_alerts (settings, checks);
  g_autoptr (Catalog) catalog =
      fresh && !g_file_test (settings->models, G_FILE_TEST_EXISTS) ? NULL : check_models (settings, checks);
  checks_jobs (settings, catalog, checks);
  if (!fresh)
    check_secret (settings, checks);
  if (!fresh || settings->database != NULL)
    checks_database (settings, catalog, fresh, checks);
  return checks;
}
