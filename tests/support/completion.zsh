# What zsh offers for each line of stdin, as a line of its own: an interactive zsh is given the line and a tab, and its compadd tells
# what it was asked to add.
#
#   zsh -f completion.zsh FOLDER-OF-WEIR <lines
zmodload zsh/zpty
out=$(mktemp)
zpty shell zsh -f -i
zpty -w shell "PS1= ; path=($1 \$path); autoload -Uz compinit; compinit -u -D; source <(weir completion zsh)
compadd () {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd \"\$@\"; return; fi
  local -a hits; builtin compadd -A hits \"\$@\"; (( \$#hits )) && print -rn -- \"\$hits \" >>$out
}
ended () { print >>$out }
begun () { compprefuncs=(begun); comppostfuncs=(ended) }
compprefuncs=(begun); bindkey '^I' complete-word; print ready >>$out"

# Whoever does not read what the shell echoes stops it.
wait_for () # LINES of out
{
  local ignored
  for ((i = 0; i < 3000 && $(wc -l <$out) < $1; i++)); do
    zpty -r -t shell ignored
    sleep 0.02
  done
}
count=1
wait_for $count
while IFS= read -r line; do
  zpty -w -n shell $'\x15'"weir $line"$'\t'
  wait_for $((++count))
done
tail -n +2 $out
rm $out
