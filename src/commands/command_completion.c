#include "src/commands/cli.h"

#include <stdio.h>

/* All of them ask `weir --complete` (completion.h) with the words behind "weir" as far as the cursor. bash cuts "--table=us" into three. */
static const char bash_script[] = "# bash completion for weir: source <(weir completion bash)\n"
                                  "_weir ()\n"
                                  "{\n"
                                  "  local word=${COMP_WORDS[COMP_CWORD]} at name\n"
                                  "  local -a words=()\n"
                                  "  for ((at = 1; at < COMP_CWORD; at++)); do\n"
                                  "    [[ ${COMP_WORDS[at]} == = ]] || words+=(\"${COMP_WORDS[at]}\")\n"
                                  "  done\n"
                                  "  [[ $word == = ]] && word=''\n"
                                  "  COMPREPLY=()\n"
                                  "  while IFS=$'\\t' read -r name _; do\n"
                                  "    [[ $name == \"$word\"* ]] && COMPREPLY+=(\"$name\")\n"
                                  "  done < <(\"${COMP_WORDS[0]/#\\~/$HOME}\" --complete \"${words[@]}\" \"$word\" 2>/dev/null)\n"
                                  "}\n"
                                  "complete -o default -F _weir weir\n";

/* Read by `source`, or found by zsh as the function of its name. */
static const char zsh_script[] = "#compdef weir\n"
                                 "# zsh completion for weir: source <(weir completion zsh)\n"
                                 "_weir ()\n"
                                 "{\n"
                                 "  local line name\n"
                                 "  local -a given offers\n"
                                 "  given=(\"${(@Q)words[2,CURRENT-1]}\")\n"
                                 "  if [[ $PREFIX == --*=* ]]; then\n"
                                 "    given+=(\"${PREFIX%%=*}\")\n"
                                 "    compset -P '*='\n"
                                 "  fi\n"
                                 "  for line in \"${(@f)$(${~words[1]} --complete \"${given[@]}\" \"$PREFIX\" 2>/dev/null)}\"; do\n"
                                 "    name=${${line%%$'\\t'*}//:/\\\\:}\n"
                                 "    [[ -z $name ]] || offers+=(\"$name${${line:${#${line%%$'\\t'*}}}/$'\\t'/:}\")\n"
                                 "  done\n"
                                 "  if (($#offers)); then\n"
                                 "    _describe 'weir' offers\n"
                                 "  else\n"
                                 "    _files\n"
                                 "  fi\n"
                                 "}\n"
                                 "if [[ $funcstack[1] == _weir ]]; then\n"
                                 "  _weir \"$@\"\n"
                                 "else\n"
                                 "  compdef _weir weir\n"
                                 "fi\n";

static const char fish_script[] = "# fish completion for weir: weir completion fish | source\n"
                                  "function __weir_complete\n"
                                  "  set -l words (commandline -opc)\n"
                                  "  set -l program $words[1]\n"
                                  "  set -e words[1]\n"
                                  "  set -l token (commandline -ct)\n"
                                  "  set -l before (string match -r -- '^--[^=]+=' \"$token\")\n"
                                  "  if test -n \"$before\"\n"
                                  "    set -a words (string replace -- = '' \"$before\")\n"
                                  "    set token (string replace -- \"$before\" '' \"$token\")\n"
                                  "  end\n"
                                  "  set -l offers ($program --complete $words \"$token\" 2>/dev/null)\n"
                                  "  if test (count $offers) -gt 0\n"
                                  "    printf '%s\\n' \"$before\"$offers\n"
                                  "  else\n"
                                  "    __fish_complete_path (commandline -ct)\n"
                                  "  end\n"
                                  "end\n"
                                  "complete -c weir -f -a '(__weir_complete)'\n";

static const struct
{
  const char *shell, *script;
} scripts[] = {
  { "bash", bash_script },
  { "zsh", zsh_script },
  { "fish", fish_script },
};

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) ret_code, (void) error;
  for (size_t i = 0; i < G_N_ELEMENTS (scripts); i++)
    if (g_str_equal (call->arguments[0], scripts[i].shell))
      fputs (scripts[i].script, stdout);
  return true;
}

const Command command_completion = {
  .name = "completion",
  .arguments = "bash|zsh|fish",
  .summary = "print a completion script for the shell",
  .description = "  source <(weir completion bash)     in ~/.bashrc, where no package has installed it\n"
                 "  source <(weir completion zsh)      in ~/.zshrc, behind compinit\n"
                 "  weir completion fish | source      in ~/.config/fish/config.fish",
  .run = run,
};
