#!/usr/bin/env bash
# Makes a Debian machine (12 or newer) able to build and run flanmoe. Idempotent: what is there is left alone.
# Usage: scripts/setup.sh [test] [processors] [lint]   (what tests and static analysis need beside)
# Debian packages come from apt (with sudo when not root), libtorch as scripts/libtorch.py says; its folder is written to
# .deps/torch_dir, which scripts/build.sh gives to CMake. Nothing but Debian packages is installed outside the clone.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "setup: $*" >&2; exit 2; }

# The binary is built for x86-64-v3, and so are the programs that CMake tries.
processor_check() {
  local feature
  [ "$(uname -m)" = x86_64 ] || fail "this machine is $(uname -m); flanmoe needs an x86-64 processor with AVX2"
  for feature in avx2 bmi2 fma f16c movbe; do
    grep -qw "$feature" /proc/cpuinfo || fail "this processor has no $feature; flanmoe needs an x86-64 processor with AVX2 (x86-64-v3, 2013 and later)"
  done
}

packages=(g++ cmake ninja-build ccache make git python3 python3-pip libfmt-dev libspdlog-dev libyaml-cpp-dev nlohmann-json3-dev libcli11-dev
  libsentencepiece-dev zlib1g-dev libzstd-dev libpugixml-dev libgtest-dev libbenchmark-dev)
optional=()  # what apt may not have here; the tests that need it say so and skip
for part in "$@"; do
  case $part in
    test) packages+=(python3-venv); optional+=(clang-14 libclang-rt-14-dev) ;;
    processors) optional+=(qemu-user) ;;
    lint) packages+=(clang-format-14 clang-tidy-14 clang-14) ;;
    *) fail "unknown part '$part', expected test, processors or lint" ;;
  esac
done

installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo > /dev/null; then sudo "$@"
  else return 127; fi
}

install_packages() {
  local missing=() package
  for package in "${packages[@]}" "${optional[@]}"; do
    installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get > /dev/null || fail "no apt-get here; install what these Debian packages hold: ${missing[*]}"
  as_root true || fail "not root and no sudo; let an administrator run: apt-get install ${missing[*]}"
  as_root apt-get update -qq
  local wanted=() absent=()
  for package in "${missing[@]}"; do
    if [[ " ${optional[*]} " == *" $package "* ]] && ! apt-cache show "$package" > /dev/null 2>&1; then absent+=("$package"); else wanted+=("$package"); fi
  done
  [ ${#absent[@]} -eq 0 ] || echo "setup: this system has no package ${absent[*]}: the tests that need it will be skipped"
  [ ${#wanted[@]} -eq 0 ] && return
  local size; size=$(as_root apt-get install -y --no-install-recommends --print-uris "${wanted[@]}" | awk '$3 ~ /^[0-9]+$/ {bytes += $3} END {printf "%d", bytes / 1e6}')
  echo "setup: installing Debian packages ($size MB to download): ${wanted[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}" > /dev/null
}

processor_check
mkdir -p .deps
install_packages
torch=$(python3 scripts/libtorch.py)
if [ "$(cat .deps/torch_dir 2>/dev/null)" != "$torch" ]; then echo "$torch" > .deps/torch_dir; fi
echo "setup: libtorch at $torch"
