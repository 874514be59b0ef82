#include "base/error.h"
#include "base/text.h"
#include "schema/ledger.h"
#include "src/commands/cli.h"
#include "src/server/connect.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_LIMIT 20

typedef struct
{
  CommonOptions common;
  char *table;
  int limit;
} Options;

static Json *
result_to_json (const DbResult *result)
{
  static const char *const times[] = { "started", "completed", NULL };
  Json *array = show_result_to_json (result);
  for (size_t i = 0; i < json_array_size (array); i++)
    show_times_to_iso (json_array_get (array, i), times);
  return array;
}

static bool
list (Db *db, const Options *options, GError **error)
{
  g_autoptr (DbResult) runs = NULL;
  if (!ledger_runs (db, options->table, options->limit, &runs, error))
    return false;
  if (!options->common.json)
    return show_result (runs, false, "No file was loaded yet."), true;
  g_autoptr (Json) array = result_to_json (runs);
  show_json (array);
  return true;
}

/* Members that hold JSON as text become what they say. */
static void
parse_member (Json *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));
  Json *value = text != NULL ? json_loads (text, 0, NULL) : NULL;
  if (value != NULL)
    json_object_set_new (object, name, value);
}

static void
print_json (const DbResult *run, const DbResult *steps)
{
  g_autoptr (Json) array = result_to_json (run);
  Json *object = json_array_get (array, 0);
  parse_member (object, "dialect");
  parse_member (object, "summary");
  json_object_set_new (object, "steps", result_to_json (steps));
  show_json (object);
}

static void
print_details (const DbResult *run, const DbResult *steps)
{
  for (int column = 0; column < db_result_columns (run); column++)
    {
      const char *name = db_result_name (run, column), *value = db_result_value (run, 0, column);
      if (value == NULL || value[0] == '\0' || g_str_equal (name, "summary"))
        continue;
      g_autofree char *shown = g_str_equal (name, "error") ? g_strdup (value) : text_printable (value, strlen (value), SIZE_MAX);
      printf ("%-14s %s\n", name, shown);
    }
  putchar ('\n');
  show_result (steps, false, "No step was begun.");
}

static bool
show (Db *db, const Options *options, const char *text, GError **error)
{
  Uid id;
  g_autoptr (DbResult) run = NULL;
  g_autoptr (DbResult) steps = NULL;
  if (!ledger_find_run (db, text, &id, error) || !ledger_run (db, id, &run, error) || !ledger_run_steps (db, id, &steps, error))
    return false;
  if (options->common.json)
    print_json (run, steps);
  else
    print_details (run, steps);
  return true;
}

static bool
run_command (const Options *options, const char *text, GError **error)
{
  g_autoptr (Settings) settings = settings_load (&options->common.given, HOME_REQUIRED, error);
  g_autoptr (Db) db = settings != NULL ? database_open (settings, false, false, -1, error) : NULL;
  if (db == NULL)
    return false;
  return text != NULL ? show (db, options, text, error) : list (db, options, error);
}

int
command_runs (int argc, char **argv)
{
  Options options = { .limit = DEFAULT_LIMIT };
  const GOptionEntry entries[] = {
    { "table", 0, 0, G_OPTION_ARG_STRING, &options.table, "Only runs of this table", "TABLE" },
    { "limit", 0, 0, G_OPTION_ARG_INT, &options.limit, "At most this many, the newest (default 20)", "N" },
    { NULL },
  };
  bool done = false;
  GError *error = NULL;
  int code = 0;
  if (!cli_parse ("runs", entries, &options.common, &argc, &argv, &done, &error))
    code = cli_fail (error, options.common.json);
  else if (done)
    code = 0;
  else if (argc > 2 || options.limit < 1)
    code = cli_usage ("runs", argc > 2 ? "one run at most" : "--limit must be at least 1");
  else if (!run_command (&options, argv[1], &error))
    code = cli_fail (error, options.common.json);
  common_options_clear (&options.common);
  g_free (options.table);
  return code;
}
