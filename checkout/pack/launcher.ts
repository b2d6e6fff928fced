/**
 * The first lines of a packed program: a shell script that unpacks what follows it once, into a folder named by the
 * content's hash, and runs it. It needs `sh`, `tar` and `gzip`, and no network.
 */

/** What every run may do: the rights of `deno task ops`. */
const RIGHTS = "--allow-read --allow-write --allow-net --allow-env --allow-run --allow-sys";

/**
 * @param hash of the payload, in hexadecimal digits: a new version has a folder of its own.
 * @returns the script; the payload, a tar packed by gzip, follows its last line.
 */
export function launcher(hash: string, version: string): string {
  const lines = `#!/bin/sh
# dragonfly ${version}: the operator's commands in one file. What follows line LINES is a tar, packed by gzip. It is unpacked once, into
# $DRAGONFLY_CACHE, else $XDG_CACHE_HOME/dragonfly, else ~/.cache/dragonfly; that folder may be removed at any time.
set -eu
if [ "\${1:-}" = --version ]; then echo "dragonfly ${version} (${hash})"; exit 0; fi
fail() { echo "dragonfly: $1" >&2; exit 2; }
if [ -n "\${DRAGONFLY_CACHE:-}" ]; then cache=$DRAGONFLY_CACHE
elif [ -n "\${XDG_CACHE_HOME:-}" ]; then cache=$XDG_CACHE_HOME/dragonfly
elif [ -n "\${HOME:-}" ]; then cache=$HOME/.cache/dragonfly
else cache=\${TMPDIR:-/tmp}/dragonfly-$(id -u); fi
program=$cache/${hash}
if [ ! -x "$program/deno" ]; then
  umask 077
  mkdir -p "$cache" || fail "Cannot make $cache: name another folder in DRAGONFLY_CACHE."
  [ -O "$cache" ] || fail "$cache belongs to somebody else, who could change what runs: name another folder in DRAGONFLY_CACHE."
  made=$(mktemp -d "$cache/unpacking.XXXXXX")
  trap 'rm -rf "$made"' EXIT
  trap 'exit 130' INT TERM
  tail -n +FIRST "$0" | tar -xzf - -C "$made" || fail "Cannot unpack: is the file whole, and is there room in $cache (300 MB)?"
  mv "$made" "$program" 2>/dev/null || [ -x "$program/deno" ] || fail "Cannot write $program."
  rm -rf "$program/\${made##*/}" # somebody else was quicker: it was moved into theirs
  trap - EXIT INT TERM
fi
DENO_DIR=$program/cache DENO_NO_UPDATE_CHECK=1
export DENO_DIR DENO_NO_UPDATE_CHECK
exec "$program/deno" run --quiet --no-prompt --no-lock --no-remote --cached-only --config "$program/deno.json" \\
  ${RIGHTS} "$program/ops/main.ts" "$@"
`.split("\n");
  const count = lines.length - 1; // the text ends with a line's end
  return lines.join("\n").replace("LINES", String(count)).replace("+FIRST", `+${count + 1}`);
}
