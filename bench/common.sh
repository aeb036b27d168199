# bench/common.sh - what the scripts bench/NAME/run share; sourced from the root of the tree.
# need PACKAGE...: installs the Debian packages that are missing.
need() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local sudo=; [ "$(id -u)" -eq 0 ] || sudo=sudo
  $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "${missing[@]}" >/dev/null
}
# build_release TARGET: builds it and sets RELEASE to the folder of the build.
build_release() {
  RELEASE=build/release
  cmake --preset release >/dev/null
  cmake --build "$RELEASE" --target "$@" >/dev/null
}
# alone COMMAND...: on one core, the last, and not beside another benchmark.
alone() { flock /tmp/bench.lock taskset -c "$(($(nproc) - 1))" "$@"; }
