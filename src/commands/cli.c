#include "src/commands/cli.h"

#include "base/error.h"
#include "base/text.h"
#include "src/commands/completion.h"
#include "src/jobs/job.h"
#include "src/settings/settings_show.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* In the order of the help. */
/* clang-format off */
const Command *const cli_table[] = {
  &command_init,
  &command_demo,
  &command_watch,
  &command_load,
  &command_diff,
  &command_sniff,
  &command_cat,
  &command_model,
  &command_key,
  &command_history,
  &command_status,
  &command_runs,
  &command_log,
  &command_rejects,
  &command_retry,
  &command_undo,
  &command_approve,
  &command_discard,
  &command_forget,
  &command_drop,
  &command_rebuild,
  &command_check,
  &command_verify,
  &command_gc,
  &command_discover,
  &command_jobs,
  &command_pull,
  &command_push,
  &command_bookmark,
  &command_schedule,
  &command_pause,
  &command_resume,
  &command_notify,
  &command_ledger,
  &command_migrate,
  &command_db,
  &command_psql,
  &command_page,
  &command_completion,
  NULL,
};
/* clang-format on */

const Command *
cli_find (const char *name)
{
  for (const Command *const *command = cli_table; *command != NULL; command++)
    if (g_str_equal ((*command)->name, name))
      return *command;
  return NULL;
}

static void
print_overview (FILE *stream)
{
  fputs (
      "weir loads CSV files dropped into a folder, and rows pulled from other stores, into a PostgreSQL warehouse, with history,\n"
      "and delivers its tables to others.\n\n"
      "Usage:\n  weir COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n",
      stream);
  for (const Command *const *command = cli_table; *command != NULL; command++)
    {
      g_autofree char *usage = g_strdup_printf ("%s %s", (*command)->name, (*command)->arguments);
      fprintf (stream, "  %-27s %s\n", usage, (*command)->summary);
    }
  fputs ("\nweir COMMAND --help shows a command's options and examples.\n"
         "Exit codes: 0 done, 1 a file was refused or rows were rejected, 2 usage or configuration, 3 a database or another\n"
         "store is away: it may go well another time, 4 local disk or permission.\n",
         stream);
}

static int
complain_unknown (const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (const Command *const *command = cli_table; *command != NULL; command++)
    g_ptr_array_add (names, (gpointer) (*command)->name);
  g_ptr_array_add (names, (gpointer) "help");
  g_ptr_array_add (names, NULL);
  const char *nearest = text_nearest (name, (const char *const *) names->pdata);
  if (nearest != NULL)
    return command_usage (NULL, "there is no command \"%s\", did you mean \"%s\"?", name, nearest);
  return command_usage (NULL, "there is no command \"%s\"", name);
}

/* "\f" and a name before each. */
static void
print_help (const Command *command)
{
  char *help[] = { (char *) command->name, (char *) "--help", NULL };
  printf ("\f%s\n", command->name);
  command_call (command, 2, help);
}

/* What manual pages are made of (packaging/man.awk): the overview, each command, and its words. */
static int
print_all (void)
{
  puts ("\f");
  print_overview (stdout);
  for (const Command *const *command = cli_table; *command != NULL; command++)
    {
      print_help (*command);
      for (const Command *const *word = (*command)->words; word != NULL && *word != NULL; word++)
        print_help (*word);
    }
  return 0;
}

/* The schema of weir.json, or of jobs, as a file. */
static int
print_schema (Json *taken)
{
  g_autoptr (Json) schema = taken;
  show_json (schema);
  return 0;
}

static int
run_help (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--all"))
    return print_all ();
  bool of_jobs = argc == 3 && g_str_equal (argv[2], "jobs");
  if ((argc == 2 || of_jobs) && g_str_equal (argv[1], "--schema"))
    return print_schema (of_jobs ? job_schema () : settings_to_schema ());
  if (argc < 2 || g_str_equal (argv[1], "help"))
    return print_overview (stdout), 0;
  const Command *command = cli_find (argv[1]);
  if (command == NULL)
    return complain_unknown (argv[1]);
  const Command *word = argc > 2 ? command_find_word (command, argv[2]) : NULL, *meant = word != NULL ? word : command;
  char *help[] = { (char *) meant->name, (char *) "--help", NULL };
  return command_call (meant, 2, help);
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
  if (g_str_equal (argv[1], "--complete"))
    return completion_print (argc - 2, argv + 2);
  if (!bring_command_forward (argc, argv))
    return command_usage (NULL, "a command is missing");
  if (g_str_equal (argv[1], "help"))
    return run_help (argc - 1, argv + 1);
  const Command *command = cli_find (argv[1]);
  return command != NULL ? command_call (command, argc - 1, argv + 1) : complain_unknown (argv[1]);
}

/* Whether all that was printed is written. A reader that went away (EPIPE) wanted no more; any other failure lost part of a result. What failed before now has left
 * its mark, and not its reason. */
static bool
finish_output (void)
{
  if (fflush (stdout) != 0)
    {
      if (errno != EPIPE)
        fprintf (stderr, "weir: could not write to standard output: %s\n", g_strerror (errno));
      return errno == EPIPE;
    }
  struct pollfd reader = { .fd = STDOUT_FILENO, .events = POLLOUT };
  if (ferror (stdout) == 0 || (poll (&reader, 1, 0) == 1 && (reader.revents & POLLERR) != 0))
    return true;
  fputs ("weir: could not write to standard output, or not all of it\n", stderr);
  return false;
}

int
cli_main (int argc, char **argv)
{
  int code = dispatch (argc, argv);
  return finish_output () || code != 0 ? code : 4;
}
