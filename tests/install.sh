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
[ ! -e "$build/weir-deliver" ] || [ -x "$prefix/bin/weir-deliver" ] || fail "weir-deliver is built, and not installed"

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
