#include "src/commands/completion.h"

#include "src/commands/cli.h"
#include "src/settings/settings_show.h"

#include <stdio.h>
#include <string.h>

/* What the words before the last one say. */
typedef struct
{
  const Command *command; /* NULL: none yet */
  bool help;              /* "help" stands before it */
  const Command *word;    /* of the command, as `weir ledger` has them */
  int arguments;
  bool dashes;                 /* "--" was there: no options follow */
  const CommandOption *option; /* the last word is its value */
  const Setting *setting;      /* the same */
  char *words[4];              /* of a call that lists names: its own two, then where the home and the database are */
  int n_words;
} Line;

static void
offer (const char *name, const char *about)
{
  printf (about != NULL ? "%s\t%s\n" : "%s\n", name, about);
}

/* ---- reading the line ---- */

static bool
is_called (const CommandOption *option, const char *word)
{
  if (option->letter != 0 && word[0] == '-' && word[1] == option->letter && word[2] == '\0')
    return true;
  return g_str_has_prefix (word, "--") && g_str_equal (word + 2, option->name);
}

static const CommandOption *
find_option (const Command *command, const char *text)
{
  for (const CommandOption *option = command->options; option != NULL && option->name != NULL; option++)
    if (is_called (option, text))
      return option;
  for (const Command *const *word = command->words; word != NULL && *word != NULL; word++)
    {
      const CommandOption *option = find_option (*word, text);
      if (option != NULL)
        return option;
    }
  return NULL;
}

/* Of "--home" as of "--home=X". */
static const Setting *
find_setting (const char *text)
{
  size_t length = strcspn (text, "=");
  for (const Setting *row = settings_table; row->help != NULL; row++)
    if (row->option != NULL && strlen (row->option) == length && strncmp (row->option, text, length) == 0)
      return row;
  return NULL;
}

/* Where the names are looked for. */
static void
note_place (Line *line, const Setting *setting, const char *value)
{
  g_autofree char *inside = g_str_has_prefix (value, "~/") ? g_build_filename (g_get_home_dir (), value + 2, NULL) : NULL;
  if (line->n_words < (int) G_N_ELEMENTS (line->words))
    line->words[line->n_words++] = g_strdup_printf ("%s=%s", setting->option, inside != NULL ? inside : value);
}

static void
read_option (Line *line, const char *text)
{
  const char *value = strchr (text, '=');
  line->dashes = g_str_equal (text, "--");
  line->setting = find_setting (text);
  if (line->setting != NULL && value != NULL)
    {
      note_place (line, line->setting, value + 1);
      line->setting = NULL;
    }
  else if (line->setting == NULL && line->command != NULL)
    line->option = find_option (line->word != NULL ? line->word : line->command, text);
  if (line->option != NULL && line->option->type == G_OPTION_ARG_NONE)
    line->option = NULL;
}

static void
read_argument (Line *line, const char *text)
{
  if (line->command == NULL && !line->help)
    {
      line->help = g_str_equal (text, "help");
      line->command = cli_find (text);
      return;
    }
  if (line->command == NULL && line->arguments == 0)
    line->command = cli_find (text);
  line->arguments++;
  if (line->command != NULL && line->command->words != NULL && line->word == NULL)
    line->word = command_find_word (line->command, text);
}

static void
read_word (Line *line, const char *text)
{
  if (line->setting != NULL)
    note_place (line, line->setting, text);
  if (line->setting != NULL || line->option != NULL)
    {
      line->setting = NULL;
      line->option = NULL;
    }
  else if (text[0] == '-' && !line->dashes)
    read_option (line, text);
  else
    read_argument (line, text);
}

/* ---- what may follow ---- */

static void
offer_commands (void)
{
  for (const Command *const *command = cli_table; *command != NULL; command++)
    offer ((*command)->name, (*command)->summary);
  offer ("help", "what a command does");
}

/* Each once, where several words have one of that name; those without help are weir's own. */
static void
offer_own_options (const Command *command, GHashTable *seen)
{
  for (const CommandOption *option = command->options; option != NULL && option->name != NULL; option++)
    {
      g_autofree char *name = g_strconcat ("--", option->name, NULL);
      if (option->help != NULL && g_hash_table_add (seen, g_strdup (name)))
        offer (name, option->help);
    }
}

static void
offer_settings (GHashTable *seen)
{
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      g_autofree char *help = row->option != NULL ? settings_to_help (row) : NULL;
      if (row->option != NULL && g_hash_table_add (seen, g_strdup (row->option)))
        offer (row->option, help);
    }
}

static void
offer_options (const Command *command, GHashTable *seen)
{
  offer_own_options (command, seen);
  for (const Command *const *word = command->words; word != NULL && *word != NULL; word++)
    offer_own_options (*word, seen);
  if (command->takes & TAKES_SETTINGS)
    offer_settings (seen);
  if (command->takes & TAKES_JSON)
    offer ("--json", "Print the result as JSON");
  offer ("--help", "Show its help");
}

/* Of weir, where there is no command yet. */
static void
offer_options_of_all (GHashTable *seen)
{
  offer ("--version", "Print the version");
  offer ("--help", "Show the commands");
  offer_settings (seen);
}

static void
offer_alternatives (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, "|", -1);
  for (int i = 0; words[i] != NULL; i++)
    offer (words[i], NULL);
}

/* The tables, or the latest runs: what `weir status --names` and `weir runs --names` print, without an error where nobody knows. */
static void
offer_names (Line *line, const Command *from)
{
  char *words[2 + G_N_ELEMENTS (line->words) + 1] = { (char *) from->name, (char *) "--names" };
  memcpy (words + 2, line->words, sizeof line->words);
  fflush (stdout);
  command_call (from, 2 + line->n_words, words);
}

/* What stands for it in the help says what it is. */
static void
offer_value (Line *line, const CommandOption *option)
{
  if (option->words != NULL)
    offer_alternatives (option->words);
  else if (g_strcmp0 (option->argument, "TABLE") == 0)
    offer_names (line, &command_status);
  else if (g_strcmp0 (option->argument, "RUN") == 0)
    offer_names (line, &command_runs);
  else if (g_strcmp0 (option->argument, "CONNECTION") == 0)
    offer_names (line, &command_discover);
}

/* What the help calls an argument, and whoever lists what there is of these. */
static void
offer_named (Line *line, const char *arguments)
{
  if (strstr (arguments, "CONNECTION") != NULL)
    offer_names (line, &command_discover);
  if (strstr (arguments, "JOB") != NULL)
    offer_names (line, line->command == &command_pull ? &command_pull : &command_jobs);
  if (strstr (arguments, "TASK") != NULL)
    offer_names (line, &command_schedule);
  if (strstr (arguments, "RUN") != NULL)
    offer_names (line, &command_runs);
  else if (strstr (arguments, "TABLE") != NULL)
    offer_names (line, &command_status);
}

static void
offer_words (const Command *command)
{
  for (const Command *const *word = command->words; word != NULL && *word != NULL; word++)
    offer (command_word_name (*word), (*word)->summary);
}

/* Of the same kind as the first: "JOB...", and not "TABLE KEY...". */
static bool
takes_more (const Command *command)
{
  return strstr (command->arguments, "...") != NULL && strchr (command->arguments, ' ') == NULL;
}

/* The first argument may be a word, or a name, also behind a word; the others are files, or what nobody knows. */
static void
offer_arguments (Line *line)
{
  const Command *command = line->command;
  if (line->word == NULL)
    offer_words (command);
  if (line->word != NULL && line->arguments == 1)
    offer_named (line, line->word->arguments);
  if (line->arguments > 0 && !takes_more (command))
    return;
  if (command->words == NULL && strchr (command->arguments, '|') != NULL)
    offer_alternatives (command->arguments);
  if (command->also != NULL)
    offer (command->also, NULL);
  offer_named (line, command->arguments);
}

/* A command, and a word of it. */
static void
offer_help (const Line *line)
{
  if (line->command == NULL)
    offer_commands ();
  else if (line->arguments == 1)
    offer_words (line->command);
}

static void
offer_what_follows (Line *line, const char *begun)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  bool option = begun[0] == '-' && !line->dashes;
  if (line->option != NULL)
    offer_value (line, line->option);
  else if (line->setting != NULL)
    return;
  else if (line->help)
    offer_help (line);
  else if (line->command == NULL && line->arguments == 0 && !option)
    offer_commands ();
  else if (line->command == NULL)
    offer_options_of_all (seen);
  else if (option)
    offer_options (line->word != NULL ? line->word : line->command, seen);
  else
    offer_arguments (line);
}

int
completion_print (int count, char **words)
{
  Line line = { 0 };
  for (int i = 0; i + 1 < count; i++)
    read_word (&line, words[i]);
  offer_what_follows (&line, count > 0 ? words[count - 1] : "");
  for (int i = 0; i < line.n_words; i++)
    g_free (line.words[i]);
  return 0;
}
