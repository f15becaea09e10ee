#!/usr/bin/env bash
# Formatting and static analysis; compiles nothing. Usage: scripts/lint.sh
set -euo pipefail
build=build-lint  # configured only: clang cannot read gcc's precompiled headers
cmake -S . -B "$build" -G Ninja -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DFLANMOE_TORCH_DIR="$(cat .deps/torch_dir)" > /dev/null
mapfile -t files < <(git ls-files --cached --others --exclude-standard 'src/*.h' 'src/*.cpp' 'tests/*.h' 'tests/*.cpp' 'bench/*.cpp')
clang-format-14 --dry-run --Werror "${files[@]}"
mapfile -t sources < <(git ls-files --cached --others --exclude-standard 'src/*.cpp')
printf '%s\n' "${sources[@]}" | xargs -P "${JOBS:-$(nproc)}" -n 4 clang-tidy-14 -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option
