#include "base/error.h"
#include "src/commands/cli.h"
#include "src/settings/settings_table.h"

#include <stdio.h>
#include <string.h>

static void
print_names (void)
{
  for (const Command *const *command = cli_table; *command != NULL; command++)
    printf ("%s ", (*command)->name);
  fputs ("help", stdout);
}

/* A branch of a case for each command that has words of that kind: they stand between "begin" and "end". */
static void
print_branches (char **(*get_words) (const Command *command), const char *begin, const char *end)
{
  for (const Command *const *command = cli_table; *command != NULL; command++)
    {
      g_auto (GStrv) words = get_words (*command);
      g_autofree char *all = g_strjoinv (" ", words);
      if (all[0] != '\0')
        printf ("      %s) %s%s%s\n", (*command)->name, begin, all, end);
    }
}

/* What the arguments of a command are, by how its help calls them: the command line that names those there are; NULL: files, or
 * none. */
static const char *
find_source (const Command *command)
{
  if (strstr (command->arguments, "RUN") != NULL)
    return "runs --names";
  return strstr (command->arguments, "TABLE") != NULL ? "status --names" : NULL;
}

/* A branch of a case for each command whose arguments have names: what is also there, and what the command line prints, between "begin"
 * and "middle", and "end". */
static void
print_sources (const char *begin, const char *middle, const char *end)
{
  for (const Command *const *command = cli_table; *command != NULL; command++)
    if (find_source (*command) != NULL)
      printf ("      %s) %s%s%s%s%s\n", (*command)->name, begin, (*command)->also != NULL ? (*command)->also : "", middle,
              find_source (*command), end);
}

static void
add_value_option (GHashTable *seen, const char *text)
{
  if (g_hash_table_add (seen, g_strdup (text)) && g_hash_table_size (seen) > 1)
    fputs (" | ", stdout);
}

static void
add_value_options (GHashTable *seen, const Command *command)
{
  for (const CommandOption *option = command->options; option != NULL && option->name != NULL; option++)
    {
      g_autofree char *name = g_strconcat ("--", option->name, NULL);
      if (option->type == G_OPTION_ARG_NONE || g_hash_table_contains (seen, name))
        continue;
      add_value_option (seen, name), fputs (name, stdout);
      if (option->letter != 0)
        printf (" | -%c", option->letter);
    }
}

/* The options whose value is the next word: "--home | --table | -t". */
static void
print_value_options (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (const Setting *row = settings_table; row->help != NULL; row++)
    if (row->option != NULL)
      add_value_option (seen, row->option), fputs (row->option, stdout);
  for (const Command *const *command = cli_table; *command != NULL; command++)
    {
      add_value_options (seen, *command);
      for (const Command *const *word = (*command)->words; word != NULL && *word != NULL; word++)
        add_value_options (seen, *word);
    }
}

/* bash cuts "--home=X" into three words. */
static const char bash_begin[] = "# bash completion for weir: source <(weir completion bash)\n"
                                 "_weir ()\n"
                                 "{\n"
                                 "  local word=${COMP_WORDS[COMP_CWORD]} option='' command='' words='' at\n"
                                 "  local -a where=()\n"
                                 "  [[ $word == = ]] && word=''\n"
                                 "  for ((at = 1; at < COMP_CWORD; at++)); do\n"
                                 "    option=''\n"
                                 "    case ${COMP_WORDS[at]} in\n"
                                 "      ";
static const char bash_words[] = ")\n"
                                 "        option=${COMP_WORDS[at]}\n"
                                 "        [[ ${COMP_WORDS[at + 1]} == = ]] && ((at++))\n"
                                 "        ((++at < COMP_CWORD)) || continue\n"
                                 "        [[ $option == --home || $option == --database ]] && "
                                 "where+=(\"$option=${COMP_WORDS[at]/#\\~/$HOME}\")\n"
                                 "        option='' ;;\n"
                                 "      -* | =) ;;\n"
                                 "      *) command=${command:-${COMP_WORDS[at]}} ;;\n"
                                 "    esac\n"
                                 "  done\n"
                                 "  if [[ $option == --table || $option == -t ]]; then\n"
                                 "    words=$(${COMP_WORDS[0]} status --names \"${where[@]}\" 2>/dev/null)\n"
                                 "  elif [[ -n $option ]]; then\n"
                                 "    return\n"
                                 "  elif [[ -z $command ]]; then\n"
                                 "    words='";

static void
print_bash (void)
{
  fputs (bash_begin, stdout);
  print_value_options ();
  fputs (bash_words, stdout);
  print_names ();
  fputs (" --version --help --home --database'\n"
         "  elif [[ $word == -* ]]; then\n"
         "    case $command in\n",
         stdout);
  print_branches (command_options, "words='", "' ;;");
  fputs ("    esac\n"
         "  else\n"
         "    case $command in\n",
         stdout);
  print_branches (command_words, "words='", "' ;;");
  print_sources ("words=\"", " $(${COMP_WORDS[0]} ", " \"${where[@]}\" 2>/dev/null)\" ;;");
  fputs ("      help) words='", stdout);
  print_names ();
  fputs ("' ;;\n"
         "    esac\n"
         "  fi\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
         "}\n"
         "complete -o default -F _weir weir\n",
         stdout);
}

static char *
zsh_quoted (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "'", -1);
  return g_strjoinv ("'\\''", parts);
}

static void
print_zsh (void)
{
  fputs ("#compdef weir\n"
         "# zsh completion for weir: source <(weir completion zsh)\n"
         "_weir ()\n"
         "{\n"
         "  local -a names\n"
         "  names=(\n",
         stdout);
  for (const Command *const *command = cli_table; *command != NULL; command++)
    {
      g_auto (GStrv) parts = g_strsplit ((*command)->summary, ":", -1);
      g_autofree char *escaped = g_strjoinv ("\\:", parts);
      g_autofree char *summary = zsh_quoted (escaped);
      printf ("    '%s:%s'\n", (*command)->name, summary);
    }
  fputs ("  )\n"
         "  if ((CURRENT == 2)); then\n"
         "    _describe 'command' names\n"
         "    return\n"
         "  fi\n"
         "  if [[ $words[CURRENT] == -* ]]; then\n"
         "    case $words[2] in\n",
         stdout);
  print_branches (command_options, "compadd -- ", " ;;");
  fputs ("    esac\n"
         "    return\n"
         "  fi\n"
         "  case $words[2] in\n",
         stdout);
  print_branches (command_words, "compadd -- ", " ;;");
  print_sources ("compadd -- ", " $(weir ", " 2>/dev/null) ;;");
  fputs ("    help) _describe 'command' names ;;\n"
         "    *) _files ;;\n"
         "  esac\n"
         "}\n"
         "compdef _weir weir\n",
         stdout);
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) ret_code, (void) error;
  if (g_str_equal (call->arguments[0], "bash"))
    print_bash ();
  else
    print_zsh ();
  return true;
}

const Command command_completion = {
  .name = "completion",
  .arguments = "bash|zsh",
  .summary = "print a completion script for the shell",
  .description = "  source <(weir completion bash)",
  .run = run,
};
