#include "base/error.h"
#include "base/text.h"
#include "pipeline/table/lines.h"
#include "schema/ledger.h"
#include "src/commands/cli.h"
#include "src/report/runs.h"
#include "src/server/connect.h"

#include <stdio.h>
#include <string.h>

#define NAMES_LIMIT 50
#define DEFAULT_LIMIT 20

typedef struct
{
  char *table;
  int limit;
  gboolean names;
} RunsOptions;

static bool
show_all (Db *db, const Call *call, GError **error)
{
  const RunsOptions *options = call->options;
  g_autoptr (DbResult) runs = NULL;
  if (!ledger_runs (db, options->table, options->limit, &runs, error))
    return false;
  if (!call->json)
    return show_result (runs, "No file was loaded yet."), true;
  g_autoptr (Json) array = runs_to_json (runs);
  show_json (array);
  return true;
}

/* {"rejects": "2026-11-20T09:30:00+00:00", "file": null} as "rejects 2026-11-20, file". Owned by the caller. */
static char *
trimmed_text (const char *value)
{
  g_autoptr (Json) json = json_loads (value, 0, NULL);
  GString *text = g_string_new (NULL);
  const char *what;
  Json *when;
  json_object_foreach (json, what, when)
    g_string_append_printf (text, "%s%s %.10s", text->len > 0 ? ", " : "", what,
                            json_is_string (when) ? json_string_value (when) : "");
  return g_string_free (text, FALSE);
}

/* A member as people read it. Owned by the caller. */
static char *
shown_value (const char *name, const char *value)
{
  if (g_str_equal (name, "error"))
    return g_strdup (value);
  if (g_str_equal (name, "trimmed"))
    return trimmed_text (value);
  if (!g_str_equal (name, "lines"))
    return text_printable (value, strlen (value), SIZE_MAX);
  g_autoptr (Json) json = json_loads (value, 0, NULL);
  const LineCounts lines = lines_from_json (json);
  return lines_text (&lines);
}

/* Behind all else. */
static void
print_output (const DbResult *command)
{
  g_autofree char *output = run_output_text (command), *shown = output != NULL ? text_lines_printable (output) : NULL;
  if (shown == NULL || shown[0] == '\0')
    return;
  bool ended = g_str_has_suffix (shown, "\n");
  printf ("\noutput, %s bytes:\n%s%s", db_result_named (command, 0, "output_bytes"), shown, ended ? "" : "\n");
}

static void
print_details (const DbResult *run, const DbResult *steps, const DbResult *command)
{
  for (int column = 0; column < db_result_columns (run); column++)
    {
      const char *name = db_result_name (run, column), *value = db_result_value (run, 0, column);
      if (value == NULL || value[0] == '\0' || g_str_equal (name, "summary"))
        continue;
      g_autofree char *shown = shown_value (name, value);
      printf ("%-14s %s\n", name, shown);
    }
  putchar ('\n');
  show_result (steps, "No step was begun.");
  print_output (command);
}

static bool
show_one (Db *db, const Call *call, GError **error)
{
  Uid id;
  g_auto (RunParts) parts = { 0 };
  if (!ledger_find_execution (db, call->arguments[0], &id, error) || !run_read_parts (db, id, &parts, error))
    return false;
  g_autoptr (Json) object = call->json ? run_parts_to_json (&parts) : NULL;
  if (object != NULL)
    show_json (object);
  else
    print_details (parts.run, parts.steps, parts.command);
  return true;
}

/* A name that the shell needs no quotes for. */
static bool
is_plain (const char *name)
{
  return name[strspn (name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-")] == '\0';
}

/* For the shell's completion: how the latest runs may be called, without an error where the database is away. */
static void
print_names (const Settings *settings)
{
  g_autoptr (Db) db = database_open (settings, NULL);
  g_autoptr (DbResult) runs = NULL;
  puts ("last");
  if (db == NULL || !ledger_runs (db, NULL, NAMES_LIMIT, &runs, NULL))
    return;
  for (int row = 0; row < db_result_rows (runs); row++)
    {
      const char *file = db_result_named (runs, row, "file");
      printf ("%.8s\n", db_result_named (runs, row, "run"));
      if (file != NULL && is_plain (file))
        puts (file);
    }
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const RunsOptions *options = call->options;
  if (options->names)
    return print_names (call->settings), true;
  if (options->limit < 1)
    return *ret_code = command_usage ("runs", "--limit must be at least 1"), true;
  g_autoptr (Db) db = database_open (call->settings, error);
  if (db == NULL)
    return false;
  return call->n_arguments > 0 ? show_one (db, call, error) : show_all (db, call, error);
}

static const CommandOption options[] = {
  { "table", 0, OPTION_TEXT (RunsOptions, table), "Only runs of this table", "TABLE" },
  { "limit", 0, OPTION_NUMBER (RunsOptions, limit), "At most this many, the newest (default 20)", "N" },
  { "names", 0, OPTION_FLAG (RunsOptions, names), NULL, NULL },
  { NULL },
};

const Command command_runs = {
  .name = "runs",
  .arguments = "[RUN]",
  .summary = "the ledger: every run, or one in detail",
  .description = "RUN is " A_RUN ", or the name of a pipeline (`weir ledger`), of which it is the latest.\n\n"
                 "  weir runs --limit 5\n"
                 "  weir runs --table users\n"
                 "  weir runs last",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .most = 1,
  .usage = "one run at most",
  .options = options,
  .options_size = sizeof (RunsOptions),
  .defaults = &(const RunsOptions) { .limit = DEFAULT_LIMIT },
  .run = run,
};
