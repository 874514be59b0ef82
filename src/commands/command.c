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

/* What help says below the options: the words, and the description. Owned by the caller. */
static char *
describe (const Command *command)
{
  GString *text = g_string_new (command->words != NULL ? "Words:\n" : NULL);
  for (const Command *const *word = command->words; word != NULL && *word != NULL; word++)
    {
      g_autofree char *usage = g_strdup_printf ("%s %s", command_word_name (*word), (*word)->arguments);
      g_string_append_printf (text, "  %-50s %s\n", usage, (*word)->summary);
    }
  if (command->words != NULL)
    g_string_append_printf (text, "\nweir %s WORD --help shows a word's options and examples.\n\n", command->name);
  g_string_append (text, command->description != NULL ? command->description : "");
  return g_string_free (text, FALSE);
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
  g_autofree char *description = describe (command);
  g_option_context_set_description (context, description);
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

/* ---- arguments ---- */

const char *
command_word_name (const Command *word)
{
  return strrchr (word->name, ' ') + 1;
}

const Command *
command_find_word (const Command *command, const char *name)
{
  for (const Command *const *word = command->words; *word != NULL; word++)
    if (g_str_equal (command_word_name (*word), name))
      return *word;
  return NULL;
}

/* The alternatives of which an argument is one. */
static char **
split_alternatives (const Command *command)
{
  return strchr (command->arguments, '|') != NULL ? g_strsplit (command->arguments, "|", -1) : g_new0 (char *, 1);
}

char **
command_words (const Command *command)
{
  if (command->words == NULL)
    return split_alternatives (command);
  GPtrArray *words = g_ptr_array_new ();
  for (const Command *const *word = command->words; *word != NULL; word++)
    g_ptr_array_add (words, g_strdup (command_word_name (*word)));
  g_ptr_array_add (words, NULL);
  return (char **) g_ptr_array_free (words, FALSE);
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
  g_auto (GStrv) words = split_alternatives (command);
  if (words[0] == NULL)
    return call->n_arguments < command->least || call->n_arguments > command->most ? g_strdup (command->usage) : NULL;
  if (call->n_arguments == 1 && g_strv_contains ((const char *const *) words, call->arguments[0]))
    return NULL;
  return ask_for_words (words);
}

static bool
is_option (const CommandOption *option, const char *word)
{
  size_t length = strlen (option->name);
  if (option->letter != 0 && word[0] == '-' && word[1] == option->letter && word[2] == '\0')
    return true;
  return g_str_has_prefix (word, "--") && strncmp (word + 2, option->name, length) == 0
         && (word[2 + length] == '\0' || word[2 + length] == '=');
}

/* Of the command's own ones, as settings_option_words. */
static int
own_option_words (const Command *command, const char *word)
{
  if (command->takes & TAKES_JSON && g_str_equal (word, "--json"))
    return 1;
  for (const CommandOption *option = command->options; option != NULL && option->name != NULL; option++)
    if (is_option (option, word))
      return option->type == G_OPTION_ARG_NONE || strchr (word, '=') != NULL ? 1 : 2;
  return 0;
}

/* Of words that go on to another program only those before its own are ours: it has a --help, too. Returns how many. */
static int
count_own (const Command *command, int argc, char **argv)
{
  int count = 1;
  while (count < argc)
    {
      bool help = count == 1 && (g_str_equal (argv[count], "--help") || g_str_equal (argv[count], "-h"));
      int words = help ? 1 : command->takes & TAKES_SETTINGS ? settings_option_words (argv[count]) : 0;
      words = words == 0 ? own_option_words (command, argv[count]) : words;
      if (words == 0)
        break;
      count += words;
    }
  return MIN (count, argc);
}

static bool
is_bare (const CommandOption *option, const char *word, const char *next)
{
  return option->bare && is_option (option, word) && strchr (word, '=') == NULL && (next == NULL || next[0] == '-');
}

/* Leaves out the options that may stand without a value where they do, behind all others or before another one. */
static void
drop_bare (const Command *command, int *count, char **words)
{
  for (const CommandOption *option = command->options; option != NULL && option->name != NULL; option++)
    for (int i = *count; i-- > 1;)
      if (is_bare (option, words[i], words[i + 1]))
        {
          memmove (words + i, words + i + 1, (size_t) (*count - i) * sizeof *words);
          *count -= 1;
        }
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
  int own = passes ? count_own (command, argc, argv) : argc, count = own, code = 0;
  g_autofree char **all = g_new0 (char *, (gsize) own + 1);
  char **words = memcpy (all, argv, (gsize) own * sizeof *argv);
  bool help = false;
  GError *error = NULL;
  drop_bare (command, &count, words);
  if (!parse_options (command, call, &count, &words, &help, &error))
    return command_fail (error, call->json);
  if (help)
    return 0;
  if (passes)
    {
      call->arguments = argv + own;
      call->n_arguments = argc - own;
    }
  else
    set_arguments (call, words + 1);
  g_autofree char *usage = check_arguments (command, call);
  if (usage != NULL)
    return command_usage (command->name, "%s", usage);
  if (run (command, call, &code, &error))
    return code;
  code = command_fail (error, call->json);
  return command->takes & ENDS_WITH_ONE && code != EXIT_MODEL && code != EXIT_INTERRUPTED ? EXIT_REFUSED : code;
}

int
command_call (const Command *command, int argc, char **argv)
{
  return command_call_word (command, NULL, argc, argv);
}

int
command_call_word (const Command *command, const void *around, int argc, char **argv)
{
  Call call = { .options = g_malloc0 (command->options_size + 1), .around = around };
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

char *
command_program (GError **error)
{
  g_autoptr (GError) reason = NULL;
  char *program = g_file_read_link ("/proc/self/exe", &reason);
  if (program == NULL)
    weir_error (error, WEIR_ERROR_LOCAL, "could not find out where this program is: %s", reason->message);
  return program;
}
