#include "base/error.h"
#include "src/commands/cli.h"

#include <stdio.h>
#include <string.h>

/* What a command's arguments can be, from the table: "start|stop|status" are words, FILE is a file, DIR a folder. */
static char *
argument_words (const Command *command)
{
  if (strchr (command->arguments, '|') == NULL)
    return g_strdup ("");
  return g_strdelimit (g_strdup (command->arguments), "|", ' ');
}

static void
print_names (void)
{
  for (const Command *command = commands; command->name != NULL; command++)
    printf ("%s ", command->name);
  fputs ("help", stdout);
}

static void
print_options (const Command *command)
{
  g_autofree const char **options = cli_common_options (command);
  for (const char **option = options; *option != NULL; option++)
    printf ("%s ", *option);
}

/* A branch of a case for each command: its options between "begin" and "end". */
static void
print_option_branches (const char *begin, const char *end)
{
  for (const Command *command = commands; command->name != NULL; command++)
    {
      printf ("      %s) %s", command->name, begin);
      print_options (command);
      puts (end);
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
  for (const Command *command = commands; command->name != NULL; command++)
    {
      g_autofree char *words = argument_words (command);
      if (words[0] != '\0')
        printf ("      %s) words='%s' ;;\n", command->name, words);
    }
  fputs ("      help) words='", stdout);
  print_names ();
  fputs ("' ;;\n"
         "    esac\n"
         "    [[ $word == -* ]] && case ${COMP_WORDS[1]} in\n",
         stdout);
  print_option_branches ("words='", "' ;;");
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
  for (const Command *command = commands; command->name != NULL; command++)
    {
      g_auto (GStrv) parts = g_strsplit (command->summary, ":", -1);
      g_autofree char *escaped = g_strjoinv ("\\:", parts);
      g_autofree char *summary = zsh_quoted (escaped);
      printf ("    '%s:%s'\n", command->name, summary);
    }
  fputs ("  )\n"
         "  if ((CURRENT == 2)); then\n"
         "    _describe 'command' names\n"
         "    return\n"
         "  fi\n"
         "  if [[ $words[CURRENT] == -* ]]; then\n"
         "    case $words[2] in\n",
         stdout);
  print_option_branches ("compadd -- ", ";;");
  fputs ("    esac\n"
         "    return\n"
         "  fi\n"
         "  case $words[2] in\n",
         stdout);
  for (const Command *command = commands; command->name != NULL; command++)
    {
      g_autofree char *words = argument_words (command);
      if (words[0] != '\0')
        printf ("    %s) compadd -- %s ;;\n", command->name, words);
    }
  fputs ("    help) _describe 'command' names ;;\n"
         "    *) _files ;;\n"
         "  esac\n"
         "}\n"
         "compdef _weir weir\n",
         stdout);
}

int
command_completion (int argc, char **argv)
{
  g_auto (CommonOptions) common = { 0 };
  bool done = false;
  GError *error = NULL;
  if (!cli_parse ("completion", NULL, &common, &argc, &argv, &done, &error))
    return cli_fail (error, common.json);
  if (done)
    return 0;
  if (argc == 2 && g_str_equal (argv[1], "bash"))
    return print_bash (), 0;
  if (argc == 2 && g_str_equal (argv[1], "zsh"))
    return print_zsh (), 0;
  return cli_usage ("completion", "one of bash and zsh is needed");
}
