# shellcheck shell=bash
# Shared by the scripts beside it, which source it: where things are, how to talk, which versions are asked for.
set -euo pipefail

case $(uname -s) in
  MINGW* | MSYS* | CYGWIN*)
    printf '%s\n' "On Windows this runs in WSL: 'wsl --install' once, then there: git clone, and the same command." >&2
    exit 2 ;;
esac
# With CDPATH in the environment `cd` prints where it went.
unset CDPATH
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"

# rustup's and cargo's programs, also for a person whose shell does not have them on the PATH.
export PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
# trunk 0.21 takes only true or false here and stops at the usual NO_COLOR=1.
if [[ -n ${NO_COLOR:-} ]]; then export NO_COLOR=true; else unset NO_COLOR; fi

# RUSTFLAGS replaces the flags of .cargo/config.toml, and wasm would go without SIMD. Given like this it is joined to
# them.
if [[ -n ${CARGO_ENCODED_RUSTFLAGS:-} ]]; then RUSTFLAGS=$(tr '\037' ' ' <<<"$CARGO_ENCODED_RUSTFLAGS"); fi
if [[ -n ${RUSTFLAGS:-} ]]; then
  export CARGO_BUILD_RUSTFLAGS=$RUSTFLAGS
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$RUSTFLAGS -C target-feature=+simd128"
fi
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS

say() { printf '%s\n' "$*"; }
have() { command -v "$1" >/dev/null 2>&1; }
# limited SECONDS COMMAND...: without a time-out where there is no such program (macOS).
limited() {
  if have timeout; then timeout "$@" </dev/null; else "${@:2}" </dev/null; fi
}
# A TOML string, whatever is in it: a home folder may have an apostrophe.
toml_string() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}
# at_least WANTED VERSION
at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]; }
# The first dotted number that a program's --version prints, or nothing.
version_of() { { "$@" 2>/dev/null || true; } | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1 || true; }

cargo_toml_value() { sed -n "s/^$1 = \"\(.*\)\"/\1/p" Cargo.toml | head -n 1; }
locked_version() { grep -A1 "^name = \"$1\"\$" Cargo.lock | sed -n 's/^version = "\(.*\)"/\1/p' | head -n 1; }

cache_dir=${XDG_CACHE_HOME:-$HOME/.cache}/mbppo
# A Node.js that scripts/setup installed because the machine's is too old.
if [[ -x $cache_dir/node/node_modules/.bin/node ]]; then export PATH="$cache_dir/node/node_modules/.bin:$PATH"; fi
# One folder for each compiler: what one has built is of no use to another.
target_dir_of_rustc() { printf '%s/rustc-%s' "$cache_dir" "$(version_of rustc --version)"; }

# The browser and its driver: $CHROMIUM and $CHROMEDRIVER where they are set, else what is installed.
find_browser() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [[ -n $name ]] && have "$name" && [[ -n $(version_of "$name" --version) ]]; then
      command -v "$name"
      return
    fi
  done
}
find_chromedriver() {
  local name
  # CHROMEWEBDRIVER is the driver's folder on GitHub's machines.
  for name in "${CHROMEDRIVER:-}" chromedriver "${CHROMEWEBDRIVER:-/nowhere}/chromedriver"; do
    if [[ -n $name ]] && have "$name" && [[ -n $(version_of "$name" --version) ]]; then
      command -v "$name"
      return
    fi
  done
}

# Firefox and WebKitGTK's own small browser, which Debian keeps off the PATH; the tests look in the same places.
find_firefox() {
  local name
  for name in "${FIREFOX:-}" firefox-esr firefox; do
    if [[ -n $name ]] && have "$name"; then command -v "$name"; return; fi
  done
}
find_minibrowser() {
  local name
  for name in "${MINIBROWSER:-}" MiniBrowser /usr/lib/*/webkit2gtk-4*/MiniBrowser \
    /usr/libexec/webkit2gtk-4*/MiniBrowser; do
    if [[ -n $name ]] && have "$name"; then command -v "$name"; return; fi
  done
}
