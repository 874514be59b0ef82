#include "base/error.h"
#include "src/commands/cli.h"

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

static void
print_bash (void)
{
  fputs ("# bash completion for weir: source <(weir completion bash)\n"
         "_weir ()\n"
         "{\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} words=''\n"
         "  if ((COMP_CWORD == 1)); then\n"
         "    words='",
         stdout);
  print_names ();
  fputs (" --version'\n"
         "  else\n"
         "    case ${COMP_WORDS[1]} in\n",
         stdout);
  print_branches (command_words, "words='", "' ;;");
  fputs ("      help) words='", stdout);
  print_names ();
  fputs ("' ;;\n"
         "    esac\n"
         "    [[ $word == -* ]] && case ${COMP_WORDS[1]} in\n",
         stdout);
  print_branches (command_options, "words='", "' ;;");
  fputs ("    esac\n"
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
