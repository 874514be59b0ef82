#!/bin/sh
# Each link of the pages names a file that is there, and a heading or an anchor (<a id="...">) that it has.
#
#   tests/links.sh [SOURCE-ROOT]      prints each dead link as FILE:LINE: TEXT; exits 1 if there is one
set -eu
cd "${1:-$(dirname "$0")/..}"
pages=$(ls ./*.md docs/*.md | sed 's,^\./,,')
# Twice over all pages: first what may be named, then who names what.
dead=$(awk '
function anchor(heading)
{
  gsub(/\]\([^)]*\)/, "", heading)
  heading = tolower(heading)
  gsub(/[^a-z0-9_ -]/, "", heading)
  gsub(/ /, "-", heading)
  return heading
}
function look(target,     part, file, folder)
{
  split(target, part, "#")
  folder = FILENAME ~ /\// ? "docs/" : ""
  file = part[1] == "" ? FILENAME : folder part[1]
  sub(/^docs\/\.\.\//, "", file)
  if (system("test -e \"" file "\"") != 0)
    print FILENAME ":" FNR ": there is no " file
  else if (part[2] != "" && !((file "#" part[2]) in known))
    print FILENAME ":" FNR ": " file " has no #" part[2]
}
FNR == 1 { twice = seen[FILENAME]++ }
/^    / { next }
!twice && /^#+ / { heading = $0; sub(/^#+ /, "", heading); known[FILENAME "#" anchor(heading)] = 1 }
!twice { rest = $0; while (match(rest, /<a id="[^"]*"/)) { known[FILENAME "#" substr(rest, RSTART + 7, RLENGTH - 8)] = 1; rest = substr(rest, RSTART + RLENGTH) } }
twice {
  rest = $0
  gsub(/`[^`]*`/, "", rest)
  while (match(rest, /\]\([^) ]+\)/)) {
    target = substr(rest, RSTART + 2, RLENGTH - 3)
    rest = substr(rest, RSTART + RLENGTH)
    if (target !~ /^[a-z]+:/) look(target)
  }
}' $pages $pages)
[ -z "$dead" ] || { printf '%s\n' "$dead"; exit 1; }
