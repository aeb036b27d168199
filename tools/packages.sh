# tools/packages.sh - which Debian packages Ahoy needs, and how they get here. Sourced by ./run and ./test.

packages_build="g++ cmake ninja-build pkg-config ccache mold
  libspdlog-dev libfmt-dev libexpected-dev libcli11-dev libedit-dev libssl-dev
  libpcre2-dev libpugixml-dev libsqlite3-dev libsndfile1-dev libspeexdsp-dev libmimalloc-dev libc-ares-dev libgtest-dev libgmock-dev"
packages_test="baresip-core sip-tester sipsak sqlite3 python3 openssl nodejs npm linphone-cli knot iproute2 nftables kamailio sipvicious"

packages_tidy="clang clang-tidy"

say() { printf '%s\n' "$*"; }
die() { printf 'ahoy: %s\n' "$*" >&2; exit 1; }

# need PACKAGE...: installs what is missing; says so first.
need() {
  command -v dpkg-query >/dev/null || die "this is no Debian system: install the packages of tools/packages.sh by hand"
  local missing="" package
  for package in "$@"; do
    # Node.js that is not Debian's brings its npm along.
    [ "$package" = npm ] && command -v npm >/dev/null && continue
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  [ -z "$missing" ] && return 0
  say "Installing Debian packages:$missing"
  local as=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "packages are missing and this is not root: run as root, install sudo, or install them by hand:$missing"
    as="sudo"
  fi
  local log
  log=$(mktemp)
  if ! $as env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >"$log" 2>&1; then
    # An old or empty package list is the usual reason.
    $as apt-get update >"$log" 2>&1 || die "the package servers cannot be reached, and these packages are missing:$missing"
    $as env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >"$log" 2>&1 ||
      { tail -n 5 "$log" >&2; die "apt-get could not install:$missing (see $log)"; }
  fi
  rm -f "$log"
}

# build PRESET [TARGET...]: configures when needed and builds; prints the compiler's words only when it fails.
build() {
  local preset=$1 log
  shift
  log=$(mktemp)
  cmake --preset "$preset" >"$log" 2>&1 || { cat "$log" >&2; die "cmake failed"; }
  cmake --build --preset "$preset" ${1:+--target "$@"} >"$log" 2>&1 || { grep -E 'error|FAILED|undefined' "$log" | head -n 40 >&2; die "the build failed (all of it: $log)"; }
  rm -f "$log"
}
