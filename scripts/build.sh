#!/usr/bin/env bash
# Configures (again when what CMake found has changed) and builds. Usage: scripts/build.sh BUILD_FOLDER JOBS TARGET
# $CMAKE_FLAGS: further flags for CMake; $BUILD_TYPE: Release unless given; $KEEP_GOING: stop after so many errors (1; 0: never).
set -euo pipefail
build=$1 jobs=$2 target=$3
torch=$(cat .deps/torch_dir)
configured_for="$torch ${BUILD_TYPE:-Release} ${CMAKE_FLAGS:-} $(command -v clang++-14 || true)"
if [ "$(cat "$build/.configured_for" 2>/dev/null)" != "$configured_for" ] || [ ! -f "$build/build.ninja" ]; then
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE="${BUILD_TYPE:-Release}" -DFLANMOE_TORCH_DIR="$torch" ${CMAKE_FLAGS:-} > "$build.configure.log" 2>&1 ||
    { cat "$build.configure.log" >&2; exit 1; }
  mv "$build.configure.log" "$build/configure.log"
  echo "$configured_for" > "$build/.configured_for"
fi
quiet=(--quiet)
[ ! -t 1 ] || quiet=()  # on a terminal one line that moves
steps=$(ninja -C "$build" -n "$target" | grep -oE '^\[[0-9]+/[0-9]+\]' | tail -n 1 | grep -oE '[0-9]+\]' | tr -d ']' || true)
[ "${steps:-0}" -lt 20 ] || echo "build: $steps steps, $jobs beside each other (half an hour of processor time for all of them, from nothing)"
ninja -C "$build" -j "$jobs" -k "${KEEP_GOING:-1}" "${quiet[@]}" "$target"
