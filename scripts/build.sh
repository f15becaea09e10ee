#!/usr/bin/env bash
# Configures (once) and builds. Usage: scripts/build.sh BUILD_FOLDER JOBS TARGET
set -euo pipefail
build=$1 jobs=$2 target=$3
torch=$(cat .deps/torch_dir)
if [ "$(cat "$build/.torch_dir" 2>/dev/null)" != "$torch" ] || [ ! -f "$build/build.ninja" ]; then
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE="${BUILD_TYPE:-Release}" -DFLANMOE_TORCH_DIR="$torch" ${CMAKE_FLAGS:-} > "$build.configure.log" 2>&1 ||
    { cat "$build.configure.log" >&2; exit 1; }
  mv "$build.configure.log" "$build/configure.log"
  echo "$torch" > "$build/.torch_dir"
fi
ninja -C "$build" -j "$jobs" --quiet "$target"
