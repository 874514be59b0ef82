#!/bin/sh
# Installs a build into a prefix, and looks whether what weir's hints and models name is there, and for an image, too.
#
#   tests/install.sh BUILD
set -eu
build=$1
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
fail () { echo "install: $*" >&2; exit 1; }

cmake --install "$build" --prefix "$prefix" >"$prefix/log" || { cat "$prefix/log" >&2; fail "cmake --install failed"; }
for file in bin/weir share/weir/schema/model.schema.json share/weir/schema/roles.sql share/weir/models/users.json share/doc/weir/models.md share/doc/weir/README.md; do
  [ -f "$prefix/$file" ] || fail "$file is not installed"
done
for connector in pg curl singer; do
  [ ! -e "$build/weir-connect-$connector" ] || [ -x "$prefix/bin/weir-connect-$connector" ] || fail "weir-connect-$connector is built, and not installed"
done
[ ! -e "$build/weir-deliver" ] || [ -x "$prefix/bin/weir-deliver" ] || fail "weir-deliver is built, and not installed"

# Each command has a page, and each shell its completion.
made=$prefix/share
for name in $("$prefix/bin/weir" --complete '' | cut -f1 | grep -v '^help$'); do
  [ -f "$made/man/man1/weir-$name.1" ] || fail "weir $name has no manual page"
done
for file in man/man1/weir.1 man/man5/weir-model.5 man/man5/weir-settings.5 bash-completion/completions/weir zsh/site-functions/_weir \
  fish/vendor_completions.d/weir.fish weir/schema/weir.schema.json weir/schema/job.schema.json; do
  [ -s "$made/$file" ] || fail "$file is not installed"
done
for page in "$made"/man/man?/*; do
  if command -v mandoc >/dev/null; then
    said=$(mandoc -Tlint -Wwarning "$page") || fail "mandoc: $said"
  fi
  grep -q '^\.\(TH\|so\) ' "$page" || fail "$page is no manual page"
done

# The units are hardened, and name what was installed. The settings of a service stay as they are.
units=$prefix/lib/systemd/system
for unit in weir.service weir@.service; do
  grep -q "^ExecStart=$prefix/bin/weir watch --home [%/]" "$units/$unit" || fail "$unit does not start what was installed"
  ! grep -q '@[A-Z]*@' "$units/$unit" || fail "$unit is not filled in"
  if command -v systemd-analyze >/dev/null; then
    exposure=$(systemd-analyze security --offline=true "$units/$unit" | sed -n 's/.*exposure level[^:]*: \([0-9.]*\).*/\1/p')
    echo "$exposure" | awk '{ exit !($1 > 0 && $1 <= 1.5) }' || fail "$unit has an exposure of $exposure, and 1.5 is the most"
  else
    echo "install: systemd-analyze is not installed: the units are not judged"
  fi
done
echo '{"workers": 1}' >"$prefix/etc/weir/weir.json"
cmake --install "$build" --prefix "$prefix" >"$prefix/log" || fail "cmake --install failed the second time"
grep -q workers "$prefix/etc/weir/weir.json" || fail "the settings of the service were overwritten"

# A hint that names a page names one that is there.
mkdir -p "$prefix/home"
echo '{"setle": 1}' >"$prefix/home/weir.json"
page=$("$prefix/bin/weir" status --home "$prefix/home" 2>&1 | sed -n 's/^HINT: *\(.*\.md\) lists every setting\.$/\1/p') || true
[ -n "$page" ] && [ -f "$page" ] || fail "the hint names \"$page\""
case $page in "$(realpath "$prefix")"/*) ;; *) fail "\"$page\" is not the installed page" ;; esac

# What the Dockerfile copies is not kept from the build.
cd "$(dirname "$0")/.."
sed -n 's/^COPY \([^-].*\) [^ ]*$/\1/p' Dockerfile | tr ' ' '\n' | while read -r source; do
  ! grep -qxF -e "$source" -e "${source%%/*}" .dockerignore || fail "the image needs $source, and .dockerignore leaves it out"
done
