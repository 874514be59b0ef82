#include "base/error.h"
#include "src/report/checks.h"
#include "src/commands/cli.h"

#include <stdio.h>
#include <unistd.h>

#define EXIT_FAILED 1

static Json *
check_to_json (const Check *check)
{
  Json *json =
      json_pack ("{s:s, s:o, s:b}", "check", check->name, "subject", weir_json_string (check->subject), "ok", check->error == NULL);
  json_object_update_new (json, weir_json_error (check->error));
  return json;
}

static void
print_json (const Settings *settings, const GPtrArray *checks, bool ok)
{
  Json *array = json_array ();
  for (guint i = 0; i < checks->len; i++)
    json_array_append_new (array, check_to_json (g_ptr_array_index (checks, i)));
  g_autoptr (Json) root = json_pack ("{s:b, s:o, s:o}", "ok", ok, "checks", array, "settings", settings_to_json (settings));
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

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) error;
  g_autoptr (GPtrArray) checks = checks_run (call->settings);
  if (call->json)
    print_json (call->settings, checks, count_failed (checks) == 0);
  else
    print_text (checks, count_failed (checks));
  *ret_code = exit_code (checks);
  return true;
}

const Command command_check = {
  .name = "check",
  .arguments = "",
  .summary = "can weir connect, write, move files; do models, secret and database agree?",
  .description = "Changes nothing. Ends with 0 when every check is ok.\n\n"
                 "  weir check\n"
                 "  weir check --json",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .usage = "no arguments are taken",
  .run = run,
};
