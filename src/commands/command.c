#include "src/commands/command.h"

#include "base/error.h"
#include "base/text.h"
#include "src/settings/settings_show.h"

#include <stdlib.h>
#include <string.h>

/* Where the call has the value of one of the command's own options. */
static void *
option_place (const Call *call, const CommandOption *option)
{
  return (char *) call->options + option->offset;
}

static void
call_clear (Call *call, const Command *command)
{
  for (const CommandOption *option = command->options; option != NULL && option->name != NULL; option++)
    if (option->type == G_OPTION_ARG_STRING)
      g_free (*(char **) option_place (call, option));
  g_free (call->options);
  settings_given_clear (&call->given);
  settings_free (call->settings);
}

/* ---- options ---- */

static void
add_own_options (GOptionContext *context, const Command *command, const Call *call)
{
  for (const CommandOption *option = command->options; option != NULL && option->name != NULL; option++)
    {
      const GOptionEntry entries[] = { { option->name, option->letter, option->help == NULL ? G_OPTION_FLAG_HIDDEN : 0,
                                         option->type, option_place (call, option), option->help, option->argument },
                                       { NULL } };
      g_option_context_add_main_entries (context, entries, NULL);
    }
}

/* "helps" keeps the texts for as long as the context needs them. */
static void
add_settings_options (GOptionContext *context, SettingsGiven *given, GPtrArray *helps)
{
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      if (row->option == NULL)
        continue;
      char *help = settings_to_help (row);
      g_ptr_array_add (helps, help);
      GOptionArg type = settings_is_path (row) ? G_OPTION_ARG_FILENAME : G_OPTION_ARG_STRING;
      const char *name = row->option + strlen ("--");
      const GOptionEntry entries[] = { { name, 0, 0, type, settings_given_place (given, row), help, row->argument }, { NULL } };
      g_option_context_add_main_entries (context, entries, NULL);
    }
}

static void
add_options (GOptionContext *context, const Command *command, Call *call, gboolean *help, GPtrArray *helps)
{
  const GOptionEntry json[] = { { "json", 0, 0, G_OPTION_ARG_NONE, &call->json, "Print the result as JSON", NULL }, { NULL } };
  const GOptionEntry show_help[] = { { "help", 'h', 0, G_OPTION_ARG_NONE, help, "Show this help", NULL }, { NULL } };
  add_own_options (context, command, call);
  if (command->takes & TAKES_SETTINGS)
    add_settings_options (context, &call->given, helps);
  if (command->takes & TAKES_JSON)
    g_option_context_add_main_entries (context, json, NULL);
  g_option_context_add_main_entries (context, show_help, NULL);
}

/* Takes the options out of the words, of which the first is the command's name. *ret_help: --help was among them, and is printed.
 * */
static bool
parse_options (const Command *command, Call *call, int *count, char ***words, bool *ret_help, GError **error)
{
  g_autofree char *program = g_strconcat ("weir ", command->name, NULL);
  g_set_prgname (program); /* what GOptionContext prints after "Usage:" */
  g_autoptr (GOptionContext) context = g_option_context_new (command->arguments);
  g_autoptr (GPtrArray) helps = g_ptr_array_new_with_free_func (g_free);
  gboolean help = FALSE;
  g_option_context_set_help_enabled (context, FALSE);
  add_options (context, command, call, &help, helps);
  g_option_context_set_summary (context, command->summary);
  g_option_context_set_description (context, command->description);
  g_autoptr (GError) problem = NULL;
  if (!g_option_context_parse (context, count, words, &problem))
    {
      g_autofree char *hint = g_strconcat (program, " --help", NULL);
      return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint }, "%s", problem->message);
    }
  *ret_help = help;
  if (help)
    {
      g_autofree char *text = g_option_context_get_help (context, TRUE, NULL);
      fputs (text, stdout);
    }
  return true;
}

char **
command_options (const Command *command)
{
  GPtrArray *options = g_ptr_array_new ();
  for (const CommandOption *option = command->options; option != NULL && option->name != NULL; option++)
    if (option->help != NULL)
      g_ptr_array_add (options, g_strconcat ("--", option->name, NULL));
  for (const Setting *row = settings_table; row->help != NULL; row++)
    if (row->option != NULL && command->takes & TAKES_SETTINGS)
      g_ptr_array_add (options, g_strdup (row->option));
  if (command->takes & TAKES_JSON)
    g_ptr_array_add (options, g_strdup ("--json"));
  g_ptr_array_add (options, g_strdup ("--help"));
  g_ptr_array_add (options, NULL);
  return (char **) g_ptr_array_free (options, FALSE);
}

/* ---- arguments ---- */

char **
command_words (const Command *command)
{
  return strchr (command->arguments, '|') != NULL ? g_strsplit (command->arguments, "|", -1) : g_new0 (char *, 1);
}

/* "one of up, down and status is needed". Owned by the caller. */
static char *
ask_for_words (char **words)
{
  guint count = g_strv_length (words);
  g_autofree char *last = words[count - 1];
  words[count - 1] = NULL;
  g_autofree char *others = g_strjoinv (", ", words);
  return g_strdup_printf ("one of %s and %s is needed", others, last);
}

/* What is wrong with the arguments, NULL: nothing. Owned by the caller. */
static char *
check_arguments (const Command *command, const Call *call)
{
  g_auto (GStrv) words = command_words (command);
  if (words[0] == NULL)
    return call->n_arguments < command->least || call->n_arguments > command->most ? g_strdup (command->usage) : NULL;
  if (call->n_arguments == 1 && g_strv_contains ((const char *const *) words, call->arguments[0]))
    return NULL;
  return ask_for_words (words);
}

/* Of words that go on to another program only those before its own are ours: it has a --help, too. Returns how many. */
static int
count_own (int argc, char **argv)
{
  int count = 1;
  while (count < argc)
    {
      int words = count == 1 && g_str_equal (argv[count], "--help") ? 1 : settings_option_words (argv[count]);
      if (words == 0)
        break;
      count += words;
    }
  return MIN (count, argc);
}

/* The words behind the command's name; "--" has done its work where it is left. */
static void
set_arguments (Call *call, char **words)
{
  bool dashes = words[0] != NULL && g_str_equal (words[0], "--");
  call->arguments = words + (dashes ? 1 : 0);
  call->n_arguments = (int) g_strv_length (call->arguments);
}

/* ---- the call ---- */

static bool
run (const Command *command, Call *call, int *ret_code, GError **error)
{
  if (command->takes & NEEDS_HOME && (call->settings = settings_load (&call->given, HOME_REQUIRED, error)) == NULL)
    return false;
  return command->run (call, ret_code, error);
}

static int
call_with (const Command *command, Call *call, int argc, char **argv)
{
  bool passes = command->takes & PASSES_ARGUMENTS;
  int own = passes ? count_own (argc, argv) : argc, count = own, code = 0;
  g_autofree char **all = g_new0 (char *, (gsize) own + 1);
  char **words = memcpy (all, argv, (gsize) own * sizeof *argv);
  bool help = false;
  GError *error = NULL;
  if (!parse_options (command, call, &count, &words, &help, &error))
    return command_fail (error, call->json);
  if (help)
    return 0;
  if (passes)
    call->arguments = argv + own;
  else
    set_arguments (call, words + 1);
  g_autofree char *usage = check_arguments (command, call);
  if (usage != NULL)
    return command_usage (command->name, "%s", usage);
  return run (command, call, &code, &error) ? code : command_fail (error, call->json);
}

int
command_call (const Command *command, int argc, char **argv)
{
  Call call = { .options = g_malloc0 (command->options_size + 1) };
  if (command->defaults != NULL)
    memcpy (call.options, command->defaults, command->options_size);
  int code = call_with (command, &call, argc, argv);
  call_clear (&call, command);
  return code;
}

int
command_fail (GError *error, bool json)
{
  int code = weir_error_exit_code (error);
  g_autofree char *whole = weir_error_format (error), *text = text_lines_printable (whole);
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
command_usage (const char *name, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fprintf (stderr, "weir: %s\nTry: weir %s%s--help\n", message, name != NULL ? name : "", name != NULL ? " " : "");
  return EXIT_USAGE;
}
