#include "base/autoptr.h"
#include "base/error.h"
#include "src/commands/cli.h"
#include "src/load/loader.h"
#include "src/report/checks.h"
#include "src/report/checks_jobs.h"

#include <stdio.h>
#include <unistd.h>

#define EXIT_FAILED 1
#define MOST_SECONDS 120 /* that a connector may take */

static Json *
check_to_json (const Check *check)
{
  Json *json =
      json_pack ("{s:s, s:o, s:b}", "check", check->name, "subject", weir_json_string (check->subject), "ok", check->error == NULL);
  json_object_update_new (json, weir_json_error (check->error));
  return json;
}

/* notes: NULL where nobody was called. */
static void
print_json (const Settings *settings, const GPtrArray *checks, const GPtrArray *notes, bool ok)
{
  Json *array = json_array (), *texts = json_array ();
  for (guint i = 0; i < checks->len; i++)
    json_array_append_new (array, check_to_json (g_ptr_array_index (checks, i)));
  for (guint i = 0; notes != NULL && i < notes->len; i++)
    json_array_append_new (texts, weir_json_string (notes->pdata[i]));
  g_autoptr (Json) root = json_pack ("{s:b, s:o, s:o}", "ok", ok, "checks", array, "notes", texts);
  if (notes == NULL)
    {
      json_object_del (root, "notes");
      json_object_set_new (root, "settings", settings_to_json (settings));
    }
  show_json (root);
}

static void
print_text (const GPtrArray *checks, int failed)
{
  bool fancy = show_is_fancy (STDOUT_FILENO);
  for (guint i = 0; i < checks->len; i++)
    {
      const Check *check = g_ptr_array_index (checks, i);
      const char *word = check->error == NULL ? "ok" : "FAILED", *colour = check->error == NULL ? "\033[32m" : "\033[31m";
      printf ("%s%-6s%s  %-10s %s\n", fancy ? colour : "", word, fancy ? "\033[0m" : "", check->name,
              check->subject != NULL ? check->subject : "");
      if (check->error != NULL)
        show_error (check->error, "        ");
    }
  if (failed == 0)
    puts ("All is well.");
  else
    printf ("%d check%s failed.\n", failed, failed == 1 ? "" : "s");
}

/* 3 when the database cannot be reached, for then much was not looked at. */
static int
exit_code (const GPtrArray *checks)
{
  int code = 0;
  for (guint i = 0; i < checks->len; i++)
    {
      const Check *check = g_ptr_array_index (checks, i);
      if (g_error_matches (check->error, WEIR_ERROR, WEIR_ERROR_RETRY))
        return weir_error_exit_code (check->error);
      if (check->error != NULL)
        code = EXIT_FAILED;
    }
  return code;
}

static int
count_failed (const GPtrArray *checks)
{
  int failed = 0;
  for (guint i = 0; i < checks->len; i++)
    failed += ((const Check *) g_ptr_array_index (checks, i))->error != NULL;
  return failed;
}

/* By whose trouble it is: that of whoever is called may pass, the other needs a person. */
static int
exit_code_of_call (const GPtrArray *checks)
{
  int code = 0;
  for (guint i = 0; i < checks->len; i++)
    {
      const Check *check = checks->pdata[i];
      if (check->error != NULL)
        code = MAX (code, weir_error_exit_code (check->error));
    }
  return code;
}

static bool
check_names (const Call *call, int *ret_code, GError **error)
{
  AUTO_FD int stop_fd = loader_open_stop ();
  const Asking asking = { call->settings, stop_fd, MOST_SECONDS };
  g_autoptr (GPtrArray) checks = checks_new ();
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (Jobs) jobs = jobs_load (call->settings, error);
  for (int i = 0; jobs != NULL && i < call->n_arguments; i++)
    if (!checks_name (&asking, jobs, call->arguments[i], checks, notes, error))
      return false;
  if (jobs == NULL)
    return false;
  if (call->json)
    print_json (call->settings, checks, notes, count_failed (checks) == 0);
  else
    print_text (checks, count_failed (checks));
  for (guint i = 0; i < notes->len && !call->json; i++)
    printf ("note: %s\n", (const char *) notes->pdata[i]);
  *ret_code = exit_code_of_call (checks);
  return true;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  if (call->n_arguments > 0)
    return check_names (call, ret_code, error);
  g_autoptr (GPtrArray) checks = checks_run (call->settings);
  if (call->json)
    print_json (call->settings, checks, NULL, count_failed (checks) == 0);
  else
    print_text (checks, count_failed (checks));
  *ret_code = exit_code (checks);
  return true;
}

const Command command_check = {
  .name = "check",
  .arguments = "[CONNECTION/JOB...]",
  .summary = "can weir connect, write, move files; do models, jobs, secret and database agree?",
  .description =
      "Changes nothing. Ends with 0 when every check is ok.\n"
      "With names it calls other stores: it connects, reads a row, and writes, reads back and removes an object; of a job,\n"
      "its source and its destinations. Then 2 is a mistake of configuration or a wrong password, 3 what may pass.\n\n"
      "  weir check\n"
      "  weir check app orders\n"
      "  weir check --json",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .most = ANY_NUMBER,
  .usage = "names of connections and jobs may follow",
  .run = run,
};
