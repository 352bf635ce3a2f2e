# shellcheck shell=bash
# What the scripts beside this file share: where the project is, plain messages, and
# installing what is missing. It is sourced, never run. Nothing is fetched except from the
# ordinary registries: Debian's packages, crates.io and npm's.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck disable=SC2034 # read by the scripts that source this file
TARGET="${CARGO_TARGET_DIR:-$ROOT/target}"
TOOLS="$ROOT/target/tools"

# Vite 8 needs this Node, and npm 11 to install it; Debian 12 has 18 and 9.
NODE_WANTED=20.19.0
NPM_WANTED=11.0.0

say() { printf '==> %s\n' "$*"; }
warn() { printf 'warning: %s\n' "$*" >&2; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    warn "cannot run as root (no sudo): $*"
    return 1
  fi
}

# need_packages NAME…: installs the Debian packages that are not there yet.
need_packages() {
  local missing=() name
  for name in "$@"; do
    [ "$(dpkg-query -W -f='${Status}' "$name" 2>/dev/null)" = 'install ok installed' ] ||
      missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || {
    warn "not a Debian machine; please install: ${missing[*]}"
    return 1
  }
  say "installing from Debian: ${missing[*]}"
  as_root apt-get update -qq || warn 'apt-get update failed; trying with the lists at hand'
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

need_rust() {
  # rustup puts cargo here, and a login shell is not always what runs a script.
  command -v cargo >/dev/null || PATH="$PATH:$HOME/.cargo/bin"
  command -v cargo >/dev/null || fail 'cargo is missing: install Rust 1.89 or newer (https://rustup.rs)'
}

need_compiler() {
  command -v cc >/dev/null || need_packages gcc libc6-dev ||
    fail 'a C compiler is missing (SQLite is built from source): install gcc and libc6-dev'
}

# at_least HAVE WANTED: whether a version is new enough.
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

node_is_enough() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    at_least "$(node --version | tr -d v)" "$NODE_WANTED" &&
    at_least "$(npm --version 2>/dev/null)" "$NPM_WANTED"
}

# need_node: a Node and npm that can build the page, on PATH. Debian's own are too old, but
# good enough to fetch newer ones from npm's registry into target/tools, once.
need_node() {
  local own="$TOOLS/node"
  [ ! -x "$own/node_modules/.bin/npm" ] || PATH="$own/node_modules/.bin:$PATH"
  hash -r
  node_is_enough && return 0
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    need_packages nodejs npm || return 1
  fi
  node_is_enough && return 0
  say "fetching Node 22 and npm 11 from npm's registry into ${own#"$ROOT"/}"
  mkdir -p "$own" || return 1
  npm install --prefix "$own" --no-audit --no-fund --loglevel=error node@22 npm@11 || return 1
  PATH="$own/node_modules/.bin:$PATH"
  hash -r
  node_is_enough
}

# install_modules DIR: npm ci, unless node_modules was installed from this very lock. Times say
# nothing here: a folder that was copied or restored is newer than a lock that it does not fit.
install_modules() {
  local lock="$1/package-lock.json" installed="$1/node_modules/.installed-lock.json"
  cmp -s "$lock" "$installed" && return 0
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error) && cp "$lock" "$installed"
}

page_is_current() {
  local built="$ROOT/web/dist/index.html" newer
  [ -f "$built" ] || return 1
  newer="$(find "$ROOT/web" \( -name node_modules -o -name dist \) -prune -o \
    -type f -newer "$built" -print -quit)"
  [ -z "$newer" ]
}

# build_page: web/dist, when it is missing or older than its sources. Fails without a word
# of its own: the caller knows whether it can go on without the page.
build_page() {
  page_is_current && return 0
  say 'building the playground page'
  need_node && install_modules "$ROOT/web" && (cd "$ROOT/web" && npm run --silent build)
}
