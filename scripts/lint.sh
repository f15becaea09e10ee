#!/usr/bin/env bash
# Formatting and static analysis; compiles nothing of flanmoe but clang's own precompiled headers (clang cannot read
# gcc's). Usage: scripts/lint.sh
# A file of libtorch takes half a minute, so that files that passed are not looked at again until they change.
set -euo pipefail
build=build-lint
passed=$build/passed
mapfile -t files < <(git ls-files --cached --others --exclude-standard 'src/*.h' 'src/*.cpp' 'tests/*.h' 'tests/*.cpp' 'bench/*.cpp')
clang-format-14 --dry-run --Werror "${files[@]}"
cmake -S . -B "$build" -G Ninja -DCMAKE_CXX_COMPILER=clang++-14 -DFLANMOE_TORCH_DIR="$(cat .deps/torch_dir)" > /dev/null
ninja -C "$build" --quiet flanmoe_pch_std flanmoe_pch_torch
mkdir -p "$passed"
check() {
  local stamp; stamp=$2/$(cat .clang-tidy "$3" | sha256sum | cut -d ' ' -f 1)
  [ -e "$stamp" ] && return
  clang-tidy-14 -p "$1" --quiet --extra-arg=-Wno-unknown-warning-option "$3" 2> >(grep -v 'warnings generated' >&2) && touch "$stamp"
}
export -f check
git ls-files --cached --others --exclude-standard 'src/*.cpp' |
  xargs -P "${JOBS:-$(nproc)}" -I {} bash -c 'check "$@"' _ "$build" "$passed" {}
