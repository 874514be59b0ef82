#include "src/commands/cli.h"

#include "base/error.h"
#include "base/text.h"
#include "src/settings/settings_show.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE 2

const Command commands[] = {
  { "init", "[DIR]", "make a home: folders, key secret, database",
    "Makes what is missing of a home in DIR (default: here): the folders, weir.json, the key secret, the ledger and the\n"
    "schemas. What is there already is left as it is.\n\n"
    "  weir init\n"
    "  weir init /srv/shop --database postgresql://etl@db.example.org/shop",
    command_init, TAKES_SETTINGS | TAKES_JSON },
  { "watch", "[DIR]", "watch the drop folder and load what arrives, until stopped",
    "DIR is the home, not the drop folder: files go into its imports/. Starts the embedded PostgreSQL where no other database\n"
    "is configured. Ctrl-C or SIGTERM stops it at once: a file in work stays claimed, and the next start loads it. With\n"
    "--json each file's end is a line on stdout.\n\n"
    "  weir watch\n"
    "  weir watch /srv/shop --json",
    command_watch, TAKES_SETTINGS | TAKES_JSON },
  { "load", "FILE...", "load files now",
    "The same way a watched file goes. The file stays where it is unless --archive is given.\n\n"
    "  weir load users.csv\n"
    "  weir load --dry-run --json transactions.csv\n"
    "  weir load --table users export.csv",
    command_load, TAKES_SETTINGS | TAKES_JSON },
  { "sniff", "FILE", "what weir sees in a file: dialect, columns, types, with the evidence",
    "Reads the file only; needs no home and no database.\n\n"
    "  weir sniff users.csv\n"
    "  weir sniff --json users.csv",
    command_sniff, TAKES_JSON },
  { "cat", "FILE", "print a file as clean CSV",
    "UTF-8, comma, double quotes, LF; header and cells as they are in the file.\n\n"
    "  weir cat export.csv | head",
    command_cat, 0 },
  { "model", "TABLE", "propose a model from a staged table",
    "  weir model sales\n"
    "  weir model sales --write    writes models/sales.json; then: weir retry sales.csv",
    command_model, TAKES_SETTINGS | TAKES_JSON },
  { "key", "TABLE VALUE...", "the UUID of a business key", "  weir key users someone@example.com", command_key,
    TAKES_SETTINGS | TAKES_JSON },
  { "status", "", "the tables, and what waits or failed",
    "Ends with 1 when something failed or waits for a person.\n\n"
    "  weir status\n"
    "  weir status --json",
    command_status, TAKES_SETTINGS | TAKES_JSON },
  { "runs", "[RUN]", "the ledger: every run, or one in detail",
    "RUN is an id, its first characters, a file name, or \"last\".\n\n"
    "  weir runs --limit 5\n"
    "  weir runs --table users\n"
    "  weir runs last",
    command_runs, TAKES_SETTINGS | TAKES_JSON },
  { "rejects", "RUN", "the refused rows of a run",
    "RUN is an id, its first characters, a file name, or \"last\".\n\n"
    "  weir rejects last\n"
    "  weir rejects users.csv --csv > rejects.csv",
    command_rejects, TAKES_SETTINGS | TAKES_JSON },
  { "retry", "RUN", "load a run's file again from archive or failed",
    "After a model was written or mended, or after a crash of the server emptied a staging table. A file that was applied is\n"
    "applied again, which changes nothing that is so already. RUN is an id, its first characters, a file name, or \"last\".\n\n"
    "  weir retry last",
    command_retry, TAKES_SETTINGS | TAKES_JSON },
  { "check", "", "can weir connect, write, rename; do models, secret and database agree?",
    "Changes nothing. Ends with 0 when every check is ok.\n\n"
    "  weir check\n"
    "  weir check --json",
    command_check, TAKES_SETTINGS | TAKES_JSON },
  { "migrate", "up|down|status", "the versioned schema of the ledger",
    "up applies what is pending; down takes back the newest one, and refuses while that would lose rows.\n\n"
    "  weir migrate status",
    command_migrate, TAKES_SETTINGS | TAKES_JSON },
  { "db", "start|stop|status|url", "the embedded PostgreSQL",
    "  weir db start --port 5433    also on 127.0.0.1:5433, with a password\n"
    "  weir db url --tcp            the URL for that, with the password\n"
    "  psql \"$(weir db url)\"",
    command_db, TAKES_SETTINGS | TAKES_JSON },
  { "psql", "[ARGS]", "psql on weir's database",
    "ARGS go to psql as they are.\n\n"
    "  weir psql\n"
    "  weir psql -c 'select * from warehouse.users_current limit 5'",
    command_psql, TAKES_SETTINGS },
  { "completion", "bash|zsh", "print a completion script for the shell", "  source <(weir completion bash)", command_completion,
    0 },
  { NULL, NULL, NULL, NULL, NULL, 0 },
};

const Command *
command_find (const char *name)
{
  for (const Command *command = commands; command->name != NULL; command++)
    if (g_str_equal (command->name, name))
      return command;
  return NULL;
}

void
common_options_clear (CommonOptions *common)
{
  settings_given_clear (&common->given);
}

const char **
cli_common_options (const Command *command)
{
  GPtrArray *options = g_ptr_array_new ();
  for (const Setting *row = settings_table; row->help != NULL; row++)
    if (row->option != NULL && (command->takes & TAKES_SETTINGS) != 0)
      g_ptr_array_add (options, (gpointer) row->option);
  if (command->takes & TAKES_JSON)
    g_ptr_array_add (options, (gpointer) "--json");
  g_ptr_array_add (options, (gpointer) "--help");
  g_ptr_array_add (options, NULL);
  return (const char **) g_ptr_array_free (options, FALSE);
}

/* The options that the table of settings has. "helps" keeps their texts. */
static void
add_settings_entries (GOptionContext *context, SettingsGiven *given, GPtrArray *helps)
{
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      if (row->option == NULL)
        continue;
      char *help = settings_to_help (row);
      g_ptr_array_add (helps, help);
      GOptionArg type = settings_is_path (row) ? G_OPTION_ARG_FILENAME : G_OPTION_ARG_STRING;
      const GOptionEntry entries[] = {
        { row->option + strlen ("--"), 0, 0, type, settings_given_place (given, row), help, row->argument }, { NULL }
      };
      g_option_context_add_main_entries (context, entries, NULL);
    }
}

static void
add_common_entries (GOptionContext *context, const Command *command, CommonOptions *common, gboolean *help, GPtrArray *helps)
{
  const GOptionEntry json[] = { { "json", 0, 0, G_OPTION_ARG_NONE, &common->json, "Print the result as JSON", NULL }, { NULL } };
  const GOptionEntry show_help[] = { { "help", 'h', 0, G_OPTION_ARG_NONE, help, "Show this help", NULL }, { NULL } };
  if (command->takes & TAKES_SETTINGS)
    add_settings_entries (context, &common->given, helps);
  if (command->takes & TAKES_JSON)
    g_option_context_add_main_entries (context, json, NULL);
  g_option_context_add_main_entries (context, show_help, NULL);
}

bool
cli_parse (const char *command, const GOptionEntry *entries, CommonOptions *common, int *argc, char ***argv, bool *ret_done,
           GError **error)
{
  const Command *entry = command_find (command);
  g_autofree char *program = g_strconcat ("weir ", command, NULL);
  g_set_prgname (program); /* what GOptionContext prints after "Usage:" */
  g_autoptr (GOptionContext) context = g_option_context_new (entry->arguments);
  g_option_context_set_help_enabled (context, FALSE);
  gboolean help = FALSE;
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  g_autoptr (GPtrArray) helps = g_ptr_array_new_with_free_func (g_free);
  add_common_entries (context, entry, common, &help, helps);
  g_option_context_set_summary (context, entry->summary);
  g_option_context_set_description (context, entry->description);
  g_autoptr (GError) problem = NULL;
  if (!g_option_context_parse (context, argc, argv, &problem))
    {
      weir_error (error, WEIR_ERROR_MODEL, "%s", problem->message);
      weir_error_hint (error, "weir %s --help", command);
      return false;
    }
  /* "--" has done its work: what follows it are arguments. */
  if (*argc > 1 && g_str_equal ((*argv)[1], "--"))
    {
      memmove (*argv + 1, *argv + 2, (size_t) (*argc - 1) * sizeof **argv);
      --*argc;
    }
  *ret_done = help;
  if (help)
    {
      g_autofree char *text = g_option_context_get_help (context, TRUE, NULL);
      fputs (text, stdout);
    }
  return true;
}

int
cli_fail (GError *error, bool json)
{
  int code = weir_error_exit_code (error);
  g_autofree char *text = weir_error_format (error);
  fflush (stdout);
  fprintf (stderr, "weir: %s\n", text);
  if (json)
    {
      g_autoptr (Json) object = json_pack ("{s:o}", "error", weir_json_error (error));
      show_json (object);
    }
  g_error_free (error);
  return code;
}

int
cli_usage (const char *command, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fprintf (stderr, "weir: %s\nTry: weir %s%s--help\n", message, command != NULL ? command : "", command != NULL ? " " : "");
  return EXIT_USAGE;
}

static void
print_overview (FILE *stream)
{
  fputs ("weir loads CSV files dropped into a folder into a PostgreSQL warehouse, with history.\n\n"
         "Usage:\n  weir COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n",
         stream);
  for (const Command *command = commands; command->name != NULL; command++)
    {
      g_autofree char *usage = g_strdup_printf ("%s %s", command->name, command->arguments);
      fprintf (stream, "  %-27s %s\n", usage, command->summary);
    }
  fputs ("\nweir COMMAND --help shows a command's options and examples.\n"
         "Exit codes: 0 done, 1 a file was refused or rows were rejected, 2 usage or configuration, 3 database unreachable,\n"
         "4 local disk or permission.\n",
         stream);
}

static int
complain_unknown (const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (const Command *command = commands; command->name != NULL; command++)
    g_ptr_array_add (names, (gpointer) command->name);
  g_ptr_array_add (names, (gpointer) "help");
  g_ptr_array_add (names, NULL);
  const char *nearest = text_nearest (name, (const char *const *) names->pdata);
  if (nearest != NULL)
    return cli_usage (NULL, "there is no command \"%s\", did you mean \"%s\"?", name, nearest);
  return cli_usage (NULL, "there is no command \"%s\"", name);
}

static int
run_help (int argc, char **argv)
{
  if (argc < 2 || g_str_equal (argv[1], "help"))
    return print_overview (stdout), 0;
  const Command *command = command_find (argv[1]);
  if (command == NULL)
    return complain_unknown (argv[1]);
  char *help[] = { (char *) command->name, (char *) "--help", NULL };
  return command->run (2, help);
}

/* Options before the command's name (`weir --home DIR status`) are the command's: moves the name to the front. Returns false when
 * there is no name. */
static bool
bring_command_forward (int argc, char **argv)
{
  int at = 1;
  while (at < argc && argv[at][0] == '-')
    at += MAX (settings_option_words (argv[at]), 1);
  if (at >= argc)
    return false;
  char *name = argv[at];
  memmove (argv + 2, argv + 1, (size_t) (at - 1) * sizeof *argv);
  argv[1] = name;
  return true;
}

static int
dispatch (int argc, char **argv)
{
  if (argc < 2)
    return print_overview (stderr), EXIT_USAGE;
  if (g_str_equal (argv[1], "--version") || g_str_equal (argv[1], "-V"))
    return puts ("weir " WEIR_VERSION), 0;
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h"))
    return print_overview (stdout), 0;
  if (!bring_command_forward (argc, argv))
    return cli_usage (NULL, "a command is missing");
  if (g_str_equal (argv[1], "help"))
    return run_help (argc - 1, argv + 1);
  const Command *command = command_find (argv[1]);
  return command != NULL ? command->run (argc - 1, argv + 1) : complain_unknown (argv[1]);
}

int
cli_main (int argc, char **argv)
{
  int code = dispatch (argc, argv);
  /* A reader that went away (EPIPE) wanted no more; any other failure lost part of a result. */
  if (fflush (stdout) != 0 && errno != EPIPE)
    {
      fprintf (stderr, "weir: could not write to standard output: %s\n", g_strerror (errno));
      return code != 0 ? code : 4;
    }
  return code;
}
