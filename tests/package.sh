#!/bin/sh
# Packs a build as Debian packages, and looks at them: with lintian, where it is installed, and at what each has.
#
#   tests/package.sh BUILD
set -eu
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
for tool in dh dpkg-deb dpkg-shlibdeps; do
  command -v $tool >/dev/null || { echo "package: $tool is not installed: not tried"; exit 77; }
done
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
fail () { echo "package: $*" >&2; exit 1; }

# Nobody downloads these: packed quickly.
export DPKG_DEB_COMPRESSOR_TYPE=gzip DPKG_DEB_COMPRESSOR_LEVEL=1
DEBFULLNAME=Tests DEBEMAIL=tests@weir.test ./scripts/package --build "$build" --out "$out/made" >"$out/log" 2>&1 || { cat "$out/log" >&2; fail "scripts/package failed"; }
weir=$(echo "$out"/made/weir_*.deb)
dpkg-deb -c "$weir" | awk '{ print $6 }' >"$out/files"
has () { grep -qxF "$1" "$out/files" || fail "$1 is not in the package"; }
for file in etc/weir/weir.json usr/bin/weir usr/share/man/man1/weir.1.gz usr/share/man/man1/weir-load.1.gz usr/share/man/man5/weir-model.5.gz \
  usr/share/man/man5/weir-settings.5.gz usr/share/bash-completion/completions/weir usr/share/zsh/vendor-completions/_weir \
  usr/share/fish/vendor_completions.d/weir.fish usr/share/weir/schema/weir.schema.json usr/share/weir/schema/job.schema.json usr/share/weir/schema/roles.sql \
  usr/lib/sysusers.d/weir.conf usr/lib/tmpfiles.d/weir.conf usr/share/doc/weir/models.md; do
  has "./$file"
done
grep -q '/lib/systemd/system/weir@\.service$' "$out/files" || fail "the template unit is not in the package"
dpkg-deb -I "$weir" conffiles | grep -qx /etc/weir/weir.json || fail "weir.json is no conffile"
dpkg-deb -I "$weir" control | grep -q '^Depends:.*libpq5.*systemd' || fail "dependencies are missing"
for program in weir-page weir-deliver weir-notify weir-connect-pg weir-connect-curl weir-connect-singer; do
  [ ! -x "$build/$program" ] || for package in "$out"/made/*.deb; do dpkg-deb -c "$package"; done | grep -q "/usr/bin/$program$" ||
    fail "$program is in no package"
done
! grep -q /bin/weir-page "$out/files" || fail "weir has the program of weir-page"
dpkg-deb -c "$out"/made/weir-dbg_*.deb | grep -q '/usr/lib/debug/.*\.debug$' || fail "weir-dbg has no symbols"
dpkg-deb --ctrl-tarfile "$weir" | tar -x -C "$out" ./postinst ./prerm ./postrm ./config
for script in postinst prerm postrm config; do sh -n "$out/$script"; done

# A test's build is not hardened, and its programs may need what no package should.
command -v lintian >/dev/null || { echo "package: lintian is not installed: not asked"; exit 0; }
said=$(lintian --allow-root --fail-on none --suppress-tags hardening-no-pie,hardening-no-bindnow,hardening-no-fortify-functions,hardening-no-relro \
  "$out"/made/*.deb 2>&1 | grep '^[EW]:') || true
[ -z "$said" ] || fail "lintian: $said"
